"""The queue, live, as its operator watches it in a real browser: it is refreshed under their eyes, and stays theirs."""

from collections.abc import Iterator

import pytest
import redis
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connections
from django.test import Client
from playwright.sync_api import Page, Request, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests.browser.chromium import executable
from tests.browser.conftest import PATIENCE_MS, REQUIRED, WITHOUT, Visitor
from tests.enrichment.items import claim
from tests.factories import TrainingSessionFactory

if executable() is None and not REQUIRED:
    pytest.skip(WITHOUT, allow_module_level=True)

LIVE = "/admin/enrichment/enrichmentitem/live/"
REFRESHES_MS = 6_000  # a little more than it rests between two


@pytest.fixture
def desk(
    live_server: LiveServer, operator: User, broker: redis.Redis, chromium: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Page]:
    """The operator's page, whose clock the test moves."""
    signed_in = Client()
    signed_in.force_login(operator)
    cookie = signed_in.cookies[settings.SESSION_COOKIE_NAME].value
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # as in conftest
    with sync_playwright() as playwright, playwright.chromium.launch(executable_path=chromium) as browser:
        context = browser.new_context(base_url=live_server.url)
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
        context.set_default_timeout(PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)
        visitor = Visitor(context.new_page(), loses_connection=True)
        visitor.page.clock.install()
        yield visitor.page
        connections.close_all()
    assert visitor.wrongs == []


def fail(kind: str) -> None:
    TrainingSessionFactory.create()
    claim().fail(kind, "It did not work.")


def test_it_is_refreshed_without_moving_what_the_operator_reads(desk: Page) -> None:
    fail("refused")
    desk.goto(LIVE)
    numbers, requeue = desk.locator("#hour-table"), desk.locator("#requeue-refused")
    numbers.locator("summary").click()
    requeue.focus()

    fail("unavailable")
    desk.clock.fast_forward(REFRESHES_MS)
    expect(desk.locator("#failed-unavailable")).to_be_visible()
    expect(numbers).to_have_attribute("open", "")
    expect(requeue).to_be_focused()

    desk.context.set_offline(True)
    desk.clock.fast_forward(REFRESHES_MS)
    expect(desk.locator("#trouble")).to_contain_text("No answer. Trying again.")
    desk.context.set_offline(False)
    desk.clock.fast_forward(REFRESHES_MS)
    expect(desk.locator("#trouble")).to_be_empty()

    pause = desk.get_by_role("button", name="Pause")
    pause.click()
    fail("invalid_output")
    asked: list[Request] = []
    desk.on("request", lambda request: asked.append(request))  # noqa: PLW0108  # no built-in will do
    desk.clock.fast_forward(REFRESHES_MS)
    pause.click()
    expect(desk.locator("#failed-invalid_output")).to_be_visible()
    assert len(asked) == 1  # by the click, not by the clock

    requeue.click()
    expect(desk.get_by_role("heading", name="Requeue")).to_be_visible()
