"""The calisthenics coach's analyses: where the athlete stands on each ladder, and how pulling balances pushing. Pure.

Working sets only. Repetitions and time count both sides of what is done per side; sets count one.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final, Literal

from training.catalogue import Catalogue, Entry
from training.catalogue.entry import Pattern
from training.counting import Counted, working_sets
from training.ladders import ACHIEVED_SHARE, GATES, NAMES, step, steps
from training.prescription import Prescription
from training.request import Language, SessionRequest
from training.timing import set_seconds

Bucket = Literal["horizontal_push", "vertical_push", "horizontal_pull", "vertical_pull"]
Band = Literal["push-heavy", "balanced", "pull-biased", "pull-heavy"]

NEXT_STEPS = 3  # named beyond the present one
PUSH: Final[tuple[Bucket, ...]] = ("horizontal_push", "vertical_push")
PULL: Final[tuple[Bucket, ...]] = ("horizontal_pull", "vertical_pull")
LEAST_BALANCED, MOST_BALANCED, MOST_PULL_BIASED = 0.8, 1.5, 2.0  # pull / push; a bound belongs to the band it closes

# A skill's pattern says how it is moved, not on which side it counts: the table of section 4 does. Empty: neither.
_HALF_AND_HALF: Final[dict[Bucket, float]] = {"vertical_push": 0.5, "vertical_pull": 0.5}
_BUCKETS_OF_LADDER: Final[dict[str, dict[Bucket, float]]] = {
    "push-up": {"horizontal_push": 1.0},
    "planche": {"horizontal_push": 1.0},
    "dip": {"vertical_push": 1.0},
    "handstand": {"vertical_push": 1.0},
    "handstand-push-up": {"vertical_push": 1.0},
    "pull-up": {"vertical_pull": 1.0},
    "row": {"horizontal_pull": 1.0},
    "front-lever": {"horizontal_pull": 1.0},
    "back-lever": {"horizontal_pull": 1.0},
    "muscle-up": _HALF_AND_HALF,
    "human-flag": _HALF_AND_HALF,
    "l-sit": {},
    "pistol": {},
}
_BUCKETS_OF_PATTERN: Final[dict[Pattern, dict[Bucket, float]]] = {
    bucket: {bucket: 1.0} for bucket in (*PUSH, *PULL)
}  # legs, trunk, single joints, carries and cardio neither
# Skills that stand beside their ladder: another bar, another grip, another way up.
_HALF_AND_HALF_SKILLS: Final = ("muscle-up", "human-flag")


@dataclass(frozen=True)
class _Words:
    """One language's words."""

    skills_method: str
    balance_method: str
    amrap: str
    move_on: str
    master: str
    reps: str
    reps_per_side: str
    holds: str
    holds_per_side: str
    gate: str
    met: str
    held: str
    begun: str
    achieved: str
    mastered: str
    strangers: str
    no_push: str
    no_push_no_pull: str


_WORDS: Final[dict[Language, _Words]] = {
    "en": _Words(
        skills_method="highest step of each ladder in the working sets, current_index from 0; a hold is achieved at a "
        "sixth of its standard, mastered at the whole",
        balance_method="pull / push by working sets; by reps without holds; by time under tension: reps x tempo (of "
        "the catalogue's seconds a rep where there is none) + holds; muscle-up and flag half and half; legs, trunk and "
        "single joints neither",
        amrap="; an amrap counts one round",
        move_on="To move on: {standard}.",
        master="To master it: {standard}.",
        reps="{sets} × {amount} reps",
        reps_per_side="{sets} × {amount} reps per side",
        holds="{sets} holds of {amount} s",
        holds_per_side="{sets} holds of {amount} s per side",
        gate="Gate: {pull_ups} strict pull-ups and {dips} dips.",
        met="This session meets it.",
        held="Held for {seconds} s here: {verdict}.",
        begun="not yet achieved",
        achieved="achieved, not yet mastered",
        mastered="mastered",
        strangers="Left out, because the catalogue does not know them: {names}.",
        no_push="Nothing is pushed here.",
        no_push_no_pull="Nothing is pushed or pulled here.",
    ),
    "fr": _Words(
        skills_method="étape la plus haute de chaque progression dans les séries de travail, current_index à partir "
        "de 0\u00a0; un maintien est acquis au sixième de son standard, maîtrisé en entier",
        balance_method="tirage / poussée par séries de travail\u00a0; par répétitions, sans les maintiens\u00a0; par "
        "temps sous tension\u00a0: répétitions x tempo (à défaut, les secondes par répétition du catalogue) + "
        "maintiens\u00a0; muscle-up et drapeau moitié-moitié\u00a0; jambes, tronc et isolation hors compte",
        amrap="\u00a0; un AMRAP compte pour un tour",
        move_on="Pour passer à la suite\u00a0: {standard}.",
        master="Pour la maîtrise complète\u00a0: {standard}.",
        reps="{sets} × {amount} répétitions",
        reps_per_side="{sets} × {amount} répétitions par côté",
        holds="{sets} maintiens de {amount} s",
        holds_per_side="{sets} maintiens de {amount} s par côté",
        gate="Prérequis\u00a0: {pull_ups} tractions strictes et {dips} dips.",
        met="Cette séance y répond.",
        held="Maintien de {seconds} s ici\u00a0: {verdict}.",
        begun="pas encore acquis",
        achieved="acquis, pas encore maîtrisé",
        mastered="maîtrisé",
        strangers="Hors compte, car inconnus du catalogue\u00a0: {names}.",
        no_push="Cette séance ne comporte aucune poussée.",
        no_push_no_pull="Cette séance ne comporte ni poussée ni tirage.",
    ),
}


def analyse(prescription: Prescription, request: SessionRequest, catalogue: Catalogue) -> dict[str, Any]:
    """`skill_progression_path` and `push_pull_ratio` of the API's contract. The prescription has all its keys."""
    words = _WORDS[request.language]
    work = list(working_sets(prescription))
    amrap = any(b.format == "amrap" and b.role not in {"warmup", "cooldown"} for b in prescription.blocks)
    suffix = words.amrap if amrap else ""
    return {
        "skill_progression_path": {
            "method": words.skills_method,
            **_skill_progression_path(work, request.language, catalogue),
        },
        "push_pull_ratio": {
            "method": words.balance_method + suffix,
            **_push_pull_ratio(work, request, catalogue),
        },
    }


# --- skills ---------------------------------------------------------------------------------------------------------


def _skill_progression_path(work: list[Counted], language: Language, catalogue: Catalogue) -> dict[str, Any]:
    """One row a ladder, in the order in which the session comes to them."""
    words = _WORDS[language]
    highest: dict[str, Entry] = {}
    for counted in work:
        entry = catalogue.get(counted.exercise.exercise)
        if entry is not None and entry.ladder is not None and step(entry) >= step(highest.get(entry.ladder, entry)):
            highest[entry.ladder] = entry
    rows = []
    for ladder, entry in highest.items():
        ahead = [other for other in steps(catalogue, ladder) if step(other) > step(entry)]
        shown = [counted for counted in work if counted.exercise.exercise == entry.slug]
        rows.append(
            {
                "skill": ladder,
                "name": NAMES[language].get(ladder, ladder),
                "current_step": entry.name.told(language),
                "current_index": step(entry) - 1,
                "next_steps": [other.name.told(language) for other in ahead[:NEXT_STEPS]],
                "standard": _standard(entry, shown, language, last=not ahead),
            }
        )
    strangers = _strangers(work, catalogue)
    return {"skills": rows, "reasons": {"skills": words.strangers.format(names=strangers)} if strangers else {}}


def _standard(entry: Entry, shown: list[Counted], language: Language, *, last: bool) -> str | None:
    """What it takes to move on, what must come before, and what the session shows of it; None where none is known."""
    words = _WORDS[language]
    if entry.ladder is None or entry.standard is None:
        return None
    sets, reps, seconds = entry.standard.sets, entry.standard.reps, entry.standard.seconds
    if reps is not None:
        form = words.reps_per_side if entry.unilateral else words.reps
    else:
        form = words.holds_per_side if entry.unilateral else words.holds
    said = form.format(sets=sets, amount=reps or seconds)
    sentences = [(words.master if last else words.move_on).format(standard=said)]
    gate = GATES.get(entry.ladder)
    if gate is not None:
        sentences.append(words.gate.format(pull_ups=gate.pull_ups, dips=gate.dips))
    if reps is not None and sum(c.times for c in shown if (c.set.reps or 0) >= reps) >= sets:
        sentences.append(words.met)
    held = max((counted.set.duration_seconds or 0 for counted in shown), default=0)
    if seconds is not None and held:
        verdict = words.begun if held < ACHIEVED_SHARE * seconds else words.achieved
        verdict = words.mastered if held >= seconds else verdict
        sentences.append(words.held.format(seconds=_number(held, language), verdict=verdict))
    return " ".join(sentences)


def _number(value: float, language: Language) -> str:
    return f"{value:g}".replace(".", "," if language == "fr" else ".")


def _strangers(work: Iterable[Counted], catalogue: Catalogue) -> str:
    """The names of what the catalogue does not know, each once."""
    unknown = (counted.exercise for counted in work if catalogue.get(counted.exercise.exercise) is None)
    return ", ".join(dict.fromkeys(exercise.name or exercise.exercise or exercise.key for exercise in unknown))


# --- push and pull --------------------------------------------------------------------------------------------------


def buckets(entry: Entry) -> dict[Bucket, float]:
    """The shares of a set that count as pushing and pulling; empty for legs, trunk, single joints and cardio."""
    if entry.ladder in _BUCKETS_OF_LADDER:
        return _BUCKETS_OF_LADDER[entry.ladder]
    if any(f"-{skill}-" in f"-{entry.slug}-" for skill in _HALF_AND_HALF_SKILLS):
        return _HALF_AND_HALF
    return _BUCKETS_OF_PATTERN.get(entry.pattern, {})


def band(ratio: float) -> Band:
    """What a ratio of pull to push is called."""
    if ratio < LEAST_BALANCED:
        return "push-heavy"
    if ratio <= MOST_BALANCED:
        return "balanced"
    return "pull-biased" if ratio <= MOST_PULL_BIASED else "pull-heavy"


def push_and_pull_sets(prescription: Prescription, catalogue: Catalogue) -> tuple[float, float]:
    """Working sets of pushing and of pulling, half of each for a muscle-up or a flag."""
    sides = _sides(_by_bucket(working_sets(prescription), catalogue, lambda counted: counted.times))
    return sides["push"], sides["pull"]


def _push_pull_ratio(work: list[Counted], request: SessionRequest, catalogue: Catalogue) -> dict[str, Any]:
    words = _WORDS[request.language]

    def seconds(counted: Counted) -> float:
        return counted.times * set_seconds(counted.exercise, counted.set, catalogue, request)

    by_bucket = _by_bucket(work, catalogue, lambda counted: counted.times)
    by_reps = _by_bucket(work, catalogue, lambda counted: counted.reps * counted.sides)
    by_seconds = _by_bucket(work, catalogue, seconds)
    parts = {"": _sides(by_bucket), "by_reps.": _sides(by_reps), "by_time_under_tension.": _sides(by_seconds)}
    ratios = {path: _ratio(sides) for path, sides in parts.items()}
    reasons = {
        f"{path}ratio": words.no_push if parts[path]["pull"] else words.no_push_no_pull
        for path, ratio in ratios.items()
        if ratio is None
    }
    if ratios[""] is None:
        reasons["band"] = reasons["ratio"]
    strangers = _strangers(work, catalogue)
    if strangers:
        reasons |= dict.fromkeys(("push", "pull"), words.strangers.format(names=strangers))
    figures = {path: {**sides, "ratio": ratios[path]} for path, sides in parts.items()}
    return {
        **figures[""],
        "by_bucket": {bucket: _figure(sets) for bucket, sets in by_bucket.items()},
        "by_reps": figures["by_reps."],
        "by_time_under_tension": figures["by_time_under_tension."],
        "band": None if ratios[""] is None else band(ratios[""]),
        "reasons": reasons,
    }


def _by_bucket(
    work: Iterable[Counted], catalogue: Catalogue, amount: Callable[[Counted], float]
) -> dict[Bucket, float]:
    """What the sets amount to in each bucket."""
    totals: dict[Bucket, float] = dict.fromkeys((*PUSH, *PULL), 0.0)
    for counted in work:
        entry = catalogue.get(counted.exercise.exercise)
        for bucket, share in buckets(entry).items() if entry is not None else ():
            totals[bucket] += share * amount(counted)
    return totals


def _sides(by_bucket: dict[Bucket, float]) -> dict[str, float]:
    return {"push": _figure(sum(by_bucket[b] for b in PUSH)), "pull": _figure(sum(by_bucket[b] for b in PULL))}


def _ratio(sides: dict[str, float]) -> float | None:
    """Pull / push; None where nothing is pushed."""
    return _figure(sides["pull"] / sides["push"]) if sides["push"] else None


def _figure(value: float) -> float:
    """A figure without the noise of binary fractions."""
    return round(value, 6)
