"""Items in tests: claimed, put back in time, waited for, and their stories."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from enrichment.models import EnrichmentItem, Status
from tests.callers import whole_catalogue
from tests.factories import force_prescription
from tests.processes import eventually


def claim() -> EnrichmentItem:
    """The first in line, in the hands of `celery@test`."""
    item = EnrichmentItem.objects.claim(worker="celery@test", task_id="task-1")
    assert item is not None
    return item


def set_back(item: EnrichmentItem, **columns: float) -> None:
    """Moves times of an item into the past, by so many seconds."""
    moments = {name: timezone.now() - timedelta(seconds=seconds) for name, seconds in columns.items()}
    EnrichmentItem.objects.filter(pk=item.pk).update(**moments)


def finished(count: int = 1, *, status: Status = Status.COMPLETED, within: float = 30.0) -> list[EnrichmentItem]:
    """So many items in this status."""
    rows = EnrichmentItem.objects.filter(status=status)
    eventually(lambda: rows.count() >= count, within=within, what=f"{count} items {status}")
    return list(rows)


def long_prescription(exercises: int) -> dict[str, Any]:
    """So many different exercises in one block."""
    prescription = force_prescription()
    (template,) = prescription["blocks"][0]["exercises"]
    entries = whole_catalogue().for_coach("force")[:exercises]
    prescription["blocks"] = [
        {
            **prescription["blocks"][0],
            "exercises": [
                {**template, "key": f"b1e{number}", "exercise": entry.slug, "name": entry.name.en}
                for number, entry in enumerate(entries, start=1)
            ],
        }
    ]
    return prescription


def story(item: EnrichmentItem) -> list[str]:
    return list(item.events.order_by("number").values_list("kind", flat=True))
