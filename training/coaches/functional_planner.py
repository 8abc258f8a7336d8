"""The built-in functional planner: it divides the time into parts, fills them, and says what it has built. Pure."""

from collections.abc import Sequence
from typing import Final

from training.catalogue import Entry
from training.coaches import (
    functional_benchmarks,
    functional_fitting,
    functional_rules,
    functional_words,
    planning,
    preparation,
)  # fmt: skip
from training.coaches.case import Case
from training.coaches.functional_formats import BUILDERS
from training.coaches.functional_parts import DOMAINS, EASY_ROUND_RPE, Parts
from training.coaches.functional_words import Domain
from training.coaches.means import Means
from training.coaches.phrases import PHRASES
from training.prescription import Block, Format, PrescribedExercise, Prescription, Refused, Set
from training.timing import CHANGE_SECONDS

_FILLED, _LEAST_FILLED = 0.98, 0.94  # of the time
_WARMUP_SHARE, _MOST_WARMUP_SECONDS = 0.14, 900
_COOLDOWN_SHARE, _MOST_COOLDOWN_SECONDS = 0.09, 720
_TIRED_SHARE: Final = 0.5  # of the work, of an athlete with little energy; the rest is easy movement
_LEAST_PART_SECONDS: Final = 420  # below, a part of its own is not worth the change
_BOTH_PARTS_SECONDS: Final = 1_500  # for strength and skill
_LONGER: Final[tuple[Domain, ...]] = ("long", "medium")
_MOST_PART_SECONDS: Final = 1_200  # of strength or of skill
_MOST_HARD_SECONDS: Final = 1_500  # of a session of intervals
_MOST_ENGINE_SECONDS: Final = 2_400
_HIIT_FORMATS: Final[tuple[Format, ...]] = ("intervals", "tabata", "emom")


class Planner:
    """One session in the making."""

    def __init__(self, means: Means, discipline: str, seed: int) -> None:
        """Read the goal; nothing is built yet."""
        self.means = means
        self.parts = Parts(means, discipline, seed)
        self.random, self.wish, self.work = self.parts.random, self.parts.wish, self.parts.work
        self.fitted: functional_benchmarks.Fitted | None = None

    def session(self) -> Prescription:
        """The parts in turn, then warm-up and cool-down around them, and the clock."""
        if not self.means.candidates:
            raise Refused.at(
                "/athlete",
                "nothing_possible",
                "No exercise is left that this athlete may do with this equipment, these injuries and what is avoided.",
            )
        budget = planning.budget_seconds(self.means.request)
        warm = max(preparation.preparation_seconds(self.means), min(_WARMUP_SHARE * budget, _MOST_WARMUP_SECONDS))
        cool = max(60, min(_COOLDOWN_SHARE * budget, _MOST_COOLDOWN_SECONDS))
        seconds = _FILLED * budget - warm - cool - 120
        if self.means.tired:
            seconds = max(240.0, seconds * _TIRED_SHARE)
        self.left = seconds
        if not (self.wish.benchmark is not None and self._benchmark()):
            {"crossfit": self._crossfit, "hiit": self._hiit, "functional": self._functional, "circuit": self._circuit}[
                self.parts.discipline
            ]()
        self._rest_of_the_time()
        whole = self._told(self._assembled(warm, cool))
        if planning.seconds_of(whole, self.means) > _FILLED * budget:
            whole = functional_fitting.shorter(whole, self.means, _FILLED * budget)
        if not functional_rules.gates(Case(whole, self.means))[0]:  # a benchmark has jumps of its own
            whole = functional_rules.mended(Case(whole, self.means))[0]
        return self._filled(whole, _LEAST_FILLED * budget)

    # --- parts by discipline ---

    def _crossfit(self) -> None:
        """Strength or skill while fresh, then the workout."""
        domain = self.parts.domain(self.left)
        least, most = DOMAINS[domain]
        seconds = min(self.left, self.random.randrange(least, most + 1, 60))
        if self.left - seconds < _LEAST_PART_SECONDS + CHANGE_SECONDS:
            seconds = min(self.left, most)
        before = self.left - seconds
        if not self.means.tired and before >= _LEAST_PART_SECONDS:
            kinds = [self.parts.strength, self.parts.skill]
            if self.wish.emphasis == "gymnastics":
                kinds.reverse()
            for part in kinds if before >= _BOTH_PARTS_SECONDS else kinds[:1]:
                if before >= _LEAST_PART_SECONDS:
                    before -= self._add(part(min(before - CHANGE_SECONDS, _MOST_PART_SECONDS)))
            self.work.sort(key=lambda block: block.role == "skill")  # strength comes before gymnastic skill
        if self.wish.domain is None and not self.means.tired:  # a longer workout is better than cardio to fill the time
            domain = next((d for d in _LONGER if self.left >= DOMAINS[d][0] + _LEAST_PART_SECONDS), domain)
            seconds = max(seconds, min(self.left, DOMAINS[domain][1]))
        self._add(self.parts.workout(min(seconds, self.left), self.parts.formats(domain), domain))

    def _hiit(self) -> None:
        """Blocks of short work, of different kinds while there is time, and no more than 25 minutes of it."""
        hard = min(self.left, _MOST_HARD_SECONDS)
        kinds = list(self.parts.preferred(self.random.sample(_HIIT_FORMATS, len(_HIIT_FORMATS))))
        blocks = 1 if hard < 540 else 2 if hard < 1_260 else 3
        for number in range(blocks):
            each = hard / blocks
            each = each if number < blocks - 1 else min(self.left, each)
            if self.means.tired:
                self._add(self.parts.workout(each, ("circuit", "emom", "amrap"), "long"))
            else:
                order = [*kinds[number % len(kinds) :], *kinds[: number % len(kinds)]]
                self._add(self.parts.workout(each, order, "short"))

    def _functional(self) -> None:
        """A circuit of balanced patterns with carries, then a workout of simple movements."""
        whole = self.left < 1_200
        seconds = min(self.left if whole else self.left * 0.62, 1_800)
        if self.wish.format in BUILDERS and self.wish.format != "circuit" and whole:
            self._add(self.parts.workout(seconds, self.parts.formats("medium"), "medium"))
            return
        self._add(self.parts.balanced(seconds))
        if not whole:
            domain = "short" if self.left < 600 else "medium" if self.left < 1_080 else self.parts.domain(self.left)
            self._add(self.parts.workout(min(self.left, DOMAINS[domain][1]), self.parts.formats(domain), domain))

    def _circuit(self) -> None:
        """Rounds of stations; in a long session a second circuit of other stations."""
        seconds = self.left if self.left < 1_800 else min(self.left / 2, 1_800)
        order: tuple[Format, ...] = ("circuit", "intervals", "amrap")
        self._add(self.parts.workout(seconds, order, "long"))
        if self.left >= 600:
            self._add(self.parts.workout(min(self.left, 1_800), order, "long"))

    def _benchmark(self) -> bool:
        """The benchmark of the goal, with practice of its movements before it where there is time."""
        benchmark = self.wish.benchmark
        if benchmark is None:
            return False
        shop = self.parts.shop(self.parts.rpe("medium" if benchmark.minutes[1] <= 15 else "long"))
        self.fitted = functional_benchmarks.fitted(benchmark, shop, self.left)
        if self.fitted is None:
            return False
        self._add(self.fitted.block)
        if self.left >= _LEAST_PART_SECONDS and not self.means.tired:
            practice = self.parts.practice(self.fitted.block, min(self.left - 60, _MOST_PART_SECONDS))
            if practice is not None:
                self.work.insert(0, practice)
                self.left -= self.parts.seconds(practice) + 60
        return True

    def _rest_of_the_time(self) -> None:
        """Of long sessions: another workout, easy cardio; something in any case."""
        if not self.work:
            self._add(self.parts.whatever(self.left))
        if self.means.tired:
            return
        if self.fitted is None and self.left >= 1_200 and self.parts.discipline != "hiit":
            seconds = min(self.left * 0.6, 900)
            self._add(self.parts.workout(seconds, ("emom", "amrap", "circuit"), "long", late=True))
        if self.left >= 1_200:
            self._add(self.parts.balanced(min(self.left * 0.5, 1_200), late=True))
        if self.left >= 360:
            self._add(self.parts.engine(min(self.left, _MOST_ENGINE_SECONDS)))

    def _add(self, block: Block | None) -> float:
        if block is None:
            return 0.0
        self.work.append(block)
        seconds = self.parts.seconds(block) + CHANGE_SECONDS
        self.left -= seconds
        return seconds

    # --- the whole ---

    def _assembled(self, warm: float, cool: float) -> Prescription:
        entries = [
            entry
            for block in self.work
            for e in block.exercises
            if (entry := self.means.catalogue.get(e.exercise)) is not None
        ]
        lead = next(
            entry
            for block in self.work
            if block.role == "main"
            for e in block.exercises
            if (entry := self.means.catalogue.get(e.exercise)) is not None
        )
        worked = list(dict.fromkeys(muscle for entry in entries for muscle in entry.primary))
        practised = self._practised(lead, entries, warm)
        warmup = preparation.warmup(self.means, lead, warm - 25 * len(practised))
        known = {e.exercise for e in warmup.exercises}
        exercises = [*warmup.exercises, *(e for e in practised if e.exercise not in known)]
        return Prescription(
            blocks=[
                warmup.model_copy(update={"exercises": exercises}),
                *self.work,
                preparation.cooldown(self.means, worked, cool),
            ]
        )

    def _practised(self, lead: Entry, entries: Sequence[Entry], warm: float) -> list[PrescribedExercise]:
        """The other movements of the session in their lightest form, as many as the warm-up has time for."""
        others = list(
            {e.pattern: e for e in entries if e.pattern not in {lead.pattern, "cyclical", "mobility"}}.values()
        )
        primers = [preparation.primer(entry, self.means) for entry in others[: max(0, min(3, int(warm // 150)))]]
        # What is held in the work would be held for longer before it.
        held = {entry.slug for entry in entries if entry.measure == "seconds"}
        return [each for each in primers if each.exercise not in held]

    def _filled(self, whole: Prescription, least: float) -> Prescription:
        """As long as it is meant to be: longer caps and more rounds, easy movement, at last rounds of mobility."""
        if planning.seconds_of(whole, self.means) < least:
            whole = functional_fitting.longer(whole, self.means, least)
        missing = least - planning.seconds_of(whole, self.means)
        easy = [e for e in self.means.candidates if e.pattern == "mobility"] or self.means.candidates
        if missing < max(120.0, 0.05 * least):
            return whole
        chosen = self.random.sample(easy, min(4, len(easy)))
        exercises = [
            planning.exercise(e, [Set(duration_seconds=30 if e.unilateral else 60, rpe=EASY_ROUND_RPE)], self.means)
            for e in chosen
        ]
        rounds = max(1, min(100, int((missing - CHANGE_SECONDS) // (60 * len(exercises)))))
        calm = Block(role="conditioning", format="circuit", rounds=rounds, exercises=exercises)
        return whole.model_copy(update={"blocks": [*whole.blocks[:-1], calm, whole.blocks[-1]]})

    def _told(self, whole: Prescription) -> Prescription:
        """Title, focus and rationale, from what was really built."""
        language = self.means.language
        words = functional_words.WORDS[language]
        blocks = [block for block in whole.blocks if block.role not in functional_rules.EASY]
        patterns = PHRASES[language].patterns
        focus = dict.fromkeys(
            patterns[entry.pattern]
            for block in blocks
            for e in block.exercises
            if (entry := self.means.catalogue.get(e.exercise)) is not None
        )
        title = functional_words.title(blocks, language)
        sentences = []
        if self.fitted is not None:
            fitted = self.fitted
            title, sentence = functional_words.benchmark(fitted.benchmark, fitted.likeness, fitted.causes, language)
            sentences.append(sentence)
        elif self.wish.benchmark is not None:
            sentences.append(words.no_variation.format(name=self.wish.benchmark.name))
        if blocks[0].format == "sets" and len(blocks) > 1:
            sentences.append(words.before["skill" if blocks[0].role == "skill" else "strength"])
        if all(effort <= EASY_ROUND_RPE for effort in _efforts(blocks)):
            sentences.append(words.no_workout)
        else:
            workout = next((block for block in blocks if block.format in words.pacing), None)
            sentences += [words.pacing[workout.format]] if workout is not None else []
        sentences += [PHRASES[language].tired] if self.means.tired else []
        return whole.model_copy(
            update={"title": title, "focus": list(focus)[: planning.MOST_FOCUSES], "rationale": " ".join(sentences)}
        )


def _efforts(blocks: Sequence[Block]) -> list[float]:
    return [set_.rpe or 10 for block in blocks for e in block.exercises for set_ in e.sets if set_.kind != "warmup"]
