"""Whatever is sent: a 4xx that names the place, nothing changed, and never a 5xx."""

import copy
import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from hypothesis import HealthCheck, given
from hypothesis import settings as runs
from hypothesis import strategies as st
from pytest_django import Settings
from rest_framework.test import APIClient

from tests.callers import SESSIONS, import_request, load_catalogue, pointers, signed_in
from tests.factories import TrainingSessionFactory
from training.models import TrainingSession

SET = "/prescription/blocks/0/exercises/0/sets/0"
DEEP = "[" * 30 + "]" * 30


@pytest.fixture
def client(athlete: User, settings: Settings) -> APIClient:
    """The athlete's, before the whole catalogue, asking faster than anybody may."""
    settings.THROTTLE_GENERATE = settings.THROTTLE_READ = "100000/min"
    load_catalogue()
    return signed_in(athlete)


def send(client: APIClient, body: bytes, url: str = SESSIONS) -> Any:
    return client.post(url, body, content_type="application/json")


@pytest.mark.parametrize(
    "body",
    [
        b"", b" ", b"{", b"nonsense", b"{'coach': 'force'}", b"\xff\xfe{\x00}\x00", b'{"coach": "\xc3"}',
        b"[" * 100_000, b'{"a":' * 50_000, b"[" * 40 + b"]" * 40, b'{"coach": "force", "available_minutes": NaN}',
        b'{"coach": "force", "athlete": {"age": 1e999}}', b'{"coach": "force", "athlete": {"age": -Infinity}}',
        b'{"coach": "force", "priority": ' + b"9" * 10_000 + b"}", b"\xef\xbb\xbf{}", b'{"coach": "force"}}',
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_a_400(client: APIClient, body: bytes) -> None:
    response = send(client, body)
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert not TrainingSession.objects.exists()


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (b"[]", ""),
        (b'"coach"', ""),
        (b"null", ""),
        (b"7", ""),
        (b"{}", "/coach"),
        (b'{"coach": null}', "/coach"),
        (b'{"coach": "hopscotch"}', "/coach"),
        (b'{"coach": ["force"]}', "/coach"),
        (b'{"coach": "force", "discipline": "running"}', "/discipline"),
        (b'{"coach": "force", "discipline": ""}', "/discipline"),
        (b'{"coach": "force", "available_minutes": 0}', "/available_minutes"),
        (b'{"coach": "force", "available_minutes": 45.5}', "/available_minutes"),
        (b'{"coach": "force", "available_minutes": "45"}', "/available_minutes"),
        (b'{"coach": "force", "available_minutes": true}', "/available_minutes"),
        (b'{"coach": "force", "available_minutes": 1' + b"0" * 300 + b"}", "/available_minutes"),
        (b'{"coach": "force", "priority": 11}', "/priority"),
        (b'{"coach": "force", "priority": 0}', "/priority"),
        (b'{"coach": "force", "mode": "slow"}', "/mode"),
        (b'{"coach": "force", "goal": "a\\u0000b"}', "/goal"),
        (b'{"coach": "force", "goal": "\\ud800"}', "/goal"),
        (b'{"coach": "force", "goal": "' + b"x" * 501 + b'"}', "/goal"),
        (b'{"coach": "force", "equipment": "barbell"}', "/equipment"),
        (b'{"coach": "force", "equipment": [7]}', "/equipment/0"),
        (b'{"coach": "force", "athlete": {"one_rep_max_kg": {"back-squat": 0}}}', "/athlete/one_rep_max_kg/back-squat"),
        (b'{"coach": "force", "athlete": {"one_rep_max_kg": {"a/b~c": "x"}}}', "/athlete/one_rep_max_kg/a~1b~0c"),
        (b'{"coach": "force", "athlete": {"age": 9}}', "/athlete/age"),
        (b'{"coach": "force", "athlete": []}', "/athlete"),
        (b'{"coach": "force", "\\u0000": 1}', "/\0"),
        (b'{"coach": "force", "hurry": ' + DEEP.encode() + b"}", "/hurry"),
        (b'{"coach": "force", "prescription": {}}', "/prescription/blocks"),
        (b'{"coach": "force", "prescription": {"blocks": []}}', "/prescription/blocks"),
    ],
)
def test_what_can_be_read_and_not_taken_is_a_422_that_names_the_place(
    client: APIClient, body: bytes, place: str
) -> None:
    response = send(client, body)
    assert response.status_code == 422
    assert pointers(response) == [place]
    assert not TrainingSession.objects.exists()


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"reps": 0}, f"{SET}/reps"),
        ({"reps": 10**300}, f"{SET}/reps"),
        ({"load_kg": -1}, f"{SET}/load_kg"),
        ({"load_kg": 10**300}, f"{SET}/load_kg"),
        ({"percent_1rm": 0.85}, f"{SET}/percent_1rm"),
        ({"tempo": "3x1"}, f"{SET}/tempo"),
        ({"reps": None}, SET),
        ({"weight": 5}, f"{SET}/weight"),
    ],
)
def test_a_set_that_cannot_be_is_refused_at_its_place(client: APIClient, change: dict[str, Any], place: str) -> None:
    body = copy.deepcopy(import_request())
    sets = body["prescription"]["blocks"][0]["exercises"][0]["sets"]
    body["prescription"]["blocks"][0]["exercises"][0]["sets"] = [{**sets[0], **change}]
    response = send(client, json.dumps(body).encode())
    assert response.status_code == 422
    assert pointers(response) == [place]


def test_a_million_exercises_are_too_many_bytes_and_a_thousand_too_many_exercises(client: APIClient) -> None:
    body = copy.deepcopy(import_request())
    exercise = {"name": "x", "sets": [{"reps": 1}]}
    body["prescription"]["blocks"][0]["exercises"] = [exercise] * 1_000
    response = send(client, json.dumps(body).encode())
    assert response.status_code == 422
    assert pointers(response) == ["/prescription/blocks/0/exercises"]
    body["prescription"]["blocks"][0]["exercises"] = [exercise] * 1_000_000
    response = send(client, json.dumps(body).encode())
    assert response.status_code == 413
    assert not TrainingSession.objects.exists()


def test_a_body_of_nothing_but_mistakes_is_not_answered_with_a_larger_one(client: APIClient) -> None:
    body = json.dumps({f"k{number}": 1 for number in range(20_000)}).encode()
    response = send(client, body)
    assert response.status_code == 422
    assert len(response.content) < len(body)


# --- anything, anywhere ---

WORDS = st.text(max_size=20) | st.sampled_from(["force", "\0", "\ud800", "back-squat", "b1e1", "2026-11-22", "x" * 600])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**320), 10**320) | st.floats() | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=8,
)


def places(data: Any) -> list[tuple[Any, Any]]:
    """Every container in a body, with a key of it."""
    if isinstance(data, dict):
        children: list[tuple[Any, Any]] = list(data.items())
    elif isinstance(data, list):
        children = list(enumerate(data))
    else:
        return []
    return [(data, key) for key, _ in children] + [place for _, child in children for place in places(child)]


@runs(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_value_at_any_place_is_answered_5xx(client: APIClient, data: st.DataObject) -> None:
    body = copy.deepcopy(
        {
            **import_request(goal="g", equipment=["barbell"], priority=3),
            "athlete": {"age": 30, "one_rep_max_kg": {"back-squat": 140}, "injuries": ["knee"], "avoid": ["box-jump"]},
        }
    )
    for _ in range(data.draw(st.integers(1, 3))):
        holder, key = data.draw(st.sampled_from(places(body)))
        holder[key] = data.draw(VALUES)
    response = send(client, json.dumps(body).encode())
    assert response.status_code < 500, response.content
    if response.status_code == 201:
        assert client.get(response["Location"]).json() == response.json()
    else:
        assert response.status_code in (400, 422)
        assert response["Content-Type"] == "application/problem+json"


@runs(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=VALUES)
def test_no_body_of_a_small_action_is_answered_5xx(client: APIClient, athlete: User, body: Any) -> None:
    session = TrainingSession.objects.first() or TrainingSessionFactory.create(owner=athlete)
    for url in (f"{SESSIONS}{session.pk}/done/", f"{SESSIONS}{session.pk}/enrichment/", "/api/v1/tokens/"):
        response = send(client, json.dumps(body).encode(), url)
        assert response.status_code < 500, response.content


@runs(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    value=WORDS.filter(lambda text: text.isprintable() or "\0" in text),
    name=st.sampled_from([
        "coach", "enrichment_status", "created_after", "created_before", "page_size", "cursor", "status", "q", "muscle",
        "equipment", "level", "format",
    ]),
)  # fmt: skip
def test_no_query_is_answered_5xx(client: APIClient, name: str, value: str) -> None:
    value = value.encode("utf-8", "replace").decode()
    for path in ("sessions/", "exercises/", "tokens/", "coaches/", "enrichment/items/", "enrichment/stats/"):
        assert client.get(f"/api/v1/{path}", {name: value}).status_code < 500, path


@pytest.mark.parametrize("value", ["", "\0", "fr", "xx", "../..", "x" * 600])
@pytest.mark.parametrize("name", ["lang", "version", "format"])
def test_no_query_of_the_documents_is_answered_5xx(client: APIClient, name: str, value: str) -> None:
    for path in ("schema/", "docs/", "docs/?script"):
        assert client.get(f"/api/v1/{path}", {name: value}).status_code < 500, path
