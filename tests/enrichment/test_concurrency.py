"""Many hands at once, on real connections: no item twice, no event lost, no deadlock."""

import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction

from enrichment import rescue
from enrichment.models import EnrichmentEvent, EnrichmentItem, Status
from tests.factories import TrainingSessionFactory, UserFactory
from training.models import ExerciseNote, SessionDetail, TrainingSession

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 8


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Runs each in a thread with a connection of its own; raises what any of them raised."""

    def run(call: Callable[[], Any]) -> Any:
        try:
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        return [future.result(timeout=60) for future in [pool.submit(run, call) for call in calls]]


def claim_all() -> list[EnrichmentItem]:
    claimed = []
    while (item := EnrichmentItem.objects.claim(worker="w", task_id="t")) is not None:
        claimed.append(item)
    return claimed


def test_many_workers_claim_each_item_once() -> None:
    TrainingSessionFactory.create_batch(40, owner=UserFactory.create())
    claimed = [item.pk for items in at_once(*[claim_all] * THREADS) for item in items]
    assert len(claimed) == len(set(claimed)) == 40


def test_of_many_that_finish_the_same_claim_one_wins_and_events_have_no_gap() -> None:
    TrainingSessionFactory.create()
    item = EnrichmentItem.objects.claim(worker="w", task_id="t")
    assert item is not None

    def record(key: str) -> bool:
        return EnrichmentItem.objects.get(pk=item.pk).record([(key, {})])

    assert all(at_once(*[lambda n=n: record(f"e{n}") for n in range(30)]))
    ends = at_once(
        *[lambda: EnrichmentItem.objects.get(pk=item.pk).complete({})] * 4,
        *[lambda: bool(EnrichmentItem.objects.filter(pk=item.pk).cancel())] * 4,
    )
    assert ends.count(True) == 1
    numbers = list(EnrichmentEvent.objects.filter(item=item).order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
    item.refresh_from_db()
    assert item.event_count == len(numbers)


def test_a_reader_that_follows_the_numbers_misses_no_event() -> None:
    TrainingSessionFactory.create()
    item = EnrichmentItem.objects.claim(worker="w", task_id="t")
    assert item is not None
    seen: list[int] = []

    def write() -> None:
        for _ in range(25):
            with transaction.atomic():
                EnrichmentItem.objects.get(pk=item.pk).record([("e", {})])

    def follow() -> None:
        while len(seen) < 102:
            last = seen[-1] if seen else 0
            seen.extend(item.events.filter(number__gt=last).order_by("number").values_list("number", flat=True))

    at_once(follow, *[write] * 4)
    assert seen == list(range(1, 103))


def test_deleting_sessions_against_their_recording_workers_ends_without_a_deadlock() -> None:
    owner = UserFactory.create()
    for _ in range(60):
        TrainingSessionFactory.create(owner=owner)
    items = claim_all()

    def work(item: EnrichmentItem) -> bool:
        with transaction.atomic():
            if not item.renew():
                return False
            note = ExerciseNote.objects.create(
                session_id=item.session_id, coach="force", level="beginner", language="en", version="1", details={}
            )
            SessionDetail.objects.create(session_id=item.session_id, key="b1e1", note=note, source="llm")
            item.record([("b1e1", {})])
        return item.complete({})

    calls: list[Callable[[], Any]] = []
    for item in items:
        calls += [partial(work, item), item.session.delete]
    random.shuffle(calls)
    at_once(*calls)
    left = [TrainingSession, EnrichmentItem, EnrichmentEvent, SessionDetail, ExerciseNote]
    assert [model.objects.count() for model in left] == [0] * 5  # type: ignore[attr-defined]


def test_rescue_requeue_and_cancel_of_the_same_rows_do_not_lock_each_other_out(broker: Any) -> None:
    owner = UserFactory.create()
    for priority in range(1, 11):
        TrainingSessionFactory.create_batch(4, owner=owner, priority=priority)
    everything = EnrichmentItem.objects.all()
    moves: list[Callable[[], Any]] = [
        lambda: everything.in_steps(lambda rows: rows.cancel(), 7),
        lambda: everything.in_steps(lambda rows: rows.requeue(), 5),
        lambda: everything.in_steps(lambda rows: rows.set_priority(3), 9),
        rescue.rescue,
        claim_all,
    ]
    at_once(*moves * 3)
    for item in EnrichmentItem.objects.all():
        numbers = list(item.events.order_by("number").values_list("number", flat=True))
        assert numbers == list(range(1, item.event_count + 1))
    statuses = Counter(EnrichmentItem.objects.values_list("status", flat=True))
    assert sum(statuses.values()) == 40
    assert set(statuses) <= {Status.PENDING, Status.PROCESSING, Status.CANCELLED}


def test_two_that_queue_a_session_without_an_item_make_one() -> None:
    session = TrainingSessionFactory.create()
    EnrichmentItem.objects.all().delete()
    items = at_once(*[lambda: EnrichmentItem.objects.enqueue(session, 2)] * 6)
    assert len({item.pk for item in items}) == 1
    assert EnrichmentItem.objects.count() == 1


def test_only_one_rescue_runs_at_a_time(broker: Any) -> None:
    with rescue._alone(rescue.RESCUE_LOCK) as alone:
        assert alone
        assert at_once(rescue.rescue) == [{}]
    assert rescue.rescue() != {}
