"""A place in the queue: exact near its head, an honest estimate far behind."""

import pytest
from django.db import connection

from enrichment import queue
from enrichment.models import EnrichmentItem
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

ITEMS = 20_000


@pytest.fixture
def many(db: None) -> list[EnrichmentItem]:
    """A long queue, most of it at one priority, in the order of its claims."""
    owner = UserFactory.create()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # rows alone, without their sessions
        cursor.execute(
            """
            INSERT INTO enrichment_enrichmentitem (id, session_id, owner_id, coach, status, priority, claim_number,
                attempts, max_attempts, error_kind, worker, task_id, event_count, queued_at)
            SELECT gen_random_uuid(), gen_random_uuid(), %s, 'force', 'pending',
                CASE WHEN n %% 50 = 0 THEN 2 ELSE 5 END, 0, 0, 3, '', '', '', 1,
                statement_timestamp() - make_interval(secs => %s - n)
            FROM generate_series(1, %s) n
            """,
            [owner.pk, ITEMS, ITEMS],
        )
        cursor.execute("ANALYZE enrichment_enrichmentitem")
    return list(EnrichmentItem.objects.ready().in_claim_order())


@pytest.mark.parametrize("place", [1, 2, 500, 1_000])
def test_the_first_thousand_places_are_exact(many: list[EnrichmentItem], place: int) -> None:
    assert queue.position(many[place - 1]) == place


@pytest.mark.parametrize("place", [2_000, 10_000, ITEMS])
def test_a_place_far_behind_is_about_right(many: list[EnrichmentItem], place: int) -> None:
    told = queue.position(many[place - 1])
    assert told is not None
    assert told == pytest.approx(place, rel=0.25)
