"""What people see: a session asked for, and a session read. Every form works without JavaScript."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import BadRequest, ObjectDoesNotExist, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache
from rest_framework.request import Request

from config.roles import on_behalf_of
from config.throttle import Throttle
from enrichment import queue
from enrichment.models import EnrichmentItem
from training import coaches, generation
from training.catalogue import Catalogue
from training.catalogue.stored import current
from training.models import EnrichmentStatus, TrainingSession
from training.prescription import Prescription, Refused
from training.request import Language
from training.serializers import SessionSerializer
from web import words
from web.accounts import Private
from web.charts import figures
from web.example import example
from web.forms import AskForm
from web.script_words import ask_words, session_words
from web.sheet import sheet
from web.standing import Standing

RECENT = 5


@method_decorator(never_cache, name="dispatch")  # the same address shows an athlete's last sessions
class HomeView(View):
    """Ask for a session; for visitors, what this is and what comes of it."""

    generates = ("POST",)

    def get(self, request: HttpRequest) -> HttpResponse:
        """The form, or the front door."""
        if request.user.is_authenticated:
            return self._form(request, AskForm(initial={"language": get_language(), "coach": "force"}))
        return self._front_door(request)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Asked for without JavaScript: made in this request, then shown at its own address."""
        if not isinstance(request.user, User):
            return redirect("sign-in")
        form = AskForm(request.POST)
        # The throttle asks a request for its method and user, which Django's has as well.
        if not Throttle().allow_request(cast(Request, request), self):
            form.add_error(None, _("That was a lot of sessions at once. Please wait a minute."))
            return self._form(request, form, status=429)
        if form.is_valid():
            try:
                return redirect("read-session", generation.create(request.user, form.asked()).pk)
            except Refused as refused:
                form.refuse(refused)
        return self._form(request, form, status=422)

    def _form(self, request: HttpRequest, form: AskForm, status: int = 200) -> HttpResponse:
        with on_behalf_of(cast(User, request.user).pk):
            recent = list(TrainingSession.objects.filter(owner_id=request.user.pk).order_by("-created_at")[:RECENT])
        context = {"form": form, "recent": recent, "script_words": ask_words()}
        return render(request, "web/home.html", context, status=status)

    def _front_door(self, request: HttpRequest) -> HttpResponse:
        coach = request.GET.get("coach", "force")
        if coach not in coaches.REGISTRY:
            coach = "force"
        language, catalogue = cast(Language, get_language()), current()
        prescription = example(coach, language, catalogue)
        names = _names(prescription, catalogue, language)
        context = {
            "coach": coach,
            "coaches": words.COACHES,
            "prescription": prescription,
            "sheet": sheet(prescription, details={}, names=names, awaited=False),
            "language": language,
        }
        return render(request, "web/front_door.html", context)


class SessionView(Private):
    """One session: to be read, checked off, done, enriched, deleted. To other athletes it does not exist."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """The session, as far as it is."""
        with on_behalf_of(self.user.pk):
            return render(request, "web/session.html", self._context(self._session(pk)))

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """What the athlete does with it."""
        with on_behalf_of(self.user.pk):
            session = self._session(pk)
            if session.owner_id != self.user.pk:
                raise PermissionDenied
            try:
                return self._acted(session)
            except ObjectDoesNotExist:  # deleted elsewhere at this very moment
                raise Http404 from None

    def _acted(self, session: TrainingSession) -> HttpResponse:
        match self.request.POST.get("action"):
            case "done":
                session.mark_done(None, _rpe(self.request.POST.get("rpe")))
                messages.success(self.request, _("Well done. It counts for what comes next."))
            case "not_done":
                session.mark_not_done()
            case "enrich" if session.enrichment_status != EnrichmentStatus.FULL:
                EnrichmentItem.objects.enqueue(session, None)
            case "cancel":
                EnrichmentItem.objects.filter(session=session).cancel()
            case "delete":
                session.delete()
                messages.success(self.request, _("The session is deleted."))
                return redirect("home")
            case _:
                raise BadRequest
        return redirect("read-session", session.pk)

    def _session(self, pk: UUID) -> TrainingSession:
        rows = SessionSerializer.rows()
        mine = rows if self.user.is_staff else rows.filter(owner_id=self.user.pk)
        return get_object_or_404(mine, pk=pk)

    def _context(self, session: TrainingSession) -> dict[str, Any]:
        prescription = session.parsed_prescription()
        standing = Standing.of(queue.status(session))
        names = _names(prescription, current(), cast(Language, session.language))
        return {
            "session": session,
            "mine": session.owner_id == self.user.pk,
            "prescription": prescription,
            "standing": standing,
            "sheet": sheet(
                prescription,
                details={detail.key: detail.as_json() for detail in session.details.all()},
                names=names,
                awaited=standing.awaited,
            ),
            "figures": figures(session),
            "kept": [check for check in session.checks if check["ok"]],
            "all_kept": all(check["ok"] for check in session.checks),
            "checks": [(words.CHECKS.get(check["code"], check["code"]), check) for check in session.checks],
            "exports": [
                (link, words.EXPORTS[link.rpartition(".")[2]])
                for link in SessionSerializer(context={"staff": False}).get_links(session)["exports"]
            ],
            "language": session.language,
            "script_words": session_words(),
        }


class BadgeExampleView(View):
    """`enrichment.js` and its badge, for developers: with the reader's latest session, if there is one."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Explained to everybody, alive for who has a session."""
        session = None
        if isinstance(request.user, User):
            with on_behalf_of(request.user.pk):
                session = TrainingSession.objects.filter(owner=request.user).order_by("-created_at").first()
        context = {
            "session": session,
            "session_id": session.pk if session else "…",
            "origin": request.build_absolute_uri("/").rstrip("/"),
        }
        return render(request, "web/badge_example.html", context)


def _names(prescription: Prescription, catalogue: Catalogue, language: Language) -> dict[str, str]:
    """What the catalogue calls the exercises that a prescription names by slug."""
    slugs = {
        slug
        for _, exercise in prescription.exercises()
        for slug in (exercise.exercise, *exercise.substitutions)
        if slug
    }
    return {slug: getattr(entry.name, language) for slug in slugs if (entry := catalogue.get(slug))}


def _rpe(text: str | None) -> float | None:
    """How hard it was, 1 to 10; None where it is not told."""
    if not text:
        return None
    if text not in {str(n) for n in range(1, 11)}:
        raise BadRequest
    return float(text)
