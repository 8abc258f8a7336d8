"""Before and after an endurance session's work: a warm-up that rises to it, an easy cool-down. Pure."""

from typing import Final

from training.catalogue import Entry
from training.coaches import planning, preparation
from training.coaches.endurance_movers import Movers, usable
from training.coaches.endurance_sets import HARD_ZONE
from training.coaches.endurance_shape import LENGTH_M, SHORT_REST_SECONDS, in_lengths, lasting, steady
from training.coaches.endurance_targets import step
from training.coaches.means import Means
from training.prescription import Block, PrescribedExercise, Set

_SHARE, _HARD_SHARE, _AFTER_SHARE = 0.16, 0.22, 0.1  # of the time available
_LEAST_SECONDS, _MOST_SECONDS, _MOST_AFTER_SECONDS = 90, 1_200, 900
_SENIOR_FACTOR = 1.4
_DRILL_SECONDS, _DRILL_REST_SECONDS, _STRETCH_SECONDS = 30, 15, 30
_ROOM_FOR_DRILLS, _ROOM_FOR_MOBILITY, _ROOM_FOR_STRETCHES = 420, 540, 240  # seconds a warm-up or cool-down needs for it
_DRILLS: Final = 2
_FAST: Final = frozenset({"stride", "spin-up"})
_FAST_SECONDS, _FAST_RPE = 20, 6


def preparation_seconds(means: Means, zone: int) -> tuple[int, int]:
    """How long warm-up and cool-down are: longer before hard work, and for those over 60."""
    seconds = planning.budget_seconds(means.request)
    before = seconds * (_HARD_SHARE if zone > 3 else _SHARE) * (_SENIOR_FACTOR if means.senior else 1)
    after = seconds * _AFTER_SHARE
    return (
        int(max(_LEAST_SECONDS, min(before, _MOST_SECONDS * (_SENIOR_FACTOR if means.senior else 1)))),
        int(max(60, min(after, _MOST_AFTER_SECONDS))),
    )


def warmup(means: Means, movers: Movers, seconds: float, zone: int) -> Block:
    """From very easy to easy, then joints and drills where there is time; before hard work, a few fast seconds."""
    lead, easy = movers.lead, movers.easy
    if easy is None:
        return preparation.warmup(means, lead, seconds)
    extras = []
    left = seconds
    if seconds >= _ROOM_FOR_MOBILITY and not movers.swum:  # who is in the water stays there
        loosening = preparation.mobility(means, "warmup", {*lead.primary, *lead.secondary})[:1]
        extras += [preparation.easy(entry, means, "warmup") for entry in loosening]
    if seconds >= _ROOM_FOR_DRILLS:
        extras += [_drill(entry, means) for entry in _drills(lead, means, fast=zone >= HARD_ZONE - 1)]
    left -= sum(45 for _ in extras)
    # Who begins to run walks, then walks briskly: what moves easily between the bouts leads up to them.
    rising = [lasting(easy, means, each, left / 2, "warmup") for each in (1, min(2, zone))]
    return steady(*rising, *extras, role="warmup")


def _drill(entry: Entry, means: Means) -> PrescribedExercise:
    """Half a minute or fifty metres, easily; a fast one is short, relaxed and fully rested from."""
    if entry.slug in _FAST:
        fast = Set(kind="warmup", duration_seconds=_FAST_SECONDS, rpe=_FAST_RPE, rest_seconds=2 * _FAST_SECONDS)
        return planning.exercise(entry, [fast], means, substitutes=False)
    if in_lengths(entry):
        meters, rest = drill_length(means)
        return step(entry, means, 2, meters=meters, rest=rest, by_feel=2, kind="warmup")
    return step(entry, means, 2, seconds=_DRILL_SECONDS, rest=_DRILL_REST_SECONDS, by_feel=2, kind="warmup")


def drill_length(means: Means) -> tuple[int, int]:
    """Metres of a swimming drill and the seconds of rest after it: a length for who learns to swim."""
    if means.level == "beginner":
        return (25 if "pool" in means.equipment else LENGTH_M), SHORT_REST_SECONDS
    return LENGTH_M, _DRILL_REST_SECONDS


def _drills(lead: Entry, means: Means, *, fast: bool) -> list[Entry]:
    """Two drills of the sport; before fast work strides or spin-ups come last."""
    known = [
        entry
        for entry in usable(means)
        if entry.sport == lead.sport and lead.sport and {"warmup", "skill"} <= set(entry.roles)
        and entry.pattern == "cyclical" and entry.level == "beginner"
    ]  # fmt: skip
    quick = [entry for entry in known if entry.slug in _FAST]
    others = [entry for entry in known if entry not in quick]
    return [*others[: _DRILLS - 1], *(quick[:1] if fast and quick else others[_DRILLS - 1 : _DRILLS])]


def _stretches(known: list[Entry], lead: Entry) -> list[Entry]:
    """Two stretches for what worked most, of different muscles where there are such."""
    found: list[Entry] = []
    for wanted in ([*lead.primary, *lead.secondary], lead.primary):
        spared = {muscle for entry in found for muscle in entry.primary}
        left = [entry for entry in known if entry not in found and spared.isdisjoint(entry.primary)]
        best = max(left, key=lambda e: (_is_stretch(e), len({*wanted}.intersection(e.primary)), e.slug), default=None)
        if best is not None:
            found.append(best)
    return found


def _is_stretch(entry: Entry) -> bool:
    """And no way to lie and breathe."""
    return entry.slug.endswith("-stretch")


def cooldown(means: Means, movers: Movers, seconds: float) -> Block:
    """Very easy movement, then stretches for what worked."""
    if movers.easy is None:
        return preparation.cooldown(means, movers.lead.primary, seconds)
    stretches: list[Entry] = []
    if seconds >= _ROOM_FOR_STRETCHES and not movers.swum:
        held = [
            e for e in means.candidates if e.pattern == "mobility" and "cooldown" in e.roles and e.measure == "seconds"
        ]
        stretches = _stretches(held, movers.lead)
    left = seconds - 2 * _STRETCH_SECONDS * len(stretches)
    return steady(
        lasting(movers.easy, means, 1, left),
        *(preparation.easy(entry, means, "cooldown") for entry in stretches),
        role="cooldown",
    )
