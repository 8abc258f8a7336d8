"""Chromium, driven by Playwright. Every page it opens is watched: what no visitor should ever cause fails the test.

Without a browser these tests are skipped, unless BROWSER=required, which .ci/run sets.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

import pytest
from django.db import connections
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Page,
    Request,
    StorageState,
    ViewportSize,
    expect,
    sync_playwright,
)

from tests.browser.chromium import executable

if TYPE_CHECKING:  # a conftest is read before Django is ready
    from tests.stack_fixtures import Stack

WITHOUT = "There is no Chromium or Chrome here: `make browser` installs one, CHROMIUM=/path names one."
REQUIRED = os.environ.get("BROWSER") == "required"
PATIENCE_MS = 20_000  # on a loaded machine
PHONE: ViewportSize = {"width": 390, "height": 844}
DESKTOP: ViewportSize = {"width": 1280, "height": 900}
CONNECTION_LOST = "net::ERR_"
HERE = {"127.0.0.1", "localhost"}


class Visitor:
    """Somebody at a device of their own: the page before them, and whatever went wrong there."""

    def __init__(self, page: Page, *, loses_connection: bool) -> None:
        self.page = page
        self.wrongs: list[str] = []
        self.loaded: list[Request] = []
        self._loses_connection = loses_connection
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.wrongs.append(f"uncaught: {error}"))
        page.on("request", self._request)
        page.on("requestfinished", self._requestfinished)

    def _console(self, message: ConsoleMessage) -> None:
        expected = self._loses_connection and CONNECTION_LOST in message.text
        if message.type in {"error", "warning"} and not expected:
            self.wrongs.append(f"{message.type}: {message.text} at {message.location.get('url')}")

    def _requestfinished(self, request: Request) -> None:
        self.loaded.append(request)

    def _request(self, request: Request) -> None:
        if urlsplit(request.url).hostname not in HERE:
            self.wrongs.append(f"asked a foreign host: {request.url}")


class Visit(Protocol):
    """Opens a page of the stack as somebody new, in English on a phone unless told otherwise."""

    def __call__(self, path: str, **how: Any) -> Visitor:
        """Besides `port`, `signed_in` and `loses_connection`, what Playwright's `new_context` takes."""


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser's path. Where it is not required and not there, nobody asks: the module is skipped."""
    return executable() or pytest.fail(WITHOUT)


@pytest.fixture(scope="module")
def browser(chromium: str, stack: "Stack") -> Iterator[Browser]:
    """One for all visitors of a module, each with a device of its own."""
    expect.set_options(timeout=PATIENCE_MS)
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright keeps an event loop in this thread, in which no coroutine asks the database anything.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=chromium)
        yield browser
        browser.close()
        connections.close_all()  # a thread with an event loop has connections of its own


@pytest.fixture(scope="module")
def login(browser: Browser, stack: "Stack") -> StorageState:
    """What a device holds whose athlete has signed in."""
    with browser.new_context(base_url=stack.url) as context:
        page = context.new_page()
        page.goto("/account/sign-in/")
        sign_in(page, stack)
        expect(page.locator("#ask")).to_be_visible()
        return context.storage_state()


@pytest.fixture
def visit(browser: Browser, stack: "Stack", login: StorageState) -> Iterator[Visit]:
    """Everybody's page must have gone well at the end."""
    visitors: list[Visitor] = []
    with ExitStack() as end:

        def open_page(
            path: str, *, port: int = stack.port, signed_in: bool = True, loses_connection: bool = False, **how: Any
        ) -> Visitor:
            context = browser.new_context(
                base_url=f"http://127.0.0.1:{port}",
                storage_state=login if signed_in else None,
                **{"locale": "en-GB", "viewport": PHONE, **how},
            )
            end.callback(context.close)
            context.set_default_timeout(PATIENCE_MS)
            visitors.append(Visitor(context.new_page(), loses_connection=loses_connection))
            visitors[-1].page.goto(path)
            return visitors[-1]

        yield open_page
    assert [wrong for visitor in visitors for wrong in visitor.wrongs] == []


def sign_in(page: Page, stack: "Stack") -> None:
    """As the stack's athlete, on the page that asks for it."""
    page.locator("#id_username").fill("athlete")
    page.locator("#id_password").fill(stack.password)
    page.locator("main form button").click()
