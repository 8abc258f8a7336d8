"""The endpoints of sessions, coaches and exercises."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Annotated, Any

from django.http import Http404, HttpResponse, HttpResponseBase
from django.urls import path
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language
from django_filters import fields
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from pydantic import BeforeValidator, Field
from rest_framework.generics import DestroyAPIView, GenericAPIView, ListAPIView, RetrieveAPIView
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config import events
from config.http import CursorPagination, Problem, read
from config.views import Conditional, OwnedView, caller, for_caller
from training import coaches, exports, files, generation, streaming
from training.catalogue import fold
from training.catalogue.entry import LEVELS, MUSCLES
from training.idempotency import Answer, Mark, once
from training.models import EnrichmentStatus, Exercise, TrainingSession
from training.prescription import Refused, Shape, refusal
from training.request import SessionRequest
from training.serializers import CoachPageSerializer, ExerciseSerializer, SessionSerializer, session_path

COACHES = [(slug, slug) for slug in coaches.REGISTRY]
NOT_MODIFIED = OpenApiResponse(description="Nothing has changed.")

# --- sessions ---


FIRST_MOMENT, LAST_MOMENT = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


class MomentField(fields.IsoDateTimeField):
    """A time in ISO 8601, in UTC: Python knows time zones that PostgreSQL refuses."""

    def to_python(self, value: Any) -> datetime | None:
        moment: datetime | None = super().to_python(value)
        try:
            return moment and moment.astimezone(UTC)
        except OverflowError:  # the first day of the year 1, somewhere east, or the last of 9999, somewhere west
            return FIRST_MOMENT if moment and moment.year == 1 else LAST_MOMENT


class MomentFilter(filters.IsoDateTimeFilter):
    """A filter by a moment."""

    field_class = MomentField


class SessionsQuery(filters.FilterSet):
    """Which sessions."""

    coach = filters.ChoiceFilter(choices=COACHES)
    enrichment_status = filters.ChoiceFilter(choices=EnrichmentStatus.choices)
    created_after = MomentFilter(field_name="created_at", lookup_expr="gt")
    created_before = MomentFilter(field_name="created_at", lookup_expr="lt")


class SessionPagination(CursorPagination):
    ordering = ("-created_at", "-id")


class SessionRowsView(OwnedView[TrainingSession]):
    """Sessions, shown whole."""

    queryset = SessionSerializer.rows()
    serializer_class = SessionSerializer

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "staff": self.request.user.is_staff}

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """One session is in its own language, whatever its reader's is; a list of them is in none."""
        response = super().finalize_response(request, response, *args, **kwargs)
        if isinstance(response, Response) and isinstance(response.data, dict) and "language" in response.data:
            response["Content-Language"] = response.data["language"]
        return response


class SessionsView(SessionRowsView, ListAPIView[TrainingSession]):
    """The caller's sessions, newest first; and the place to ask for a new one."""

    pagination_class = SessionPagination
    filterset_class = SessionsQuery
    generates = ("POST",)

    get = for_caller(ListAPIView.get)

    def get_renderers(self) -> list[BaseRenderer]:
        """A session can be watched while it is made; a list of them cannot."""
        streams = [events.EventStreamRenderer()] if self.request.method == "POST" else []
        return [*super().get_renderers(), *streams]

    @extend_schema(
        request=SessionRequest,
        responses={
            (201, "application/json"): SessionSerializer,
            (200, events.MEDIA_TYPE): OpenApiResponse(str, streaming.EVENTS),
        },
        parameters=[OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)],
    )
    def post(self, request: Request) -> HttpResponseBase:
        """Generates with the coach, or takes the caller's own `prescription`.

        With `Accept: text/event-stream` the session is streamed while it is written.
        """
        if isinstance(request.accepted_renderer, events.EventStreamRenderer):
            return streaming.response(partial(self._answer, request))
        answer = self._answer(request, generation.NOBODY)
        return HttpResponse(answer.body, status=answer.status, headers=answer.headers)

    def _answer(self, request: Request, audience: generation.Audience) -> Answer:
        key = request.headers.get("Idempotency-Key")
        if key is None:
            return self._create(request, audience, None)
        return once(caller(request).pk, key, request.body, partial(self._create, request, audience))

    def _create(self, request: Request, audience: generation.Audience, mark: Mark | None) -> Answer:
        asked = read(request, SessionRequest)
        answers: list[Answer] = []

        def answer(session: TrainingSession) -> None:
            # In the transaction that saves the session: what is kept for a replay is what is answered now.
            shown = self.get_serializer(self.get_queryset().get(pk=session.pk)).data
            headers = {
                "Content-Type": "application/json",
                "Content-Language": session.language,
                "Location": session_path(session),
            }
            answers.append(Answer(201, JSONRenderer().render(shown).decode(), headers))
            if mark:
                mark.keep(answers[-1], session)

        try:
            generation.create(caller(request), asked, audience=audience, also=answer)
        except generation.ModelUnavailable as error:
            raise Problem(
                503,
                "No model answered ({reason}), and the built-in coach was not wanted.",
                reason=error.reason,
                kind="model_unavailable",
                retry_after=error.retry_after,
            ) from error
        return answers[-1]


class SessionView(Conditional, SessionRowsView, RetrieveAPIView[TrainingSession], DestroyAPIView[TrainingSession]):
    """One session. Deleting takes its queue item and its details along."""

    get = extend_schema(responses={200: SessionSerializer, 304: NOT_MODIFIED})(for_caller(RetrieveAPIView.get))
    delete = for_caller(DestroyAPIView.delete)


# How far a caller's clock may be ahead of ours.
CLOCK_SKEW = timedelta(minutes=5)
FIRST_YEAR = 1900  # nobody who reads this trained before


def _in_utc(text: str) -> datetime:
    """A time in ISO 8601. Raises ValueError, and OverflowError for the first day of the year 1, somewhere east."""
    moment = datetime.fromisoformat(text)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _moment(value: Any) -> Any:
    """A time in ISO 8601, in UTC where it does not say; within living memory and none in the future."""
    if not isinstance(value, str):
        return value
    try:
        moment = _in_utc(value)
    except (ValueError, OverflowError):
        raise refusal("invalid_format", "Expected a time in ISO 8601.") from None
    if moment > timezone.now() + CLOCK_SKEW:
        raise refusal("max_value", "This is in the future.")
    if moment.year < FIRST_YEAR:
        raise refusal("min_value", "This is before {year}.", year=FIRST_YEAR)
    return moment


class DoneRequest(Shape):
    """When the athlete did it (null: now), and how hard it was."""

    at: Annotated[datetime, BeforeValidator(_moment)] | None = None
    rpe: Annotated[float, Field(ge=1, le=10)] | None = None


EARLIEST_START, LATEST_START = datetime(1900, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)


class ExportView(Conditional, SessionRowsView):
    """A session as a file for elsewhere."""

    def perform_content_negotiation(self, request: Request, force: bool = False) -> tuple[Any, str]:
        """The path says which kind of file is wanted, whatever a browser accepts."""
        return JSONRenderer(), JSONRenderer.media_type

    @extend_schema(
        operation_id="sessions_export",
        parameters=[
            OpenApiParameter("extension", str, OpenApiParameter.PATH, enum=list(exports.FORMATS)),
            OpenApiParameter(
                "start",
                OpenApiTypes.DATETIME,
                description="ics: when the session is to take place. By default the full hour after it was made, and "
                "once it is done, when it was.",
            ),
        ],
        responses={
            **{(200, kind.media_type): OpenApiTypes.BINARY for kind in exports.FORMATS.values()},
            304: NOT_MODIFIED,
        },
    )
    @for_caller
    def get(self, request: Request, pk: str, extension: str) -> HttpResponse:
        """A calendar's event, a Zwift workout (cycling), a FIT workout, Markdown; `links.exports` says which."""
        kind = exports.FORMATS.get(extension)
        if kind is None:
            raise Http404
        session = self.get_object()
        there = exports.available(session.coach, session.discipline, session.prescription)
        if extension not in there:
            raise Problem(
                406,
                "This session cannot be had as {wanted}, but as {there}.",
                wanted=extension,
                there=", ".join(there),
                kind="export_not_available",
            )
        workout = files.workout(session, starts_at=_asked_start(request))
        response = HttpResponse(kind.write(workout), content_type=kind.media_type)
        response["Content-Disposition"] = f'attachment; filename="{files.name(workout)}.{extension}"'
        response["Content-Language"] = session.language
        return response


def _asked_start(request: Request) -> datetime | None:
    """The query parameter `start`, in UTC where it does not say. Raises Refused at /start."""
    asked = request.query_params.get("start")
    if asked is None:
        return None
    try:
        start = _in_utc(asked)
    except (ValueError, OverflowError):
        raise Refused.at("/start", "invalid_format", "Expected a time in ISO 8601.") from None
    if not EARLIEST_START <= start <= LATEST_START:
        raise Refused.at("/start", "invalid", "Expected a time between {first} and {last}.", first=1900, last=9000)
    return start


class DoneView(SessionRowsView):
    """Whether the athlete did a session: only such sessions count as history."""

    @extend_schema(request=DoneRequest, responses=SessionSerializer)
    @for_caller
    def post(self, request: Request, pk: str) -> Response:
        """The athlete did it."""
        session = self.get_object()
        done = read(request, DoneRequest, needed=False)
        session.mark_done(done.at, done.rpe)
        return Response(self.get_serializer(session).data)

    @extend_schema(request=None, responses={200: SessionSerializer})
    @for_caller
    def delete(self, request: Request, pk: str) -> Response:
        """The athlete did not do it after all."""
        session = self.get_object()
        session.mark_not_done()
        return Response(self.get_serializer(session).data)


# --- coaches and exercises ---


class CoachesView(APIView):
    """The five coaches."""

    @extend_schema(responses=CoachPageSerializer)
    def get(self, request: Request) -> Response:
        """What each teaches, and with what."""
        page = {"next": None, "previous": None, "results": coaches.REGISTRY.values()}
        return Response(CoachPageSerializer(page).data)


class ExercisesQuery(filters.FilterSet):
    """Which exercises."""

    coach = filters.ChoiceFilter(field_name="coaches", choices=COACHES, method="having")
    equipment = filters.CharFilter(field_name="equipment", method="having")
    muscle = filters.ChoiceFilter(
        field_name="muscles", choices=[(muscle, muscle) for muscle in MUSCLES], method="having"
    )
    level = filters.ChoiceFilter(choices=[(level, level) for level in LEVELS])
    q = filters.CharFilter(method="named", help_text="part of a name or alias in either language")

    def having(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(**{f"{name}__contains": [value]})

    def named(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(search__contains=fold(value))


class ExercisePagination(CursorPagination):
    ordering = ("slug",)


class ExerciseRowsView(GenericAPIView[Exercise]):
    """The catalogue, in the language of Accept-Language."""

    queryset = Exercise.objects.all()
    serializer_class = ExerciseSerializer

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "language": get_language()}

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        if isinstance(response, Response):  # a problem is none of REST framework's, and says its language itself
            response["Content-Language"] = get_language()
            patch_vary_headers(response, ["Accept-Language"])
        return response


IN_LANGUAGE = extend_schema(
    parameters=[OpenApiParameter("Accept-Language", str, OpenApiParameter.HEADER, enum=["en", "fr"])]
)


@IN_LANGUAGE
class ExercisesView(Conditional, ExerciseRowsView, ListAPIView[Exercise]):
    """The catalogue, by slug."""

    pagination_class = ExercisePagination
    filterset_class = ExercisesQuery


@IN_LANGUAGE
class ExerciseView(Conditional, ExerciseRowsView, RetrieveAPIView[Exercise]):
    """One exercise."""


urlpatterns = [
    path("sessions/", SessionsView.as_view(), name="sessions"),
    path("sessions/<uuid:pk>/", SessionView.as_view(), name="session"),
    path("sessions/<uuid:pk>/done/", DoneView.as_view(), name="done"),
    path("sessions/<uuid:pk>/export.<slug:extension>", ExportView.as_view(), name="export"),
    path("coaches/", CoachesView.as_view(), name="coaches"),
    path("exercises/", ExercisesView.as_view(), name="exercises"),
    path("exercises/<slug:pk>/", ExerciseView.as_view(), name="exercise"),
]
