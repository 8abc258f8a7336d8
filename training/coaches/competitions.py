"""The competitions coach: HYROX and DEKA, races of running and stations.

The built-in planner goes from the goal to a theme, from the theme to blocks, and gives each its share of the time; what
is left is easy running. Stations, loads and targets are those of `training.races`. A model answers in slugs and numbers
(`competitions_draft`), which `expand` turns into the same kind of prescription.
"""

import random
from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import BaseModel

from training.analyses import competitions as analyses
from training.catalogue import Catalogue
from training.coaches import competitions_draft, competitions_rules, planning, preparation
from training.coaches.base import Coach
from training.coaches.case import Case, Mended, Rule
from training.coaches.competitions_blocks import Blocks, Piece, effort, in_role, may_race_it_all
from training.coaches.competitions_sets import Gear
from training.coaches.competitions_words import Theme, half, named_stations, theme
from training.coaches.means import Means
from training.prescription import Block, Format, Prescription, Refused
from training.races import division_of, race
from training.races.pacing import believed
from training.races.words import clock
from training.request import SessionRequest
from training.wire import Prompt

_WORK_SHARE, _WORK_SHARE_TIRED = 0.97, 0.72  # of the time, with warm-up and cool-down; what is left is easy movement
_LEAST_SHARE = 0.95
_CHANGE_SECONDS = 60  # between blocks
_RACE_WARMUP_SECONDS, _RACE_COOLDOWN_SECONDS = 480, 180  # enough around a full simulation where time is short
_MOST_PART_RACE_SECONDS = 4_200  # of work, where nobody asks for a simulation
_COOLDOWN_SHARE = 2 / 3  # of the warm-up's time


class CompetitionsCoach(Coach):
    """HYROX and DEKA: races of running and stations."""

    slug = "competitions"
    disciplines = ("hyrox", "deka-fit", "deka-mile", "deka-strong")
    equipment = (
        "air-bike", "barbell", "bench", "bike", "box", "cable-machine", "dead-ball", "dumbbell", "indoor-trainer",
        "jump-rope", "kettlebell", "medicine-ball", "pull-up-bar", "rack", "resistance-band", "rower", "sandbag",
        "ski-erg", "sled", "stair-climber", "treadmill", "weight-plate",
    )  # fmt: skip
    formats: ClassVar[tuple[Format, ...]] = ("race", "intervals", "circuit", "for_time", "steady", "sets")
    analyses = ("station_timing", "transition_strategy")
    draft: ClassVar[type[BaseModel]] = competitions_draft.Draft
    rules: ClassVar[Mapping[str, Rule]] = {"order": competitions_rules.order, "race": competitions_rules.race}

    def admit(self, request: SessionRequest) -> None:
        """Raises Refused at /athlete/target_finish_seconds for a finish time that nobody reaches, or nobody needs."""
        target = request.athlete.target_finish_seconds
        if target is None:
            return
        running, (division, _) = race(self.discipline(request)), division_of(request.athlete)
        fastest, slowest = believed(running, division)
        if not fastest <= target <= slowest:
            raise Refused.at(
                "/athlete/target_finish_seconds",
                "min_value" if target < fastest else "max_value",
                "A target for {race}, {division}, lies between {fastest} and {slowest}.",
                race=running.name,
                division=division,
                fastest=clock(fastest),
                slowest=clock(slowest),
            )

    def plan(self, means: Means, *, seed: int) -> Prescription:
        """The built-in coach's session. Raises Refused at /athlete where nothing is left that may be done."""
        if means.red_flag:
            return preparation.gentle(means)
        return Planner(means, seed).session()

    def prompt(self, means: Means) -> Prompt:
        """The rules, and this athlete's case with the race and the exercises that are possible."""
        return competitions_draft.prompt(Gear(means))

    def expand(self, draft: BaseModel, means: Means) -> Prescription:
        """The prescription a draft means. Raises Refused for slugs that are not in the catalogue."""
        if means.red_flag:  # no model decides how hard that session may be
            return preparation.gentle(means)
        return competitions_draft.expand(competitions_draft.Draft.model_validate(draft), Gear(means))

    def analyse(self, prescription: Prescription, request: SessionRequest, catalogue: Catalogue) -> dict[str, Any]:
        """`station_timing` and `transition_strategy`."""
        return analyses.analyse(prescription, request, catalogue)

    def mend(self, case: Case) -> tuple[Prescription, list[Mended]]:
        """Race order, the division's loads, and no full simulation that is not for today."""
        return competitions_rules.mend(case)

    def fit(self, prescription: Prescription, means: Means, seconds: float) -> Prescription:
        """Shorter by rounds, stations and the length of steady work; longer by easy movement."""
        return competitions_rules.fit(prescription, means, seconds)


class Planner:
    """One session in the making."""

    def __init__(self, means: Means, seed: int) -> None:
        """Read the goal and decide on a theme; nothing is taken yet."""
        self.means, self.gear, self.dice = means, Gear(means), random.Random(seed)
        goal = means.request.goal or ""
        self.wanted = named_stations(goal, [station.exercise for station in self.gear.race.stations])
        self.theme: Theme = theme(goal)
        if self.wanted and self.theme in {"mixed", "strength", "stations"}:
            self.theme = "drill"
        self.half = half(goal)
        self.blocks = Blocks(
            self.gear,
            effort(means, taper=self.theme == "taper"),
            self.dice,
            wanted=self.wanted,
            taper=self.theme == "taper",
        )

    def session(self) -> Prescription:
        """Blocks for the time there is, between warm-up and cool-down. Raises Refused where nothing may be done."""
        budget = planning.budget_seconds(self.means.request)
        before = preparation.preparation_seconds(self.means)
        after = before * _COOLDOWN_SHARE
        around = _RACE_WARMUP_SECONDS + _RACE_COOLDOWN_SECONDS + 2 * _CHANGE_SECONDS
        if self.theme == "simulation" and not self.half and may_race_it_all(self.gear, budget - around):
            before, after = min(before, _RACE_WARMUP_SECONDS), min(after, _RACE_COOLDOWN_SECONDS)
        share = _WORK_SHARE_TIRED if self.means.tired or self.theme == "taper" else _WORK_SHARE
        work = self._work(budget * share - before - after - 2 * _CHANGE_SECONDS)
        if not work:
            raise Refused.at("/athlete", "nothing_possible", "None of the exercises may be done by this athlete.")
        entries = [self.means.catalogue[e.exercise] for block in work for e in block.exercises if e.exercise]
        whole = Prescription(
            blocks=[
                preparation.warmup(self.means, entries[0], before),
                *work,
                preparation.cooldown(self.means, dict.fromkeys(m for entry in entries for m in entry.primary), after),
            ]
        )
        if planning.seconds_of(whole, self.means) > budget:
            whole = competitions_rules.fit(whole, self.means, budget)
        whole = competitions_rules.filled(whole, self.means, _LEAST_SHARE * budget)
        return planning.finished(
            competitions_draft.told(whole, self.gear, self._title(whole), self._why(whole)), self.means
        )

    # --- blocks ---

    def _work(self, seconds: float) -> list[Block]:
        """The theme's blocks, each with its share of these seconds; the first that fits leads the session."""
        left = seconds
        taken: list[Block] = []
        pieces = self._pieces(seconds)
        for place, (piece, weight) in enumerate(pieces):
            share = weight / sum(weight for _, weight in pieces[place:])
            change = _CHANGE_SECONDS if taken else 0
            block = piece((left - change) * share)
            if block is not None:
                self.blocks.take(block)
                taken.append(block if block.role == "conditioning" or not taken else in_role(block, "accessory"))
                left -= self.blocks.seconds(block) + change
        if any(block.role == "main" for block in taken):
            return taken
        # There is less time than the least of them takes, or nothing of a race is possible.
        last: tuple[Piece, ...] = (self.blocks.drill, self.blocks.running, self.blocks.circuit, self.blocks.anything)
        return next(([block] for piece in last if (block := piece(seconds)) is not None), [])

    def _pieces(self, seconds: float) -> list[tuple[Piece, float]]:
        """What the theme is made of, with the share of the time that each may take; more pieces in longer sessions."""
        make = self.blocks
        runs = self.gear.race.run_meters > 0
        engine: Piece = make.running if runs else make.circuit
        kinds: list[list[tuple[Piece, float]]] = [
            [(make.compromised, 3.0), (make.circuit, 2.0), (engine, 2.0)],
            [(engine, 3.0), (make.circuit, 2.0), (make.compromised, 2.0)],
        ]
        # In more time there is better to do than a race and an hour of easy work; a beginner trains with lighter loads.
        beginner = self.means.level == "beginner"
        if seconds < _MOST_PART_RACE_SECONDS and not beginner:
            kinds.append([(make.part_race, 4.0)])
        mixed = self.dice.choice(kinds)
        if self.means.tired:
            mixed = [(make.compromised, 2.0), (make.circuit, 1.0)]
        themes: dict[Theme, list[tuple[Piece, float]]] = {
            "taper": [(engine, 1.0), (make.transitions, 1.0)],
            "simulation": [(self._simulation, 1.0)],
            "transitions": [(make.transitions, 2.0), (make.circuit, 1.0), (engine, 1.0)],
            "running": [(make.running, 3.0), (make.compromised, 2.0)],
            "strength": [(make.drill, 2.0), (make.circuit, 2.0), (make.compromised, 1.0)],
            "stations": [(make.circuit, 3.0), (make.compromised, 2.0), (make.drill, 1.0)],
            "drill": [(make.drill, 2.0), (make.compromised, 2.0), (make.circuit, 1.0)],
            "mixed": mixed,
        }
        if beginner:  # whose part of a race is a small one
            themes["simulation"] += [(make.circuit, 1.0), (engine, 1.0)]
        chosen = themes["mixed" if self.means.tired and self.theme == "simulation" else self.theme]
        most = 1 if seconds < 900 else 2 if seconds < 2400 else len(chosen)
        if self.theme == "simulation" and not beginner:  # what is left of the time is easy movement before and after
            return chosen[:most]
        return [*chosen[:most], (make.steady, 0.5 if seconds < 3600 else 1.5)]

    def _simulation(self, seconds: float) -> Block | None:
        """The whole race where it may be and fits; half of it where that is asked for; else as much as fits."""
        if self.half:
            return self.blocks.half_race(seconds)
        return self.blocks.full_race(seconds) or self.blocks.part_race(seconds)

    # --- words ---

    def _title(self, prescription: Prescription) -> str:
        words, name = self.gear.words, self.gear.race.name
        lead = next(block for block in prescription.blocks if block.role == "main")
        if lead.format == "race":
            full = competitions_rules.is_whole(lead, self.gear)
            return (words.full_title if full else words.part_title).format(race=name)
        if lead.format == "sets":
            return words.drill_title.format(race=name, station=" + ".join(e.name or "" for e in lead.exercises))
        return words.titles[self._shown(lead, prescription)].format(race=name)

    def _shown(self, lead: Block, prescription: Prescription) -> Theme:
        """What the session turned out to be: by what leads it, where the theme does not already say it."""
        if self.theme in {"taper", "transitions", "running", "strength"} and (
            self.theme != "running" or self.gear.runs
        ):
            return self.theme
        if lead.format == "intervals" and not self.gear.runs:
            # What stands in for running leads, with stations beside it or without.
            roles = {"main", "accessory"}
            done = {e.exercise for block in prescription.blocks if block.role in roles for e in block.exercises}
            return "combined" if len(done) > 1 else "engine"
        alone: dict[Format, Theme] = {"race": "simulation", "sets": "drill", "circuit": "stations"}
        return alone.get(lead.format, "mixed" if self.gear.runs else "stations")

    def _why(self, prescription: Prescription) -> list[str]:
        """The reasons of the theme, and why it is no full simulation where one was asked for."""
        words = self.gear.words
        lead = next(block for block in prescription.blocks if block.role == "main")
        said = [words.why[self._shown(lead, prescription)]]
        if not self.gear.stations:
            said = [words.fallback]
        if self.means.tired:
            said.append(words.no_full_tired)
        elif self.theme == "simulation" and not self.half and not competitions_rules.is_whole(lead, self.gear):
            beginner = self.means.level == "beginner"
            said.append(words.no_full_beginner if beginner else words.no_full_time)
        return said
