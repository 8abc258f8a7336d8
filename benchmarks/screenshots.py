"""The pictures of docs/screenshots: the page in every state, in both languages and themes, on a phone and on a desktop.

    make screenshots

A throw-away stack with a model's server of our own, which is made to wait or to refuse where a state needs it. The
sessions are the built-in coaches', only the one that is seen being written is the model's.
"""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from playwright.sync_api import Browser, Page, StorageState, ViewportSize, expect, sync_playwright

from benchmarks.home import ROOT, Home, home  # started by its path, Python looks for modules beside the file
from benchmarks.latency import answer
from tests.browser.chromium import executable
from tests.model_server import Behaviour, ModelServer, Request

FOLDER = ROOT / "docs" / "screenshots"
PHONE: ViewportSize = {"width": 390, "height": 844}
SMALL_PHONE: ViewportSize = {"width": 320, "height": 640}
DESKTOP: ViewportSize = {"width": 1280, "height": 900}
LATE = '"cooldown'  # stands late in the draft, after work that is closed
OF_DETAILS = '"athlete_level"'  # only a question for an exercise's details has it
MOVES = (
    "Back squat", "Bench press", "Deadlift", "Pull-up", "Overhead press", "Barbell row", "Front squat", "Dip",
    "Hip thrust", "Romanian deadlift", "Lat pulldown", "Leg press", "Incline dumbbell press", "Seated cable row",
    "Lateral raise", "Leg curl", "Face pull", "Hammer curl", "Standing calf raise", "Plank",
)  # fmt: skip
NAME, PASSWORD = "camille", "une bonne phrase de passe"


class CatalogueServer(ModelServer):
    """Of an exercise of the catalogue it says what stands there, so that the pictures show real notes."""

    def taken(self, request: Request) -> Behaviour:
        behaviour = super().taken(request)
        return replace(behaviour, text=answer(request)) if '"catalogue"' in request.input else behaviour


class Studio:
    """One athlete before a camera."""

    def __init__(self, browser: Browser, model: ModelServer) -> None:
        self._browser = browser
        self._model = model
        self._login: StorageState | None = None

    @contextmanager
    def page(
        self, port: int, path: str, locale: str = "en-GB", theme: str = "light", viewport: ViewportSize = PHONE
    ) -> Iterator[Page]:
        """A page as the athlete sees it."""
        with self._browser.new_context(
            base_url=f"http://127.0.0.1:{port}", locale=locale, color_scheme="dark" if theme == "dark" else "light",
            viewport=viewport, device_scale_factor=1.5 if viewport["width"] < 600 else 1, storage_state=self._login,
            reduced_motion="reduce",
        ) as context:  # fmt: skip
            page = context.new_page()
            page.goto(path)
            yield page

    def sign_up(self, port: int) -> None:
        """An account, for all pages from now on."""
        with self.page(port, "/account/sign-up/") as page:
            page.locator("#id_username").fill(NAME)
            page.locator("#id_password1").fill(PASSWORD)
            page.locator("#id_password2").fill(PASSWORD)
            page.locator("main form button").click()
            expect(page.locator("#ask")).to_be_visible()
            self._login = page.context.storage_state()

    def ask(self, port: int, **request: Any) -> str:
        """The path of a new session."""
        with self.page(port, "/") as page:
            token = next(each["value"] for each in page.context.cookies() if each["name"] == "csrftoken")
            answered = page.context.request.post("/api/v1/sessions/", data=request, headers={"X-CSRFToken": token})
            if not answered.ok:
                raise SystemExit(answered.text())
            return f"/sessions/{answered.json()['id']}/"

    @contextmanager
    def held(self, **behaviour: Any) -> Iterator[None]:
        """The model's next answer waits until the block ends."""
        until = threading.Event()
        self._model.script(Behaviour(until=until, stopped="hold", **behaviour))
        try:
            yield
        finally:
            until.set()

    def refuse(self) -> None:
        """The model's next note is none."""
        self._model.script(Behaviour(refusal="I would rather not.", about=OF_DETAILS))


def badge(page: Page, state: str) -> None:
    """Wait until the session is so far: as the script has drawn it, or the server, where all is there."""
    live, drawn = f'enrichment-badge span.badge[data-state="{state}"]', f"#session > p.badge.{state}"
    expect(page.locator(f"{live}, {drawn}")).to_be_visible(timeout=30_000)


def shoot(page: Page, name: str) -> None:
    """What is on the screen, as a file."""
    page.wait_for_load_state("load")
    page.screenshot(path=FOLDER / f"{name}.png", animations="disabled")
    print(FOLDER / f"{name}.png")  # noqa: T201


def shoot_figures(page: Page, name: str) -> None:
    """The figures at the end of a session."""
    expect(page.locator("#figures svg").first).to_be_visible()
    page.locator("#figures").evaluate("(figures) => figures.scrollIntoView()")
    shoot(page, name)


def imported(title: str, names: list[str], sets: int) -> dict[str, Any]:
    """A session of one's own."""
    exercises = [
        {
            "key": f"e{n}",
            "name": name,
            "sets": [{"reps": 8 + n % 5, "load_kg": 22.5 + 5 * n, "rest_seconds": 90}] * sets,
        }
        for n, name in enumerate(names)
    ]
    block = {"key": "b", "role": "main", "format": "sets", "exercises": exercises}
    return {"coach": "force", "prescription": {"title": title, "duration_minutes": 75, "blocks": [block]}}


def shoot_sessions(studio: Studio, port: int) -> None:
    """The states of a session, each by another coach."""
    with studio.page(port, "/", "fr-FR", "dark") as page:
        shoot(page, "empty")
    with studio.held(about=OF_DETAILS):
        enriching = studio.ask(port, coach="endurance", available_minutes=60, language="fr")
        with studio.page(port, enriching, "fr-FR", "dark") as page:
            badge(page, "enriching")
            expect(page.locator("details.more").first).to_be_visible()
            shoot(page, "enriching")
        fast = studio.ask(port, coach="force", available_minutes=60)
        with studio.page(port, fast) as page:
            badge(page, "fast")
            shoot(page, "fast")
    with studio.page(port, fast, theme="dark") as page:
        badge(page, "enriched")  # and the worker is free for the next one
        shoot_figures(page, "muscles")
    studio.refuse()
    with studio.page(port, studio.ask(port, coach="functional", available_minutes=45), theme="dark") as page:
        badge(page, "failed")
        shoot(page, "failed")
    with studio.page(
        port, studio.ask(port, coach="calisthenics", available_minutes=45, language="fr"), "fr-FR"
    ) as page:
        badge(page, "enriched")
        for box in page.locator(".tile input:not([data-rest='0'])").all()[:3]:
            box.check()
        page.context.set_offline(True)
        expect(page.locator("#offline")).to_be_visible()
        shoot(page, "offline")
    race = studio.ask(port, coach="competitions", available_minutes=75, athlete={"level": "advanced"})
    with studio.page(port, race, viewport=DESKTOP) as page:
        badge(page, "enriched")
        shoot(page, "enriched")
    with studio.page(port, race, theme="dark", viewport=DESKTOP) as page:
        shoot_figures(page, "race")
    with studio.page(port, "/sessions/", "fr-FR", "dark") as page:
        shoot(page, "sessions")


def shoot_extremes(studio: Studio, port: int) -> None:
    """Sessions that somebody else wrote."""
    long = [
        "Développé-incliné-unilatéral-contre-résistance-progressive", "Anticonstitutionnellement lesté",
        "Soulevé de terre roumain unilatéral déficitaire avec kettlebell", "Rétroversion-antéversion du bassin",
    ]  # fmt: skip
    words = imported("Hypercompensation neuromusculaire anticonstitutionnellement individualisée", long, 7)
    with studio.page(port, studio.ask(port, language="fr", **words), "fr-FR", viewport=SMALL_PHONE) as page:
        badge(page, "enriched")
        shoot(page, "long-words")
    many = imported("Twenty exercises", list(MOVES), 3)
    with studio.page(port, studio.ask(port, **many), theme="dark", viewport=DESKTOP) as page:
        badge(page, "enriched")
        page.locator("[data-key]").nth(3).evaluate("(card) => card.scrollIntoView()")
        shoot(page, "twenty-exercises")


def shoot_writing(studio: Studio, port: int) -> None:
    """A session while the model writes it."""
    with studio.page(port, "/") as page, studio.held(stop_after=LATE):
        page.locator("label.choice", has=page.locator("[name=coach][value=calisthenics]")).click()
        page.get_by_role("button", name="Write my session").click()
        expect(page.locator("#writing [data-key]").nth(2)).to_be_visible()
        expect(page.locator("#writing .awaited")).to_have_count(0)
        shoot(page, "generating")


def photograph(at: Home, model: ModelServer, browser: Browser) -> None:
    """Every picture."""
    _, port = at.web()
    at.environment |= {"OPENAI_API_KEY": "sk-screenshots", "OPENAI_BASE_URL": model.url}
    at.start("worker", "celery", "-A", "config", "worker", "-Q", "enrichment", "-c", "1", "-n", "one@%h")
    studio = Studio(browser, model)
    studio.sign_up(port)
    shoot_sessions(studio, port)
    shoot_extremes(studio, port)
    _, with_model = at.web()
    shoot_writing(studio, with_model)


def main() -> None:
    """Into docs/screenshots."""
    chromium = executable()
    if chromium is None:
        raise SystemExit("There is no Chromium or Chrome here: `make browser` installs one.")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with CatalogueServer.running() as model, home() as at, sync_playwright() as playwright:
        photograph(at, model, playwright.chromium.launch(executable_path=chromium))


if __name__ == "__main__":
    main()
