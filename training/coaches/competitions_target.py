"""The finish time that a goal names: "HYROX sub 80", "en moins de 1h20", "under 1:30:00". Pure."""

import re
from collections.abc import Iterator
from typing import Final

from training.coaches.words import plain, whole

_NOT_A_FINISH: Final = r"(?![\w:/])(?!\s*(?:/|per\b|par\b|au k|kg|kilos?\b|lbs?\b|%|bpm|k?m\b|cal\b|reps?\b))"
_CLOCK: Final = r"(?P<a>\d{1,2}):(?P<b>[0-5]\d)(?::(?P<c>[0-5]\d))?"
_HOURS: Final = r"(?P<h>\d)\s?h(?:\s?(?P<hm>[0-5]\d)(?:\s?min)?)?"
_MINUTES: Final = r"(?P<m>\d{2,3})\s?(?:min(?:ute)?s?|mn|')"
# After "sub", minutes go without saying; what is only "in" or "en" an hour may be the length of the session.
_BELOW: Final = re.compile(
    rf"\b(?:(?:sub|under|below|less than|faster than|moins d[e’']|sous|en dessous de)[\s-]*(?:the |les |la barre des )?"
    rf"(?:{_CLOCK}|{_HOURS}|{_MINUTES})|sub[\s-]*(?P<bare>\d{{2,3}})){_NOT_A_FINISH}"
)
_AT: Final = re.compile(
    r"(?:^\s*|\b(?:in|en|target|goal|objectif|vis[a-z]+|hyrox|deka(?: (?:fit|mile|strong))?)[\s:=]*(?:of |de )?)"
    rf"(?:{_CLOCK}|(?P<h>\d)\s?h\s?(?P<hm>[0-5]\d)){_NOT_A_FINISH}"
)
_SESSION: Final = whole(r"seances?|sessions?|workouts?|training|entrainements?|simul\w+")

_NOT_THE_RACE: Final = whole(r"half|demie?s?|moitie|semi|marathon|\d+ ?k(?:m|ilomet[a-z]+)?")  # a part of it, a run


def named_target(goal: str, fastest: int, slowest: int, *, of_a_station: bool = False) -> int | None:
    """The seconds of the first finish time in a goal that lies between these two; None where there is none.

    Where the goal may speak `of_a_station`, "sub 2:00" or "sub 100" may be its, and only what is plain is taken.
    """
    text, words = goal.casefold(), plain(goal)
    if _NOT_THE_RACE.search(words):
        return None
    patterns = (_BELOW,) if _SESSION.search(words) else (_BELOW, _AT)
    found = (
        seconds
        for pattern in patterns
        for match in pattern.finditer(text)
        for seconds in _readings(match, of_a_station)
    )
    return next((seconds for seconds in found if fastest <= seconds <= slowest), None)


def _readings(match: re.Match[str], of_a_station: bool) -> Iterator[int]:
    """What a time may mean, in seconds: "1:20" is hours and minutes, else minutes and seconds."""
    said = {name: int(digits) for name, digits in match.groupdict().items() if digits is not None}
    if "c" in said:
        yield 3600 * said["a"] + 60 * said["b"] + said["c"]
    elif of_a_station and ("a" in said or "bare" in said):
        return
    elif "a" in said:
        if said["a"] <= 2:  # nobody aims at three hours; "3:30" is the pace of a kilometre
            yield 3600 * said["a"] + 60 * said["b"]
        yield 60 * said["a"] + said["b"]
    elif "h" in said:
        yield 3600 * said["h"] + 60 * said.get("hm", 0)
    else:
        yield 60 * said.get("m", said.get("bare", 0))
