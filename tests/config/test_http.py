"""Problems, bodies, tokens and pages, through the smallest endpoint that has them."""

import io
import json
import time
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import signing
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from rest_framework import exceptions
from rest_framework.test import APIClient

from config.http import JSONParser, Problem, as_problem
from config.models import Token
from tests.callers import signed_in
from training.prescription import FieldError, Refused

TOKENS = "/api/v1/tokens/"


def parse(body: bytes) -> Any:
    return JSONParser().parse(io.BytesIO(body))


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"{'a': 1}", "not JSON"),
        (b"\xef\xbb\xbf{}", "not JSON"),
        (b'{"a": "\xff"}', "UTF-8"),
        (b'{"a": "\xed\xa0\x80"}', "UTF-8"),
        (b"[" * 100_000, "deep"),
        (b'{"a":' * 100_000, "deep"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "digits"),
        (b'{"a": ' + b"9" * 400 + b"}", "digits"),
    ],
)
def test_what_is_not_readable_json_is_a_bad_request(body: bytes, word: str) -> None:
    with pytest.raises(Problem) as refusal:
        parse(body)
    assert refusal.value.status_code == 400
    assert word in str(refusal.value.detail)


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"-Infinity", b"1e999", b"-1e999"])
def test_a_number_without_end_is_unreadable_and_named(number: bytes) -> None:
    with pytest.raises(Problem) as refusal:
        parse(b'{"athlete": {"loads": [1, %s]}}' % number)
    assert refusal.value.status_code == 400
    assert [error.pointer for error in refusal.value.errors] == ["/athlete/loads/1"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (rb'{"goal": "a\u0000b"}', "/goal"),
        (rb'{"goal": "\ud800"}', "/goal"),
        (rb'{"a": [{"b/c": "\udfff"}]}', "/a/0/b~1c"),
    ],
)
def test_text_that_cannot_be_kept_is_refused_at_its_place(body: bytes, pointer: str) -> None:
    with pytest.raises(Refused) as refusal:
        parse(body)
    assert [error.pointer for error in refusal.value.errors] == [pointer]


def test_a_key_that_cannot_be_kept_is_refused_and_its_pointer_can_be_sent() -> None:
    with pytest.raises(Refused) as refusal:
        parse(rb'{"\ud800": 1}')
    problem = as_problem(refusal.value)
    assert problem is not None
    assert problem.response().status_code == 422


def test_readable_json_comes_out_as_it_went_in() -> None:
    body = {"a": [1, 2.5, -1e300, True, None, "é😀\n"], "b": {"c": 2**60}}
    assert parse(json.dumps(body).encode()) == body


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Refused.at("/coach", "invalid_choice", "No."), 422),
        (exceptions.ValidationError({"q": ["No."]}), 422),
        (exceptions.Throttled(wait=7), 429),
        (exceptions.NotAcceptable(), 406),
        (exceptions.MethodNotAllowed("PUT"), 405),
        (RequestDataTooBig(), 413),
        (SuspiciousOperation(), 400),
        (OperationalError(), 503),
    ],
)
def test_every_known_error_is_a_problem_of_its_status(error: Exception, status: int) -> None:
    problem = as_problem(error)
    assert problem is not None
    response = problem.response()
    body = json.loads(response.content)
    assert response.status_code == body["status"] == status
    assert response["Content-Type"] == "application/problem+json"
    assert {"type", "title", "detail"} <= body.keys()
    assert ("errors" in body) == (status == 422)
    assert response.has_header("Retry-After") == (status in (429, 503))


def test_a_mistake_of_our_own_is_no_problem_of_the_caller() -> None:
    assert as_problem(ZeroDivisionError()) is None


def test_seconds_to_wait_are_whole_and_never_zero() -> None:
    assert Problem(429, "Wait.", retry_after=0.2).response()["Retry-After"] == "1"
    assert Problem(503, "Wait.", retry_after=6.1).response()["Retry-After"] == "7"


def test_a_kind_of_problem_has_a_type_of_its_own() -> None:
    body = json.loads(Problem(503, "Gone.", kind="model_unavailable").response().content)
    assert body["type"] == "urn:secondwind:problem:model_unavailable"
    assert json.loads(Problem(404, "Gone.").response().content)["type"] == "about:blank"


def test_errors_are_told_as_places_codes_and_sentences() -> None:
    problem = Problem(422, "No.", errors=[FieldError("/athlete/age", "max_value", "At most 100.")])
    assert json.loads(problem.response().content)["errors"] == [
        {"pointer": "/athlete/age", "code": "max_value", "detail": "At most 100."}
    ]


# --- who calls ---


@pytest.mark.django_db
@pytest.mark.parametrize(
    "header",
    [
        None, "", "Bearer", "Bearer  ", "Bearer sw_unknown", "Bearer a b", "Bearer \xff", "Bearer \xf0\x9f\x98\x80",
        "Bearer " + "x" * 5_000, "Basic YTpi", "bearer nothing", "\xff",
    ],
)  # fmt: skip
def test_who_has_no_live_token_is_told_to_bring_one(header: str | None) -> None:
    client = APIClient()
    if header is not None:
        client.credentials(HTTP_AUTHORIZATION=header)
    response = client.get(TOKENS)
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Bearer"
    assert response["Content-Type"] == "application/problem+json"


def test_an_expired_token_is_no_token(athlete: User) -> None:
    client = signed_in(athlete)
    assert client.get(TOKENS).status_code == 200
    Token.objects.update(expiry=timezone.now() - timedelta(seconds=1))
    assert client.get(TOKENS).status_code == 401
    assert Token.objects.count() == 1, "expired tokens are deleted by prune, not while reading"


def test_a_token_of_a_user_who_was_switched_off_is_no_token(athlete: User) -> None:
    client = signed_in(athlete)
    User.objects.update(is_active=False)
    assert client.get(TOKENS).status_code == 401


def test_the_django_session_of_the_same_origin_will_do_but_not_without_its_csrf_token(athlete: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(athlete)
    assert client.get(TOKENS).status_code == 200
    response = client.post(TOKENS, "{}", content_type="application/json")
    assert response.status_code == 403
    assert response["Content-Type"] == "application/problem+json"


# --- where nothing is, and what is not spoken here ---


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api/", "/api/v1/", "/api/v1/nothing/", "/api/v2/sessions/", "/api/v1/tokens"])
def test_an_unknown_path_under_api_is_a_problem(client: Client, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("key", ["aaaaaaaa\0", "\xff" * 20, "x", "aaaaaaaa' OR ''='"])
def test_a_cookie_that_no_login_had_is_no_login(athlete: User, key: str) -> None:
    client = APIClient()
    client.cookies["sessionid"] = key
    assert client.get(TOKENS).status_code == 401
    assert client.get("/admin/").status_code == 302


def test_an_unknown_path_elsewhere_is_a_page(client: Client) -> None:
    response = client.get("/nothing/")
    assert response.status_code == 404
    assert response["Content-Type"].startswith("text/html")


def test_another_method_media_type_or_format_is_a_problem(athlete: User) -> None:
    client = signed_in(athlete)
    method = client.put(TOKENS, {}, format="json")
    assert method.status_code == 405
    assert method["Allow"] == "GET, POST, HEAD, OPTIONS"
    assert client.post(TOKENS, "name=x", content_type="application/x-www-form-urlencoded").status_code == 415
    assert client.post(TOKENS, "<a/>", content_type="text/xml").status_code == 415
    assert client.get(TOKENS, HTTP_ACCEPT="text/html").status_code == 406
    assert client.get(TOKENS, HTTP_ACCEPT="\xff").status_code == 406


def test_a_host_that_is_not_ours_is_a_problem(client: Client) -> None:
    response = client.get(TOKENS, HTTP_HOST="evil.example")
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"


def test_a_mistake_of_our_own_is_a_problem_without_its_reason(athlete: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object) -> None:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr("config.api.TokensView.filter_queryset", fail)
    client = signed_in(athlete)
    client.raise_request_exception = False
    response = client.get(TOKENS)
    assert response.status_code == 500
    assert response["Content-Type"] == "application/problem+json"
    assert "secret" not in response.content.decode()


def test_a_page_of_an_allowed_origin_may_call_and_read_what_it_needs(athlete: User, settings: Settings) -> None:
    settings.CORS_ALLOWED_ORIGINS = ["https://app.example"]
    preflight = Client().options(
        TOKENS,
        HTTP_ORIGIN="https://app.example",
        HTTP_ACCESS_CONTROL_REQUEST_METHOD="POST",
        HTTP_ACCESS_CONTROL_REQUEST_HEADERS="authorization, content-type, idempotency-key",
    )
    assert preflight.status_code == 200
    assert preflight["Access-Control-Allow-Origin"] == "https://app.example"
    assert "idempotency-key" in preflight["Access-Control-Allow-Headers"]
    response = signed_in(athlete).get(TOKENS, HTTP_ORIGIN="https://app.example")
    assert response["Access-Control-Expose-Headers"] == (
        "Location, ETag, Retry-After, Idempotent-Replayed, Content-Disposition"
    )
    other = signed_in(athlete).get(TOKENS, HTTP_ORIGIN="https://evil.example")
    assert not other.has_header("Access-Control-Allow-Origin")


# --- pages ---


def test_pages_lead_on_to_the_end_and_back(athlete: User) -> None:
    client = signed_in(athlete)
    for number in range(4):
        Token.objects.create(athlete, name=str(number))
    first = client.get(TOKENS, {"page_size": 2}).json()
    assert first["previous"] is None
    assert first["next"].startswith("/api/v1/tokens/?")
    second = client.get(first["next"]).json()
    third = client.get(second["next"]).json()
    assert third["next"] is None
    names = [row["name"] for page in (first, second, third) for row in page["results"]]
    assert names == ["3", "2", "1", "0", ""]
    assert client.get(third["previous"]).json()["results"] == second["results"]


@pytest.mark.parametrize("size", ["0", "101", "-1", "x", "1.5", "", "²", "9" * 5_000, "\0"])
def test_a_page_size_out_of_bounds_is_refused(athlete: User, size: str) -> None:
    response = signed_in(athlete).get(TOKENS, {"page_size": size})
    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == "/page_size"


@pytest.mark.parametrize("cursor", ["", "x", "cD0yMDI2", "é", "\0", "a:b:c", "9" * 5_000])
def test_a_cursor_that_was_not_given_out_is_refused(athlete: User, cursor: str) -> None:
    response = signed_in(athlete).get(TOKENS, {"cursor": cursor})
    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == "/cursor"


def test_a_page_is_the_same_a_second_later(athlete: User, monkeypatch: pytest.MonkeyPatch) -> None:
    client = signed_in(athlete)
    signed_in(athlete)  # a second token: a second page
    first = client.get(TOKENS, {"page_size": 1})
    monkeypatch.setattr(signing, "time", SimpleNamespace(time=lambda: time.time() + 1))
    again = client.get(TOKENS, {"page_size": 1})
    assert first.json()["next"] == again.json()["next"] is not None


def test_a_cursor_of_another_list_is_refused(athlete: User) -> None:
    client = signed_in(athlete)
    Token.objects.create(athlete)
    cursor = client.get(TOKENS, {"page_size": 1}).json()["next"].partition("?")[2]
    assert client.get(f"/api/v1/sessions/?{cursor}").status_code == 422
