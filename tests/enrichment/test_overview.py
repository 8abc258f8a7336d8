"""The operator's overview: its numbers are those of the rows, few statements read them, and only those act who may."""

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import astuple
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from config.roles import Role
from enrichment import overview, queue
from enrichment.models import EnrichmentItem, Status, Worker
from enrichment.overview import DAY, HOUR, Finished, Window
from tests.database_roles import acting_as
from tests.enrichment.items import claim, set_back
from tests.factories import TrainingSessionFactory, UserFactory

pytestmark = pytest.mark.django_db

PAGE = "/admin/enrichment/enrichmentitem/live/"
INDEX = "/admin/"
ITEMS = "/admin/enrichment/enrichmentitem/"
FRAGMENT = {"X-Fragment": "live"}
ITEMS_OF_A_MONTH = 10_000


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    """A day's numbers are kept for a while: not from test to test."""
    cache.clear()
    yield
    cache.clear()


def item(**session: Any) -> EnrichmentItem:
    made: EnrichmentItem = TrainingSessionFactory.create(**session).item
    return made


def failed(kind: str, message: str = "It did not work.", **session: Any) -> EnrichmentItem:
    item(priority=1, **session)
    held = claim()
    held.fail(kind, message)
    return held


def finished(at: datetime, status: Status, *, wait: float = 0, service: float = 0, coach: str = "force") -> None:
    """An item that became final at this moment."""
    made = item(coach=coach)
    claimed_at = at - timedelta(seconds=service)
    EnrichmentItem.objects.filter(pk=made.pk).update(
        status=status,
        queued_at=claimed_at - timedelta(seconds=wait),
        started_at=claimed_at,
        first_claimed_at=claimed_at,
        completed_at=at,
    )


def text(answer: Any) -> str:
    """What a page says, without its marks."""
    assert answer.status_code == 200
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


# --- the numbers ---


def test_what_waits_is_counted_by_priority_and_coach() -> None:
    rows = [item(priority=2), item(priority=2, coach="endurance"), item(priority=7)]
    set_back(rows[0], queued_at=500)
    delayed = item(priority=7)
    EnrichmentItem.objects.filter(pk=delayed.pk).update(next_attempt_at=timezone.now() + timedelta(seconds=60))
    item().delete()
    found = overview.pending()
    assert (found.count, found.delayed, found.long) == (4, 1, 0)
    assert found.by_priority == {2: 2, 7: 2}
    assert found.by_coach == {"force": 3, "endurance": 1}
    assert found.oldest_seconds == pytest.approx(500, abs=5)
    assert overview.pending("endurance").by_priority == {2: 1}


@pytest.mark.parametrize("window", [HOUR, DAY], ids=lambda window: window.name)
def test_each_bucket_holds_what_became_final_in_it_and_the_window_ends_with_the_one_that_fills(window: Window) -> None:
    buckets = overview.history(window).starts
    cache.clear()
    width = timedelta(seconds=window.bucket_seconds)
    assert len(buckets) == window.buckets
    assert all(start.timestamp() % window.bucket_seconds == 0 for start in buckets)
    assert buckets[-1] <= timezone.now() < buckets[-1] + 2 * width
    third, last_but_one = buckets[2], buckets[-2]
    finished(third, Status.COMPLETED, wait=10, service=4)
    finished(third + width - timedelta(microseconds=1), Status.FAILED, wait=20, service=9)
    finished(last_but_one, Status.COMPLETED, wait=30, service=8)
    finished(last_but_one, Status.CANCELLED)
    finished(buckets[0] - timedelta(seconds=1), Status.COMPLETED)  # before the window
    found = overview.history(window)
    of = dict(zip(found.starts, found.buckets, strict=True))
    assert astuple(of[third]) == pytest.approx((1, 1, 0, 15, 19.5, 4, 4))
    assert astuple(of[last_but_one]) == pytest.approx((1, 0, 1, 15, 28.5, 8, 8))
    assert [start for start in of if of[start] != Finished()] == [third, last_but_one]
    assert (found.whole.completed, found.whole.failed, found.whole.cancelled) == (2, 1, 1)


def test_the_hour_agrees_with_what_the_api_tells() -> None:
    now = timezone.now()
    for seconds in range(1, 40):
        finished(now - timedelta(seconds=60 + seconds), Status.COMPLETED, wait=seconds**2, service=100 / seconds)
    told, whole = queue.stats(), overview.history(HOUR).whole
    assert whole.completed == told["completed"] == 39
    for what in ("wait", "service"):
        for part in ("p50", "p95"):
            assert getattr(whole, f"{what}_{part}") == pytest.approx(told[f"{what}_seconds"][part], abs=0.001)


def test_buckets_are_the_same_in_every_time_zone_and_their_names_are_the_readers(
    desk: Client, settings: Settings
) -> None:
    finished(timezone.now() - timedelta(minutes=5), Status.COMPLETED)
    here = overview.history(HOUR)
    (start,) = [start for start, bucket in zip(here.starts, here.buckets, strict=True) if bucket.completed]
    for name in ("UTC", "Asia/Kathmandu"):
        settings.TIME_ZONE = name
        zone = ZoneInfo(name)
        with timezone.override(zone):
            assert start in overview.history(HOUR).starts
            page = desk.get(PAGE).content.decode()
        row = page.split(f'id="hour-{int(start.timestamp())}"')[1].split("</tr>")[0]
        assert re.findall(r"<td>(.*?)</td>", row)[:2] == [f"{start.astimezone(zone):%H:%M}", "1"]


def test_a_days_numbers_are_read_again_only_after_a_while(desk: Client) -> None:
    assert overview.history(DAY).whole.completed == 0
    finished(timezone.now() - timedelta(hours=3), Status.COMPLETED)
    assert overview.history(DAY).whole.completed == 0
    cache.clear()
    assert overview.history(DAY).whole.completed == 1


def test_failures_are_grouped_by_kind_with_the_newest_ones_words() -> None:
    set_back(failed("refused", "An old refusal."), completed_at=3 * 86_400)
    newest = failed("refused", "A new refusal.", coach="endurance")
    failed("unavailable", "503")
    refused, unavailable = overview.failures()
    assert (refused.kind, refused.count, refused.coaches) == ("refused", 2, ("endurance", "force"))
    assert (refused.newest_message, refused.newest_item) == ("A new refusal.", newest.pk)
    assert (unavailable.kind, unavailable.count) == ("unavailable", 1)
    assert [group.count for group in overview.failures("endurance")] == [1]


def test_workers_stand_with_what_they_hold_and_who_holds_without_a_sign_of_life_is_silent(desk: Client) -> None:
    Worker.objects.seen("celery@other", capacity=32, active=0)
    item()
    held = claim()
    EnrichmentItem.objects.filter(pk=held.pk).update(started_at=F("started_at") - timedelta(seconds=30))
    page = text(desk.get(PAGE))
    assert "celery@other live holds 0 of 32 last sign of life" in page
    assert "celery@test silent holds 1 last sign of life unknown" in page
    assert re.search(rf"{str(held.pk)[:8]} force 1 of 3 3\d s \d+ s ", page)
    EnrichmentItem.objects.filter(pk=held.pk).update(lease_expires_at=timezone.now() - timedelta(seconds=1))
    assert re.search(rf"{str(held.pk)[:8]} force 1 of 3 3\d s over ", text(desk.get(PAGE)))


def test_delayed_items_and_those_close_to_the_longest_wait_are_listed(settings: Settings) -> None:
    settings.MAX_WAIT_SECONDS = 1_000
    item()
    old, later, soon = item(), item(), item()
    set_back(old, queued_at=900)
    for row, seconds in ((later, 500), (soon, 50)):
        EnrichmentItem.objects.filter(pk=row.pk).update(next_attempt_at=timezone.now() + timedelta(seconds=seconds))
    set_back(later, queued_at=950)
    assert [row["id"] for row in overview.delayed()] == [soon.pk, later.pk]
    assert [float(row["due"]) for row in overview.delayed()] == pytest.approx([50, 500], abs=5)
    assert [row["id"] for row in overview.long_waiting()] == [later.pk, old.pk]
    assert overview.pending().long == 2


# --- the page ---


def test_an_empty_queue_is_a_page_as_well(desk: Client) -> None:
    page = text(desk.get(PAGE))
    assert "Pending 0" in page
    assert "Workers none" in page
    assert "Nothing became final." in page


def test_every_picture_says_in_words_what_it_shows(desk: Client) -> None:
    finished(timezone.now() - timedelta(minutes=2), Status.COMPLETED, wait=12, service=5)
    page = desk.get(PAGE).content.decode()
    titles = re.findall(r'<svg [^>]*role="img" aria-labelledby="([^"]+)">\s*<title id="\1">([^<]+)</title>', page)
    assert [title.split(":")[0] for _, title in titles] == [
        f"{what}, {window}" for window in ("the last hour", "the last day") for what in ("Finished", "Wait", "Service")
    ]
    assert titles[1][1] == "Wait, the last hour: median 12 s, 95th percentile 12 s"
    assert len(re.findall(r'class="completed" d="M\d+ 40.0v-40.0h3v40.0z"', page)) == 2
    assert page.count('class="failed" d=""') == 2


def test_the_script_is_given_the_changing_part_alone(desk: Client) -> None:
    part = desk.get(PAGE, headers=FRAGMENT).content.decode()
    assert "<html" not in part
    assert text(desk.get(PAGE, headers=FRAGMENT)).startswith("As of ")
    assert re.findall(r'<h2 id="(\w+)"', part) == re.findall(r'<h2 id="(\w+)"', desk.get(PAGE).content.decode())


def test_a_coach_in_the_address_narrows_everything_down_and_stays_in_the_links(desk: Client) -> None:
    item(coach="endurance")
    item()
    failed("refused", coach="endurance")
    failed("unavailable")
    finished(timezone.now() - timedelta(minutes=2), Status.COMPLETED)
    page = desk.get(f"{PAGE}?coach=endurance")
    assert "Pending 1 " in text(page)
    assert "0 completed, 0.0 a minute; 1 failed" in text(page)
    assert "unavailable" not in text(page)
    assert f"{ITEMS}?status=failed&amp;error=refused&amp;coach=endurance" in page.content.decode()
    for junk in ("nobody", "%00", "'"):
        assert "Pending 2 " in text(desk.get(f"{PAGE}?coach={junk}"))


def test_the_page_is_linked_on_top_of_the_admin_and_from_the_list(desk: Client) -> None:
    for address in (INDEX, ITEMS, "/admin/auth/user/"):
        assert f'href="{PAGE}"' in desk.get(address).content.decode()


def test_as_many_statements_read_a_full_queue_as_an_empty_one(desk: Client) -> None:
    desk.get(PAGE)
    cache.clear()
    with CaptureQueriesContext(connection) as for_none:
        desk.get(PAGE)
    for kind in ("refused", "unavailable", "invalid_output"):
        failed(kind)
    for _ in range(12):
        item(priority=1)
        claim()
    for number in range(30):
        row = item()
        set_back(row, queued_at=86_000 + number)
    cache.clear()
    with CaptureQueriesContext(connection) as for_many:
        desk.get(PAGE)
    assert len(for_many) == len(for_none)


@pytest.fixture
def a_month(db: None) -> None:
    """A month's items, one in fifty failed, and at its end a queue: most of it ready, some delayed, some in work."""
    with connection.cursor() as cursor:  # what other tests left behind in table and indexes is no part of the costs
        cursor.execute("TRUNCATE enrichment_enrichmentitem CASCADE")
    owner = UserFactory.create()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # rows alone, without their sessions
        cursor.execute(
            """
            INSERT INTO enrichment_enrichmentitem (id, session_id, owner_id, coach, status, priority, claim_number,
                attempts, max_attempts, error_kind, worker, task_id, event_count, created_at, queued_at,
                priority_since, next_attempt_at, first_claimed_at, started_at, lease_expires_at, completed_at)
            SELECT gen_random_uuid(), gen_random_uuid(), %s, CASE WHEN n %% 5 = 0 THEN 'endurance' ELSE 'force' END,
                status, 1 + n %% 10, 0, 0, 3, CASE WHEN status <> 'failed' THEN '' WHEN n %% 3 = 0 THEN 'refused'
                ELSE 'unavailable' END, '', '', 1, queued_at, queued_at, queued_at,
                CASE WHEN n BETWEEN 401 AND 450 THEN queued_at + interval '1 month' END,
                CASE WHEN status <> 'pending' THEN queued_at END, CASE WHEN status <> 'pending' THEN queued_at END,
                CASE WHEN status = 'processing' THEN queued_at + interval '1 month' END,
                CASE WHEN n > 500 THEN queued_at + interval '10 seconds' END
            FROM generate_series(1, %s) n, LATERAL (
                SELECT CASE WHEN n <= 450 THEN 'pending' WHEN n <= 500 THEN 'processing'
                    WHEN n %% 50 = 0 THEN 'failed' ELSE 'completed' END AS status,
                    statement_timestamp() - make_interval(days => 30) * n / %s AS queued_at
            ) AS of_item
            """,
            [owner.pk, ITEMS_OF_A_MONTH, ITEMS_OF_A_MONTH],
        )
        cursor.execute("ANALYZE enrichment_enrichmentitem")


def test_every_number_is_read_by_its_index(a_month: None) -> None:
    plans = {
        "pending": plan(overview.pending),
        "hour": plan(lambda: overview.history(HOUR)),
        "day": plan(lambda: overview.history(DAY)),
        "failures": plan(overview.failures),
        "held": plan(overview.held),
        "delayed": plan(overview.delayed),
        "long_waiting": plan(overview.long_waiting),
        "stats": plan(queue.stats),
    }
    assert {number: set(re.findall(r"(?:using|Index Scan on) (\w+)", plan)) for number, plan in plans.items()} == {
        "pending": {"item_ready", "item_delayed"},
        "hour": {"item_finished"},
        "day": {"item_finished"},
        "failures": {"item_failed"},
        "held": {"item_leased"},
        "delayed": {"item_delayed"},
        "long_waiting": {"item_ready", "item_delayed"},
        "stats": {"item_ready", "item_delayed", "item_finished", "item_leased"},
    }, plans
    assert "Seq Scan on enrichment_enrichmentitem" not in "".join(plans.values()), plans


def plan(read: Callable[[], Any]) -> str:
    """How the database goes about what this asks."""
    with CaptureQueriesContext(connection) as captured:
        read()
    lines: list[str] = []
    with connection.cursor() as cursor:
        for statement in captured.captured_queries:
            cursor.execute(f"EXPLAIN {statement['sql']}")
            lines += (line for (line,) in cursor.fetchall())
    return "\n".join(lines)


# --- acting ---


def test_requeuing_a_group_asks_first_and_moves_that_group_alone(desk: Client) -> None:
    group = [failed("refused"), failed("refused", coach="endurance")]
    others = [failed("unavailable"), failed("internal")]
    cancelled = item()
    EnrichmentItem.objects.filter(pk=cancelled.pk).cancel()
    page = desk.get(PAGE).content.decode()
    form = next(
        form for form in re.findall(r'<form method="post".*?</form>', page, re.DOTALL) if "with refused" in form
    )
    address = html.unescape(re.findall(r'action="([^"]+)"', form)[0])
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
    asks = desk.post(address, fields)
    assert (asks.context["movable"], asks.context["selected"]) == (2, 2)
    assert not EnrichmentItem.objects.pending().exists()
    assert desk.post(address, {**fields, "confirmed": "yes"}).status_code == 302
    assert set(EnrichmentItem.objects.pending()) == set(group)
    assert set(EnrichmentItem.objects.stopped()) == {*others, cancelled}


def test_a_kind_of_error_by_which_the_list_cannot_be_narrowed_down_has_no_button(desk: Client) -> None:
    failed("from_a_newer_release")
    page = desk.get(PAGE).content.decode()
    assert "from_a_newer_release" in page
    assert "Requeue these" not in page


def test_an_onlooker_watches_and_cannot_act(onlooker: Client) -> None:
    failed("refused", "The model refused.")
    page = onlooker.get(PAGE)
    assert "The model refused." in text(page)
    assert "Requeue these" not in text(page)
    onlooker.post(f"{ITEMS}?status=failed&error=refused", {"action": "requeue", "index": "0", "select_across": "1",
        "_selected_action": "x", "confirmed": "yes"})  # fmt: skip
    assert not EnrichmentItem.objects.pending().exists()


def test_who_may_not_see_the_items_sees_neither_the_page_nor_a_link_to_it(client: Client) -> None:
    client.force_login(UserFactory.create(is_staff=True))
    assert client.get(PAGE).status_code == 403
    assert PAGE not in client.get(INDEX).content.decode()
    client.force_login(UserFactory.create())
    assert client.get(PAGE).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_the_web_processs_role_may_read_it_all(desk: Client, database_roles: None) -> None:
    Worker.objects.seen("celery@test", capacity=1, active=1)
    failed("refused")
    item()
    claim()
    with acting_as(Role.WEB):
        assert "refused" in text(desk.get(PAGE))
        assert desk.get(PAGE, headers=FRAGMENT).status_code == 200
