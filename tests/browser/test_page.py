"""The page as its visitors meet it, in a real browser, on a real web process, a real worker and a model's server."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, ViewportSize, expect

from tests.browser.chromium import executable
from tests.browser.conftest import DESKTOP, PHONE, REQUIRED, WITHOUT, Visit, sign_in
from tests.callers import import_request
from tests.factories import force_prescription
from tests.faults.proxy import Proxy, proxy_to
from tests.model_server import FOREVER, Behaviour
from tests.processes import eventually
from tests.stack_fixtures import Stack

if executable() is None and not REQUIRED:
    pytest.skip(WITHOUT, allow_module_level=True)

pytestmark = pytest.mark.django_db  # what the stack keeps there is its module's

LATE = '"cooldown'  # stands late in the draft, after work that is closed
OF_DETAILS = '"athlete_level"'  # only a question for an exercise's details has it
MOST_BYTES = 60_000  # on the wire, of 150,000 that a page may weigh
HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)>{{ 7|add:7 }}"
WORKER_THREADS = 4  # of the stack's worker
GRAVE = {"serious", "critical"}


@pytest.fixture(autouse=True)
def quiet(stack: Stack) -> None:
    """What a test scripts the model to say is not said to a session that an earlier test left."""
    eventually(lambda: not any(api(stack, "enrichment/stats/")[it] for it in ("pending", "processing")), what="quiet")


@contextmanager
def held(stack: Stack, **behaviour: Any) -> Iterator[None]:
    """The model's next answer, in whole or from a place on, comes when the block ends."""
    until = threading.Event()
    stack.model.script(Behaviour(until=until, stopped="hold", **behaviour))
    try:
        yield
    finally:
        until.set()


def api(stack: Stack, path: str, **body: Any) -> dict[str, Any]:
    """What the API answers the athlete."""
    with httpx2.Client(base_url=f"{stack.url}/api/v1/", headers={"Authorization": f"Bearer {stack.token}"}) as client:
        response = client.post(path, json=body) if body else client.get(path)
    response.raise_for_status()
    told: dict[str, Any] = response.json()
    return told


def imported(stack: Stack, **changes: Any) -> str:
    """The address of a session with a prescription of its own."""
    session = api(stack, "sessions/", **import_request(prescription={**force_prescription(), **changes}))
    return f"/sessions/{session['id']}/"


def enriched(stack: Stack, path: str) -> str:
    """The same address, once every detail is there."""
    status = f"{path.removeprefix('/')}enrichment/"
    eventually(lambda: api(stack, status)["status"] == "enriched", what="the enrichment")
    return path


def exercise(key: str, **changes: Any) -> dict[str, Any]:
    return {"key": key, "exercise": "back-squat", "name": "Back squat", "sets": [{"reps": 5}], **changes}


def badge(page: Page, text: str) -> Locator:
    """The badge as its script draws it, over what the server drew; the server's alone, where all is there."""
    return page.locator("enrichment-badge span.badge, #session > p.badge", has_text=text)


def expect_everything(page: Page) -> None:
    """Each exercise with its details, once; seen at one moment, for a page may just be loaded again."""
    page.wait_for_function(
        """() => {
            const exercises = [...document.querySelectorAll("[data-key]")];
            const whole = (each) => each.querySelectorAll("details.more").length === 1;
            return exercises.length > 2 && exercises.every(whole) && !document.querySelector(".awaited");
        }"""
    )


# --- the whole path ---


@dataclass(frozen=True)
class Words:
    """What the path is recognised by, in a language."""

    locale: str
    sign_in: str
    coach: str
    level: str
    ask: str
    writing: str
    enriching: str
    enriched: str
    how: str
    sets: str
    rest: str
    next: str
    done: str


FRENCH = Words(
    "fr-FR", "Se connecter", "calisthenics", "beginner", "Écrire ma séance", "Votre coach écrit", "Enrichissement",
    "Enrichie", "Bien l’exécuter", "1 sur", "Repos", "Ensuite\N{NO-BREAK SPACE}:", "C’est fait",
)  # fmt: skip
ENGLISH = Words(
    "en-GB", "Sign in", "force", "advanced", "Write my session", "Your coach is writing", "Enriching",
    "Enriched", "How to do it well", "1 of", "Rest", "Next:", "I did it",
)  # fmt: skip


@pytest.mark.parametrize(
    ("words", "viewport"), [pytest.param(FRENCH, PHONE, id="phone"), pytest.param(ENGLISH, DESKTOP, id="desktop")]
)
def test_the_whole_path(stack: Stack, visit: Visit, words: Words, viewport: ViewportSize) -> None:
    page = visit("/", signed_in=False, locale=words.locale, viewport=viewport).page
    page.locator("header").get_by_role("link", name=words.sign_in).click()
    sign_in(page, stack)
    page.locator("label.choice", has=page.locator(f"[name=coach][value={words.coach}]")).click()
    # A level of this test's own: nothing for it is in the library yet.
    page.locator("label.choice", has=page.locator(f"[name=level][value={words.level}]")).click()
    with held(stack, about=OF_DETAILS):
        with held(stack, stop_after=LATE):
            page.get_by_role("button", name=words.ask).click()
            expect(page.locator("#writing [data-block] [data-key]")).not_to_have_count(0)
            expect(page.locator("#writing .awaited")).to_have_count(0)  # what stands before the cool-down is there
            expect(page.locator("#writing-said")).to_have_text(words.writing)
        expect(badge(page, words.enriching)).to_be_visible()
        expect(page.locator(".arrived").first).to_be_visible()
        expect(page.locator(".more.awaited").first).to_be_attached()
        boxes = page.locator(".tile input")
        boxes.first.check()
    expect(badge(page, words.enriched)).to_be_visible()
    expect_everything(page)
    expect(page.locator("#figures svg").first).to_be_visible()
    expect(boxes.first).to_be_checked()  # what arrives takes nothing away
    expect(page.locator("#progress")).to_contain_text(words.sets)

    resting = page.locator(".tile input:not([data-rest='0'])").first
    resting.check()
    expect(page.locator("#timer")).to_contain_text(words.rest)
    expect(page.locator("#timer")).to_contain_text(words.next)
    page.reload()
    expect(resting).to_be_checked()
    expect(page.locator("#timer")).to_be_visible()
    page.locator("#stop").click()
    expect(page.locator("#timer")).to_be_hidden()
    page.locator("details.more summary").first.click()
    expect(page.locator("details.more li").first).to_be_visible()
    expect(page.locator("details.more summary").first).to_contain_text(words.how)
    page.get_by_role("button", name=words.done).click()
    expect(page.locator("b.kept")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]


def test_the_keyboard_is_enough(stack: Stack, visit: Visit) -> None:
    page = visit("/").page
    assert set(tab_stops(page)) >= {"Skip to the content", "Write my session", "minutes", "goal", "language"}
    page.locator("[name=coach]:checked").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("[value=endurance]")).to_be_checked()
    page.get_by_role("button", name="Write my session").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#session")).to_be_visible()
    first = page.locator(".tile input").first
    first.focus()
    page.keyboard.press("Space")
    expect(first).to_be_checked()
    expect(badge(page, "Enriched")).to_be_visible()
    page.locator("details.more summary").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("details.more li").first).to_be_visible()
    assert "I did it" in tab_stops(page)


def tab_stops(page: Page) -> list[str]:
    """What the tabulator stops at, once around: each visible where it is, none twice, none a trap."""
    page.evaluate("document.activeElement.blur(), scrollTo(0, 0)")
    stops: list[str] = []
    unseen: list[str] = []
    while True:
        page.keyboard.press("Tab")
        stop = page.evaluate(
            """() => {
                const at = document.activeElement;
                if (at === document.body || at.dataset.stopped) return null;
                at.dataset.stopped = true;
                const shown = [at, at.nextElementSibling, at.parentElement].some((part) => {
                    const { outlineStyle, outlineWidth } = part ? getComputedStyle(part) : {};
                    return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
                });
                return { name: at.id || at.textContent.trim(), shown };
            }"""
        )
        if stop is None:
            break
        stops.append(stop["name"])
        unseen += [] if stop["shown"] else [stop["name"]]
    page.evaluate("document.querySelectorAll('[data-stopped]').forEach((at) => delete at.dataset.stopped)")
    assert unseen == []
    return stops


def test_without_a_script_a_session_is_asked_for_and_read(stack: Stack, visit: Visit) -> None:
    page = visit("/account/sign-in/", signed_in=False, java_script_enabled=False).page
    sign_in(page, stack)
    page.get_by_role("button", name="Write my session").click()
    expect(page.locator("#session h1")).to_be_visible()
    expect(page.locator(".tile").first).to_be_visible()
    enriched(stack, page.url.removeprefix(stack.url))
    page.reload()
    expect_everything(page)
    page.get_by_role("button", name="I did it").click()
    expect(page.locator("b.kept")).to_be_visible()


# --- when something goes wrong ---


@pytest.fixture
def line(stack: Stack) -> Iterator[Proxy]:
    """Between a visitor and the server; it can be cut."""
    with proxy_to(stack.port) as proxy:
        yield proxy


def test_a_session_whose_writing_was_cut_off_is_shown_once_the_line_is_back(
    stack: Stack, visit: Visit, line: Proxy
) -> None:
    page = visit("/", port=line.port, loses_connection=True).page
    before = api(stack, "sessions/")["results"]
    with held(stack, stop_after=LATE):
        page.get_by_role("button", name="Write my session").click()
        expect(page.locator("#writing [data-key]").first).to_be_visible()
        line.close()
        expect(page.locator("#writing-said")).to_have_text("Almost there…")
        line.open()
    expect(page.locator("#session")).to_be_visible()
    expect(badge(page, "Enriched")).to_be_visible()
    expect_everything(page)
    _, *others = api(stack, "sessions/")["results"]
    assert [each["id"] for each in others[:3]] == [each["id"] for each in before[:3]], "one more, and no second one"


def test_an_enrichment_whose_stream_was_cut_off_is_told_to_its_end(stack: Stack, visit: Visit, line: Proxy) -> None:
    with held(stack, about=OF_DETAILS):
        path = imported(stack, title="Cut", blocks=[one_block("Cut one", "Cut two", "Cut three")])
        page = visit(path, port=line.port, loses_connection=True).page
        expect(badge(page, "Enriching2 of 3")).to_be_visible()
        line.close()
        expect(badge(page, "reconnecting…")).to_be_visible()
    enriched(stack, path)
    line.open()
    expect(badge(page, "Enriched")).to_be_visible()
    expect_everything(page)


def test_where_streams_do_not_get_through_the_enrichment_is_told_by_polling(stack: Stack, visit: Visit) -> None:
    page = visit("/account/", loses_connection=True).page
    page.route("**/enrichment/events/", lambda route: route.abort())
    with held(stack, about=OF_DETAILS):
        page.goto(imported(stack, title="Polled", blocks=[one_block("Polled one", "Polled two", "Polled three")]))
        expect(badge(page, "Enriching2 of 3")).to_be_visible()
    expect(badge(page, "Enriched")).to_be_visible()
    expect_everything(page)


def test_many_badges_leave_a_page_connections_for_its_calls(stack: Stack, visit: Visit) -> None:
    with held(stack, about="Crowded", times=FOREVER):
        paths = [imported(stack, title="Crowded", blocks=[one_block(f"Crowded {n}")]) for n in range(7)]
        page = visit("/examples/badge/").page
        drawn = "<enrichment-badge session-id='{}'></enrichment-badge>"
        page.locator("main").evaluate(
            "(main, badges) => main.insertAdjacentHTML('beforeend', badges)",
            "".join(drawn.format(path.split("/")[-2]) for path in paths),
        )
        for path in paths:
            expect(page.locator(f"enrichment-badge[session-id='{path.split('/')[-2]}'] .badge").last).to_be_visible()
        page.get_by_role("button", name="The queue").click()
        expect(page.locator("#log")).to_contain_text("pending")


def test_offline_says_so_and_keeps_what_is_checked_off(stack: Stack, visit: Visit) -> None:
    page = visit(enriched(stack, imported(stack)), loses_connection=True).page
    page.context.set_offline(True)
    expect(page.locator("#offline")).to_contain_text("You are offline")
    page.locator(".tile input").first.check()
    page.context.set_offline(False)
    expect(page.locator("#offline")).to_be_hidden()
    page.reload()
    expect(page.locator(".tile input").first).to_be_checked()


ASKED_AGAIN = """
fetch(location.href, { headers: { Accept: "text/html" } })
  .then(({ redirected }) => (redirected ? "the way in" : "the session"), () => "no answer")
"""
KEPT_PAGES = """
caches.open("second-wind").then((cache) => cache.keys())
  .then((kept) => kept.map(({ url }) => new URL(url).pathname).filter((path) => !path.startsWith("/static/")))
"""


@contextmanager
def trouble(port: int) -> Iterator[None]:
    """A server that answers everything with an error of its own: 501."""
    with HTTPServer(("127.0.0.1", port), BaseHTTPRequestHandler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield
        server.shutdown()


def test_a_session_is_there_again_without_a_connection_until_its_athlete_signs_out(
    stack: Stack, visit: Visit, line: Proxy
) -> None:
    page = visit("/account/sign-in/", port=line.port, signed_in=False, loses_connection=True).page
    sign_in(page, stack)  # a login of its own, for it ends
    page.wait_for_function("() => navigator.serviceWorker.controller")
    page.get_by_role("button", name="Write my session").click()
    expect(badge(page, "Enriched")).to_be_visible()
    expect(page.locator("#figures svg").first).to_be_visible()
    expect(page.locator("#copy")).to_be_hidden()
    line.close()
    page.reload()  # as a phone does with a page that it had put away
    expect_everything(page)
    expect(page.locator("#copy")).to_contain_text("the copy that this device has kept")
    page.locator(".tile input").first.check()
    assert page.evaluate(ASKED_AGAIN) == "no answer"  # a script that looks for news takes no copy for it
    page.goto("/")
    expect(page.locator("#ask")).to_be_visible()
    with trouble(line.port):
        page.go_back()
        expect_everything(page)
    line.open()
    session = page.url
    page.context.clear_cookies(name="sessionid")  # the login has run out
    assert page.evaluate(ASKED_AGAIN) == "the way in"
    page.goto(session)
    sign_in(page, stack)  # whoever it is
    expect(badge(page, "Enriched")).to_be_visible()
    expect(page.locator("#copy")).to_be_hidden()
    eventually(lambda: page.evaluate(KEPT_PAGES) == [urlsplit(session).path], what="no page of the login before")
    page.goto("/account/")
    page.get_by_role("button", name="Sign out").click()
    expect(page.locator("header").get_by_role("link", name="Sign in")).to_be_visible()
    assert page.evaluate("Promise.all([caches.keys(), navigator.serviceWorker.getRegistrations()])") == [[], []]


def test_the_clock_names_what_follows_the_last_set_and_keeps_the_screen_on(stack: Stack, visit: Visit) -> None:
    sets = [{"reps": reps, "rest_seconds": 90} for reps in (1, 2, 3, 4)]
    block = {"key": "b", "role": "main", "format": "sets", "exercises": [exercise("e", sets=sets)]}
    page = visit(imported(stack, blocks=[block])).page
    page.evaluate("navigator.wakeLock.request = async () => (window.lock = { release() { this.released = true; } })")
    boxes = page.locator(".tile input")
    boxes.nth(0).check()
    expect(page.locator("#timer")).to_contain_text("Next: 2 reps")
    boxes.nth(2).check()  # the second one is left out
    expect(page.locator("#timer")).to_contain_text("Next: 4 reps")
    page.wait_for_function("() => window.lock && !window.lock.released")
    page.locator("#stop").click()
    page.wait_for_function("() => window.lock.released")


def test_a_failed_enrichment_is_shown_and_tried_again(stack: Stack, visit: Visit) -> None:
    stack.model.script(Behaviour(refusal="I would rather not.", about=OF_DETAILS))
    page = visit(
        imported(stack, title="Refused", blocks=[one_block("Refused one", "Refused two", "Refused three")])
    ).page
    expect(badge(page, "Not enriched")).to_be_visible()
    page.get_by_role("button", name="Try again").click()
    expect(badge(page, "Enriched")).to_be_visible()
    expect_everything(page)


def one_block(*names: str) -> dict[str, Any]:
    """Exercises that only this test knows: the model is asked about each."""
    exercises = [exercise(f"e{n}", exercise=None, name=name) for n, name in enumerate(names)]
    return {"key": "b", "role": "main", "format": "sets", "exercises": exercises}


# --- whatever it shows ---


def test_what_a_session_is_called_stays_text(stack: Stack, visit: Visit) -> None:
    hostile = exercise("e", exercise=None, name=HOSTILE, cue=HOSTILE)
    block = {"key": "b", "role": "main", "format": "sets", "exercises": [hostile]}
    page = visit(imported(stack, title=HOSTILE, summary=HOSTILE, rationale=HOSTILE, blocks=[block])).page
    expect(page.get_by_role("heading", level=1)).to_have_text(HOSTILE)
    expect(page.get_by_role("heading", level=3, name=HOSTILE)).to_be_visible()
    expect(badge(page, "Enriched")).to_be_visible()
    assert page.locator("main img").count() == 0


def test_twenty_exercises_with_long_words_fit_a_narrow_phone(stack: Stack, visit: Visit) -> None:
    word = "Développé-incliné-unilatéral-contre-résistance-progressive"
    exercises = [exercise(f"e{n}", name=f"{word} {n}", sets=[{"reps": 12, "load_kg": 62.5}] * 10) for n in range(20)]
    blocks = [{"key": "b", "role": "main", "format": "sets", "exercises": exercises}]
    page = visit(imported(stack, title=word, blocks=blocks), viewport={"width": 320, "height": 640}).page
    expect(page.locator("[data-key]")).to_have_count(20)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_nothing_moves_for_who_wants_no_motion(stack: Stack, visit: Visit) -> None:
    with held(stack, about=OF_DETAILS):
        page = visit(imported(stack, blocks=[one_block("Still")]), reduced_motion="reduce").page
        expect(badge(page, "Enriching")).to_be_visible()
        moving = "document.getAnimations().filter((each) => each.effect.getComputedTiming().activeDuration > 20).length"
        assert page.evaluate(moving) == 0


def test_a_page_weighs_little(stack: Stack, visit: Visit) -> None:
    twenty = {"key": "b", "role": "main", "format": "sets", "exercises": [exercise(f"e{n}") for n in range(20)]}
    session = enriched(stack, imported(stack, blocks=[twenty]))
    for path in ("/", session):
        visitor = visit(path)
        visitor.page.wait_for_load_state("networkidle")
        weight = sum(request.sizes()["responseBodySize"] for request in visitor.loaded)
        assert 0 < weight < MOST_BYTES, path


SIGNED_OUT = ["/", "/account/sign-in/", "/account/sign-up/", "/account/forgotten/"]
SIGNED_IN = ["/", "/sessions/", "/account/", "/account/tokens/", "/account/e-mail/", "/account/delete/"]


# The other theme has other colours, and nothing else.
@pytest.mark.parametrize(("scheme", "rules"), [("light", None), ("dark", ["color-contrast"])])
def test_axe_finds_nothing_grave(stack: Stack, visit: Visit, scheme: str, rules: list[str] | None) -> None:
    whole = enriched(stack, imported(stack))
    with held(stack, about=OF_DETAILS, times=WORKER_THREADS):
        for n in range(WORKER_THREADS):
            imported(stack, blocks=[one_block(f"Busy, {scheme} {n}")])
        fast = imported(stack, blocks=[one_block(f"Waiting, {scheme}")])
        stranger = visit("/", signed_in=False, color_scheme=scheme).page
        athlete = visit("/", color_scheme=scheme).page
        pages = [(stranger, path) for path in SIGNED_OUT] + [(athlete, path) for path in [*SIGNED_IN, fast, whole]]
        assert [found for page, path in pages for found in graves(page, path, rules)] == []


def graves(page: Page, path: str, rules: list[str] | None) -> list[str]:
    """What axe finds on a page that makes it hard to use for somebody, and where."""
    page.goto(path)
    page.evaluate("document.querySelectorAll('main details').forEach((each) => { each.open = true; })")
    options = {"resultTypes": ["violations"], **({"runOnly": rules} if rules else {})}
    return [
        f"{path}: {found['id']}: {found['nodes'][0]['html']}: {found['nodes'][0]['failureSummary']}"
        for found in Axe().run(page, options=options).response["violations"]
        if found["impact"] in GRAVE
    ]
