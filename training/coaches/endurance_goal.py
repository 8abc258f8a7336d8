"""The time in which an athlete means to run a race, from the words of a goal. Pure."""

import re
from typing import Final

from training.coaches.endurance_sets import Race
from training.vdot import RACES_M

_FASTEST, _SLOWEST = 150, 480  # seconds a kilometre: what else is written means something else
_TIME: Final = re.compile(
    r"(?:\bsub|(?:k|km|kms|marathon|semi|half)\b[^,.;]{0,12}?\b(?:in|en|under|sub|sous(?: les)?|moins de))[\s-]*"
    r"(?:(?P<hours>\d) ?h(?:ours?|eures?|rs?)?(?: ?(?P<past>\d\d)\b)?"
    r"|(?P<clock>\d{1,3}:\d\d(?::\d\d)?)"
    r"|(?P<minutes>\d{2,3}) ?(?:min\w*|mn|')"
    r"|(?<=sub[ -])(?P<bare>\d{1,3})(?![\w:]))"
)


def race_pace(goal: str, race: Race) -> float | None:
    """The seconds a kilometre of a race and a time that a goal names: "10 km en 50 min"; None where it names none."""
    found = _TIME.search(goal.casefold())
    if found is None:
        return None
    kilometers = RACES_M[race] / 1000
    paces = (seconds / kilometers for seconds in _meant(found))
    return next((pace for pace in paces if _FASTEST <= pace <= _SLOWEST), None)


def _meant(found: re.Match[str]) -> list[int]:
    """The seconds that a written time may mean: 3:30 is hours, or minutes, and "sub 3" or "sub 20" too."""
    if found["hours"]:
        return [3600 * int(found["hours"]) + 60 * int(found["past"] or 0)]
    if found["minutes"]:
        return [60 * int(found["minutes"])]
    first, second, *third = [*map(int, (found["clock"] or found["bare"]).split(":")), 0]
    most = 3600 * first + 60 * second
    return [most + third[0]] if len(third) > 1 else [most, most // 60]
