"""A session as files for elsewhere: a calendar's event, a workout for Zwift, one for watches, a page of text. Pure.

A fifth format is one file here and one line in `FORMATS`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from training.exports import calendar, fit, markdown, zwift
from training.exports.workout import Workout

__all__ = ["FORMATS", "Format", "Workout", "available"]


@dataclass(frozen=True)
class Format:
    """A kind of file. `fits` tells by a session's coach, discipline and stored prescription whether it can be one."""

    media_type: str
    write: Callable[[Workout], bytes]
    fits: Callable[[str, str, dict[str, Any]], bool] = lambda coach, discipline, prescription: True


FORMATS: Final[dict[str, Format]] = {  # by extension
    "ics": Format("text/calendar; charset=utf-8", calendar.write),
    "zwo": Format("application/xml", zwift.write, zwift.fits),
    "fit": Format("application/vnd.ant.fit", fit.write, fit.fits),
    "md": Format("text/markdown; charset=utf-8", markdown.write),
}


def available(coach: str, discipline: str, prescription: dict[str, Any]) -> list[str]:
    """The extensions a session can be had in: cheap enough for every row of a list."""
    return [extension for extension, kind in FORMATS.items() if kind.fits(coach, discipline, prescription)]
