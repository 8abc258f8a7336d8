"""Which exercise of a calisthenics session's part is best for an athlete, and what varies with the seed. Pure."""

import random
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Final, Literal

from training.catalogue import Entry
from training.coaches.calisthenics_doses import BALANCE, KIPPING, MUSCLE_UP, Side, Standing, gated, share, weighted
from training.coaches.calisthenics_words import Intent
from training.ladders import steps

Kind = Literal["static", "dynamic", "weighted", "strength", "volume", "legs", "core", "finisher", "anything"]

STATICS: Final = frozenset({*BALANCE, "front-lever", "back-lever", "planche", "l-sit", "human-flag"})
_BEGINNERS_STATICS: Final = frozenset({"dip", "pull-up"})  # support and hang, whose first steps are holds
_LEGS: Final = frozenset({"squat", "lunge", "hinge"})
_LEG_MUSCLES: Final = frozenset({"quadriceps", "hamstrings", "glutes", "calves", "adductors"})
# A side that is asked for leads, the other answers, and there is more of the first.
ONE_SIDED: Final[tuple[Kind, ...]] = ("strength", "strength", "volume")
_KINDS: Final[dict[str, tuple[Kind, ...]]] = {
    "pistol": ("legs",), "handstand-push-up": ("dynamic",), "muscle-up": ("dynamic", *ONE_SIDED),
    "pull-up": ONE_SIDED, "row": ONE_SIDED, "dip": ONE_SIDED, "push-up": ONE_SIDED,
}  # fmt: skip
_SIDES: Final[tuple[Side, ...]] = ("pull", "push")  # of a muscle-up, which is both, the pull decides
_CONTESTED: Final = frozenset({"weighted-pull-up", "weighted-dip"})
_TOWARD_THE_MUSCLE_UP: Final = ("pull-up", "dip")
_QUICK_SECONDS = 2  # of a repetition that is thrown, not lifted
_MOST_STEPS_DOWN = 2  # a skill that stands further below is none any more
_WORKS: Final = frozenset({"main", "accessory"})


class Choice:
    """The exercises of each part, best first."""

    def __init__(self, standing: Standing, asked: Intent, discipline: str, rng: random.Random) -> None:
        """The seed's random decides between equals."""
        self.standing = standing
        self.asked = asked
        self.discipline = discipline
        self.random = rng

    @staticmethod
    def kinds_of(ladder: str) -> tuple[Kind, ...]:
        """The parts in which a ladder that the goal names is trained, in turn."""
        return ("static",) if ladder in STATICS else _KINDS.get(ladder, ())

    @cached_property
    def wanted(self) -> tuple[str, ...]:
        """The ladders of the goal in its order, then those that lead up to a muscle-up."""
        ladders = self.asked.ladders
        return (*ladders, *_TOWARD_THE_MUSCLE_UP) if MUSCLE_UP in ladders else ladders

    @cached_property
    def side(self) -> Side | None:
        """The side of what the goal asks for, which leads; None where it asks for neither."""
        if self.asked.focus in {"push", "pull"}:
            return "push" if self.asked.focus == "push" else "pull"
        firsts = [steps(self.standing.means.catalogue, ladder)[:1] for ladder in self.wanted]
        return next((side for first in firsts for entry in first for side in _SIDES if share(entry, side)), None)

    def ranked(self, kind: Kind, taken: Sequence[Entry], side: Side, sets_by_pattern: Mapping[str, int]) -> list[Entry]:
        """What may stand in this part, best first; of pulls and pushes first those of the side whose turn it is."""
        slugs = {entry.slug for entry in taken}
        open_to = [e for e in self.standing.usable if e.slug not in slugs and e.slug != KIPPING and self._fits(e, kind)]
        if kind == "static":
            ladders = {entry.ladder for entry in taken if entry.measure == "seconds"}
            open_to = [e for e in open_to if e.ladder not in ladders]
        shuffled = self.random.sample(open_to, len(open_to))
        balanced_kind = kind in {"static", "dynamic", "weighted", "strength", "volume"}

        def worse(entry: Entry) -> tuple[int, bool, int, int, int]:
            return (
                self._unwanted(entry),
                balanced_kind and not share(entry, side) and self.standing.two_sided,
                self._misfit(entry, kind),
                sets_by_pattern.get(entry.pattern, 0),
                abs(self.standing.distance(entry)),
            )

        return sorted(shuffled, key=worse)

    def _unwanted(self, entry: Entry) -> int:
        """0, 1 ... for the ladders of the goal in its order; after them all others."""
        ladder = MUSCLE_UP if gated(entry) else entry.ladder
        return self.wanted.index(ladder) if ladder in self.wanted else len(self.wanted)

    def _misfit(self, entry: Entry, kind: Kind) -> int:
        """How far an exercise is from what this part wants: about the athlete's step, a little below for volume."""
        distance, loaded = self.standing.distance(entry), entry.modality == "weightlifting"
        match kind:
            case "static":
                return 2 * abs(distance) + (entry.ladder is None) + 2 * (entry.ladder in _BEGINNERS_STATICS)
            case "strength" | "dynamic":
                too_hard = 3 if distance < 0 else 0
                lesser = 2 * ("main" not in entry.roles and kind == "strength")
                slow = (entry.seconds_per_rep > _QUICK_SECONDS) == (self.asked.quality == "power")
                lesser = (lesser if distance > 0 else 0) + 3 * self.standing.second_best(entry) + 4 * loaded
                return too_hard + max(0, distance - 1) + lesser + 2 * slow
            case "volume":
                too_hard = 4 if distance < 0 else 1 if distance == 0 else 0
                return too_hard + max(0, distance - 3) + 3 * self.standing.second_best(entry) + 4 * loaded
            case "weighted":  # the lifts of the competition, and those whose maximum is known
                return (entry.slug not in _CONTESTED) + (self.standing.added_max_kg(entry) is None)
            case "legs":
                wanted = self.discipline == "streetlifting"
                means = self.standing.means
                # A competitor squats: what is known can be loaded, and a bar can be loaded heavily.
                unknown = ("main" not in entry.roles) + (entry.slug not in means.one_rep_max_kg)
                lead = unknown + (means.implement(entry) != "barbell") if wanted else 0
                single_joint = 5 * (entry.pattern == "isolation")
                near = abs(distance) // (1 if entry.ladder in self.asked.ladders else 2)
                return (0 if loaded == wanted else 3) + lead + single_joint + (0 if loaded else near)
            case "core":
                return abs(distance) // 2
            case _:
                return 0

    def _fits(self, entry: Entry, kind: Kind) -> bool:
        held, sided = entry.measure == "seconds", bool(share(entry, "push") or share(entry, "pull"))
        if entry.modality == "monostructural" or entry.pattern in {"mobility", "cyclical"}:
            return False
        match kind:
            case "anything":
                return True
            case "static":
                beginners = self.standing.means.level == "beginner" and sided
                near = beginners or abs(self.standing.distance(entry)) <= _MOST_STEPS_DOWN
                return (
                    held and "skill" in entry.roles and (entry.ladder in STATICS or beginners)
                    and self._reached(entry) and near
                )  # fmt: skip
            case "dynamic":
                trick = set(entry.roles) == {"skill"} and entry.ladder is None and self.discipline != "freestyle"
                swing = entry.ladder == MUSCLE_UP and MUSCLE_UP not in self.asked.ladders
                return (
                    not held and "skill" in entry.roles and sided and self._reached(entry)
                    and not trick and not swing and self.standing.distance(entry) <= 1
                )  # fmt: skip
            case "weighted":
                return (
                    sided
                    and weighted(entry)
                    and not gated(entry)
                    and self.standing.worth_weighting(entry, self.asked.quality)
                )
            case "strength" | "volume":
                return (
                    not held and sided and not weighted(entry) and entry.mechanic == "compound"
                    and entry.ladder != MUSCLE_UP
                    and not _WORKS.isdisjoint(entry.roles) and self._reached(entry)
                    and (kind == "strength" or "skill" not in entry.roles)
                )  # fmt: skip
            case "legs":
                # What only warms this athlete up is no work.
                easy = self.standing.means.level != "beginner" and "warmup" in entry.roles
                if easy and entry.ladder is not None and self.standing.distance(entry) >= _MOST_STEPS_DOWN:
                    return False
                return not held and (
                    entry.pattern in _LEGS
                    or (entry.pattern == "isolation" and not _LEG_MUSCLES.isdisjoint(entry.primary))
                )
            case _:
                return entry.pattern == "core" and "accessory" in entry.roles

    def _reached(self, entry: Entry) -> bool:
        """At most one step above the athlete's own."""
        return self.standing.distance(entry) >= -1
