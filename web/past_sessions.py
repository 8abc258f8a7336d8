"""An athlete's sessions, the newest first: pages that are as quick at the ten-thousandth session as at the first."""

from typing import Any, Final, cast

from django import forms
from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.db.models.fields.json import KT
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request

from config.roles import on_behalf_of
from training.api import SessionPagination
from training.models import EnrichmentStatus, TrainingSession
from training.prescription import Refused
from web import words
from web.accounts import Private

ENRICHED = [EnrichmentStatus.ENRICHED, EnrichmentStatus.FULL]

# What an athlete looks for: {value: (label, condition)}.
STATUSES: Final[dict[str, tuple[Any, Q]]] = {
    "done": (_("Done"), Q(done_at__isnull=False)),
    "to-do": (_("Not done yet"), Q(done_at__isnull=True)),
    "ready": (_("Ready"), Q(enrichment_status=EnrichmentStatus.FAST)),
    "enriching": (_("Enriching"), Q(enrichment_status=EnrichmentStatus.ENRICHING)),
    "enriched": (_("Enriched"), Q(enrichment_status__in=ENRICHED)),
}


class FilterForm(forms.Form):
    """Which sessions; what it does not know filters nothing."""

    coach = forms.ChoiceField(
        label=_("Coach"),
        required=False,
        choices=[("", _("All coaches")), *((slug, coach.name) for slug, coach in words.COACHES.items())],
    )
    status = forms.ChoiceField(
        label=_("Status"),
        required=False,
        choices=[
            ("", _("All sessions")),
            *((value, label) for value, (label, _condition) in STATUSES.items()),
        ],
    )

    def condition(self) -> Q:
        """As the database takes it."""
        self.is_valid()
        coach, status = self.cleaned_data.get("coach"), self.cleaned_data.get("status")
        return (Q(coach=coach) if coach else Q()) & (STATUSES[status][1] if status else Q())


class PastSessionsView(Private):
    """A page of the list. It has an address of its own, and so have its neighbours."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """The page at `cursor`; without one, or with one of another list, the newest."""
        form = FilterForm(request.GET)
        pages = SessionPagination()
        try:
            with on_behalf_of(self.user.pk):
                sessions = pages.paginate_queryset(_rows(self.user, form.condition()), Request(request))
        except Refused:
            return redirect("past-sessions")
        context = {
            "form": form,
            "filtered": any(form.cleaned_data.values()),
            "sessions": sessions,
            "newer": pages.get_previous_link(),
            "older": pages.get_next_link(),
            "words": words,
        }
        return render(request, "web/past_sessions.html", context)


def _rows(owner: User, condition: Q) -> QuerySet[TrainingSession]:
    """With what a line shows; the large columns stay where they are."""
    own = TrainingSession.objects.filter(condition, owner_id=owner.pk)
    told = own.annotate(title=KT("prescription__title"), minutes=KT("prescription__duration_minutes"))
    large = ["request", "prescription", "checks", "analysis"]
    return cast("QuerySet[TrainingSession]", told.defer(*large))
