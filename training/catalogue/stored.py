"""The catalogue in the database: data files in, look-ups out."""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

from django.db.models import Count, Max
from django.db.models.functions import Now

from training.catalogue.entry import Entry
from training.catalogue.lookup import Catalogue, fold
from training.models import Exercise


def current() -> Catalogue:
    """The catalogue of the Exercise table. One cheap query; the rows are read again only after they changed."""
    table = Exercise.objects.aggregate(count=Count("pk"), newest=Max("updated_at"))
    return _read(table["count"], table["newest"])


@lru_cache(maxsize=1)
def _read(count: int, newest: datetime | None) -> Catalogue:
    """The table in the state that has this many rows and this newest one."""
    return Catalogue(Entry.model_validate(entry) for entry in Exercise.objects.values_list("entry", flat=True))


def load(entries: Iterable[Entry]) -> int:
    """Write new and changed entries to the Exercise table and return how many; other rows stay as they are."""
    stored = dict(Exercise.objects.values_list("slug", "entry"))
    changed = [row for row in map(_row, entries) if stored.get(row.slug) != row.entry]
    Exercise.objects.bulk_create(
        changed,
        batch_size=1000,
        update_conflicts=True,
        unique_fields=["slug"],
        update_fields=[field.name for field in Exercise._meta.concrete_fields if not field.primary_key],
    )
    return len(changed)


def _row(entry: Entry) -> Exercise:
    return Exercise(
        slug=entry.slug,
        name_en=entry.name.en,
        name_fr=entry.name.fr,
        coaches=entry.coaches,
        level=entry.level,
        muscles=sorted({*entry.primary, *entry.secondary}),
        equipment=sorted({word for group in entry.equipment for word in group}),
        search="\n".join(sorted({fold(name) for name in entry.names()})),
        entry=entry.model_dump(mode="json"),
        updated_at=Now(),
    )
