"""The queue's transitions: each guarded, each fenced, each with its event, each with its session."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from enrichment.models import EnrichmentEvent, EnrichmentItem, Status
from tests.enrichment.items import claim, set_back
from tests.factories import TrainingSessionFactory
from training.models import EnrichmentStatus, TrainingSession

pytestmark = pytest.mark.django_db


def queued(**session: Any) -> EnrichmentItem:
    """A session's item, as the signal made it."""
    return TrainingSessionFactory.create(**session).item


def story(item: EnrichmentItem) -> list[str]:
    return [event.kind for event in EnrichmentEvent.objects.filter(item=item)]


# --- the signal ---


def test_saving_a_fast_session_queues_it_and_writes_the_first_event() -> None:
    session = TrainingSessionFactory.create(priority=3)
    item = EnrichmentItem.objects.get(session=session)
    assert (item.status, item.priority, item.attempts, item.owner_id) == ("pending", 3, 0, session.owner_id)
    assert story(item) == ["queued"]


def test_a_full_session_has_no_item() -> None:
    session = TrainingSessionFactory.create(enrichment_status="full", enriched_at=timezone.now())
    assert not EnrichmentItem.objects.filter(session=session).exists()


def test_saving_a_session_again_queues_nothing_more() -> None:
    item = queued()
    item.session.save()
    assert EnrichmentItem.objects.filter(session=item.session).count() == 1
    assert story(item) == ["queued"]


def test_a_session_that_rolls_back_takes_its_item_along() -> None:
    with transaction.atomic():
        TrainingSessionFactory.create()
        transaction.set_rollback(True)
    assert not TrainingSession.objects.exists()
    assert not EnrichmentItem.objects.exists()


# --- the order ---


def test_the_most_urgent_is_claimed_first_and_the_oldest_among_equals() -> None:
    late, urgent, early = queued(priority=5), queued(priority=1), queued(priority=5)
    set_back(early, queued_at=60)
    assert [claim().pk for _ in range(3)] == [urgent.pk, early.pk, late.pk]


def test_nothing_ready_means_nothing_claimed() -> None:
    assert EnrichmentItem.objects.claim(worker="celery@test", task_id="t") is None


def test_a_delayed_item_is_not_claimed_before_its_time() -> None:
    item = queued()
    EnrichmentItem.objects.filter(pk=item.pk).update(next_attempt_at=timezone.now() + timedelta(hours=1))
    assert EnrichmentItem.objects.claim(worker="celery@test", task_id="t") is None


def test_a_changed_priority_places_an_item_by_its_age_among_its_new_equals() -> None:
    old, new = queued(priority=9), queued(priority=2)
    set_back(old, queued_at=60)
    assert [item.pk for item in EnrichmentItem.objects.filter(pk=old.pk).set_priority(2)] == [old.pk]
    assert [claim().pk, claim().pk] == [old.pk, new.pk]


def test_the_claim_reads_the_partial_index_of_ready_items(django_assert_max_num_queries: Any) -> None:
    owner = queued().owner
    TrainingSessionFactory.create_batch(200, owner=owner)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE enrichment_enrichmentitem")
        cursor.execute("SET LOCAL enable_seqscan = off")
        query = EnrichmentItem.objects.ready().in_claim_order().select_for_update(skip_locked=True)[:1]
        plan = query.explain()
    assert "item_ready" in plan
    assert "Sort" not in plan, plan


def test_delayed_and_expired_items_are_found_by_their_own_indexes() -> None:
    queued()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert "item_delayed" in EnrichmentItem.objects.due().explain()
    assert "item_leased" in EnrichmentItem.objects.expired().explain()


# --- claim, session status, the fence ---


def test_a_claim_counts_an_attempt_raises_the_fence_and_shows_on_the_session() -> None:
    queued()
    item = claim()
    assert (item.status, item.attempts, item.claim_number, item.worker) == ("processing", 1, 1, "celery@test")
    assert item.session.enrichment_status == EnrichmentStatus.ENRICHING
    assert item.events.get(kind="claimed").data["task_id"] == "task-1"


def test_completing_enriches_the_session_and_ends_the_story_with_done() -> None:
    queued()
    item = claim()
    assert item.complete({"volume": 1})
    session = TrainingSession.objects.get(pk=item.session_id)
    assert (session.enrichment_status, session.analysis) == ("enriched", {"volume": 1})
    assert session.enriched_at is not None
    assert story(item) == ["queued", "claimed", "analysis", "completed", "done"]
    assert list(item.events.values_list("number", flat=True)) == [1, 2, 3, 4, 5]


def test_late_worker_cannot_overwrite_a_rescued_item() -> None:
    queued()
    late = claim()
    set_back(late, lease_expires_at=1)
    assert [item.pk for item in EnrichmentItem.objects.expired().reclaim()] == [late.pk]
    current = claim()

    assert not late.record([("b1e1", {})])
    assert not late.complete({"stale": True})
    assert not late.retry("unavailable", "late", after_seconds=1)
    assert not late.snooze("rate_limited", "late", after_seconds=1)
    assert not late.give_back()
    assert not late.fail("refused", "late")
    assert not late.renew()

    current.refresh_from_db()
    assert (current.status, current.claim_number, current.attempts) == ("processing", 2, 2)
    assert TrainingSession.objects.get(pk=current.session_id).analysis is None
    assert story(current) == ["queued", "claimed", "rescued", "claimed"]


def test_a_cancelled_item_drops_what_its_worker_brings() -> None:
    item = queued()
    held = claim()
    assert EnrichmentItem.objects.filter(pk=item.pk).cancel()
    assert not held.complete({})
    item.refresh_from_db()
    assert item.status == Status.CANCELLED
    assert item.session.enrichment_status == EnrichmentStatus.FAST


def test_the_fence_never_goes_back_not_even_at_a_requeue() -> None:
    queued()
    first = claim()
    EnrichmentItem.objects.all().cancel()
    EnrichmentItem.objects.all().requeue()
    second = claim()
    assert second.claim_number == first.claim_number + 1
    assert second.attempts == 1
    assert not first.complete({})


# --- attempts ---


def test_a_retry_waits_in_the_row_and_keeps_its_place() -> None:
    item = queued()
    held = claim()
    assert held.retry("unavailable", "no answer", after_seconds=60)
    again = EnrichmentItem.objects.get()
    assert (again.status, again.attempts, again.error_kind, again.error_message) == (
        "pending", 1, "unavailable", "no answer",
    )  # fmt: skip
    assert again.queued_at == item.queued_at
    assert again.started_at is None
    assert again.next_attempt_at is not None
    assert 50 < (again.next_attempt_at - timezone.now()).total_seconds() <= 60
    assert again.session.enrichment_status == EnrichmentStatus.FAST


def test_the_last_attempt_that_fails_fails_the_item() -> None:
    item = queued()
    for _ in range(2):
        assert claim().retry("unavailable", "no answer", after_seconds=0)
        EnrichmentItem.objects.due().wake()
    assert claim().retry("unavailable", "no answer", after_seconds=0)
    item.refresh_from_db()
    assert (item.status, item.attempts, item.error_message) == ("failed", 3, "no answer")
    assert story(item)[-2:] == ["failed", "done"]


def test_a_snooze_and_a_give_back_cost_no_attempt() -> None:
    queued()
    assert claim().snooze("rate_limited", "busy", after_seconds=0)
    EnrichmentItem.objects.due().wake()
    assert claim().give_back()
    item = claim()
    assert item.attempts == 1
    assert item.claim_number == 3


def test_a_snooze_after_a_day_in_the_queue_fails_with_waited_too_long() -> None:
    item = queued()
    set_back(item, queued_at=86_401)
    assert claim().snooze("rate_limited", "busy", after_seconds=1)
    item.refresh_from_db()
    assert (item.status, item.error_kind) == ("failed", "waited_too_long")


def test_a_rescue_keeps_the_attempt_and_a_poisonous_session_ends_as_failed() -> None:
    item = queued()
    for attempt in (1, 2, 3):
        held = claim()
        assert held.attempts == attempt
        set_back(held, lease_expires_at=1)
        EnrichmentItem.objects.expired().reclaim()
    item.refresh_from_db()
    assert (item.status, item.attempts, item.error_kind) == ("failed", 3, "worker_lost")


def test_a_requeue_starts_from_the_beginning_and_at_the_end_of_the_queue() -> None:
    item = queued()
    set_back(item, queued_at=60)
    claim().fail("refused", "no")
    other = queued()
    assert EnrichmentItem.objects.filter(pk=item.pk).requeue()
    again = EnrichmentItem.objects.get(pk=item.pk)
    assert (again.attempts, again.error_message, again.completed_at, again.first_claimed_at) == (0, None, None, None)
    assert [claim().pk, claim().pk] == [other.pk, item.pk]


@pytest.mark.parametrize("move", ["requeue", "cancel", "wake", "reclaim"])
def test_a_transition_whose_guard_does_not_hold_changes_nothing(move: str) -> None:
    item = queued()
    claim().complete({})
    before = EnrichmentItem.objects.values().get()
    assert getattr(EnrichmentItem.objects.all(), move)() == []
    assert EnrichmentItem.objects.values().get() == before
    assert story(item)[-1] == "done"


@pytest.mark.parametrize("move", ["wake", "reclaim"])
def test_what_is_not_yet_over_is_left_alone_whoever_asks(move: str) -> None:
    queued()
    item = claim()
    if move == "wake":
        item.retry("unavailable", "no answer", after_seconds=60)
    assert getattr(EnrichmentItem.objects.all(), move)() == []


def test_a_lease_is_renewed_but_never_past_the_items_own_deadline(settings: Any) -> None:
    queued()
    item = claim()
    set_back(item, lease_expires_at=1)
    assert item.renew()
    item.refresh_from_db()
    assert item.lease_expires_at is not None
    assert item.started_at is not None
    assert 50 < (item.lease_expires_at - timezone.now()).total_seconds() <= 60
    set_back(item, started_at=settings.ITEM_DEADLINE_SECONDS - 5)
    assert item.renew()
    item.refresh_from_db()
    assert (item.lease_expires_at - timezone.now()).total_seconds() <= 5


def test_an_item_that_stood_long_moves_one_priority_up_and_keeps_its_age(settings: Any) -> None:
    item = queued(priority=5)
    top = queued(priority=1)
    for each in (item, top):
        set_back(each, priority_since=settings.PROMOTE_AFTER_SECONDS + 1)
    assert [moved.pk for moved in EnrichmentItem.objects.all().promote()] == [item.pk]
    promoted = EnrichmentItem.objects.get(pk=item.pk)
    assert (promoted.priority, promoted.queued_at) == (4, item.queued_at)
    assert EnrichmentItem.objects.all().promote() == []


# --- what the database itself refuses ---


@pytest.mark.parametrize(
    "nonsense",
    [
        {"priority": 11},
        {"priority": 0},
        {"attempts": 4},
        {"status": "unheard-of"},
        {"status": "processing"},
        {"status": "completed"},
        {"completed_at": timezone.now()},
        {"worker": "celery@ghost"},
        {"status": "completed", "completed_at": timezone.now()},
    ],
)
def test_the_database_refuses_nonsense(nonsense: dict[str, Any]) -> None:
    item = queued()
    with pytest.raises(IntegrityError), transaction.atomic():
        EnrichmentItem.objects.filter(pk=item.pk).update(**nonsense)


def test_one_item_a_session() -> None:
    item = queued()
    with pytest.raises(IntegrityError), transaction.atomic():
        EnrichmentItem.objects.create(session=item.session, owner=item.owner, coach="force")


def test_deleting_a_session_takes_its_item_and_events_along() -> None:
    item = queued()
    held = claim()
    item.session.delete()
    assert not EnrichmentItem.objects.exists()
    assert not EnrichmentEvent.objects.exists()
    assert not held.complete({})
