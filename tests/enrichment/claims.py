"""Claims, and items whose times are put back, for tests."""

from datetime import timedelta

from django.utils import timezone

from enrichment.models import EnrichmentItem


def claim() -> EnrichmentItem:
    """The first in line, in the hands of `celery@test`."""
    item = EnrichmentItem.objects.claim(worker="celery@test", task_id="task-1")
    assert item is not None
    return item


def set_back(item: EnrichmentItem, **columns: float) -> None:
    """Moves times of an item into the past, by so many seconds."""
    moments = {name: timezone.now() - timedelta(seconds=seconds) for name, seconds in columns.items()}
    EnrichmentItem.objects.filter(pk=item.pk).update(**moments)
