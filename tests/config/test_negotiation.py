"""Which representation a caller gets, by its Accept header (RFC 9110, 12.5.1)."""

import pytest
from rest_framework.exceptions import NotAcceptable
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from config.events import EventStreamRenderer
from config.negotiation import Negotiation

JSON, STREAM = "application/json", "text/event-stream"


def liked(accept: str) -> str:
    """Of a session that can be had in both, as JSON first."""
    request = Request(APIRequestFactory().post("/", headers={"Accept": accept}))
    renderer, _ = Negotiation().select_renderer(request, [JSONRenderer(), EventStreamRenderer()])
    return renderer.media_type


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("*/*", JSON),
        ("text/*", STREAM),
        (f"{STREAM}, */*", STREAM),  # named is liked better
        (f"{STREAM}, {JSON}", JSON),  # equally liked: ours to choose
        (f"{JSON};q=0.5, {STREAM}", STREAM),
        (f"{STREAM};q=0.1, {JSON};q=0.9", JSON),
        (f"{STREAM};q=0.1, */*", JSON),
        (f"{STREAM};q=0, */*", JSON),
        (f"*/*;q=0.2, {JSON};q=0", STREAM),
        (f"{JSON}; charset=utf-8", JSON),
        (f"text/html, {STREAM}", STREAM),
    ],
)
def test_a_caller_gets_what_it_likes_best(accept: str, media_type: str) -> None:
    assert liked(accept) == media_type


@pytest.mark.parametrize("accept", ["text/html", "", "nonsense", "*/*;q=0", f"{STREAM};q=0", f"{JSON};q=0"])
def test_a_caller_gets_nothing_that_it_refuses(accept: str) -> None:
    with pytest.raises(NotAcceptable):
        liked(accept)
