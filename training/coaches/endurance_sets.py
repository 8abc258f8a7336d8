"""What an endurance session is for, and the sets that serve it: goals in an athlete's words, and interval tables. Pure.

Times are seconds, distances metres, zones those of `training.zones`.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

from training.coaches.words import named, plain, whole
from training.request import Level

Kind = Literal[
    "recovery", "endurance", "tempo", "sweet_spot", "threshold", "race", "vo2max", "hills", "sprint", "technique"
]
Race = Literal["5k", "10k", "half", "marathon"]

HARD_ZONE = 5  # from here on the time in all is short
MOST_HARD_SECONDS: Final[dict[Level, int]] = {"beginner": 12 * 60, "intermediate": 25 * 60, "advanced": 25 * 60}
# Intensity, and for how many seconds the best can hold it; between two of them by line, below the first without end.
HELD: Final = ((1.00, 3600), (1.05, 1200), (1.15, 480), (1.20, 300), (1.50, 60))

# Whole words, English and French, without accents. The first kind whose words stand in a goal is meant.
_KINDS: Final[tuple[tuple[Kind, str], ...]] = (
    ("recovery", r"recovery|recover\w*|recup\w*|regeneration|decrassage|active rest|loosen\w*|souple|tranquille|flush"),
    ("technique", r"technique|technical|drills?|educatifs?|form|efficiency|cadence|gammes?|skills?|glisse|foulee"),
    ("hills", r"hills?|hilly|climb\w*|uphill|cotes?|denivele|grimp\w*|montees?|montagne|bosses?"),
    ("sprint", r"sprints?(?! (?:tri\w*|distance|race))|sprinting|explosi\w*|neuromuscular|strides?|power|puissance"),
    ("sweet_spot", r"sweet ?spots?|sst"),
    ("threshold", r"threshold|seuils?|ftp|lactate|css|cruise|over unders?|time trial|contre la montre|clm"),
    ("tempo", r"tempo|steady state|allure soutenue|soutenue?|active|rythme soutenu"),
    ("race", r"(?:5|10) ?k(?:m|ms)? (?:race )?(?:pace|effort)|(?:race|goal|half|marathon) pace"),
    ("race", r"allure (?:course|specifique|competition|5|10|semi|marathon)\w*|rythme (?:semi|marathon|course)\w*"),
    ("vo2max", r"vo2 ?\w*|vma|pma|maximal aerobic\w*|fractionne\w*|hiit|speed ?work|fartlek"),
    ("endurance", r"long|longue|easy|endurance|base|aerobic|foncier\w*|fond|zone 2|z2|footing|sortie|facile|volume"),
    ("endurance", r"without (?:stopping|a break)|non ?stop|sans (?:m |s )?arret\w*|sans pause|debuter|couch to"),
    ("endurance", r"(?:lose|losing|burn\w*) (?:weight|fat|calories)|(?:fat|weight) loss|maigrir|\w+ (?:du|de) poids"),
    ("vo2max", r"intervals?|intervalles?|repeats?|repetitions?|speed|faster|fast|vitesse|plus vite|rapide\w*|max"),
    ("race", r"(?:5|10) ?k(?:m|ms)?|half|semi|marathon|race|racing|competition|course officielle"),
)  # fmt: skip
_RACES: Final[dict[Race, str]] = {
    "half": r"half|semi",  # before the marathon, whose word it shares
    "marathon": r"marathon|42 ?k\w*",
    "5k": r"5 ?k\w*|parkrun",
    "10k": r"10 ?k\w*",
}
_SHORT: Final = whole(r"short|courte?s?|brefs?|30 ?30|30 ?15")
# Bouts that are named by their seconds of work and recovery, such as 30/30; the recovery is half the work at least.
_PAIRS: Final = ((15, 15), (20, 20), (30, 15), (30, 30), (40, 20), (45, 45), (60, 30), (60, 60))


@dataclass(frozen=True)
class Interval:
    """Work and the easy recovery after it, as often as there is time and `MOST` allows."""

    work: int  # seconds, in water metres
    recovery: int  # seconds: in motion, in water standing
    zone: int


def kind(goal: str) -> Kind | None:
    """What a goal asks for; None where it names nothing."""
    text = plain(goal)
    found = next((kind for kind, words in _KINDS if whole(words).search(text)), None)
    return "vo2max" if found in {None, "endurance", "race"} and pair(goal) else found


def race(goal: str) -> Race:
    """The race whose pace a goal speaks of; 10 km where it names none."""
    return next(iter(named(_RACES, plain(goal))), "10k")


def pair(goal: str) -> Interval | None:
    """The bouts and recoveries that a goal names by their seconds: 30/30, 15-15."""
    text = plain(goal)
    unit = r"(?: ?s(?:ec)?)?"
    return next((Interval(w, r, HARD_ZONE) for w, r in _PAIRS if whole(f"{w}{unit} {r}{unit}").search(text)), None)


def series(interval: Interval, rounds: int, seconds: float, between: float) -> tuple[int, int]:
    """Short bouts in sets of eight to twelve, with so many seconds between sets: how many sets, and bouts in each."""
    one = interval.work + interval.recovery
    found = [
        (sets, min(MOST_IN_SERIES, rounds // sets, int((seconds - (sets - 1) * between) // (sets * one))))
        for sets in range(1, MOST_SERIES + 1)
    ]
    enough = [each for each in found if each[1] >= LEAST_IN_SERIES]
    return max(enough, key=lambda each: (each[0] * each[1], -each[0]), default=(1, min(rounds, MOST_IN_SERIES)))


def held_seconds(intensity: float) -> float:
    """How long a work step of that fraction of threshold may last; infinite below threshold."""
    if intensity < HELD[0][0]:
        return float("inf")
    for (low, long), (high, short) in pairwise(HELD):
        if intensity <= high:
            return long - (intensity - low) / (high - low) * (long - short)
    return HELD[-1][1]


def _intervals(zone: int, *pairs: tuple[int, int]) -> list[Interval]:
    return [Interval(work, recovery, zone) for work, recovery in pairs]


# Zone 5 about 1:1, sprints at least 1:5, threshold and below a fifth to a third.
INTERVALS: Final[dict[Kind, list[Interval]]] = {
    "tempo": _intervals(3, (120, 30), (300, 60), (480, 90), (600, 120), (900, 150), (1200, 180)),
    "sweet_spot": _intervals(3, (120, 30), (300, 90), (480, 120), (600, 180), (720, 180), (900, 240), (1200, 300)),
    "threshold": _intervals(4, (60, 30), (180, 60), (240, 60), (300, 60), (480, 120), (600, 150), (720, 180)),
    "vo2max": _intervals(5, (30, 30), (45, 45), (60, 60), (90, 90), (120, 120), (180, 180), (240, 210)),
    "hills": [
        *_intervals(5, (30, 45), (45, 60), (60, 90), (90, 120)), *_intervals(4, (120, 120), (180, 180), (240, 180)),
    ],
    "sprint": _intervals(7, (10, 60), (15, 75), (15, 90), (20, 120), (30, 180)),
}  # fmt: skip
RACE_INTERVALS: Final[dict[Race, list[Interval]]] = {
    "5k": _intervals(5, (60, 60), (120, 90), (180, 120), (240, 150), (300, 180)),
    "10k": _intervals(5, (60, 45), (180, 90), (240, 120), (300, 150), (360, 180)),
    "half": _intervals(4, (180, 45), (300, 60), (480, 90), (600, 120), (900, 150), (1200, 180)),
    "marathon": _intervals(3, (300, 60), (600, 90), (900, 120), (1200, 150), (1800, 180)),
}
# In a circuit of the body's own movements a bout is short, and the next one is another.
CIRCUITS: Final[dict[int, list[Interval]]] = {
    1: _intervals(1, (60, 0), (90, 0)),
    2: _intervals(2, (60, 0), (90, 0), (120, 0)),
    3: _intervals(3, (40, 20), (60, 20), (60, 30)),
    4: _intervals(4, (40, 20), (45, 30), (60, 40)),
    5: _intervals(5, (20, 20), (30, 30), (40, 40)),
}
# In water, a zone's distances and the rest at the wall; that of zone 5 is as long as the work.
LENGTHS: Final[dict[int, list[Interval]]] = {
    1: _intervals(1, (50, 20), (100, 20)),
    2: _intervals(2, (50, 15), (100, 15), (200, 20), (300, 20), (400, 30)),
    3: _intervals(3, (50, 15), (100, 15), (200, 20), (300, 30), (400, 30)),
    4: _intervals(4, (50, 15), (100, 15), (100, 20), (200, 30), (300, 40)),
    5: _intervals(5, (25, 0), (50, 0), (75, 0), (100, 0)),
}
# Who learns to swim does one or two lengths, and rests.
FIRST_LENGTHS: Final[dict[int, list[Interval]]] = {
    1: _intervals(1, (25, 20), (50, 30)),
    2: _intervals(2, (25, 20), (50, 30), (100, 40)),
    3: _intervals(3, (25, 20), (50, 30), (100, 40)),
    4: _intervals(4, (25, 20), (50, 30)),
    5: _intervals(5, (25, 0), (50, 0)),
}
# The zone of a kind that has no table of its own.
ZONES: Final[dict[Kind, int]] = {
    "recovery": 1, "endurance": 2, "technique": 2, "tempo": 3, "sweet_spot": 3, "threshold": 4, "race": 4, "hills": 5,
    "vo2max": 5, "sprint": 5,
}  # fmt: skip

LEAST_IN_SERIES, MOST_IN_SERIES, MOST_SERIES = 8, 12, 3  # of short bouts
SERIES_SECONDS, BETWEEN_SERIES_SECONDS = 45, 180  # bouts as short as that come in sets; the easy time between two

FULL_SHARE = 0.85  # of the most work possible

# The longest bout and the most work in all that a level does in a zone, seconds.
LONGEST: Final[dict[Level, dict[int, int]]] = {
    "beginner": {3: 600, 4: 300, 5: 90, 6: 20, 7: 15},
    "intermediate": {3: 1200, 4: 720, 5: 240, 6: 30, 7: 30},
    "advanced": {3: 1800, 4: 1200, 5: 300, 6: 30, 7: 30},
}
MOST: Final[dict[Level, dict[int, int]]] = {
    "beginner": {3: 1500, 4: 900, 5: 480, 6: 90, 7: 90},
    "intermediate": {3: 2700, 4: 1800, 5: 960, 6: 150, 7: 150},
    "advanced": {3: 3600, 4: 2700, 5: 1320, 6: 200, 7: 200},
}


def feasible(table: list[Interval], level: Level, seconds: float) -> list[tuple[Interval, int]]:
    """The intervals of a table that this level does in this time, and how often, the longest bouts first.

    Two bouts at least, three where they are short; where not even that fits, the shortest there is, once or twice.
    """
    found = []
    for interval in table:
        zone = interval.zone
        if interval.work > LONGEST[level].get(zone, interval.work):
            continue
        most = MOST[level].get(zone, 24 * 3600) // interval.work
        rounds = min(int(seconds // (interval.work + interval.recovery)), most)
        if rounds >= (2 if interval.work >= 300 else 3):
            found.append((interval, rounds))
    if not found:
        shortest = min(table, key=lambda interval: interval.work)
        return [(shortest, max(1, int(seconds // (shortest.work + shortest.recovery))))]
    return fullest(found)


def fullest(found: list[tuple[Interval, int]]) -> list[tuple[Interval, int]]:
    """Those that hold nearly as much work as the fullest, the longest bouts first."""
    most_work = max(interval.work * rounds for interval, rounds in found)
    full = [pair for pair in found if pair[0].work * pair[1] >= FULL_SHARE * most_work]
    return sorted(full, key=lambda pair: -pair[0].work)


def short(goal: str) -> bool:
    """Does a goal ask for short bouts?"""
    return _SHORT.search(plain(goal)) is not None
