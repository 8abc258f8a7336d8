"""The operator's desk: sessions, what they are made of, and what the models took for them."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import Count, Max, Q, QuerySet, Sum
from django.db.models.fields.json import KT
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from config.desk import (
    NOTHING,
    GoesWithItsOwn,
    ReadOnlyAdmin,
    badge,
    by,
    by_age,
    by_word,
    duration,
    folded,
    link,
    readable,
    short_id,
)
from training import coaches, wording
from training.catalogue import LEVELS, fold
from training.model_errors import ModelError
from training.models import EnrichmentStatus, Exercise, ExerciseNote, ModelCall, SessionDetail, Source, TrainingSession

ERROR_CODES = sorted(error.code for error in ModelError.__subclasses__())
CONFIGURED_MODELS = list(dict.fromkeys([*settings.FAST_MODELS, *settings.ENRICHMENT_MODELS]))
MODELS_SEEN_WITHIN = timedelta(days=1)


@admin.register(TrainingSession)
class TrainingSessionAdmin(GoesWithItsOwn, ReadOnlyAdmin):
    """Sessions: read, and deleted where they must be. A session's deletion locks its queue item first, by a signal."""

    list_display = ["short", "title", "status", "coach", "discipline", "made_by", "owner", "created_at"]
    list_filter = [
        by_word("enrichment_status", EnrichmentStatus.values, name="status"),
        by_word("coach", coaches.REGISTRY),
        by_age("created_at"),
        by_word("source", Source.values),
        by_word("fallback_reason", ERROR_CODES, name="fallback"),
        by("done", {"yes": ("yes", Q(done_at__isnull=False)), "no": ("no", Q(done_at__isnull=True))}),
    ]
    list_select_related = ["owner"]
    ordering = ["-created_at", "-id"]
    search_fields = ["owner__username", "discipline", "model", "fallback_reason"]
    search_ids = ["id"]
    search_help_text = "A session's id or its first 8 digits, an owner, a discipline, a model, a reason of a fallback"
    actions = ["delete_selected"]
    fieldsets = [
        (None, {"fields": [("id", "owner"), ("status", "made_by"), ("coach", "discipline", "mode", "language")]}),
        ("Prescription", {"classes": ["whole"], "fields": ["prescribed"]}),
        ("Checks", {"classes": ["whole"], "fields": ["checked"]}),
        ("Analysis and request", {"classes": ["whole"], "fields": ["analysed", "asked"]}),
        ("Model calls", {"classes": ["whole"], "fields": ["calls"]}),
        ("Times", {"fields": [("created_at", "updated_at", "enriched_at"), ("done_at", "done_rpe")]}),
    ]
    readonly_fields = ["status", "made_by", "prescribed", "checked", "analysed", "asked", "calls"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[TrainingSession]:
        """With the title; the large columns are read where a page shows them."""
        sessions: QuerySet[TrainingSession] = super().get_queryset(request)
        large = ["prescription", "request", "checks", "analysis"]
        return sessions.annotate(title=KT("prescription__title")).defer(*large)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The one thing that may be done to a session by hand."""
        return admin.ModelAdmin.has_delete_permission(self, request, obj)

    @admin.action(description="Delete selected sessions", permissions=["delete"])
    def delete_selected(self, request: HttpRequest, queryset: QuerySet[TrainingSession]) -> HttpResponse | None:
        """One short transaction a session, so that nobody waits for the locks of thousands."""
        page = self.ask_first(request, "delete_selected", verb="delete", selected=queryset, movable=queryset)
        if page is None:
            ids = list(queryset.order_by().values_list("pk", flat=True))
            deleted = sum(bool(TrainingSession.objects.filter(pk=id_).delete()[0]) for id_ in ids)
            self.report(request, "Deleted", deleted)
        return page

    # --- the list ---

    @admin.display(description="id")
    def short(self, session: TrainingSession) -> SafeString:
        """Its first digits."""
        return short_id(session.pk)

    @admin.display(description="title")
    def title(self, session: Any) -> str:
        """The prescription's."""
        return session.title or NOTHING

    @admin.display(description="status", ordering="enrichment_status")
    def status(self, session: TrainingSession) -> SafeString:
        """How far it is."""
        return badge(session.enrichment_status)

    @admin.display(description="made by", ordering="source")
    def made_by(self, session: TrainingSession) -> str:
        """The model, the built-in coach or the athlete, and why not the model."""
        maker = session.model or session.source
        return f"{maker} ({session.fallback_reason})" if session.fallback_reason else maker

    # --- the page ---

    @admin.display(description="prescription")
    def prescribed(self, session: TrainingSession) -> SafeString:
        """Block by block, each exercise with its sets and, behind a click, its details."""
        details = {detail.key: detail for detail in session.details.select_related("note")}
        prescription = session.prescription
        context = {
            "prescription": prescription,
            "blocks": [
                {
                    "head": wording.block(block, "en"),
                    "exercises": [
                        {
                            "name": wording.name(exercise),
                            "about": wording.exercise(exercise, "en"),
                            "cue": exercise.get("cue"),
                            "sets": list(wording.sets(exercise, "en", role=block["role"])),
                            "details": _details(details.get(exercise["key"])),
                        }
                        for exercise in block["exercises"]
                    ],
                }
                for block in prescription["blocks"]
            ],
        }
        return render_to_string("admin/training/trainingsession/prescription.html", context)

    @admin.display(description="checks")
    def checked(self, session: TrainingSession) -> SafeString:
        """What was promised, and whether it is kept."""
        return render_to_string("admin/training/trainingsession/checks.html", {"checks": session.checks})

    @admin.display(description="analysis")
    def analysed(self, session: TrainingSession) -> SafeString:
        """By the coach's formulas."""
        if not session.analysis:
            return SafeString("No analysis yet.")
        return folded(f"Analysis: {', '.join(session.analysis)}", readable(session.analysis))

    @admin.display(description="request")
    def asked(self, session: TrainingSession) -> SafeString:
        """What the athlete wanted."""
        return folded("Request", readable(session.request))

    @admin.display(description="model calls")
    def calls(self, session: TrainingSession) -> SafeString:
        """Each call, and what they took together."""
        calls = session.model_calls.order_by("started_at")
        context = {"calls": calls, "usage": session.usage()}
        return render_to_string("admin/training/trainingsession/calls.html", context)


@admin.register(ModelCall)
class ModelCallAdmin(ReadOnlyAdmin):
    """The bill, and on top how each model fares: one that was retired shows by its errors."""

    list_display = ["started_at", "purpose", "model", "result", "took", "tokens", "cost_usd", "session_link"]
    list_filter = [
        by_word("outcome", ["ok", "cancelled", *ERROR_CODES]),
        by_word("model", CONFIGURED_MODELS),
        by_word("purpose", ["generation", "enrichment"]),
        by_age("started_at"),
    ]
    ordering = ["-started_at", "-id"]
    search_fields = ["model", "outcome", "detail"]
    search_ids = ["session__id"]
    search_help_text = "A session's id or its first 8 digits, a model, words of an error"
    fields = [
        ("purpose", "model", "result"),
        "detail",
        "session_link",
        ("started_at", "took"),
        ("input_tokens", "cached_input_tokens", "output_tokens"),
        "cost_usd",
    ]
    readonly_fields = ["result", "took", "session_link"]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """With how each model fared of late."""
        recent = (
            ModelCall.objects.filter(started_at__gt=Now() - MODELS_SEEN_WITHIN)
            .values("model")
            .annotate(
                calls=Count("*"),
                answered=Count("pk", filter=Q(outcome="ok")),
                unknown=Count("pk", filter=Q(outcome="unknown_model")),
                last_answer=Max("started_at", filter=Q(outcome="ok")),
                cost_usd=Sum("cost_usd"),
            )
            .order_by("model")
        )
        return super().changelist_view(request, {"models": recent, **(extra_context or {})})

    @admin.display(description="outcome", ordering="outcome")
    def result(self, call: ModelCall) -> SafeString:
        """ok, or the code of the error."""
        return badge(call.outcome)

    @admin.display(description="took", ordering="seconds")
    def took(self, call: ModelCall) -> str:
        """How long."""
        return duration(call.seconds)

    @admin.display(description="tokens in / cached / out")
    def tokens(self, call: ModelCall) -> str:
        """What was counted."""
        return f"{call.input_tokens:,} / {call.cached_input_tokens:,} / {call.output_tokens:,}"

    @admin.display(description="session", ordering="session")
    def session_link(self, call: ModelCall) -> str:
        """Its session, which may be gone by now: the bill outlives it."""
        if call.session_id is None:
            return NOTHING
        return link(reverse("admin:training_trainingsession_change", args=[call.session_id]), short_id(call.session_id))


@admin.register(ExerciseNote)
class ExerciseNoteAdmin(ReadOnlyAdmin):
    """Details of exercises, as they were written and are shared."""

    list_display = ["__str__", "coach", "level", "language", "model", "shared", "created_at"]
    list_filter = [
        by_word("coach", coaches.REGISTRY),
        by_word("level", LEVELS),
        by_word("language", dict(settings.LANGUAGES)),
        by("shared", {"yes": ("yes", Q(session__isnull=True)), "no": ("one session's own", Q(session__isnull=False))}),
    ]
    ordering = ["-id"]
    search_fields = ["exercise", "version", "model"]
    search_ids = ["session__id"]
    search_help_text = "An exercise, a version, a model, a session's id or its first 8 digits"
    fields = [("exercise", "coach", "level", "language"), ("version", "model", "created_at"), "session_link", "text"]
    readonly_fields = ["session_link", "text"]

    @admin.display(boolean=True)
    def shared(self, note: ExerciseNote) -> bool:
        """By all sessions with its key; else it holds words of one athlete's and belongs to that session."""
        return note.session_id is None

    @admin.display(description="session")
    def session_link(self, note: ExerciseNote) -> str:
        """The one session that it belongs to."""
        if note.session_id is None:
            return "shared"
        return link(reverse("admin:training_trainingsession_change", args=[note.session_id]), short_id(note.session_id))

    @admin.display(description="details")
    def text(self, note: ExerciseNote) -> SafeString:
        """What athletes read."""
        return readable(note.details)


@admin.register(Exercise)
class ExerciseAdmin(ReadOnlyAdmin):
    """The catalogue. Its rows come from the data files, by `manage.py load_catalogue`."""

    list_display = ["slug", "name_en", "name_fr", "level", "for_coaches", "trains", "needs"]
    list_filter = [
        by("coach", {slug: (slug, Q(coaches__contains=[slug])) for slug in coaches.REGISTRY}),
        by_word("level", LEVELS),
    ]
    search_fields = ["slug", "search"]
    search_help_text = "A name or an alias, English or French"
    fields = [("slug", "level", "updated_at"), ("name_en", "name_fr"), "for_coaches", "trains", "needs", "whole"]
    readonly_fields = ["for_coaches", "trains", "needs", "whole"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Exercise], search_term: str
    ) -> tuple[QuerySet[Exercise], bool]:
        """Names are kept folded, so the term is folded as they are."""
        found, duplicates = super().get_search_results(request, queryset, search_term)
        return found | super().get_search_results(request, queryset, fold(search_term))[0], duplicates

    @admin.display(description="coaches")
    def for_coaches(self, exercise: Exercise) -> str:
        """Who may choose it."""
        return ", ".join(exercise.coaches)

    @admin.display(description="muscles")
    def trains(self, exercise: Exercise) -> str:
        """What it trains."""
        return ", ".join(exercise.muscles)

    @admin.display(description="equipment")
    def needs(self, exercise: Exercise) -> str:
        """What it is done with."""
        return ", ".join(exercise.equipment) or NOTHING

    @admin.display(description="entry")
    def whole(self, exercise: Exercise) -> SafeString:
        """The rest of the data file's entry."""
        return readable(exercise.entry)


def _details(detail: SessionDetail | None) -> SafeString | None:
    """An enriched exercise's details behind a click, with where they came from."""
    return folded(f"details, {detail.source}", readable(detail.note.details)) if detail else None
