"""The athlete's page: what it says, to whom, in which language, and that it needs neither a script nor a stranger."""

import io
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.staticfiles import finders
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import OperationalError
from django.http import Http404
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from config.messages import from_template
from enrichment.models import EnrichmentItem
from tests.callers import load_catalogue
from tests.factories import TrainingSessionFactory, force_prescription
from training import coaches
from training.models import TrainingSession
from training.prescription import Prescription
from web import words
from web.sheet import sheet
from web.templatetags.words import hyphenable
from web.views import SessionView

HOSTILE = "</script><script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 7|add:7 }}"
# What a browser loads for the heaviest way: asking for a session and reading it.
MOST_BYTES = 150_000


class Markup(HTMLParser):
    """What of a page a strict Content-Security-Policy would refuse, what it loads, and what it says."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.inline: list[str] = []
        self.loads: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._executes = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append((tag, given))
        self.inline += [f"{tag} {name}" for name in given if name == "style" or name.startswith("on")]
        self.inline += [tag] if tag == "style" else []
        self._executes = tag == "script" and given.get("type") != "application/json"
        if tag == "script" and given.get("src"):
            self.loads.append(given["src"] or "")
        if tag == "link" and given.get("rel") == "stylesheet":
            self.loads.append(given["href"] or "")

    def handle_data(self, data: str) -> None:
        if self._executes and data.strip():
            self.inline.append(f"script {data}")
        self._executes = False

    def having(self, tag: str, **attributes: str) -> list[dict[str, str | None]]:
        """The elements with these attributes."""
        return [given for name, given in self.tags if name == tag and attributes.items() <= given.items()]


@pytest.fixture
def catalogue(db: None) -> None:
    load_catalogue()


@pytest.fixture
def browser(athlete: User) -> Client:
    """The athlete's, signed in, with JavaScript off."""
    client = Client()
    client.force_login(athlete)
    return client


def asked(**changes: Any) -> dict[str, Any]:
    """The form as it is sent when nothing was touched."""
    return {
        "coach": "force", "discipline_force": "strength", "discipline_endurance": "running", "minutes": 45, "energy": 7,
        "location": "gym", "have": "usual", "level": "intermediate", "goal": "", "language": "en", **changes,
    }  # fmt: skip


def page_of(session: TrainingSession) -> str:
    return reverse("read-session", args=[session.pk])


def read(client: Client, session: TrainingSession, language: str = "en") -> str:
    return client.get(page_of(session), headers={"Accept-Language": language}).content.decode()


# --- strict, small, in both languages ---


@pytest.fixture
def pages(browser: Client, athlete: User, catalogue: None) -> dict[str, Any]:
    """Every page of this room by its name, in French."""
    session = TrainingSessionFactory.create(owner=athlete)
    french = {"Accept-Language": "fr"}
    return {
        "front door": Client().get("/?coach=endurance", headers=french),
        "home": browser.get("/", headers=french),
        "refused": browser.post("/", asked(minutes=5), headers=french),
        "session": browser.get(page_of(session), headers=french),
        "example": browser.get(reverse("badge-example"), headers=french),
        "not found": browser.get("/sessions/x/", headers=french),
    }


def test_nothing_in_a_page_is_inline_and_nothing_comes_from_elsewhere(pages: dict[str, Any]) -> None:
    for name, page in pages.items():
        markup = Markup(page.content.decode())
        assert markup.inline == [], name
        assert all(address.startswith("/static/") for address in markup.loads), name


def test_every_answer_has_a_policy_that_allows_nothing_inline_and_nobody_else(pages: dict[str, Any]) -> None:
    for name, page in pages.items():
        policy = page["Content-Security-Policy"]
        assert "default-src 'none'" in policy, name
        assert "script-src 'self';" in policy, name
        assert "unsafe" not in policy, name
        assert "http" not in policy, name


def test_what_shows_an_athletes_sessions_is_kept_by_no_cache(pages: dict[str, Any]) -> None:
    for name in ("home", "session"):
        assert "no-store" in pages[name]["Cache-Control"], name


def test_asking_and_reading_weigh_less_than_a_picture(pages: dict[str, Any]) -> None:
    html = len(pages["home"].content) + len(pages["session"].content)
    files = [Path(str(finders.find(part.removeprefix("/static/")))) for part in parts(pages["home"], pages["session"])]
    assert html + sum(file.stat().st_size for file in files) < MOST_BYTES


def test_what_is_kept_for_offline_is_kept_with_all_its_parts(browser: Client, pages: dict[str, Any]) -> None:
    kept = set(re.findall(r'"(/static/[^"]+)"', browser.get("/offline.js").content.decode()))
    assert kept == parts(pages["home"], pages["session"], browser.get(reverse("past-sessions")))


def parts(*pages: Any) -> set[str]:
    """The addresses of what pages are made of."""
    modules = {f"/static/web/{name}.js" for name in ("enrichment", "kept", "timer")}  # which the others import
    return modules.union(*(Markup(page.content.decode()).loads for page in pages))


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (Http404, 404, "Il n’y a rien ici"),
        (PermissionDenied, 403, "Ce n’est pas à vous"),
        (BadRequest, 400, "C’est illisible"),
        (OperationalError, 503, "De retour dans un instant"),
        (ZeroDivisionError, 500, "L’erreur vient de nous"),
    ],
)
def test_what_goes_wrong_is_a_page_like_the_others(
    monkeypatch: pytest.MonkeyPatch, db: None, error: type[Exception], status: int, said: str
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise error

    monkeypatch.setattr("web.views.HomeView.get", fail)
    page = Client(raise_request_exception=False).get("/", headers={"Accept-Language": "fr", "Accept": "text/html"})
    assert (page.status_code, page.headers["Content-Type"]) == (status, "text/html; charset=utf-8")
    assert said in page.content.decode()
    assert '<html lang="fr">' in page.content.decode()
    assert "Content-Security-Policy" in page.headers


def test_every_page_says_its_language(pages: dict[str, Any]) -> None:
    for name, page in pages.items():
        assert '<html lang="fr">' in page.content.decode(), name


def _forms(said: Any) -> list[str]:
    """A sentence's forms: of most one, of a plural two."""
    return [said] if isinstance(said, str) else list(said)


def test_every_sentence_of_the_pages_has_its_french_and_that_is_compiled() -> None:
    web = Path(settings.BASE_DIR, "web")
    methods: Any = [
        ("**.py", "python"),
        *((each, from_template) for each in ("templates/*.html", "**/templates/web/**.html")),
    ]
    said = {_forms(found[2])[0] for found in extract_from_dir(web, methods)}
    with (web / "locale/fr/LC_MESSAGES/django.po").open("rb") as file:
        french = read_po(file)
    told = {_forms(message.id)[0]: _forms(message.string) for message in french}
    assert [sentence for sentence in said if not all(told.get(sentence, [""]))] == [], "run `make messages`, translate"
    for phrase in (phrase for phrases in told.values() for phrase in phrases):
        assert "'" not in phrase, f"’ in {phrase!r}"
        assert not re.search(r" [:;!?»]| %(?!\()|« ", phrase), f"U+00A0 in {phrase!r}"
    compiled = io.BytesIO()
    write_mo(compiled, french)
    assert (web / "locale/fr/LC_MESSAGES/django.mo").read_bytes() == compiled.getvalue(), "make messages"


def test_the_chosen_language_is_remembered(browser: Client) -> None:
    browser.post(reverse("set_language"), {"language": "fr", "next": "/"})
    assert "On travaille quoi" in browser.get("/", headers={"Accept-Language": "en"}).content.decode()


def test_every_word_of_the_coaches_has_a_name_for_people() -> None:
    for slug, coach in coaches.REGISTRY.items():
        assert slug in words.COACHES
        assert {*coach.disciplines} <= words.DISCIPLINES.keys()
        assert {*coach.equipment} <= words.EQUIPMENT.keys()
        assert {*coach.formats} <= words.FORMATS.keys()
        assert {*getattr(coach, "rules", ())} <= words.CHECKS.keys()


# --- asking, without a script ---


def test_a_form_becomes_a_session_and_the_session_has_its_own_address(browser: Client, catalogue: None) -> None:
    answer = browser.post("/", asked(coach="endurance", minutes=30, goal="  easy  ", language="fr"))
    session = TrainingSession.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, page_of(session))
    assert (session.coach, session.discipline, session.language) == ("endurance", "running", "fr")
    assert session.request["available_minutes"] == 30
    assert EnrichmentItem.objects.filter(session=session).exists()


@pytest.mark.parametrize(
    ("have", "words_sent", "understood"),
    [
        ("usual", ["barbell"], None),
        ("body", ["barbell"], []),
        ("chosen", ["dumbbell", "pool"], ["dumbbell"]),  # a pool is no strength coach's
    ],
)
def test_equipment_is_what_the_chosen_coach_understands(
    browser: Client, catalogue: None, have: str, words_sent: list[str], understood: list[str] | None
) -> None:
    browser.post("/", asked(have=have, equipment=words_sent))
    assert TrainingSession.objects.get().request["equipment"] == understood


@pytest.mark.parametrize(
    "wrong",
    [{"minutes": 5}, {"minutes": "x"}, {"energy": 11}, {"coach": "yoga"}, {"goal": "x" * 501}, {"equipment": ["x"]}],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(browser: Client, wrong: dict[str, Any]) -> None:
    answer = browser.post("/", asked(goal="Run <b>far</b>") | wrong)
    assert answer.status_code == 422
    assert Markup(answer.content.decode()).having("div", id="refused", role="alert")
    assert "Run &lt;b&gt;far" in answer.content.decode() or "goal" in wrong
    assert not TrainingSession.objects.exists()


def test_what_the_coach_cannot_take_is_said_in_the_readers_language(browser: Client) -> None:
    answer = browser.post(
        "/", asked(), headers={"Accept-Language": "fr"}
    )  # no catalogue: nothing is left that may be done
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert not TrainingSession.objects.exists()


def test_asking_too_often_is_refused_as_the_api_refuses_it(
    browser: Client, catalogue: None, settings: Settings
) -> None:
    settings.THROTTLE_GENERATE = "1/hour"
    assert browser.post("/", asked()).status_code == 302
    assert browser.post("/", asked()).status_code == 429
    assert TrainingSession.objects.count() == 1


def test_a_form_of_another_site_is_refused(athlete: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(athlete)
    session = TrainingSessionFactory.create(owner=athlete)
    refused = client.post("/", asked(), headers={"Accept-Language": "en"})
    assert (refused.status_code, "This form is too old" in refused.content.decode()) == (403, True)
    assert client.post(page_of(session), {"action": "delete"}).status_code == 403


# --- visitors ---


@pytest.mark.parametrize("coach", coaches.REGISTRY)
def test_a_visitor_reads_a_real_session_of_each_coach_and_none_is_kept(catalogue: None, coach: str) -> None:
    for language in ("en", "fr"):
        page = Client().get("/", {"coach": coach}, headers={"Accept-Language": language}).content.decode()
        markup = Markup(page)
        assert markup.having("body", **{"data-coach": coach})
        assert len([given for tag, given in markup.tags if tag == "article"]) >= 3
    assert not TrainingSession.objects.exists()


def test_a_visitor_who_asks_for_no_coach_or_a_strange_one_sees_the_first(catalogue: None) -> None:
    for address in ("/", "/?coach=yoga", "/?coach=%00"):
        assert 'data-coach="force"' in Client().get(address).content.decode()


def test_a_visitor_is_sent_to_sign_in(db: None) -> None:
    session = TrainingSessionFactory.create()
    assert Client().get(page_of(session))["Location"].startswith(reverse("sign-in"))
    assert Client().post(page_of(session), {"action": "delete"})["Location"].startswith(reverse("sign-in"))
    assert Client().post("/", asked())["Location"] == reverse("sign-in")
    assert TrainingSession.objects.get() == session


# --- reading ---


def test_a_session_of_another_does_not_exist(browser: Client) -> None:
    session = TrainingSessionFactory.create()
    assert browser.get(page_of(session)).status_code == 404
    assert browser.post(page_of(session), {"action": "delete"}).status_code == 404
    assert str(session.pk) not in browser.get("/").content.decode()


def test_staff_read_a_session_and_leave_it_alone(operator: User) -> None:
    client, session = Client(), TrainingSessionFactory.create()
    client.force_login(operator)
    assert "Back squat" in read(client, session)
    assert "I did it" not in read(client, session)
    assert client.post(page_of(session), {"action": "delete"}).status_code == 403
    assert TrainingSession.objects.filter(pk=session.pk).exists()


def test_every_set_is_a_box_with_a_name_that_can_be_heard(browser: Client, athlete: User) -> None:
    markup = Markup(read(browser, TrainingSessionFactory.create(owner=athlete)))
    boxes = markup.having("input", type="checkbox")
    assert [box["aria-label"] for box in boxes][:2] == ["Set 1: 5 reps, 100 kg", "Set 2: 5 reps, 100 kg"]
    assert [box["data-turn"] for box in boxes] == ["0", "1", "2", "3", "4"]
    assert [box["data-rest"] for box in boxes] == ["180", "180", "0", "120", "0"]


def test_numbers_are_set_as_the_readers_language_sets_them(browser: Client, athlete: User) -> None:
    prescription = force_prescription()
    prescription["blocks"][0]["exercises"][0]["sets"] = [{"reps": 5, "load_kg": 102.5, "rest_seconds": 150}]
    session = TrainingSessionFactory.create(owner=athlete, prescription=prescription)
    assert "5 × 102.5" in read(browser, session)
    french = read(browser, session, "fr")
    assert "5 × 102,5" in french
    assert "repos 2\u00a0min\u00a030\u00a0s" in french or "repos 2\u00a0min 30\u00a0s" in french


@pytest.mark.parametrize(("rounds", "once"), [(None, True), (1, True), (3, False)])
def test_a_circuit_of_one_round_is_not_started_again(rounds: int | None, once: bool) -> None:
    block = {"key": "b", "role": "warmup", "format": "circuit", "rounds": rounds, "exercises": [
        {"key": f"e{n}", "name": "Air bike", "sets": [{"duration_seconds": 60}]} for n in range(2)
    ]}  # fmt: skip
    prescription = Prescription.model_validate({"title": "Warm", "blocks": [block]})
    [part] = sheet(prescription, details={}, names={}, awaited=False).parts
    assert part.once is once


def test_work_is_counted_as_the_summary_counts_it(catalogue: None) -> None:
    page = re.sub(r"\s+", " ", Client().get("/?coach=force", headers={"Accept-Language": "en"}).content.decode())
    summary = re.search(r"(\d+) exercises, (\d+) working sets", page)
    assert summary
    assert re.findall(r"<dt>(?:exercises|working sets)</dt><dd>(\d+)</dd>", page) == list(summary.groups())


def test_long_words_may_end_a_line_between_syllables() -> None:
    assert hyphenable("Hypercompensation lestée").replace("\N{SOFT HYPHEN}", "-") == "Hy-per-com-pen-sa-tion lestée"


def test_what_an_import_says_is_text(browser: Client, athlete: User) -> None:
    prescription = force_prescription() | {"title": HOSTILE, "summary": HOSTILE, "rationale": HOSTILE}
    block = prescription["blocks"][0]
    block |= {"key": HOSTILE, "format": "tabata"}
    block["exercises"][0] |= {
        "key": HOSTILE, "exercise": None, "name": HOSTILE, "cue": HOSTILE, "substitutions": [HOSTILE],
        "sets": [{"reps": 1}],
    }  # fmt: skip
    session = TrainingSessionFactory.create(
        owner=athlete,
        prescription=prescription,
        checks=[{"code": HOSTILE, "ok": False, "detail": HOSTILE}],
    )
    for page in (read(browser, session), read(browser, session, "fr"), browser.get("/").content.decode()):
        markup = Markup(page)
        assert markup.inline == []
        assert not markup.having("img")
        assert "alert(1)</script>" not in page
        assert "{{ 7|add:7 }}" in page


def test_no_key_of_an_import_is_taken_for_a_part_of_the_page(browser: Client, athlete: User) -> None:
    prescription = force_prescription()
    for block, key in zip(prescription["blocks"], ("details", "two words"), strict=True):
        block["exercises"][0]["key"] = key
    markup = Markup(read(browser, TrainingSessionFactory.create(owner=athlete, prescription=prescription)))
    assert len(markup.having("article", **{"data-key": "details"})) == 1
    ids = [given["id"] or "" for _, given in markup.tags if "id" in given]
    assert len(ids) == len(set(ids))
    assert not any(" " in one for one in ids)


@pytest.mark.parametrize(
    ("status", "said"),
    [("pending", "number 1 in the queue"), ("failed", "The session stands as it is"), ("cancelled", "did without")],
)
def test_the_page_says_where_the_second_wind_stands(browser: Client, athlete: User, status: str, said: str) -> None:
    session = TrainingSessionFactory.create(owner=athlete)
    if status != "pending":
        EnrichmentItem.objects.filter(session=session).update(
            status=status, completed_at=session.created_at, next_attempt_at=None
        )
    markup = Markup(page := read(browser, session))
    assert said in page
    hidden = [given["data-when"] for given in markup.having("div") if "data-when" in given and "hidden" in given]
    assert ("failed" in hidden, "cancelled" in hidden) == (status != "failed", status != "cancelled")


# --- acting, without a script ---


def act(client: Client, session: TrainingSession, **data: Any) -> Any:
    answer = client.post(page_of(session), data)
    if answer.status_code == 302 and data["action"] != "delete":
        session.refresh_from_db()
    return answer


def test_a_session_is_done_and_not_done_after_all(browser: Client, athlete: User) -> None:
    session = TrainingSessionFactory.create(owner=athlete)
    assert act(browser, session, action="done", rpe="8")["Location"] == page_of(session)
    assert (session.done_at is not None, session.done_rpe) == (True, 8)
    assert "RPE\u00a08" in read(browser, session).replace("&nbsp;", "\u00a0")
    act(browser, session, action="not_done")
    assert session.done_at is None
    act(browser, session, action="done")
    assert (session.done_at is not None, session.done_rpe) == (True, None)


def test_enrichment_is_cancelled_and_asked_for_again(browser: Client, athlete: User) -> None:
    session = TrainingSessionFactory.create(owner=athlete)
    item = EnrichmentItem.objects.get(session=session)
    act(browser, session, action="cancel")
    item.refresh_from_db()
    assert item.status == "cancelled"
    act(browser, session, action="enrich")
    item.refresh_from_db()
    assert item.status == "pending"


def test_a_deleted_session_is_gone_and_home_says_so(browser: Client, athlete: User) -> None:
    session = TrainingSessionFactory.create(owner=athlete)
    assert act(browser, session, action="delete")["Location"] == "/"
    assert not TrainingSession.objects.exists()
    assert "The session is deleted." in browser.get("/").content.decode()


@pytest.mark.parametrize("action", ["done", "not_done", "enrich"])
def test_a_session_that_is_deleted_at_this_very_moment_is_not_found(
    browser: Client, athlete: User, monkeypatch: pytest.MonkeyPatch, action: str
) -> None:
    session = TrainingSessionFactory.build(owner=athlete)
    monkeypatch.setattr(SessionView, "_session", lambda view, pk: session)
    assert browser.post(page_of(session), {"action": action}).status_code == 404


@pytest.mark.parametrize(
    "data", [{}, {"action": "fly"}, {"action": "done", "rpe": "11"}, {"action": "done", "rpe": "x"}]
)
def test_what_the_page_never_sends_is_a_bad_request(browser: Client, athlete: User, data: dict[str, str]) -> None:
    session = TrainingSessionFactory.create(owner=athlete)
    assert browser.post(page_of(session), data).status_code == 400
    session.refresh_from_db()
    assert session.done_at is None


def test_a_login_may_name_an_idempotency_key(athlete: User, catalogue: None) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(athlete)
    client.get("/")
    body = {"coach": "force", "prescription": force_prescription()}
    headers = {"X-CSRFToken": client.cookies["csrftoken"].value, "Idempotency-Key": "k"}
    answers = [
        client.post("/api/v1/sessions/", body, content_type="application/json", headers=headers) for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert TrainingSession.objects.count() == 1


def test_the_policy_is_the_settings(db: None) -> None:
    sent = dict(part.split(" ", 1) for part in Client().get("/healthz")["Content-Security-Policy"].split("; "))
    assert sent == {directive: " ".join(sources) for directive, sources in settings.SECURE_CSP.items()}
