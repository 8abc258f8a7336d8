"""The formats of a workout, each built to a time: AMRAP, EMOM, for time, Tabata, chipper, ladder, circuit, intervals.

Every builder takes the seconds there are and gives a block that takes no longer, or None where the movements do not
suit the format. Pure.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from training.catalogue import Entry
from training.coaches.functional_movements import (
    EMOM_WORK_SECONDS,
    UNHURRIED,
    Choice,
    Unit,
    amount,
    expected_seconds,
    fresh_seconds,
    most_reps,
    station,
    technical,
    usable,
)  # fmt: skip
from training.coaches.means import Means
from training.counting import passes, rounds_of_a_pass
from training.prescription import Block, Format, PrescribedExercise, Role
from training.timing import EMOM_INTERVAL_SECONDS, TABATA_REST_SECONDS, TABATA_WORK_SECONDS, block_seconds

CAP_MARGIN: Final = 1.15  # of a time cap over the expected time: reachable on a bad day
TABATA_SECONDS: Final = 240  # a movement
CHIPPER_MOVEMENTS: Final = (6, 12)
_CHIPPER_PASSES: Final = 4  # what other workouts spread over rounds, a chipper asks for at once
_LADDER_REPS: Final = 4  # in all, times what is sound in one round
LEAST_AMRAP_SECONDS: Final = 240
MOST_SECONDS: Final = 1_800  # of one workout
_SCHEMES: Final = (
    (21, 15, 9), (15, 12, 9), (12, 9, 6), (21, 18, 15, 12, 9, 6, 3), (10, 8, 6, 4, 2), (27, 21, 15, 9),
    (10, 9, 8, 7, 6, 5, 4, 3, 2, 1), (15, 10, 5), (30, 20, 10), (50, 40, 30, 20, 10), (20, 15, 10, 5), (40, 30, 20, 10),
)  # fmt: skip
_STATIONS: Final = (20, 25, 30, 35, 40, 50, 60, 75, 90)  # seconds of a movement that a round may be made of


@dataclass(frozen=True)
class Workshop:
    """Everything a builder needs: the athlete's means, the choice of movements, the effort and the block's role."""

    means: Means
    choice: Choice
    rpe: float
    role: Role = "main"

    def pick(self, count: int, fits: Callable[[Entry], bool] = lambda entry: True) -> list[Entry]:
        """So many movements that suit a format; fewer where there are no more."""
        return replace(self.choice, fits=fits).of(usable(self.means), count)

    def stations(
        self, entries: Sequence[Entry], seconds: float, rest: float | None = None, *, passes: int = 1
    ) -> list[PrescribedExercise]:
        """Each movement for about so long."""
        return [self.station(e, [amount(e, seconds, self.means, passes=passes)], rest) for e in entries]

    def station(
        self, entry: Entry, amounts: Sequence[tuple[Unit, int]], rest: float | None = None
    ) -> PrescribedExercise:
        """One movement with a set for each amount."""
        return station(entry, amounts[0][0], [number for _, number in amounts], self.rpe, self.means, rest=rest)

    def timed(self, entries: Sequence[Entry], seconds: int, rest: int) -> list[PrescribedExercise]:
        """Each movement for a time and a rest; per side half the time each."""
        return [
            station(
                entry,
                "duration_seconds",
                [seconds // 2 if entry.unilateral else seconds],
                self.rpe,
                self.means,
                rest=rest,
            )
            for entry in entries
        ]


def expected(block: Block, means: Means) -> float:
    """What the work of a block takes without its clock: each round fresh, made longer by fatigue, and its rests."""
    rounds = []
    for _ in range(passes(block)):
        for index in range(rounds_of_a_pass(block)):
            chosen = [
                (e, e.sets[index] if len(e.sets) > 1 else e.sets[0])
                for e in block.exercises
                if len(e.sets) in {1, rounds_of_a_pass(block)} or index < len(e.sets)
            ]
            rounds.append(sum(fresh_seconds(exercise, set_, means) for exercise, set_ in chosen))
    return expected_seconds(rounds) + (len(rounds) - 1) * (block.rest_seconds or 0)


# --- the formats ----------------------------------------------------------------------------------------------------


def amrap(shop: Workshop, seconds: float) -> Block | None:
    """As many rounds as possible of two to five movements: rounds of one to three minutes."""
    cap = _whole_minutes(min(seconds, MOST_SECONDS))
    count = 2 if cap <= 420 else 3 if cap <= 900 else shop.choice.random.choice((3, 4, 5))
    entries = shop.pick(count)
    if not entries or cap < LEAST_AMRAP_SECONDS:
        return None
    each = min(max(cap / shop.choice.random.choice((5, 6, 7)), 50), 180) / len(entries)
    return Block(role=shop.role, format="amrap", time_cap_seconds=cap, exercises=shop.stations(entries, each))


def emom(shop: Workshop, seconds: float) -> Block | None:
    """Every minute on the minute, one movement a minute in turn, with at least a quarter of each minute to rest."""
    minutes = int(min(seconds, MOST_SECONDS) // EMOM_INTERVAL_SECONDS)
    count = min((2, 3, 4, 5), key=lambda n: (minutes % n, shop.choice.random.random()))
    entries = shop.pick(min(count, max(1, minutes // 2)), lambda e: fits_an_interval(e, shop.means))
    if not entries or minutes < 4:
        return None
    exercises = shop.stations(entries, EMOM_WORK_SECONDS * (0.65 if shop.means.level == "beginner" else 0.8))
    slotted = [e.model_copy(update={"slot": number}) for number, e in enumerate(exercises, 1)]
    return Block(role=shop.role, format="emom", rounds=minutes // len(slotted), interval_seconds=60, exercises=slotted)


def fits_an_interval(entry: Entry, means: Means) -> bool:
    """Can at least one unit of it be done within the work of a minute?"""
    return entry.measure != "reps" or entry.seconds_per_rep * (2 if entry.unilateral else 1) <= EMOM_WORK_SECONDS * 0.6


def for_time(shop: Workshop, seconds: float) -> Block | None:
    """Rounds or falling repetitions against the clock; the cap leaves a margin over the expected time."""
    budget = min(seconds, MOST_SECONDS)
    count = (
        2
        if budget <= 480
        else shop.choice.random.choice((2, 3))
        if budget <= 900
        else shop.choice.random.choice((3, 4))
    )
    entries = shop.pick(count)
    if not entries:
        return None
    blocks = [*_falling(shop, entries), *_rounds(shop, entries)]
    reachable = [(expected(block, shop.means) * CAP_MARGIN, block) for block in blocks]
    fitting = [(need, block) for need, block in reachable if 0.75 * budget <= need <= budget]
    if not fitting:
        return None
    need, block = shop.choice.random.choice(fitting)
    return block.model_copy(update={"time_cap_seconds": float(60 * math.ceil(need / 60)) if need > 60 else 60.0})


def _falling(shop: Workshop, entries: Sequence[Entry]) -> list[Block]:
    if any(entry.measure != "reps" or entry.unilateral or most_reps(entry, shop.means) < 10 for entry in entries):
        return []
    return [
        Block(
            role=shop.role,
            format="for_time",
            exercises=[shop.station(entry, [("reps", reps) for reps in scheme]) for entry in entries],
        )
        for scheme in _SCHEMES
        if scheme[0] <= min(most_reps(entry, shop.means) for entry in entries) * 1.4
    ]


def _rounds(shop: Workshop, entries: Sequence[Entry]) -> list[Block]:
    return [
        Block(role=shop.role, format="for_time", rounds=rounds, exercises=shop.stations(entries, each))
        for each in _STATIONS
        for rounds in (3, 4, 5, 6, 7)
    ]


def tabata(shop: Workshop, seconds: float) -> Block | None:
    """Eight times 20 seconds on and 10 off for each movement, simple ones that are safe when out of breath."""
    count = int(min(seconds, 4 * TABATA_SECONDS) // TABATA_SECONDS)
    entries = shop.pick(count, lambda e: _fast(e) and safe_when_breathless(e, shop.means)) if count else []
    if not entries:
        return None
    return Block(
        role=shop.role,
        format="tabata",
        rounds=8,
        exercises=[
            station(
                entry, "duration_seconds", [TABATA_WORK_SECONDS], shop.rpe, shop.means, rest=TABATA_REST_SECONDS
            ).model_copy(update={"per_side": False})
            for entry in entries
        ],
    )


def _fast(entry: Entry) -> bool:
    """Can twenty seconds of it be hard?"""
    return entry.pattern != "carry" and entry.slug not in UNHURRIED


def safe_when_breathless(entry: Entry, means: Means) -> bool:
    """Simple enough to be done fast: no bar, nothing slow, nothing near the athlete's limit or that hangs on skill."""
    if entry.pattern == "olympic" or means.implement(entry) == "barbell" or "skill" in entry.roles:
        return False
    if not steady_enough(entry, means):
        return False
    return entry.measure != "reps" or (entry.seconds_per_rep <= 4 and most_reps(entry, means) >= 6)


def steady_enough(entry: Entry, means: Means) -> bool:
    """No jumps by the clock for beginners, who would not count them."""
    return entry.pattern != "jump" or means.level != "beginner"


def chipper(shop: Workshop, seconds: float) -> Block | None:
    """One pass through six to ten movements, many of each, with a breath between them."""
    budget = min(seconds, MOST_SECONDS)
    least, most = CHIPPER_MOVEMENTS
    entries = shop.pick(min(most - 2, max(least, int(budget // 120))))
    if len(entries) < least:
        return None
    for each in reversed((*_STATIONS, 120, 150, 180)):
        exercises = shop.stations(entries, each, passes=_CHIPPER_PASSES)
        block = Block(role=shop.role, format="chipper", exercises=exercises)
        need = expected(block.model_copy(update={"format": "for_time"}), shop.means)
        if need <= budget:
            return _breathing(block, shop.means, need)
    return None


def _breathing(block: Block, means: Means, need: float) -> Block:
    """With the time that fatigue and the ways take as rests between the movements."""
    spare = need - block_seconds(block, means.catalogue, means.request)
    rest = float(max(5, 5 * round(spare / max(1, len(block.exercises) - 1) / 5)))
    exercises = [
        e.model_copy(update={"sets": [s.model_copy(update={"rest_seconds": rest}) for s in e.sets]})
        for e in block.exercises
    ]
    return block.model_copy(update={"exercises": exercises})


def ladder(shop: Workshop, seconds: float) -> Block | None:
    """One repetition more each round, of two or three movements, from one, two or three up."""
    budget = min(seconds, MOST_SECONDS)
    entries = shop.pick(
        2 if budget <= 600 else 3, lambda e: e.measure == "reps" and not e.unilateral and 1.5 < e.seconds_per_rep <= 6
    )
    if len(entries) < 2:
        return None
    for step in shop.choice.random.sample((1, 2, 3), 3):
        for rungs in range(12, 3, -1):
            amounts: list[tuple[Unit, int]] = [("reps", step * number) for number in range(1, rungs + 1)]
            if sum(reps for _, reps in amounts) > _LADDER_REPS * min(most_reps(entry, shop.means) for entry in entries):
                continue
            block = Block(role=shop.role, format="ladder", exercises=[shop.station(e, amounts) for e in entries])
            need = expected(block, shop.means)
            if 0.6 * budget <= need <= budget:
                spare = need - block_seconds(block, shop.means.catalogue, shop.means.request)
                return block.model_copy(update={"rest_seconds": float(max(5, 5 * round(spare / (rungs - 1) / 5)))})
    return None


def intervals(shop: Workshop, seconds: float) -> Block | None:
    """Short work and as much rest, three to five movements in turn, a longer rest between rounds."""
    work, rest = {"beginner": (20, 40), "intermediate": (30, 30), "advanced": (40, 40)}[shop.means.level]
    between = 60
    entries = shop.pick(shop.choice.random.choice((3, 4, 5)), lambda e: safe_when_breathless(e, shop.means))
    return _timed(shop, "intervals", entries, seconds, (work, rest, between))


def circuit(shop: Workshop, seconds: float) -> Block | None:
    """Rounds through five or six stations by the clock."""
    work, rest = {"beginner": (30, 30), "intermediate": (40, 20), "advanced": (45, 15)}[shop.means.level]
    entries = shop.pick(
        shop.choice.random.choice((5, 6)),
        lambda e: not technical(e) and e.seconds_per_rep <= 6 and steady_enough(e, shop.means),
    )
    return _timed(shop, "circuit", entries, seconds, (work, rest, 60))


def _timed(
    shop: Workshop, form: Format, entries: Sequence[Entry], seconds: float, clock: tuple[int, int, int]
) -> Block | None:
    work, rest, between = clock
    while entries:
        one = len(entries) * (work + rest)
        rounds = int((min(seconds, MOST_SECONDS) + between + rest) // (one + between))
        if rounds >= 2:
            exercises = shop.timed(entries, work, rest)
            return Block(role=shop.role, format=form, rounds=min(rounds, 10), rest_seconds=between, exercises=exercises)
        entries = entries[:-1]
    return None


def quality_circuit(shop: Workshop, entries: Sequence[Entry], seconds: float) -> Block | None:
    """Rounds of controlled repetitions, carries and holds, with short rests: strength that lasts."""
    for each in (40, 30, 25, 20):
        exercises = shop.stations(entries, each, rest=20)
        for rounds in (5, 4, 3, 2):
            block = Block(role=shop.role, format="circuit", rounds=rounds, rest_seconds=60, exercises=exercises)
            if block_seconds(block, shop.means.catalogue, shop.means.request) <= min(seconds, MOST_SECONDS):
                return block
    return None


def _whole_minutes(seconds: float) -> float:
    return float(60 * int(seconds // 60))


BUILDERS: Final[dict[Format, Callable[[Workshop, float], Block | None]]] = {
    "amrap": amrap, "emom": emom, "for_time": for_time, "tabata": tabata, "chipper": chipper, "ladder": ladder,
    "intervals": intervals, "circuit": circuit,
}  # fmt: skip
