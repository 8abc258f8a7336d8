"""The operator's desk: the queue, an item's story, and what may be done about it."""

from datetime import datetime
from itertools import pairwise
from typing import Any

import django_celery_results.admin  # noqa: F401  # registers its own pages now, for ours to take their place below
from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django_celery_results.models import GroupResult, TaskResult
from kombu.exceptions import OperationalError

from config.desk import NOTHING, SHORT_ID_DIGITS, ReadOnlyAdmin, badge, by_age, by_word, duration, link, log, short_id
from enrichment import dispatch, overview_page, queue
from enrichment.models import EnrichmentEvent, EnrichmentItem, EnrichmentItemQuerySet, Status, Worker, interval
from enrichment.rescue import MESSAGES_A_RUN, rescue
from enrichment.rescue import ROWS_A_STEP as RESCUED_A_STEP
from training import coaches
from training.admin import ERROR_CODES, TrainingSessionAdmin
from training.models import TrainingSession

# An action on everything that matches a filter moves so many rows a transaction.
ROWS_A_STEP = 500
# Of an item's story the page shows the latest: somebody may have moved it to and fro a thousand times.
EVENTS_SHOWN = 500
ERROR_CHARACTERS = 60  # in the list
ERRORS = sorted({*ERROR_CODES, "worker_lost", "waited_too_long", "internal"})
BAR_STEP, BAR_HEIGHT = 12, 24  # of the drawing in stats.html
PRIORITIES = [str(priority) for priority in range(1, 11)]


class PriorityForm(forms.Form):
    """Which priority."""

    priority = forms.IntegerField(min_value=1, max_value=10, initial=5, help_text="1 is the most urgent of 1..10.")


@admin.register(EnrichmentItem)
class EnrichmentItemAdmin(ReadOnlyAdmin):
    """The queue."""

    list_display = ["short", "state", "priority", "attempt", "waits", "coach", "owner", "error", "worker"]
    list_filter = [
        by_word("status", Status.values),
        by_word("coach", coaches.REGISTRY),
        by_age("queued_at"),
        by_word("attempts", [str(attempt) for attempt in range(settings.MAX_ATTEMPTS + 1)]),
        by_word("error_kind", ERRORS, name="error"),
        by_word("priority", PRIORITIES),
    ]
    list_select_related = ["owner"]
    ordering = ["-created_at", "-id"]
    search_fields = ["owner__username", "error_kind", "error_message", "worker"]
    search_ids = ["id", "session__id"]
    search_help_text = "An item's or a session's id or its first 8 digits, an owner, a worker, words of an error"
    actions = ["requeue", "cancel", "change_priority"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("state", "priority", "attempt"),
                    ("owner", "coach"),
                    ("error_kind", "error_message"),
                    ("next_attempt_at", "worker", "lease_expires_at"),
                    ("queued_at", "first_claimed_at", "started_at", "completed_at"),
                ]
            },
        ),
        ("Session", {"classes": ["whole"], "fields": ["session_beside"]}),
        ("Timeline", {"classes": ["whole", "wide-page"], "fields": ["timeline"]}),
        ("Celery results", {"classes": ["whole", "wide-page"], "fields": ["celery_results"]}),
    ]
    readonly_fields = ["state", "attempt", "session_beside", "celery_results", "timeline"]

    # --- the list ---

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """With the queue's numbers on top."""
        context = {"figures": figures(queue.stats()), "may_act": self.has_act_permission(request)}
        return super().changelist_view(request, {**context, **(extra_context or {})})

    @admin.display(description="id")
    def short(self, item: EnrichmentItem) -> SafeString:
        """Its first digits."""
        return short_id(item.pk)

    @admin.display(description="status", ordering="status")
    def state(self, item: EnrichmentItem) -> SafeString:
        """Where it is."""
        return badge(item.status)

    @admin.display(description="attempts", ordering="attempts")
    def attempt(self, item: EnrichmentItem) -> str:
        """Of how many."""
        return f"{item.attempts} / {item.max_attempts}"

    @admin.display(description="error", ordering="error_kind")
    def error(self, item: EnrichmentItem) -> str:
        """The last one's kind, and what it said."""
        message = item.error_message or ""
        short = message if len(message) <= ERROR_CHARACTERS else f"{message[:ERROR_CHARACTERS]}…"
        return f"{item.error_kind}: {short}" if item.error_kind else short or NOTHING

    @admin.display(description="queued", ordering="queued_at")
    def waits(self, item: EnrichmentItem) -> str:
        """How long ago."""
        return f"{duration(max(0.0, (timezone.now() - item.queued_at).total_seconds()))} ago"

    # --- the page ---

    @admin.display(description="session")
    def session_beside(self, item: EnrichmentItem) -> SafeString:
        """What is being enriched, and how far it is."""
        session = item.session
        enriched = set(session.details.values_list("key", flat=True))
        blocks = [
            {
                "role": block["role"],
                "exercises": [
                    {"name": exercise.get("name") or exercise["exercise"], "enriched": exercise["key"] in enriched}
                    for exercise in block["exercises"]
                ],
            }
            for block in session.prescription["blocks"]
        ]
        exercises = sum(len(block["exercises"]) for block in blocks)
        context = {"session": session, "blocks": blocks, "enriched": len(enriched), "exercises": exercises}
        return render_to_string("admin/enrichment/enrichmentitem/session.html", context)

    @admin.display(description="timeline")
    def timeline(self, item: EnrichmentItem) -> SafeString:
        """Its events, and how long after one the next came."""
        events = list(item.events.order_by("-number")[:EVENTS_SHOWN])[::-1]
        after = ["", *(_between(*pair) for pair in pairwise(event.created_at for event in events))]
        lines = [
            {"event": event, "after": pause, "told": told(event)} for event, pause in zip(events, after, strict=False)
        ]
        context = {"lines": lines, "left_out": item.event_count - len(events)}
        return render_to_string("admin/enrichment/enrichmentitem/timeline.html", context)

    @admin.display(description="Celery results")
    def celery_results(self, item: EnrichmentItem) -> SafeString:
        """One result an attempt: the task that the attempt's `claimed` event names."""
        claims = item.events.filter(kind=EnrichmentEvent.Kind.CLAIMED).order_by("-number")[:EVENTS_SHOWN]
        tasks = [claim.data.get("task_id") for claim in claims]
        shown = ["pk", "task_id", "status", "worker", "result", "date_started", "date_done"]
        results = [
            {**result, "took": _between(result["date_started"], result["date_done"])}
            for result in TaskResult.objects.filter(task_id__in=tasks).order_by("date_created").values(*shown)
        ]
        return render_to_string("admin/enrichment/enrichmentitem/results.html", {"results": results})

    # --- acting: each says how many it will move, then moves those of them that still may be moved ---

    @admin.action(description="Requeue failed and cancelled items", permissions=["act"])
    def requeue(self, request: HttpRequest, queryset: EnrichmentItemQuerySet) -> HttpResponse | None:
        """From the start, with a new place in the queue."""
        page = self.ask_first(request, "requeue", verb="requeue", selected=queryset, movable=queryset.stopped())
        if page is None:
            moved = queryset.stopped().in_steps(EnrichmentItemQuerySet.requeue, ROWS_A_STEP)
            self.report(request, "Requeued", moved)
        return page

    @admin.action(description="Cancel pending and processing items", permissions=["act"])
    def cancel(self, request: HttpRequest, queryset: EnrichmentItemQuerySet) -> HttpResponse | None:
        """Their sessions stay usable as they are."""
        page = self.ask_first(request, "cancel", verb="cancel", selected=queryset, movable=queryset.unfinished())
        if page is None:
            moved = queryset.unfinished().in_steps(EnrichmentItemQuerySet.cancel, ROWS_A_STEP)
            self.report(request, "Cancelled", moved)
        return page

    @admin.action(description="Change the priority of pending items", permissions=["act"])
    def change_priority(self, request: HttpRequest, queryset: EnrichmentItemQuerySet) -> HttpResponse | None:
        """Among the items of the new priority they stand by their age."""
        form = PriorityForm(request.POST if "confirmed" in request.POST else None)
        page = self.ask_first(
            request,
            "change_priority",
            verb="change the priority of",
            selected=queryset,
            movable=queryset.pending(),
            form=form,
        )
        if page is None:
            priority = form.cleaned_data["priority"]
            moved = queryset.pending().in_steps(lambda rows: rows.set_priority(priority), ROWS_A_STEP)
            self.report(request, f"Priority set to {priority}", moved)
        return page

    def get_urls(self) -> list[URLPattern]:
        """Beside the usual ones: watch it live, run rescue now."""
        view = self.admin_site.admin_view
        return [
            path("live/", view(self.overview_view), name="enrichment_overview"),
            path("rescue/", view(self.rescue_view), name="enrichment_rescue"),
            *super().get_urls(),
        ]

    def overview_view(self, request: HttpRequest) -> HttpResponse:
        """The queue at this moment and over the last day, refreshed by itself."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        page = {**self.admin_site.each_context(request), "opts": self.opts, "media": self.media}
        return overview_page.response(request, page, errors=ERRORS, may_act=self.has_act_permission(request))

    def rescue_view(self, request: HttpRequest) -> HttpResponse:
        """What beat does every few seconds, now; first a page that says what there is to do."""
        if not self.has_act_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            self._rescue(request)
            return redirect("admin:enrichment_enrichmentitem_changelist")
        items = EnrichmentItem.objects.all()
        ready = items.ready().count()
        context = {
            **self.admin_site.each_context(request),
            "title": "Run rescue now",
            "opts": self.opts,
            "media": self.media,
            "expired": items.expired().count(),
            "due": items.due().count(),
            "ageing": items.ageing().count(),
            "missing": _missing(ready),
            "rows_a_step": RESCUED_A_STEP,
            "messages_a_run": MESSAGES_A_RUN,
        }
        return TemplateResponse(request, "admin/enrichment/enrichmentitem/rescue.html", context)

    def _rescue(self, request: HttpRequest) -> None:
        try:
            done = rescue()
        except OperationalError:
            messages.warning(request, "The broker is away: rows were rescued, their messages will follow.")
            log(request, EnrichmentItem, "Rescue, while the broker was away")
            return
        if not done:
            messages.warning(request, "Another rescue is running at this moment.")
            return
        deed = "Rescue: " + ", ".join(f"{count} {name}" for name, count in done.items())
        messages.success(request, f"{deed}.")
        log(request, EnrichmentItem, deed)


@admin.register(Worker)
class WorkerAdmin(ReadOnlyAdmin):
    """Worker processes as they report themselves."""

    list_display = ["name", "live", "active", "capacity", "started_at", "seen_at"]
    search_fields = ["name"]
    fields = ["name", "live", ("active", "capacity"), ("started_at", "seen_at")]
    readonly_fields = ["live"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Worker]:
        """With whether each is live, by the database's clock."""
        heard = Q(seen_at__gt=Now() - interval(settings.WORKER_SILENT_SECONDS))
        workers: QuerySet[Worker] = super().get_queryset(request)
        return workers.annotate(live=ExpressionWrapper(heard, output_field=BooleanField()))

    @admin.display(boolean=True)
    def live(self, worker: Any) -> bool:
        """Has it really consumed a short while ago?"""
        return bool(worker.live)


admin.site.unregister([TrainingSession, TaskResult, GroupResult])


@admin.register(TrainingSession)
class QueuedSessionAdmin(TrainingSessionAdmin):
    """The same page with the session's item; `training` knows of no queue, so it joins here."""

    fieldsets = [
        *TrainingSessionAdmin.fieldsets[:1],
        ("In the queue", {"classes": ["whole"], "fields": ["queued"]}),
        *TrainingSessionAdmin.fieldsets[1:],
    ]
    readonly_fields = [*TrainingSessionAdmin.readonly_fields, "queued"]

    @admin.display(description="in the queue")
    def queued(self, session: TrainingSession) -> str:
        """Its item in one line."""
        item = EnrichmentItem.objects.filter(session=session).first()
        if item is None:
            return "It was never queued."
        return format_html(
            '{} {} priority {}, attempts {} of {} <span class="quiet">{}</span>',
            link(reverse("admin:enrichment_enrichmentitem_change", args=[item.pk]), short_id(item.pk)),
            badge(item.status),
            item.priority,
            item.attempts,
            item.max_attempts,
            item.error_message or "",
        )


@admin.register(TaskResult)
class AttemptAdmin(ReadOnlyAdmin):
    """What Celery kept of each attempt, for seven days."""

    list_display = ["task_id", "task_name", "state", "worker", "date_created", "date_done"]
    list_filter = [by_word("status", ["STARTED", "SUCCESS", "FAILURE", "RETRY", "REVOKED"]), by_age("date_created")]
    ordering = ["-id"]
    search_fields = ["task_id", "result"]
    search_help_text = "A task's id, words of its result (an item's id stands there)"
    fields = [
        ("task_id", "task_name", "state"),
        ("worker", "date_created", "date_started", "date_done"),
        ("task_args", "task_kwargs"),
        "result",
        "traceback",
    ]
    readonly_fields = ["state"]

    @admin.display(description="status", ordering="status")
    def state(self, result: TaskResult) -> SafeString:
        """How it ended."""
        return badge(result.status)


def figures(stats: dict[str, Any]) -> dict[str, Any]:
    """The queue's stats as the strip shows them: durations in words, priorities as bars of a drawing 120 by 24."""
    most = max(stats["by_priority"].values()) or 1
    heights = {priority: round(BAR_HEIGHT * count / most, 1) for priority, count in stats["by_priority"].items()}
    return {
        **stats,
        "oldest": duration(stats["oldest_pending_seconds"]),
        "wait": [duration(stats["wait_seconds"][part]) for part in ("p50", "p95")],
        "service": [duration(stats["service_seconds"][part]) for part in ("p50", "p95")],
        "window": duration(stats["window_seconds"]),
        "bars": [
            {
                "priority": priority,
                "count": stats["by_priority"][priority],
                "x": number * BAR_STEP,
                "y": BAR_HEIGHT - height,
                "height": height,
            }
            for number, (priority, height) in enumerate(heights.items())
        ],
        "coaches": {coach: count for coach, count in stats["by_coach"].items() if count},
    }


def told(event: EnrichmentEvent) -> str:
    """What an event tells beside its kind, in short."""
    item = event.data.get("item", {})
    parts = [event.data[name] for name in ("key", "worker") if name in event.data]
    if task := event.data.get("task_id"):
        parts.append(f"task {task[:SHORT_ID_DIGITS]}")
    if details := event.data.get("details"):
        parts.append(f"from {details['source']}")
    if event.kind == EnrichmentEvent.Kind.CLAIMED:
        parts.insert(0, f"attempt {item['attempts']} of {item['max_attempts']}")
    if event.kind in PLACED:
        parts.append(f"priority {item['priority']}")
    if event.kind in STOPPED and item.get("error_message"):
        parts.append(item["error_message"])
    if item.get("next_attempt_at"):
        parts.append(f"again at {item['next_attempt_at'][:19].replace('T', ' ')}")
    return ", ".join(parts)


_Kind = EnrichmentEvent.Kind
PLACED = (_Kind.QUEUED, _Kind.REQUEUED, _Kind.PRIORITY_SET, _Kind.PROMOTED)
STOPPED = (_Kind.RETRIED, _Kind.SNOOZED, _Kind.RESCUED, _Kind.FAILED)


def _between(earlier: datetime | None, later: datetime | None) -> str:
    return duration((later - earlier).total_seconds()) if earlier and later else NOTHING


def _missing(ready: int) -> int | None:
    """Ready items without a message; None where the broker cannot be asked."""
    try:
        return max(0, ready - dispatch.waiting())
    except OperationalError:
        return None
