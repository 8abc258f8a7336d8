"""The API refuses in the caller's language: what a machine reads stays the same, what a person reads does not."""

import ast
import io
import json
import string
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.contrib.auth.models import User
from django.db import OperationalError
from django.utils import translation
from pytest_django import Settings
from rest_framework.test import APIClient

from config.asgi import application, bounded
from config.http import in_language, preferred_language
from tests.callers import import_request, load_catalogue, signed_in
from tests.factories import TrainingSessionFactory
from training.prescription import Sentence

SESSIONS, TOKENS, EXERCISES = "/api/v1/sessions/", "/api/v1/tokens/", "/api/v1/exercises/"
PO = Path(settings.BASE_DIR, "locale/fr/LC_MESSAGES/django.po")
# Who takes a literal sentence, and as which of its arguments; `make messages` looks at the same places.
TAKES = {"Sentence": 0, "FieldError": 2, "Refused.at": 2, "refusal": 1, "Problem": 1, "ZoneSystem": 0, "_": 0}

# --- every sentence has its French ---


def sentences() -> Iterator[tuple[str, ast.expr]]:
    """Every place in the code where a sentence is said, and the sentence."""
    for room in ("config", "training", "enrichment"):
        for path in sorted(Path(settings.BASE_DIR, room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and (argument := TAKES.get(ast.unparse(node.func))) is not None:
                    yield f"{path.relative_to(settings.BASE_DIR)}:{node.lineno}", node.args[argument]


def french() -> list[tuple[str, str]]:
    """Every English sentence, and its French."""
    with PO.open("rb") as file:
        return [(str(message.id), str(message.string)) for message in read_po(file) if message.id]


def places(template: str) -> set[str | None]:
    """The names of a template's places."""
    return {name for _, name, _, _ in string.Formatter().parse(template)} - {None}


def test_no_sentence_is_filled_before_it_is_translated() -> None:
    filled = [
        place
        for place, said in sentences()
        if isinstance(said, (ast.JoinedStr, ast.BinOp)) or ".format(" in ast.unparse(said)
    ]
    assert filled == [], "say the values apart: Refused.at(pointer, code, 'At most {most}.', most=30)"


def test_every_sentence_has_its_french() -> None:
    known = {english for english, phrase in french() if phrase}
    missing = [
        (place, said.value) for place, said in sentences() if isinstance(said, ast.Constant) and said.value not in known
    ]
    assert missing == [], "run `make messages`, translate what is empty in locale/, and run it again"


def test_every_french_sentence_has_the_places_of_the_english_one() -> None:
    for english, phrase in french():
        assert places(english) == places(phrase), english


def test_every_french_sentence_is_set_as_french_is() -> None:
    for _, phrase in french():
        assert "'" not in phrase, f"’ in {phrase!r}"
        for pair in (" :", " ;", " !", " ?", " %", " »", "« "):
            assert pair not in phrase, f"U+00A0 in {phrase!r}"


def test_what_is_compiled_is_what_is_written() -> None:
    compiled = io.BytesIO()
    with PO.open("rb") as file:
        write_mo(compiled, read_po(file))
    assert PO.with_suffix(".mo").read_bytes() == compiled.getvalue(), "run `make messages`"


# --- whose language ---


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("fr", "fr"),
        ("fr-CH", "fr"),
        ("FR-ca, en;q=0.9", "fr"),
        ("en;q=0.8, fr;q=0.9", "fr"),
        ("de, fr;q=0.3, en;q=0.2", "fr"),
        ("en, fr", "en"),
        ("de", "en"),
        ("*", "en"),
        ("de, *;q=0.5, fr;q=0.1", "en"),
        ("fr;q=0", "en"),
        ("fr;q=x", "en"),
        ("é;\0", "en"),
        ("fr," * 5_000, "fr"),
        ("f" * 5_000, "en"),
    ],
)
def test_the_header_says_which_language_is_liked_best(header: str, language: str) -> None:
    assert preferred_language(header) == language


def test_numbers_and_values_that_are_words_are_told_in_the_language_too() -> None:
    sentence = Sentence("The {zones} go from 1 to {last}.", {"zones": Sentence("Coggan power zones"), "last": 2.5})
    assert str(sentence) == "The Coggan power zones go from 1 to 2.5."
    with translation.override("fr"):
        assert in_language(sentence) == "Les zones de puissance de Coggan vont de 1 à 2,5."
        assert str(sentence) == "The Coggan power zones go from 1 to 2.5.", "logs and models read English"


def test_a_value_is_never_taken_for_a_template() -> None:
    assert str(Sentence("Not a coach: {coach}.", {"coach": "{x} {0} %s"})) == "Not a coach: {x} {0} %s."
    assert str(Sentence("A library may say {anything}.")) == "A library may say {anything}."


# --- what is told ---

Ask = Callable[[APIClient], Any]


def anonymously(client: APIClient) -> Any:
    client.credentials()
    return client.get(TOKENS)


def with_an_old_token(client: APIClient) -> Any:
    client.credentials(HTTP_AUTHORIZATION="Bearer sw_old")
    return client.get(TOKENS)


def with_a_session_but_no_csrf_token(client: APIClient) -> Any:
    browser = APIClient(enforce_csrf_checks=True, HTTP_ACCEPT_LANGUAGE=client.defaults["HTTP_ACCEPT_LANGUAGE"])
    browser.force_login(User.objects.get(username="athlete"))
    return browser.post(TOKENS, {}, format="json")


def another_body_under_a_key(client: APIClient) -> Any:
    client.post(SESSIONS, import_request(), format="json", HTTP_IDEMPOTENCY_KEY="k")
    return client.post(SESSIONS, import_request(goal="Other"), format="json", HTTP_IDEMPOTENCY_KEY="k")


def full_already(client: APIClient) -> Any:
    session = TrainingSessionFactory.create(
        owner=User.objects.get(username="athlete"), enrichment_status="full", enriched_at="2026-01-01T00:00Z"
    )
    return client.post(f"{SESSIONS}{session.pk}/enrichment/")


def of_another(client: APIClient) -> Any:
    return client.get(f"{SESSIONS}{TrainingSessionFactory.create().pk}/")


def posting(**body: Any) -> Ask:
    return lambda client: client.post(SESSIONS, {"coach": "force", **body}, format="json")


def importing(*sets: dict[str, Any], coach: str = "force", **block: Any) -> Ask:
    given = {"role": "main", "format": "sets", "exercises": [{"name": "Sled", "sport": "run", "sets": sets}], **block}
    return posting(coach=coach, prescription={"blocks": [given]}, athlete={"one_rep_max_kg": {"sled": 100}})


def doing(**body: Any) -> Ask:
    return lambda client: client.post(importing({"reps": 1})(client)["Location"] + "done/", body, format="json")


def raw(body: bytes, content_type: str = "application/json") -> Ask:
    return lambda client: client.post(TOKENS, body, content_type=content_type)


def getting(path: str, **query: Any) -> Ask:
    return lambda client: client.get(path, query)


REFUSALS: dict[str, tuple[int, Ask]] = {
    "no token": (401, anonymously),
    "an old token": (401, with_an_old_token),
    "no CSRF token": (403, with_a_session_but_no_csrf_token),
    "another's": (404, of_another),
    "no such id": (404, getting(f"{SESSIONS}x/")),
    "no such path": (404, getting("/api/v1/nothing/")),
    "no such exercise": (404, getting(f"{EXERCISES}nothing/")),
    "method": (405, lambda client: client.put(TOKENS)),
    "accept": (406, lambda client: client.get(TOKENS, HTTP_ACCEPT="text/html")),
    "full": (409, full_already),
    "too large": (413, raw(b"x" * (settings.MAX_BODY_BYTES + 1))),
    "media type": (415, raw(b"x", "text/plain")),
    "empty": (400, raw(b"")),
    "no JSON": (400, raw(b"{")),
    "no UTF-8": (400, raw(b'{"\xff')),
    "too deep": (400, raw(b'{"a":' * 40_000)),
    "too deep to read": (400, raw(b"[" * 40 + b"]" * 40)),
    "endless": (400, raw(b'{"a": NaN}')),
    "long number": (400, raw(b'{"a": ' + b"9" * 5_000 + b"}")),
    "a list": (422, raw(b"[]")),
    "NUL": (422, raw(b'{"name": "\\u0000"}')),
    "page size": (422, getting(TOKENS, page_size="x")),
    "cursor": (422, getting(TOKENS, cursor="x")),
    "unknown choice": (422, getting(EXERCISES, level="divine")),
    "no time": (422, getting(SESSIONS, created_after="yesterday")),
    "required": (422, lambda client: client.post(SESSIONS, {}, format="json")),
    "coach": (422, posting(coach="yoga")),
    "discipline": (422, posting(discipline="running")),
    "unknown key": (422, posting(mood="good")),
    "choice": (422, posting(location="moon")),
    "too many": (422, posting(available_minutes=181)),
    "too few": (422, posting(available_minutes=9)),
    "more than": (422, posting(athlete={"one_rep_max_kg": {"back-squat": 0}})),
    "no text": (422, posting(goal=1)),
    "no whole number": (422, posting(energy_level="7")),
    "no number": (422, posting(athlete={"ftp_watts": "x"})),
    "no list": (422, posting(athlete={"injuries": "left knee"})),
    "no object": (422, posting(athlete=[])),
    "no truth": (422, posting(allow_fallback="x")),
    "long text": (422, posting(goal="x" * 501)),
    "many": (422, posting(equipment=["x"] * 101)),
    "no blocks": (422, posting(prescription={"blocks": []})),
    "no measure": (422, importing({"load_kg": 10})),
    "no name": (422, importing(exercises=[{"sets": [{"reps": 1}]}])),
    "unknown slug": (422, importing(exercises=[{"exercise": "x", "sets": [{"reps": 1}]}])),
    "tempo": (422, importing({"reps": 1, "tempo": "slow"})),
    "no cap": (422, importing({"reps": 1}, format="amrap")),
    "two sets of a tabata": (422, importing({"reps": 1}, {"reps": 1}, format="tabata")),
    "two of a key": (422, importing(key="a", exercises=[{"key": "a", "name": "x", "sets": [{"reps": 1}]}])),
    "zone": (422, importing({"duration_seconds": 60, "zone": 6})),
    "zone against intensity": (422, importing({"duration_seconds": 60, "zone": 1, "intensity": 0.98})),
    "zone against a ramp": (
        422,
        importing({"duration_seconds": 60, "zone": 5, "intensity": 0.7, "intensity_end": 0.9}),
    ),
    "load against percent": (
        422,
        importing(
            coach="force",
            exercises=[{"name": "Sled", "sets": [{"reps": 1, "load_kg": 87.55, "percent_1rm": 50}]}],
        ),
    ),
    "exercises": (422, importing(exercises=[{"name": "x", "sets": [{"reps": 1}]}] * 61)),
    "61 exercises in all": (
        422,
        posting(
            prescription={
                "blocks": [
                    {"role": "main", "format": "sets", "exercises": [{"name": "x", "sets": [{"reps": 1}]}] * n}
                    for n in (60, 1)
                ]
            }
        ),
    ),
    "done tomorrow": (422, doing(at="2999-01-01T00:00:00Z")),
    "done long ago": (422, doing(at="1066-01-01T00:00:00Z")),
    "done at no time": (422, doing(at="yesterday")),
    "long key": (422, lambda client: client.post(SESSIONS, {}, format="json", HTTP_IDEMPOTENCY_KEY="k" * 256)),
    "used key": (422, another_body_under_a_key),
}


def told(user: User, ask: Ask, language: str) -> Any:
    """The answer to a caller who reads this language."""
    client = signed_in(user)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = language
    client.raise_request_exception = False
    return ask(client)


def kept_and_told(problem: dict[str, Any]) -> tuple[list[Any], list[str]]:
    """What of a problem a machine reads, and what a person does."""
    errors = problem.get("errors", [])
    return (
        [problem["type"], problem["status"], *((error["pointer"], error["code"]) for error in errors)],
        [problem["title"], problem["detail"], *(error["detail"] for error in errors)],
    )


@pytest.mark.parametrize(("status", "ask"), REFUSALS.values(), ids=REFUSALS)
def test_a_refusal_is_told_in_the_callers_language(athlete: User, status: int, ask: Ask) -> None:
    english, french = told(athlete, ask, "en-GB"), told(athlete, ask, "fr-CH, en;q=0.5")
    assert english.status_code == french.status_code == status
    assert (english["Content-Language"], french["Content-Language"]) == ("en", "fr")
    assert "accept-language" in french["Vary"].lower()
    (machine, read), (same_machine, lu) = kept_and_told(english.json()), kept_and_told(french.json())
    assert machine == same_machine
    print("\n".join(f"{a}  |  {b}" for a, b in zip(read, lu, strict=True)))
    for sentence, phrase in zip(read, lu, strict=True):
        assert sentence.isascii()
        assert sentence != phrase


def test_no_header_and_a_language_that_is_not_spoken_mean_english(athlete: User) -> None:
    for language in ("", "de"):
        assert told(athlete, getting(f"{SESSIONS}x/"), language).json()["detail"] == "There is nothing here."


def test_a_cookie_of_the_pages_does_not_change_the_apis_language(athlete: User) -> None:
    client = signed_in(athlete)
    client.cookies["django_language"] = "fr"
    assert client.get(f"{SESSIONS}x/").json()["title"] == "Not Found"


def test_too_many_requests_are_refused_in_the_callers_language(athlete: User, settings: Settings) -> None:
    settings.THROTTLE_READ = "1/hour"
    assert told(athlete, getting(TOKENS), "fr").status_code == 200
    refused = told(athlete, getting(TOKENS), "fr")
    assert refused.status_code == 429
    assert refused.json()["title"] == "Trop de requêtes"
    assert "seconde" in refused.json()["detail"]


@pytest.mark.parametrize(("error", "status"), [(OperationalError, 503), (ZeroDivisionError, 500)])
def test_what_fails_here_is_told_in_the_callers_language(
    athlete: User, monkeypatch: pytest.MonkeyPatch, error: type[Exception], status: int
) -> None:
    def fail(*args: object) -> None:
        raise error

    monkeypatch.setattr("config.api.TokensView.filter_queryset", fail)
    refused = told(athlete, getting(TOKENS), "fr")
    assert (refused.status_code, refused["Content-Language"]) == (status, "fr")
    assert not refused.json()["detail"].isascii()


def test_a_body_too_large_for_the_server_is_refused_in_the_callers_language(settings: Settings) -> None:
    sent: list[dict[str, Any]] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b"x" * 11, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    settings.CORS_ALLOWED_ORIGINS = ["https://app.example"]
    headers = [(b"accept-language", b"fr"), (b"origin", b"https://app.example")]
    scope: Any = {"type": "http", "method": "POST", "path": "/api/v1/sessions/", "headers": headers}
    async_to_sync(bounded(application, 10))(scope, receive, send)
    told = dict(sent[0]["headers"])
    assert (sent[0]["status"], told[b"content-language"]) == (413, b"fr")
    assert told[b"access-control-allow-origin"] == b"https://app.example", "its page may read why"
    assert json.loads(sent[1]["body"])["detail"] == "Le corps d’une requête compte au plus 10 octets."
    assert translation.get_language() == "en", "what comes next is not in French for it"


def test_a_kept_refusal_is_answered_again_as_it_was(athlete: User) -> None:
    def ask(client: APIClient) -> Any:
        return client.post(SESSIONS, {"coach": "yoga"}, format="json", HTTP_IDEMPOTENCY_KEY="k")

    first, again = told(athlete, ask, "fr"), told(athlete, ask, "en")
    assert again.content == first.content
    assert again["Idempotent-Replayed"] == "true"
    assert again["Content-Language"] == "fr"


# --- what is not refused ---


def test_a_session_says_its_own_language(athlete: User) -> None:
    client = signed_in(athlete)
    load_catalogue()
    created = client.post(SESSIONS, import_request(language="fr"), format="json", HTTP_ACCEPT_LANGUAGE="en")
    shown = client.get(created["Location"], HTTP_ACCEPT_LANGUAGE="en")
    assert created["Content-Language"] == shown["Content-Language"] == "fr"
    assert "Content-Language" not in client.get(SESSIONS)


def test_the_catalogue_in_one_language_is_never_taken_for_the_other(athlete: User) -> None:
    load_catalogue()
    for path in (EXERCISES, f"{EXERCISES}back-squat/"):
        english, french = told(athlete, getting(path), "en"), told(athlete, getting(path), "fr")
        assert (english["Content-Language"], french["Content-Language"]) == ("en", "fr")
        assert "accept-language" in english["Vary"].lower()
        assert english["ETag"] != french["ETag"]
        client = signed_in(athlete)
        unchanged = client.get(path, HTTP_ACCEPT_LANGUAGE="fr", HTTP_IF_NONE_MATCH=french["ETag"])
        assert (unchanged.status_code, unchanged["Content-Language"]) == (304, "fr")
        assert "accept-language" in unchanged["Vary"].lower()
        assert client.get(path, HTTP_ACCEPT_LANGUAGE="fr", HTTP_IF_NONE_MATCH=english["ETag"]).status_code == 200
