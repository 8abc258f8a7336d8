"""A stored session as a file for elsewhere: what every export is made from, and what the file is called."""

from datetime import datetime, timedelta
from typing import cast

from django.utils.text import slugify

from training import exports
from training.catalogue.stored import current
from training.models import TrainingSession
from training.request import Language


def workout(session: TrainingSession, *, starts_at: datetime | None = None) -> exports.Workout:
    """What an export is made from. Without a better one, its start is one that is the same whenever it is asked for."""
    full_hour = session.created_at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return exports.Workout(
        id=session.pk,
        coach=session.coach,
        discipline=session.discipline,
        language=cast(Language, session.language),
        request=session.parsed_request(),
        prescription=session.parsed_prescription(),
        catalogue=current(),
        starts_at=session.done_at or starts_at or full_hour,
        created_at=session.created_at,
        updated_at=session.updated_at,
        details={detail.key: detail.note.details for detail in session.details.all()},
        analysis=session.analysis,
        checks=session.checks,
    )


def name(workout: exports.Workout) -> str:
    """A file's name without its extension: the title for people, and an id's first digits for those of one title."""
    title = slugify(workout.title)[:60].strip("-") or "session"
    return f"{title}-{str(workout.id)[:8]}"
