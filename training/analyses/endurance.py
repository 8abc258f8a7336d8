"""The endurance coach's analyses: the time spent in each zone, and the training load. Pure.

Every block counts, warm-up and cool-down too. A step is a set; standing rest is in no zone and no load. A step of which
the time or the intensity is unknown is left out, and named in the reasons.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from training.catalogue import Catalogue
from training.counting import times
from training.prescription import Block, PrescribedExercise, Prescription, Set, Sport
from training.request import Language, SessionRequest
from training.timing import prescribed_speed, set_seconds
from training.zones import SPORTS, ZoneSystem, intensity_of, mean_power, sport_of, system

LOW, MODERATE = 2, 4  # the last zones of three-zone mapping's low and moderate; what is above is high
BY_EXERCISE = frozenset({"triathlon", "cardio"})  # disciplines of several sports: a step's is its exercise's
NORMALIZING = 4  # Coggan: the power of intensity whose mean is the session's
LOAD_POWER, SWIM_LOAD_POWER = 2, 3  # load grows with the square of intensity, in water with its cube
NO_MODERATE = 0.01  # Treff et al. 2019: the share that stands for a moderate zone of none

Missing = Literal["intensity", "threshold"]


@dataclass(frozen=True)
class Step:
    """A set with a known time and intensity, as often as it is done."""

    sport: Sport | None
    seconds: float  # of all `times`
    start: float  # intensity, a fraction of threshold
    end: float
    zones: ZoneSystem
    zone: int | None  # where it is prescribed and no intensity is

    def mean(self, exponent: int) -> float:
        """The mean over time of intensity^exponent."""
        return mean_power(self.start, self.end, exponent)

    def seconds_by_zone(self) -> dict[int, float]:
        """Its time in each zone; a ramp's is split evenly over what it crosses."""
        shares = self.zones.shares(self.start, self.end) if self.zone is None else {self.zone: 1.0}
        return {zone: share * self.seconds for zone, share in shares.items()}

    @property
    def load(self) -> float:
        """Training load: hours x IF^2 x 100 (Coggan), swimming hours x IF^3 x 100 (TrainingPeaks)."""
        return self.seconds / 36 * self.mean(_load_power(self.sport))


@dataclass(frozen=True)
class Work:
    """The steps of a block that can be counted, and the names of those that cannot, by what is missing."""

    block: Block
    steps: list[Step]
    left_out: list[tuple[str, Missing]]


def analyse(prescription: Prescription, request: SessionRequest, catalogue: Catalogue) -> dict[str, Any]:
    """`zone_distribution` and `tss_breakdown` of the API's contract. The prescription has all its keys."""
    work = [_work(block, request, catalogue) for block in prescription.blocks]
    words = WORDS[request.language]
    amrap = words.amrap if any(block.format == "amrap" for block in prescription.blocks) else ""
    return {
        "zone_distribution": _zone_distribution(work, words, amrap),
        "tss_breakdown": _tss_breakdown(work, words, amrap, request.discipline),
    }


# --- formulas -------------------------------------------------------------------------------------------------------


def normalized_intensity(steps: Sequence[Step]) -> float:
    """The session's intensity: the fourth root of the time-weighted mean of IF^4; of swum steps, the mean IF.

    Coggan's normalised power, by steps instead of a moving average. `steps` are one or more, all swum or none.
    """
    exponent = 1 if steps[0].sport == "swim" else NORMALIZING
    seconds = sum(step.seconds for step in steps)
    mean: float = (sum(step.seconds * step.mean(exponent) for step in steps) / seconds) ** (1 / exponent)
    return mean


def normalized_load(steps: Sequence[Step]) -> float:
    """hours x normalised IF^2 x 100, of swum steps IF^3. `steps` are one or more, all swum or none."""
    hours = sum(step.seconds for step in steps) / 3600
    return float(hours * normalized_intensity(steps) ** _load_power(steps[0].sport) * 100)


def polarization_index(low: float, moderate: float, high: float) -> float | None:
    """log10(low / moderate x high x 100) of the shares of time; None, undefined, where high is more than low.

    Treff et al. 2019, doi 10.3389/fphys.2019.00707, with its special cases for zones of none.
    """
    if high == 0 or (moderate == 0 and high <= NO_MODERATE):
        return 0.0
    if high > low:
        return None
    if moderate == 0:
        return math.log10(low / NO_MODERATE * (high - NO_MODERATE) * 100)
    return math.log10(low / moderate * high * 100)


def _load_power(sport: Sport | None) -> int:
    return SWIM_LOAD_POWER if sport == "swim" else LOAD_POWER


# --- steps ----------------------------------------------------------------------------------------------------------


def _work(block: Block, request: SessionRequest, catalogue: Catalogue) -> Work:
    steps: list[Step] = []
    left_out: list[tuple[str, Missing]] = []
    for exercise in block.exercises:
        often = times(block, exercise)
        for set_ in exercise.sets:
            found = step_of(exercise, set_, often, request, catalogue)
            if isinstance(found, Step):
                steps.append(found)
            else:
                left_out.append((catalogue.called(exercise, request.language), found))
    return Work(block, steps, list(dict.fromkeys(left_out)))


def step_of(
    exercise: PrescribedExercise, set_: Set, often: int, request: SessionRequest, catalogue: Catalogue
) -> Step | Missing:
    """A set that is done so `often`, or what it takes to count it."""
    entry = catalogue.get(exercise.exercise)
    own = sport_of(exercise, entry)
    sport = own if request.discipline in BY_EXERCISE else SPORTS.get(request.discipline or "", own)
    zones = system(request.discipline, sport)
    intensity = intensity_of(set_, zones)
    if intensity is None:
        return "intensity"
    if set_.duration_seconds is None and set_.reps is None and set_.distance_meters is not None:
        speed = prescribed_speed(exercise, set_, entry, request)
        if speed is None:
            return "threshold"
        seconds = set_.distance_meters / speed * (2 if exercise.per_side else 1)
    else:
        seconds = set_seconds(exercise, set_, catalogue, request)
    zone = set_.zone if set_.intensity is None else None
    return Step(sport, seconds * often, *intensity, zones, zone)


def _left_out(work: Iterable[Work], words: "Words") -> str | None:
    """A sentence that names what is missing; None where nothing is."""
    by_reason: defaultdict[Missing, list[str]] = defaultdict(list)
    for each in work:
        for name, reason in each.left_out:
            if name not in by_reason[reason]:
                by_reason[reason].append(name)
    return (
        " ".join(words.left_out[reason].format(names=", ".join(by_reason[reason])) for reason in sorted(by_reason))
        or None
    )


# --- the analyses ---------------------------------------------------------------------------------------------------


def _zone_distribution(work: Sequence[Work], words: "Words", amrap: str) -> dict[str, Any]:
    steps = [step for each in work for step in each.steps]
    missing = _left_out(work, words)
    systems = list(dict.fromkeys(step.zones for step in steps))
    method = words.zone_method.format(systems=" + ".join(words.systems[zones.name] for zones in systems)) + amrap
    figures = ("low", "moderate", "high", "polarization_index")
    if not steps:
        reason = missing or words.nothing
        return {
            "method": words.zone_method.format(systems=words.no_system) + amrap,
            "zones": [],
            **dict.fromkeys(figures),
            "reasons": dict.fromkeys(("zones", *figures), reason),
        }
    seconds: defaultdict[int, float] = defaultdict(float)
    for step in steps:
        for zone, part in step.seconds_by_zone().items():
            seconds[zone] += part
    total = sum(seconds.values())
    zones = range(1, max(zones.last for zones in systems) + 1)
    low = sum(seconds[zone] for zone in zones if zone <= LOW) / total
    moderate = sum(seconds[zone] for zone in zones if LOW < zone <= MODERATE) / total
    high = sum(seconds[zone] for zone in zones if zone > MODERATE) / total
    index = polarization_index(low, moderate, high)
    reasons = {"zones": missing} if missing else {}
    return {
        "method": method,
        "zones": [
            {"zone": zone, "seconds": _figure(seconds[zone]), "share": _figure(seconds[zone] / total)} for zone in zones
        ],
        "low": _figure(low),
        "moderate": _figure(moderate),
        "high": _figure(high),
        "polarization_index": None if index is None else _figure(index),
        "reasons": reasons | {"polarization_index": _index_reason(low, moderate, high, words)},
    }


def _index_reason(low: float, moderate: float, high: float, words: "Words") -> str:
    """What the polarization index of one session does not tell, or why there is none."""
    if high == 0:
        return f"{words.index_no_high} {words.index_of_a_session}"
    if moderate == 0 and high <= NO_MODERATE:
        return f"{words.index_too_little} {words.index_of_a_session}"
    if high > low:
        return words.index_undefined
    return f"{words.index_no_moderate} {words.index_of_a_session}" if moderate == 0 else words.index_of_a_session


def _tss_breakdown(work: Sequence[Work], words: "Words", amrap: str, discipline: str | None) -> dict[str, Any]:
    steps = [step for each in work for step in each.steps]
    missing = _left_out(work, words)
    reasons: dict[str, str] = {}
    rows = []
    for i, each in enumerate(work):
        row, why = _row(each, words)
        rows.append(row)
        reasons |= {f"by_block.{i}.{figure}": reason for figure, reason in why.items()}
    if missing or not steps:
        reasons["total"] = reasons["normalized.tss"] = reasons["normalized.intensity_factor"] = missing or words.nothing
    normalized: dict[str, float | None] = {"intensity_factor": None, "tss": None}
    if steps:
        groups = _one_formula_each(steps, apart=discipline == "triathlon")
        normalized["tss"] = _figure(sum(normalized_load(group) for group in groups))
        if discipline == "triathlon" or len(groups) > 1:
            reasons["normalized.intensity_factor"] = words.several_sports
        else:
            normalized["intensity_factor"] = _figure(normalized_intensity(steps))
    return {
        "method": words.load_method + amrap,
        "total": _figure(sum(step.load for step in steps)) if steps else None,
        "by_block": rows,
        "normalized": normalized,
        "reasons": reasons,
    }


def _one_formula_each(steps: Sequence[Step], *, apart: bool) -> list[list[Step]]:
    """The steps that are normalised together: each sport's where they stand `apart`, else swum ones and the others."""
    key: Callable[[Step], object] = (lambda step: step.sport) if apart else (lambda step: step.sport == "swim")
    groups: defaultdict[object, list[Step]] = defaultdict(list)
    for step in steps:
        groups[key(step)].append(step)
    return list(groups.values())


def _row(work: Work, words: "Words") -> tuple[dict[str, Any], dict[str, str]]:
    """A block: the time of its steps, their load, and the steady intensity of the same load in that time."""
    row: dict[str, Any] = {"key": work.block.key, "seconds": None, "intensity_factor": None, "tss": None}
    missing = _left_out([work], words)
    if not work.steps:
        return row, dict.fromkeys(("seconds", "intensity_factor", "tss"), missing or words.nothing)
    reasons = dict.fromkeys(("seconds", "intensity_factor", "tss"), missing) if missing else {}
    seconds, load = sum(step.seconds for step in work.steps), sum(step.load for step in work.steps)
    row |= {"seconds": _figure(seconds), "tss": _figure(load)}
    powers = {_load_power(step.sport) for step in work.steps}
    if len(powers) == 1:
        row["intensity_factor"] = _figure((load * 36 / seconds) ** (1 / powers.pop()))
    else:
        reasons["intensity_factor"] = words.several_sports
    return row, reasons


def _figure(value: float) -> float:
    """A figure without the noise of binary fractions."""
    return round(value, 6)


# --- words ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Words:
    """One language's methods and reasons."""

    systems: dict[str, str]  # by the zone system's name
    no_system: str
    zone_method: str
    load_method: str
    amrap: str
    nothing: str
    left_out: dict[Missing, str]
    several_sports: str
    index_undefined: str
    index_no_high: str
    index_no_moderate: str
    index_too_little: str
    index_of_a_session: str


WORDS: Final[dict[Language, Words]] = {
    "en": Words(
        systems={
            "Coggan power zones": "Coggan power zones 1-7", "Friel speed zones": "Friel threshold speed zones 1-5",
        },
        no_system="no zones",
        zone_method=(
            "time of steps in {systems}; low 1-2, moderate 3-4, high 5 and above; polarization index (Treff 2019), "
            "made for weeks, here of a single session"
        ),
        load_method=(
            "sum of steps: hours × IF² × 100 (Coggan), swimming IF³ (TrainingPeaks); normalized: fourth root of mean "
            "IF⁴, swimming mean IF; a block's IF is the steady one of its load; a zone's IF by convention, an RPE's by "
            "load per hour (Friel); standing rest has no load"
        ),
        amrap="; an amrap counts one round",
        nothing="There is no step with a time and an intensity.",
        left_out={
            "intensity": "Left out, without an intensity, a zone or an RPE: {names}.",
            "threshold": (
                "Left out, because a distance takes a known time only with the athlete's threshold pace or critical "
                "swim speed: {names}."
            ),
        },
        several_sports="Several sports have no common threshold: each one's load is computed alone.",
        index_undefined="Undefined: more time in the high zones than in the low ones.",
        index_no_high="0 by definition, without time in the high zones.",
        index_no_moderate="Without time in the moderate zones, 1 % stands for them.",
        index_too_little="0 by definition, with at most 1 % in the high zones and none in the moderate ones.",
        index_of_a_session="The index was made for weeks of training; of a single session it is a hint only.",
    ),
    "fr": Words(
        systems={
            "Coggan power zones": "zones de puissance 1-7 de Coggan",
            "Friel speed zones": "zones 1-5 de Friel, par la vitesse au seuil",
        },
        no_system="aucune zone",
        zone_method=(
            "temps des étapes\u00a0: {systems}\u00a0; bas 1-2, modéré 3-4, haut 5 et plus\u00a0; indice de "
            "polarisation (Treff 2019), conçu pour des semaines, ici d’une seule séance"
        ),
        load_method=(
            "somme des étapes\u00a0: heures × IF² × 100 (Coggan), natation IF³ (TrainingPeaks)\u00a0; "
            "normalisée\u00a0: racine quatrième de la moyenne des IF⁴, natation IF moyen\u00a0; l’IF d’un bloc est "
            "celui, constant, de sa charge\u00a0; l’IF d’une zone est conventionnel, celui d’un RPE vient de sa charge "
            "horaire (Friel)\u00a0; le repos à l’arrêt n’a pas de charge"
        ),
        amrap="\u00a0; un amrap compte un tour",
        nothing="Aucune étape n’a à la fois une durée et une intensité.",
        left_out={
            "intensity": "Non compté, sans intensité, zone ni RPE\u00a0: {names}.",
            "threshold": (
                "Non compté, car la durée d’une distance n’est connue qu’avec l’allure au seuil ou la vitesse critique "
                "de nage\u00a0: {names}."
            ),
        },
        several_sports="Plusieurs sports n’ont pas de seuil commun\u00a0: la charge de chacun est calculée à part.",
        index_undefined="Non défini\u00a0: plus de temps dans les zones hautes que dans les basses.",
        index_no_high="0 par définition, sans temps dans les zones hautes.",
        index_no_moderate="Sans temps dans les zones modérées, 1 % en tient lieu.",
        index_too_little="0 par définition, avec au plus 1 % en zones hautes et rien en zones modérées.",
        index_of_a_session="Cet indice est conçu pour des semaines\u00a0; d’une seule séance, il n’est qu’indicatif.",
    ),
}  # fmt: skip
