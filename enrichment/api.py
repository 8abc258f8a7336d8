"""The queue's endpoints: a session's enrichment, the caller's items, the numbers of the whole."""

from typing import Annotated, Any

from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.urls import path
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from pydantic import Field
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config import events
from config.http import CursorPagination, Problem, read
from config.views import Conditional, OwnedView, caller, for_caller
from enrichment import live, queue, story
from enrichment.models import EnrichmentItem, Status
from enrichment.serializers import QueueItemSerializer, StatsSerializer, StatusSerializer
from training import coaches
from training.models import EnrichmentStatus, TrainingSession
from training.prescription import Shape


class QueueRequest(Shape):
    """Where to queue: 1 is the most urgent; null leaves the present priority."""

    priority: Annotated[int, Field(ge=1, le=10)] | None = None


class SessionEnrichmentView(Conditional, OwnedView[TrainingSession]):
    """A session's enrichment: how far it is; queue it, or change its priority; cancel it."""

    queryset = TrainingSession.objects.all()
    lookup_url_kwarg = "session_id"

    @extend_schema(responses={200: StatusSerializer, 304: OpenApiResponse(description="Nothing has changed.")})
    @for_caller
    def get(self, request: Request, session_id: str) -> Response:
        """Retry-After says when to ask again, while it is not final."""
        return self._status(self.get_object())

    @extend_schema(request=QueueRequest, responses={200: StatusSerializer, 202: StatusSerializer})
    @for_caller
    def post(self, request: Request, session_id: str) -> Response:
        """Idempotent: a pending item gets the priority, a failed or cancelled one starts anew."""
        session = self.get_object()
        asked = read(request, QueueRequest, needed=False)
        if session.enrichment_status == EnrichmentStatus.FULL:
            raise Problem(409, "The session came complete; there is nothing to enrich.")
        item = EnrichmentItem.objects.enqueue(session, asked.priority)
        return self._status(session, code=200 if item.status == Status.COMPLETED else 202)

    @extend_schema(request=None, responses={202: StatusSerializer})
    @for_caller
    def delete(self, request: Request, session_id: str) -> Response:
        """The session stays usable as it is, with the details that were recorded."""
        session = self.get_object()
        if not EnrichmentItem.objects.filter(session=session).cancel():
            raise Problem(409, "The enrichment is final; there is nothing to cancel.")
        return self._status(session, code=202)

    def _status(self, session: TrainingSession, code: int = 200) -> Response:
        session.refresh_from_db(fields=["enrichment_status"])
        status = queue.status(session)
        pause = queue.poll_after_seconds(status)
        return Response(status, status=code, headers={} if pause is None else {"Retry-After": str(pause)})


class SessionEventsView(OwnedView[TrainingSession]):
    """The enrichment as it happens, as server-sent events."""

    queryset = TrainingSession.objects.all()
    lookup_url_kwarg = "session_id"
    renderer_classes = [events.EventStreamRenderer]

    def get_renderers(self) -> list[BaseRenderer]:
        """The story is a stream; what OPTIONS says of it is not."""
        return [JSONRenderer()] if self.request.method == "OPTIONS" else super().get_renderers()

    @extend_schema(
        parameters=[OpenApiParameter("Last-Event-ID", int, OpenApiParameter.HEADER)],
        responses={
            (200, events.MEDIA_TYPE): OpenApiResponse(str, "status, exercise, analysis and done events."),
            204: OpenApiResponse(description="The story was told to its end."),
        },
    )
    @for_caller
    def get(self, request: Request, session_id: str) -> HttpResponseBase:
        """Every event after `Last-Event-ID`, live from then on, until `done`. Comes back to where it was."""
        session = self.get_object()
        if request.method == "HEAD":  # a stream without its body would hold the connection to the end of the story
            return HttpResponse(content_type=events.MEDIA_TYPE)
        after = _event_number(request.headers.get("Last-Event-ID", ""))
        final = story.final_number(session)
        if final is not None and after >= final:
            return HttpResponse(status=204)  # which tells an EventSource to stay away
        return events.response(live.follow(session.pk, caller(request).pk, after))


MOST_DIGITS = 20  # more than any number has that was given out


def _event_number(text: str) -> int:
    """The number of the last event heard; 0, which is before all, where it cannot be read."""
    return int(text[:MOST_DIGITS]) if text.isascii() and text.isdigit() else 0


class ItemFilter(filters.FilterSet):
    """By status and coach."""

    status = filters.ChoiceFilter(choices=Status.choices)
    coach = filters.ChoiceFilter(choices=[(slug, slug) for slug in coaches.REGISTRY])


class ItemPagination(CursorPagination):
    ordering = ("-created_at", "-id")


class ItemsView(OwnedView[EnrichmentItem], ListAPIView[EnrichmentItem]):
    """Own queue items, newest first."""

    queryset = EnrichmentItem.objects.select_related("owner")
    serializer_class = QueueItemSerializer
    pagination_class = ItemPagination
    filterset_class = ItemFilter

    get = for_caller(ListAPIView.get)


class ItemView(Conditional, OwnedView[EnrichmentItem], RetrieveAPIView[EnrichmentItem]):
    """One own queue item."""

    queryset: QuerySet[EnrichmentItem] = EnrichmentItem.objects.select_related("owner")
    serializer_class = QueueItemSerializer
    lookup_url_kwarg = "item_id"

    get = for_caller(RetrieveAPIView.get)


class StatsView(APIView):
    """The numbers of the whole queue."""

    @extend_schema(responses=StatsSerializer)
    def get(self, request: Request) -> Response:
        """Pending and processing are now; what is finished, and how fast, is of the window."""
        return Response(queue.stats())


urlpatterns: list[Any] = [
    path("sessions/<uuid:session_id>/enrichment/", SessionEnrichmentView.as_view(), name="enrichment"),
    path("sessions/<uuid:session_id>/enrichment/events/", SessionEventsView.as_view(), name="events"),
    path("enrichment/items/", ItemsView.as_view(), name="items"),
    path("enrichment/items/<uuid:item_id>/", ItemView.as_view(), name="item"),
    path("enrichment/stats/", StatsView.as_view(), name="stats"),
]
