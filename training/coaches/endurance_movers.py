"""With which movement an athlete does a session's efforts: the discipline's own, else the nearest there is. Pure."""

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from training.catalogue import Entry
from training.coaches.endurance_words import Note
from training.coaches.means import Means
from training.coaches.words import plain

# By discipline, what it is done with, first choice first.
_OWN: Final[dict[str, tuple[str, ...]]] = {
    "running": ("run",),
    "cycling": ("indoor-bike", "bike-ride"),
    "swimming": ("freestyle", "open-water-swim", "backstroke", "breaststroke"),
}
_TRIATHLON: Final = ("swimming", "cycling", "running")
_MACHINES: Final = (
    "run", "rowing-machine", "indoor-bike", "elliptical", "ski-erg", "stair-climber", "air-bike", "bike-ride",
)  # fmt: skip
# What keeps the effort where the discipline's own is not possible: without impact first, and what spares sore arms.
_NEAREST: Final[dict[str, tuple[str, ...]]] = {
    "running": ("indoor-bike", "bike-ride", "elliptical", "rowing-machine", "air-bike", "ski-erg", "water-running",
                "stair-climber", "freestyle"),
    "cycling": ("air-bike", "elliptical", "rowing-machine", "stair-climber", "ski-erg", "run", "water-running",
                "freestyle"),
    "swimming": ("water-running", "ski-erg", "rowing-machine", "elliptical", "indoor-bike", "bike-ride", "air-bike",
                 "stair-climber", "run"),
    "cardio": ("freestyle", "water-running"),
}  # fmt: skip
_MISSING: Final[dict[str, Note]] = {"running": "no_ground", "cycling": "no_bike", "swimming": "no_water"}
_WALKS: Final = frozenset({"brisk-walk", "stair-climbing"})  # ask for ground or stairs though for no equipment
_WALKING: Final = frozenset({"brisk-walk", "marching-in-place", "step-touch"})  # on the feet, between bouts on the feet
_SEATED: Final = frozenset({"seated-punch", "lying-leg-cycle"})  # for who cannot be on the feet
_ENOUGH_MOVEMENTS = 3  # for a circuit
_NOT_FOR_MINUTES: Final = frozenset({"mobility", "isolation", "jump", "olympic"})
_LASTING_MOVEMENTS, _BURSTS = 4, 2  # of a circuit: what may last minutes, and what is done hard for seconds only
_MOST_MACHINES = 3


@dataclass(frozen=True)
class Movers:
    """What does the work, what recovers, and what has to be said of the choice."""

    work: list[Entry]  # one of a sport, several of a circuit
    easy: Entry | None  # None: the athlete stands and breathes
    notes: list[Note] = field(default_factory=list)
    gentle: list[Entry] = field(default_factory=list)  # of a circuit in the easy zones: without impact

    @property
    def lead(self) -> Entry:
        """The movement that the session is about."""
        return self.work[0]

    @property
    def circuit(self) -> bool:
        """Do movements of the body take turns?"""
        return self.lead.sport is None and not self.lead.equipment

    @property
    def swum(self) -> bool:
        """Is it counted in lengths of a pool?"""
        return self.lead.sport == "swim" and self.lead.measure == "meters"


def usable(means: Means) -> list[Entry]:
    """The candidates that can be done where the athlete is: walking needs ground to cover, as running does."""
    ground = means.request.location == "outdoor" or "treadmill" in means.equipment
    return [entry for entry in means.candidates if ground or entry.slug not in _WALKS]


def movers(means: Means, discipline: str, random_: random.Random) -> list[Movers]:
    """One for most disciplines; of a triathlon two sports or three, in the race's order. Empty: nothing is left."""
    here = {entry.slug: entry for entry in usable(means)}
    if discipline == "triathlon":
        sports = [_own(means, each, here) for each in _TRIATHLON]
        found = [sport for sport in sports if sport is not None]
        if len(found) == len(_TRIATHLON) and means.request.available_minutes < 75:
            found = found[1:] if "swim" not in plain(means.request.goal or "") else found[:2]
        return found or [m for m in [_circuit(means, here, random_, _why(means, "running"))] if m]
    one = _own(means, discipline, here) if discipline != "cardio" else _machines(means, here, random_)
    if one is not None:
        return [one]
    why = [] if discipline == "cardio" else _why(means, discipline)
    nearest = next((here[slug] for slug in _NEAREST[discipline] if slug in here), None)
    if nearest is not None:
        return [Movers([nearest], recovery(nearest, means), why)]
    circuit = _circuit(means, here, random_, why)
    return [] if circuit is None else [circuit]


def _own(means: Means, discipline: str, here: dict[str, Entry]) -> Movers | None:
    slugs = _OWN[discipline]
    if means.request.location == "outdoor":
        slugs = tuple(reversed(slugs)) if discipline == "cycling" else slugs
    lead = next((here[slug] for slug in slugs if slug in here), None)
    return None if lead is None else Movers([lead], recovery(lead, means))


def _machines(means: Means, here: dict[str, Entry], random_: random.Random) -> Movers | None:
    """Of the machines there are those that the goal names, else any; several take turns in a long easy session."""
    there = [here[slug] for slug in _MACHINES if slug in here]
    goal = f" {plain(means.request.goal or '')} "
    named = [entry for entry in there if any(f" {plain(name)} " in goal for name in entry.names())]
    chosen = named or random_.sample(there, min(len(there), _MOST_MACHINES))
    return Movers(chosen, recovery(chosen[0], means)) if chosen else None


def recovery(lead: Entry, means: Means) -> Entry:
    """What is done between two bouts: the same, easily; who begins to run walks."""
    here = {entry.slug: entry for entry in usable(means)}
    walk = here.get("brisk-walk") or here.get("incline-treadmill-walk")
    return walk if walk is not None and lead.sport == "run" and means.level == "beginner" else lead


def _why(means: Means, discipline: str) -> list[Note]:
    """Why the discipline's own movement is not possible: it is missing, or it is to be spared."""
    obstacles = {means.obstacle(entry) for slug in _OWN[discipline] if (entry := means.catalogue.get(slug))}
    return ["spared"] if obstacles <= {"injury", "avoided", "level"} else [_MISSING[discipline]]


def _circuit(means: Means, here: dict[str, Entry], random_: random.Random, why: list[Note]) -> Movers | None:
    """Movements of the body, one after another; where no cyclical one may be done, others, mobility last."""
    free = [entry for entry in here.values() if not entry.equipment or entry.equipment == [["jump-rope"]]]
    steps = [e for e in free if e.pattern == "cyclical" and e.sport is None and "skill" not in e.roles[:1]]
    easy = [e for e in steps if "cooldown" in e.roles]
    work = [e for e in steps if "conditioning" in e.roles and "cooldown" not in e.roles] or easy
    if not work:
        others = [e for e in here.values() if e.pattern not in _NOT_FOR_MINUTES and e.sport is None]
        work = _gentle_first(others) or list(here.values())
        why = [*why, "no_sport"]
    if not work:
        return None
    bursts = [entry for entry in work if "warmup" not in entry.roles]
    lasting = _standing([entry for entry in work if entry not in bursts])
    chosen = _some(lasting, _LASTING_MOVEMENTS, random_) + _some(bursts, _BURSTS, random_)
    recovers = min(easy, key=lambda e: (e.slug not in _WALKING, e.slug), default=None)
    gentle = _standing(
        [entry for entry in steps if "warmup" in entry.roles and not {"ankle", "knee"} & {*entry.contraindications}]
    )
    return Movers(chosen, recovers, [*why, "circuit"], _some(gentle, _LASTING_MOVEMENTS, random_))


def _standing(entries: list[Entry]) -> list[Entry]:
    """Without what is done sitting or lying, where enough else is possible."""
    upright = [entry for entry in entries if entry.slug not in _SEATED]
    return upright if len(upright) >= _ENOUGH_MOVEMENTS else entries


def _some(entries: list[Entry], most: int, random_: random.Random) -> list[Entry]:
    return random_.sample(entries, min(most, len(entries)))


def _gentle_first(entries: Iterable[Entry]) -> list[Entry]:
    """Those with which the heart can work: of the body alone where there are such."""
    listed = [entry for entry in entries if {"conditioning", "accessory", "warmup"} & set(entry.roles)]
    free = [entry for entry in listed if not entry.equipment]
    return [entry for entry in free if not entry.unilateral] or free or listed
