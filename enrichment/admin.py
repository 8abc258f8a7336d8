"""The operator's desk: the queue, an item's story, and what may be done about it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django_celery_results.models import TaskResult
from kombu.exceptions import OperationalError

from enrichment import queue
from enrichment.models import EnrichmentItem, EnrichmentItemQuerySet, Worker, interval
from enrichment.rescue import rescue

HOUR, DAY = 3_600, 86_400
# An action on everything that matches a filter moves so many rows a transaction.
ROWS_A_STEP = 500


class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]  # Django's own cannot be subscripted
    """Rows that only the program writes: nobody adds, edits or deletes them by hand."""

    show_full_result_count = False  # counting a million rows for a heading is not worth it

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [*self.readonly_fields, *(field.name for field in self.model._meta.fields)]


class AgeFilter(admin.SimpleListFilter):
    """How long ago an item was queued."""

    title = "age"
    parameter_name = "age"
    CHOICES = {
        "minute": ("under a minute", 0, 60),
        "hour": ("a minute to an hour", 60, HOUR),
        "day": ("an hour to a day", HOUR, DAY),
        "old": ("over a day", DAY, None),
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(value, label) for value, (label, _, _) in self.CHOICES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[EnrichmentItem]) -> QuerySet[EnrichmentItem]:
        if self.value() not in self.CHOICES:
            return queryset
        _, youngest, oldest = self.CHOICES[str(self.value())]
        queryset = queryset.filter(queued_at__lte=Now() - interval(youngest))
        return queryset if oldest is None else queryset.filter(queued_at__gt=Now() - interval(oldest))


class PriorityForm(forms.Form):
    """Which priority."""

    priority = forms.IntegerField(min_value=1, max_value=10, initial=5, help_text="1 is the most urgent")


Move = Callable[[EnrichmentItemQuerySet], list[EnrichmentItem]]


@admin.register(EnrichmentItem)
class EnrichmentItemAdmin(ReadOnly):
    """The queue."""

    list_display = ["id", "status", "priority", "coach", "owner", "attempts", "error_kind", "queued_at", "worker"]
    list_filter = ["status", "coach", AgeFilter, "attempts", "error_kind", "priority"]
    list_select_related = ["owner"]
    ordering = ["-created_at", "-id"]
    search_fields = ["owner__username", "error_message", "worker"]
    search_help_text = "An item's or a session's id, an owner, a worker, words of an error"
    actions = ["requeue", "cancel", "change_priority"]
    readonly_fields = ["session_beside", "timeline", "celery_results"]
    fieldsets = [
        (None, {"fields": ["status", "priority", "coach", "owner", "session_beside"]}),
        ("Attempts", {"fields": ["attempts", "max_attempts", "error_kind", "error_message", "next_attempt_at"]}),
        ("Work", {"fields": ["worker", "claim_number", "lease_expires_at", "task_id"]}),
        ("Times", {"fields": ["created_at", "queued_at", "first_claimed_at", "started_at", "completed_at"]}),
        ("Story", {"fields": ["timeline", "celery_results"]}),
    ]

    # --- reading ---

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """With the queue's numbers on top."""
        context = {"stats": queue.stats(), "may_change": self.has_change_permission(request)}
        return super().changelist_view(request, {**context, **(extra_context or {})})

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[EnrichmentItem], search_term: str
    ) -> tuple[QuerySet[EnrichmentItem], bool]:
        """An id finds its item, and the item of the session that it is."""
        try:
            wanted = UUID(search_term.strip())
        except ValueError:
            return super().get_search_results(request, queryset, search_term)
        return queryset.filter(pk=wanted) | queryset.filter(session=wanted), False

    @admin.display(description="session")
    def session_beside(self, item: EnrichmentItem) -> SafeString:
        """What is being enriched: a link, and how far it is."""
        session = item.session
        return format_html(
            '<a href="{}">{}</a> — {}, {}, {} of {} exercises with details',
            reverse("admin:training_trainingsession_change", args=[session.pk]),
            session.prescription.get("title") or session.pk,
            session.enrichment_status,
            session.source,
            session.details.count(),
            sum(len(block["exercises"]) for block in session.prescription["blocks"]),
        )

    @admin.display(description="timeline")
    def timeline(self, item: EnrichmentItem) -> SafeString:
        """Every event, with what it tells beside the item itself."""
        return format_html(
            "<table><tr><th>#</th><th>when</th><th>what</th><th></th></tr>{}</table>",
            format_html_join(
                "",
                "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
                (
                    (event.number, event.created_at.isoformat(" ", "milliseconds"), event.kind, _told(event.data))
                    for event in item.events.order_by("number")
                ),
            ),
        )

    @admin.display(description="Celery results")
    def celery_results(self, item: EnrichmentItem) -> SafeString:
        """One result an attempt, as the `claimed` events name them."""
        tasks = item.events.filter(kind="claimed").values_list("data__task_id", flat=True)
        return format_html_join(
            format_html("<br>"),
            '<a href="{}">{}</a> {} {}',
            (
                (
                    reverse("admin:django_celery_results_taskresult_change", args=[result.pk]),
                    result.task_id,
                    result.status,
                    result.result or "",
                )
                for result in TaskResult.objects.filter(task_id__in=list(tasks)).order_by("date_created")
            ),
        ) or SafeString("none yet")

    # --- acting: each says how many it will move, then moves those of them that still may be moved ---

    @admin.action(description="Requeue failed and cancelled items", permissions=["change"])
    def requeue(self, request: HttpRequest, queryset: EnrichmentItemQuerySet) -> HttpResponse | None:
        return self._confirmed(request, queryset, "requeue", EnrichmentItemQuerySet.requeue)

    @admin.action(description="Cancel pending and processing items", permissions=["change"])
    def cancel(self, request: HttpRequest, queryset: EnrichmentItemQuerySet) -> HttpResponse | None:
        return self._confirmed(request, queryset, "cancel", EnrichmentItemQuerySet.cancel)

    @admin.action(description="Change the priority of pending items", permissions=["change"])
    def change_priority(self, request: HttpRequest, queryset: EnrichmentItemQuerySet) -> HttpResponse | None:
        form = PriorityForm(request.POST if "confirmed" in request.POST else None)
        priority = form.cleaned_data["priority"] if form.is_bound and form.is_valid() else None
        return self._confirmed(
            request, queryset, "change the priority of", lambda rows: rows.set_priority(priority), form
        )

    def _confirmed(
        self,
        request: HttpRequest,
        queryset: EnrichmentItemQuerySet,
        verb: str,
        move: Move,
        form: forms.Form | None = None,
    ) -> HttpResponse | None:
        """First a page that says how many; then, once it is confirmed, the deed."""
        if "confirmed" in request.POST and (form is None or form.is_valid()):
            moved = queryset.order_by().in_steps(move, ROWS_A_STEP)
            messages.success(request, f"{verb.capitalize()}: {moved} items.")
            return None
        return TemplateResponse(
            request,
            "admin/enrichment/enrichmentitem/confirm.html",
            {
                **self.admin_site.each_context(request),
                "title": f"{verb.capitalize()} items",
                "opts": self.model._meta,
                "verb": verb,
                "count": queryset.count(),
                "form": form,
                "action": request.POST["action"],
                "select_across": request.POST.get("select_across", "0"),
                "selected": request.POST.getlist(helpers.ACTION_CHECKBOX_NAME),
                "action_checkbox_name": helpers.ACTION_CHECKBOX_NAME,
            },
        )

    def get_urls(self) -> list[URLPattern]:
        """Beside the usual ones: run rescue now."""
        rescue_now = path("rescue/", self.admin_site.admin_view(self.rescue_view), name="enrichment_rescue")
        return [rescue_now, *super().get_urls()]

    def rescue_view(self, request: HttpRequest) -> HttpResponse:
        """What beat does every few seconds, now; first a page that says what there is to do."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            self._rescue(request)
            return redirect("admin:enrichment_enrichmentitem_changelist")
        items = EnrichmentItem.objects
        context = {
            **self.admin_site.each_context(request),
            "title": "Run rescue now",
            "opts": self.model._meta,
            "expired": items.expired().count(),
            "due": items.due().count(),
            "ageing": items.ageing().count(),
            "ready": items.ready().count(),
        }
        return TemplateResponse(request, "admin/enrichment/enrichmentitem/rescue.html", context)

    def _rescue(self, request: HttpRequest) -> None:
        try:
            done = rescue()
        except OperationalError:
            messages.error(request, "The broker is away: rows were rescued, messages will follow.")
        else:
            said = ", ".join(f"{name} {count}" for name, count in done.items())
            messages.success(request, said or "Another rescue is running at this moment.")


@admin.register(Worker)
class WorkerAdmin(ReadOnly):
    """Worker processes as they report themselves."""

    list_display = ["name", "capacity", "active", "started_at", "seen_at"]


def _told(data: dict[str, Any]) -> str:
    """What an event tells beside the item as it was, in short."""
    told = {name: value for name, value in data.items() if name not in ("item", "details", "analysis")}
    error = data.get("item", {}).get("error_message")
    return ", ".join([*(f"{name}: {value}" for name, value in told.items()), *([error] if error else [])])
