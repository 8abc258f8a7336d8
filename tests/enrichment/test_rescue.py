"""One round of rescue, and what prune takes and leaves."""

from datetime import timedelta
from typing import Any

import pytest
import redis
from django.contrib.sessions.models import Session as LoginSession
from django.utils import timezone
from django_celery_results.models import TaskResult

from config.models import Token
from enrichment.models import EnrichmentEvent, EnrichmentItem, Worker
from enrichment.rescue import prune, rescue
from tests.enrichment.items import claim
from tests.factories import TrainingSessionFactory, UserFactory
from training.models import IdempotencyKey, TrainingSession

pytestmark = pytest.mark.django_db(transaction=True)


def ago(**span: float) -> Any:
    return timezone.now() - timedelta(**span)


def test_one_round_takes_back_wakes_promotes_and_sends_what_is_missing(broker: redis.Redis, settings: Any) -> None:
    TrainingSessionFactory.create()
    lost = claim()
    EnrichmentItem.objects.filter(pk=lost.pk).update(lease_expires_at=ago(seconds=1))
    TrainingSessionFactory.create()
    claim().retry("unavailable", "no answer", after_seconds=0)
    old = TrainingSessionFactory.create(priority=7).item
    EnrichmentItem.objects.filter(pk=old.pk).update(priority_since=ago(seconds=settings.PROMOTE_AFTER_SECONDS + 1))
    broker.flushdb()
    # What is rescued is sent for at once; the promoted item, which was ready before, is what is missing then.
    assert rescue() == {"reclaimed": 1, "due": 1, "promoted": 1, "sent": 1}
    TrainingSessionFactory.create()
    broker.flushdb()
    assert rescue() == {"reclaimed": 0, "due": 0, "promoted": 0, "sent": 4}
    assert rescue() == {"reclaimed": 0, "due": 0, "promoted": 0, "sent": 0}


def test_prune_takes_what_is_old_and_never_an_item_or_a_session() -> None:
    owner = UserFactory.create()
    for age in (1, 31):
        TrainingSessionFactory.create(owner=owner)
        item = claim()
        item.complete({})
        EnrichmentItem.objects.filter(pk=item.pk).update(completed_at=ago(days=age), started_at=ago(days=age))
        TrainingSession.objects.filter(pk=item.session_id).update(created_at=ago(days=age))
    waiting = TrainingSessionFactory.create(owner=owner).item
    EnrichmentItem.objects.filter(pk=waiting.pk).update(created_at=ago(days=40), queued_at=ago(days=40))
    for hours in (23, 25):
        IdempotencyKey.objects.create(owner=owner, key=f"{hours}", body_sha256="", started_at=ago(hours=hours))
    for days in (6, 8):
        result = TaskResult.objects.create(task_id=f"{days}")
        TaskResult.objects.filter(pk=result.pk).update(date_done=ago(days=days))
    Token.objects.create(user=owner, expiry=timedelta(seconds=-1))
    Token.objects.create(user=owner, expiry=timedelta(days=1))
    for name, seconds in (("silent", 3_700), ("quiet", 60)):
        Worker.objects.create(name=name, capacity=1, seen_at=ago(seconds=seconds))
    LoginSession.objects.create(session_key="over", session_data="", expire_date=ago(seconds=1))

    events = EnrichmentEvent.objects.count()
    done = prune()
    assert done == {
        "idempotency_keys": 1, "task_results": 1, "events": 5, "tokens": 1, "logins": 1, "workers": 1,
    }  # fmt: skip
    assert IdempotencyKey.objects.get().key == "23"
    assert TaskResult.objects.get().task_id == "6"
    assert Worker.objects.get().name == "quiet"
    assert Token.objects.count() == 1
    assert EnrichmentEvent.objects.count() == events - 5
    assert EnrichmentItem.objects.count() == TrainingSession.objects.count() == 3
    assert waiting.events.count() == 1  # it is not final, however old
    assert prune() == dict.fromkeys(done, 0)
