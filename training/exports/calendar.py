"""A session as an event of a calendar (RFC 5545). Pure."""

from datetime import timedelta

from icalendar import Calendar, Event

from training.exports import outline
from training.exports.workout import Workout


def write(workout: Workout) -> bytes:
    """One event: the same session is the same event, however often it is taken over into a calendar."""
    event = Event()
    event.add("uid", f"{workout.id}@secondwind")
    event.add("dtstamp", workout.updated_at)
    event.add("created", workout.created_at)
    event.add("last-modified", workout.updated_at)
    event.add("dtstart", workout.starts_at)
    event.add("duration", timedelta(seconds=max(60, round(workout.seconds))))
    event.add("summary", workout.title, parameters={"language": workout.language})
    event.add("description", outline.text(workout), parameters={"language": workout.language})
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//Second Wind//Second Wind//EN")
    calendar.add_component(event)
    return bytes(calendar.to_ical())
