"""The operator's desk on the queue: it shows what is, asks before it acts, and lets only those act who may."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import redis
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.db import connection
from django.db.models.functions import Now
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_celery_results.models import TaskResult
from kombu.exceptions import OperationalError
from psycopg import sql

from config import roles
from config.models import Token
from enrichment import dispatch
from enrichment.models import EnrichmentItem, Status, Worker
from tests.factories import TrainingSessionFactory, UserFactory
from training.models import EnrichmentStatus, ExerciseNote, ModelCall, SessionDetail, TrainingSession

pytestmark = pytest.mark.django_db

ITEMS = "/admin/enrichment/enrichmentitem/"
RESCUE = f"{ITEMS}rescue/"


def claimed() -> EnrichmentItem:
    item = EnrichmentItem.objects.claim(worker="worker-1", task_id="task-1")
    assert item is not None
    return item


@pytest.fixture
def items(athlete: User) -> dict[str, EnrichmentItem]:
    """One item in each state, by its status."""
    made = {}
    for end in ("completed", "failed", "cancelled", "processing", "pending"):
        session = TrainingSessionFactory.create(owner=athlete)
        match end:
            case "completed":
                claimed().complete({"volume_analysis": {"total_sets": 5}})
            case "failed":
                claimed().fail("refused", "The model refused.")
            case "cancelled":
                EnrichmentItem.objects.filter(session=session).cancel()
            case "processing":
                claimed()
        made[end] = EnrichmentItem.objects.get(session=session)
    assert {end: item.status for end, item in made.items()} == {end: end for end in made}
    return made


def act(browser: Client, action: str, rows: Any, address: str = ITEMS, **more: Any) -> Any:
    """Chooses an action for some rows of a list, as its form does: the answer is the page that asks first."""
    ids = [str(row.pk) for row in rows]
    return browser.post(address, {"action": action, "index": "0", "_selected_action": ids, **more})


def say_yes(browser: Client, page: Any, **more: Any) -> Any:
    """Sends the form of the page that asked."""
    assert page.status_code == 200
    form = page.content.decode().split('<div class="ask-first">')[1]
    given: dict[str, Any] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form):
        given.setdefault(name, []).append(value)
    return browser.post(page.wsgi_request.get_full_path(), {**given, **more})


def statuses() -> list[str]:
    return sorted(EnrichmentItem.objects.values_list("status", flat=True))


def text(answer: Any) -> str:
    """What a page says, without its marks."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def listed(browser: Client, address: str) -> list[Any]:
    """The rows that a list shows."""
    answer = browser.get(address)
    assert answer.status_code == 200
    return list(answer.context["cl"].result_list)


# --- reading ---


@pytest.mark.parametrize("status", Status.values)
def test_the_list_narrows_down_by_status(desk: Client, items: dict[str, EnrichmentItem], status: str) -> None:
    assert listed(desk, f"{ITEMS}?status={status}") == [items[status]]


def test_the_list_narrows_down_by_coach_age_attempts_error_and_priority(
    desk: Client, items: dict[str, EnrichmentItem]
) -> None:
    pending = items["pending"]
    EnrichmentItem.objects.filter(pk=pending.pk).update(
        coach="endurance", priority=2, queued_at=Now() - timedelta(hours=5)
    )
    assert listed(desk, f"{ITEMS}?coach=endurance") == [pending]
    assert listed(desk, f"{ITEMS}?priority=2") == [pending]
    assert listed(desk, f"{ITEMS}?age=day") == [pending]
    assert len(listed(desk, f"{ITEMS}?age=minute")) == 4
    assert listed(desk, f"{ITEMS}?error=refused") == [items["failed"]]
    assert {item.status for item in listed(desk, f"{ITEMS}?attempts=0")} == {"cancelled", "pending"}


@pytest.mark.parametrize("part", ["id", "session"])
def test_an_item_is_found_by_its_id_or_its_sessions_whole_or_in_part(
    desk: Client, items: dict[str, EnrichmentItem], part: str
) -> None:
    item = items["failed"]
    wanted = str(item.pk if part == "id" else item.session_id)
    for term in (wanted, wanted.upper(), f" {wanted} ", wanted.replace("-", ""), wanted[:8], wanted[:13]):
        assert listed(desk, f"{ITEMS}?q={term}") == [item], term


def test_an_item_is_found_by_its_owner_and_by_words_of_its_error(
    desk: Client, items: dict[str, EnrichmentItem]
) -> None:
    assert listed(desk, f"{ITEMS}?q=model+refused") == [items["failed"]]
    assert len(listed(desk, f"{ITEMS}?q=athlete")) == len(items)
    assert listed(desk, f"{ITEMS}?q=nobody") == []


@pytest.mark.parametrize(
    "query",
    [
        "q=%00", "q=a%00b", "q=%ed%a0%80", "q='%22%5C%25_", "q=%22", "q=" + "a+" * 4000, "q=%F0%9F%92%A9",
        "q=ffffffff-ffff-ffff-ffff-ffffffffffff-ffff", "q=00000000", "status=%00", "status=nonsense", "attempts=%00",
        "age=never", "p=99999", "p=x", "o=99.-3", "o=x", "_facets=1", "e=1",
    ],
)  # fmt: skip
def test_junk_in_the_lists_address_is_no_crash(desk: Client, items: dict[str, EnrichmentItem], query: str) -> None:
    assert desk.get(f"{ITEMS}?{query}", follow=True).status_code == 200


@pytest.mark.parametrize(
    "query", ["worker__startswith=%00", "owner__password__startswith=p", "status__exact=pending", "nonsense=1"]
)
def test_the_address_filters_by_nothing_but_the_filters(desk: Client, query: str) -> None:
    assert desk.get(f"{ITEMS}?{query}").status_code == 400


@pytest.mark.parametrize("id_", ["nonsense", "a%00b", "00000000-0000-0000-0000-000000000000"])
def test_the_page_of_no_item_leads_home(desk: Client, id_: str) -> None:
    assert desk.get(f"{ITEMS}{id_}/change/").status_code == 302


def test_the_queues_numbers_stand_on_top_of_the_list(desk: Client, items: dict[str, EnrichmentItem]) -> None:
    Worker.objects.seen("worker-1", capacity=32, active=1)
    page = text(desk.get(ITEMS))
    for said in (
        "Pending 1 ",
        "Processing 1 of 32",
        "Workers 1 ",
        "force 1 ",
        "Last 60 min",
        "Completed 1 ",
        "Failed 1 ",
    ):
        assert said in page


def test_a_list_asks_as_few_questions_for_many_items_as_for_one(desk: Client) -> None:
    TrainingSessionFactory.create()
    with CaptureQueriesContext(connection) as for_one:
        listed(desk, ITEMS)
    TrainingSessionFactory.create_batch(20)
    with CaptureQueriesContext(connection) as for_many:
        assert len(listed(desk, ITEMS)) == 21
    assert len(for_many) == len(for_one)


def test_an_items_page_tells_its_story_its_results_and_its_session(desk: Client, athlete: User) -> None:
    session = TrainingSessionFactory.create(owner=athlete)
    claimed().retry("unavailable", "503 <b>of the model</b>", after_seconds=0)
    EnrichmentItem.objects.wake()
    claimed().complete(None)
    result = TaskResult.objects.create(task_id="task-1", status="SUCCESS", result='{"action": "completed"}')
    TaskResult.objects.create(task_id="another-item's", status="FAILURE")
    item = EnrichmentItem.objects.get(session=session)
    page = desk.get(f"{ITEMS}{item.pk}/change/").content.decode()
    story = page.split('class="readable timeline"')[1].split("</table>")[0]
    assert re.findall(r'class="badge (\w+)"', story) == [
        "queued", "claimed", "retried", "due", "claimed", "analysis", "completed", "done",
    ]  # fmt: skip
    assert "503 &lt;b&gt;of the model&lt;/b&gt;" in page
    assert reverse("admin:django_celery_results_taskresult_change", args=[result.pk]) in page
    assert "another-item" not in page
    assert reverse("admin:training_trainingsession_change", args=[session.pk]) in page
    assert "Lower strength" in page
    assert "Romanian deadlift" in page


def test_a_sessions_page_leads_to_its_item(desk: Client, items: dict[str, EnrichmentItem]) -> None:
    item = items["failed"]
    page = desk.get(f"/admin/training/trainingsession/{item.session_id}/change/").content.decode()
    assert f"{ITEMS}{item.pk}/change/" in page
    assert "The model refused." in page


# --- acting ---


@pytest.mark.parametrize(("action", "movable"), [("requeue", 2), ("cancel", 2), ("change_priority", 1)], ids=str)
def test_an_action_says_how_many_it_will_move_of_how_many_and_moves_nothing_yet(
    desk: Client, items: dict[str, EnrichmentItem], action: str, movable: int
) -> None:
    before = statuses()
    page = act(desk, action, items.values())
    assert f"{movable} of 5 selected enrichment items" in text(page)
    assert (page.context["movable"], page.context["selected"]) == (movable, 5)
    assert statuses() == before


def test_a_confirmed_requeue_moves_those_that_may_be_moved(desk: Client, items: dict[str, EnrichmentItem]) -> None:
    answer = say_yes(desk, act(desk, "requeue", [items["failed"], items["completed"]]))
    assert answer.status_code == 302
    assert statuses() == ["cancelled", "completed", "pending", "pending", "processing"]
    items["failed"].refresh_from_db()
    assert items["failed"].attempts == 0
    assert items["failed"].events.order_by("number").values_list("kind", flat=True).last() == "requeued"


def test_the_log_says_who_did_it(desk: Client, operator: User, items: dict[str, EnrichmentItem]) -> None:
    say_yes(desk, act(desk, "cancel", items.values()))
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_repr) == (operator, "Cancelled: 2 enrichment items")


def test_a_confirmed_cancel_takes_the_item_from_its_worker(desk: Client, items: dict[str, EnrichmentItem]) -> None:
    held = items["processing"]
    say_yes(desk, act(desk, "cancel", [held]))
    assert held.complete(None) is False
    assert statuses().count("cancelled") == 2
    assert TrainingSession.objects.get(item=held).enrichment_status == EnrichmentStatus.FAST


def test_a_priority_is_asked_for_and_set(desk: Client, items: dict[str, EnrichmentItem]) -> None:
    say_yes(desk, act(desk, "change_priority", items.values()), priority=1)
    assert set(EnrichmentItem.objects.filter(priority=1)) == {items["pending"]}


@pytest.mark.parametrize("priority", ["", "0", "11", "x", "1.5", "\0"])
def test_a_priority_that_is_none_is_asked_for_again(
    desk: Client, items: dict[str, EnrichmentItem], priority: str
) -> None:
    page = say_yes(desk, act(desk, "change_priority", items.values()), priority=priority)
    assert page.status_code == 200
    assert page.context["form"].errors
    assert not EnrichmentItem.objects.exclude(priority=5).exists()
    assert say_yes(desk, page, priority=1).status_code == 302
    assert EnrichmentItem.objects.filter(priority=1).count() == 1


def test_an_action_on_everything_moves_all_that_matches_the_filter_and_nothing_else(
    desk: Client, athlete: User
) -> None:
    TrainingSessionFactory.create_batch(60, owner=athlete)  # more than a page
    other = TrainingSessionFactory.create(owner=UserFactory.create(username="other"))
    one = EnrichmentItem.objects.filter(owner=athlete).first()
    address = f"{ITEMS}?q=athlete&status=pending"
    page = act(desk, "cancel", [one], address, select_across="1")
    assert (page.context["movable"], page.context["selected"]) == (60, 60)
    assert "everything that matches the filter" in page.content.decode()
    say_yes(desk, page)
    assert set(EnrichmentItem.objects.filter(owner=athlete).values_list("status", flat=True)) == {"cancelled"}
    assert EnrichmentItem.objects.get(session=other).status == "pending"


def test_ids_that_can_be_no_items_are_refused(desk: Client, items: dict[str, EnrichmentItem]) -> None:
    before = statuses()
    for id_ in ("nonsense", "\0", "1"):
        posted = {"action": "cancel", "_selected_action": [id_]}
        assert desk.post(ITEMS, {**posted, "index": "0"}).status_code == 400
        assert desk.post(ITEMS, {**posted, "confirmed": "yes"}).status_code == 400
    assert statuses() == before


def test_nothing_of_the_queue_is_added_edited_or_deleted_by_hand(
    desk: Client, items: dict[str, EnrichmentItem]
) -> None:
    worker = Worker.objects.create(name="worker-1", capacity=1, seen_at=timezone.now())
    result = TaskResult.objects.create(task_id="task-1")
    for row in (items["pending"], worker, result):
        name = f"admin:{row._meta.app_label}_{row._meta.model_name}"
        assert desk.post(reverse(f"{name}_add"), {}).status_code == 403
        assert desk.post(reverse(f"{name}_change", args=[row.pk]), {}).status_code == 403
        assert desk.post(reverse(f"{name}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403
        act(desk, "delete_selected", [row], reverse(f"{name}_changelist"), post="yes")
        row.refresh_from_db()


# --- rescue ---


def expire(item: EnrichmentItem) -> None:
    EnrichmentItem.objects.filter(pk=item.pk).update(lease_expires_at=Now() - timedelta(seconds=1))


def test_rescue_says_what_it_would_do_and_does_it_only_when_told(
    desk: Client, items: dict[str, EnrichmentItem], broker: redis.Redis
) -> None:
    expire(items["processing"])
    page = text(desk.get(RESCUE))
    assert "take 1 item from lost workers" in page
    assert "send 1 missing message" in page
    items["processing"].refresh_from_db()
    assert items["processing"].status == "processing"
    assert desk.post(RESCUE).status_code == 302
    items["processing"].refresh_from_db()
    assert items["processing"].status == "pending"
    assert "1 reclaimed" in LogEntry.objects.get().object_repr


def test_rescue_without_a_broker_says_so_and_rescues_the_rows(
    desk: Client, items: dict[str, EnrichmentItem], monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> int:
        raise OperationalError("connection refused")

    monkeypatch.setattr(dispatch, "waiting", away)
    expire(items["processing"])
    assert "the broker does not answer" in desk.get(RESCUE).content.decode()
    assert "The broker is away" in desk.post(RESCUE, follow=True).content.decode()
    items["processing"].refresh_from_db()
    assert items["processing"].status == "pending"


# --- who may not ---


def test_an_onlooker_sees_the_queue_and_no_way_to_act(onlooker: Client, items: dict[str, EnrichmentItem]) -> None:
    page = onlooker.get(ITEMS).content.decode()
    assert str(items["failed"].pk)[:8] in page
    assert 'name="action"' not in page
    assert "rescue" not in page.lower()
    assert onlooker.get(f"{ITEMS}{items['failed'].pk}/change/").status_code == 200


@pytest.mark.parametrize("action", ["requeue", "cancel", "change_priority", "delete_selected"])
def test_what_an_onlooker_posts_changes_nothing(
    onlooker: Client, items: dict[str, EnrichmentItem], action: str
) -> None:
    before = sorted(EnrichmentItem.objects.values_list("pk", "status", "priority", "event_count"))
    for across in ("0", "1"):
        posted = {"action": action, "_selected_action": [str(item.pk) for item in items.values()]}
        posted |= {"select_across": across, "confirmed": "yes", "post": "yes", "priority": "1"}
        onlooker.post(ITEMS, posted)
        onlooker.post(ITEMS, {**posted, "index": "0"})
    assert sorted(EnrichmentItem.objects.values_list("pk", "status", "priority", "event_count")) == before


def test_an_onlooker_cannot_rescue(onlooker: Client, items: dict[str, EnrichmentItem]) -> None:
    expire(items["processing"])
    assert onlooker.get(RESCUE).status_code == 403
    assert onlooker.post(RESCUE).status_code == 403
    assert EnrichmentItem.objects.processing().count() == 1


@pytest.mark.parametrize("address", [ITEMS, RESCUE, "/admin/training/trainingsession/", "/admin/config/token/"])
def test_an_athlete_is_shown_the_door(client: Client, athlete: User, address: str) -> None:
    client.force_login(athlete)
    for answer in (client.get(address), client.post(address)):
        assert answer.status_code == 302
        assert answer["Location"].startswith("/admin/login/")


# --- the web process's own database role ---


@pytest.fixture
def as_web(transactional_db: None, database_roles: None, broker: redis.Redis) -> Iterator[None]:
    """What follows is asked as the database role that the web process logs in with."""
    web = roles.name(roles.Role.WEB, str(connection.settings_dict["NAME"]))
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("SET SESSION AUTHORIZATION {}").format(sql.Identifier(web)))
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET SESSION AUTHORIZATION")


@pytest.fixture
def everything(transactional_db: None, items: dict[str, EnrichmentItem], athlete: User) -> None:
    """A row of each kind that the desk shows."""
    session = items["completed"].session
    note = ExerciseNote.objects.create(
        exercise="back-squat", coach="force", level="beginner", language="en", version="1", details={"cues": ["a"]}
    )
    SessionDetail.objects.create(session=session, key="b1e1", note=note, source="llm")
    ModelCall.objects.create(session=session, model="m", outcome="ok", started_at=timezone.now(), seconds=1)
    TaskResult.objects.create(task_id="task-1", status="SUCCESS")
    Worker.objects.seen("worker-1", capacity=1, active=0)
    Token.objects.create(athlete, name="phone")


@pytest.mark.django_db(transaction=True)
def test_every_page_opens_under_the_web_processs_role(everything: None, as_web: None, desk: Client) -> None:
    for model, page in admin.site._registry.items():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        assert desk.get(reverse(f"{name}_changelist")).status_code == 200, model
        row = model._default_manager.first()
        if model is not Token and row is not None:
            assert desk.get(reverse(f"{name}_change", args=[row.pk])).status_code == 200, (model, page)
            assert desk.get(reverse(f"{name}_history", args=[row.pk])).status_code == 200, (model, page)


@pytest.mark.django_db(transaction=True)
def test_every_deed_can_be_done_under_the_web_processs_role(
    everything: None, as_web: None, desk: Client, items: dict[str, EnrichmentItem], athlete: User
) -> None:
    for action in ("cancel", "requeue", "change_priority"):
        assert say_yes(desk, act(desk, action, items.values()), priority=3).status_code == 302
    assert statuses() == ["completed", *["pending"] * 4]
    assert set(EnrichmentItem.objects.pending().values_list("priority", flat=True)) == {3}
    assert desk.post(RESCUE).status_code == 302
    sessions = "/admin/training/trainingsession/"
    one, two = items["completed"].session_id, items["failed"].session
    assert desk.post(f"{sessions}{one}/delete/", {"post": "yes"}).status_code == 302
    assert say_yes(desk, act(desk, "delete_selected", [two], sessions)).status_code == 302
    assert TrainingSession.objects.count() == 3
    token = Token.objects.get()
    assert desk.post(reverse("admin:config_token_revoke", args=[token.public_id])).status_code == 302
    assert desk.post(f"/admin/auth/user/{athlete.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not EnrichmentItem.objects.exists()
