"""The claims a process holds, and their leases."""

import pytest
from django.db import connection

from enrichment.leases import HUNG_AFTER_DEADLINES, Leases
from enrichment.models import EnrichmentItem
from tests.enrichment.items import claim, set_back
from tests.factories import TrainingSessionFactory

pytestmark = pytest.mark.django_db(transaction=True)


def fresh(item: EnrichmentItem) -> EnrichmentItem:
    return EnrichmentItem.objects.get(pk=item.pk)


def test_a_thread_that_still_holds_an_old_claim_does_not_stand_in_the_way_of_the_next_one() -> None:
    leases = Leases()
    TrainingSessionFactory.create()
    old = claim()
    with leases.hold(old):
        EnrichmentItem.objects.all().cancel()
        EnrichmentItem.objects.all().requeue()
        new = claim()
        with leases.hold(new):
            set_back(new, lease_expires_at=1)
            assert EnrichmentItem.objects.renew(leases.held()) == 1
            assert not EnrichmentItem.objects.expired().exists()
            assert leases.held().keys() == {old.claimed_as, new.claimed_as}
        assert leases.held().keys() == {old.claimed_as}
    assert not leases.held()


def test_only_leases_of_current_claims_are_renewed() -> None:
    TrainingSessionFactory.create_batch(2)
    lost, kept = claim(), claim()
    for item in (lost, kept):
        set_back(item, lease_expires_at=1)
    EnrichmentItem.objects.filter(pk=lost.pk).expired().reclaim()
    assert EnrichmentItem.objects.renew({lost.claimed_as, kept.claimed_as}) == 1
    assert fresh(lost).lease_expires_at is None
    assert not EnrichmentItem.objects.expired().exists()


def test_a_row_that_somebody_holds_does_not_keep_the_others_from_being_renewed() -> None:
    TrainingSessionFactory.create_batch(2)
    stuck, free = claim(), claim()
    for item in (stuck, free):
        set_back(item, lease_expires_at=1)
    other = connection.copy()
    other.set_autocommit(False)
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT 1 FROM enrichment_enrichmentitem WHERE id = %s FOR UPDATE", [stuck.pk])
        assert EnrichmentItem.objects.renew({stuck.claimed_as, free.claimed_as}) == 1
    finally:
        other.rollback()
        other.close()
    assert list(EnrichmentItem.objects.expired()) == [stuck]


def test_a_claim_counts_as_hung_long_after_its_items_deadline(
    settings: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    leases = Leases()
    TrainingSessionFactory.create()
    item = claim()
    now = [0.0]
    monkeypatch.setattr("enrichment.leases.time.monotonic", lambda: now[0])
    with leases.hold(item):
        now[0] = 120.0 * HUNG_AFTER_DEADLINES
        assert leases.hung() == set()
        now[0] += 0.1
        assert leases.hung() == {item.claimed_as}
