"""How much a session holds of what is done set by set: hard sets of each muscle, and the work of each exercise.

Planners, repairs and the check of the dose count with it alike, so that the check finds nothing too much that they
allow.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Self

from training.catalogue import Entry
from training.catalogue.entry import Muscle
from training.coaches.means import Means
from training.coaches.planning import HARD_RPE
from training.counting import SET_BY_SET, times
from training.one_rep_max import MOST_INOL, inol
from training.prescription import Block, Set

MOST_HARD_SETS, MOST_HARD_SETS_TIRED = 10, 6  # a muscle and session, fractional
PRILEPIN: Final = ((70, 30), (80, 24), (90, 20), (101, 10))  # below this percent of 1RM, at most so many repetitions
ROUNDING = 1e-6  # nine times a ninth is no more than one


@dataclass
class Dosage:
    """What has been done so far, and whether more of it is sound. Warm-ups, easy sets and cyclical work count nothing.

    Prilepin's totals bind what is planned and repaired; the check, which judges imports too, does not go by them.
    """

    means: Means
    hard_sets: defaultdict[Muscle, float] = field(default_factory=lambda: defaultdict(float))  # secondary ones half
    inol: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))  # by slug
    lifts: defaultdict[tuple[str, int], int] = field(default_factory=lambda: defaultdict(int))  # by slug and total

    @classmethod
    def of(cls, blocks: Iterable[Block], means: Means) -> Self:
        """That of all that is done set by set in these blocks; of strangers to the catalogue nothing is known."""
        done = cls(means)
        for block in blocks:
            if block.format not in SET_BY_SET or block.role in {"warmup", "cooldown"}:
                continue
            for exercise in block.exercises:
                entry = means.catalogue.get(exercise.exercise)
                if entry is not None:
                    done.add(entry, exercise.sets, times(block, exercise))
        return done

    @property
    def most_hard_sets(self) -> int:
        """Of a muscle; fewer where there is little energy. An import is held to the usual."""
        tired = self.means.tired and self.means.request.prescription is None
        return MOST_HARD_SETS_TIRED if tired else MOST_HARD_SETS

    def add(self, entry: Entry, sets: Iterable[Set], times: int = 1) -> None:
        """These sets are done, each so many times."""
        for set_ in sets:
            if entry.pattern == "cyclical" or not hard(set_):
                continue
            for muscle, share in muscle_shares(entry):
                self.hard_sets[muscle] += share * times
            percent = self.means.percent(entry, set_)
            if percent is None or set_.reps is None:
                continue
            self.inol[entry.slug] += inol(set_.reps, percent) * times
            if self.means.implement(entry) == "barbell" and entry.mechanic == "compound":
                total = next((total for below, total in PRILEPIN if percent < below), PRILEPIN[-1][1])
                self.lifts[entry.slug, total] += set_.reps * times

    def overworked(self) -> list[Muscle]:
        """Muscles with more hard sets than are sound."""
        return [muscle for muscle, sets in self.hard_sets.items() if sets > self.most_hard_sets]

    def overdone(self) -> list[str]:
        """Slugs of the exercises with a higher INOL than is sound."""
        return [slug for slug, total in self.inol.items() if total > MOST_INOL + ROUNDING]

    @property
    def excessive(self) -> bool:
        """Is it more than is sound?"""
        lifted = any(reps > total for (_, total), reps in self.lifts.items())
        return lifted or bool(self.overworked() or self.overdone())

    def sound(self, entry: Entry, sets: Sequence[Set], times: int = 1) -> list[Set]:
        """As many of these sets, from the first, as are sound after what has been done."""
        after = replace(self, hard_sets=self.hard_sets.copy(), inol=self.inol.copy(), lifts=self.lifts.copy())
        for number, set_ in enumerate(sets):
            after.add(entry, [set_], times)
            if after.excessive:
                return list(sets[:number])
        return list(sets)


def hard(set_: Set) -> bool:
    """Does a set count as a hard one?"""
    return set_.kind != "warmup" and (set_.rpe is None or set_.rpe >= HARD_RPE)


def muscle_shares(entry: Entry) -> Iterator[tuple[Muscle, float]]:
    """What a set of the exercise counts for each muscle: 1 for the primary ones, 0.5 for the secondary."""
    yield from ((muscle, 1.0) for muscle in entry.primary)
    yield from ((muscle, 0.5) for muscle in entry.secondary)
