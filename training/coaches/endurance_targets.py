"""A step as the athlete reads it: zone, effort and the real target, in watts, pace, heart beats or by feel. Pure."""

from dataclasses import dataclass
from typing import Final

from training.catalogue import Entry
from training.coaches import planning
from training.coaches.means import Means
from training.coaches.phrases import number
from training.prescription import Kind, PrescribedExercise, Set, Sport
from training.request import Language
from training.timing import threshold_speed
from training.zones import (
    CYCLING_POWER,
    MAXIMUM,
    RESERVE,
    THRESHOLD_RIDE,
    THRESHOLD_RUN,
    THRESHOLD_SPEED,
    ZoneSystem,
    karvonen,
    max_heart_rate,
    system,
)

RPE: Final = {1: 2.0, 2: 3.0, 3: 5.0, 4: 7.0, 5: 8.5, 6: 9.5, 7: 9.5}  # how a zone feels, of 10
EASY_ZONE = 2
HARDEST_BY_FEEL = 5  # only a power meter tells harder zones apart
MARGIN = 0.02  # of threshold, on either side of what is aimed at
HEART_LAG_SECONDS = 120  # a heart rate says nothing of a shorter step


@dataclass(frozen=True)
class Feel:
    """One language's words for efforts and targets."""

    zones: dict[int, str]
    effort: str
    per_km: str
    per_100m: str
    speed: str
    estimated: str
    beats: str
    below: str
    above: str


FEEL: Final[dict[Language, Feel]] = {
    "en": Feel(
        zones={
            1: "very easy, you could sing", 2: "easy, you can talk in whole sentences",
            3: "steady, you can say a sentence", 4: "hard but even, a few words at a time",
            5: "very hard, no talking", 6: "all you have for a minute", 7: "flat out",
        },
        effort="Zone {zone}, RPE {rpe}: {target}.",
        per_km="{fast}–{slow} /km", per_100m="{fast}–{slow} /100 m", speed=" ({slow}–{fast} km/h)",
        estimated=" (maximum estimated from your age)", beats="{low}–{high} bpm", below="below {watts} W",
        above="above {watts} W",
    ),
    "fr": Feel(
        zones={
            1: "très facile, vous pourriez chanter", 2: "facile, vous parlez par phrases entières",
            3: "soutenu, une phrase à la fois", 4: "dur mais régulier, quelques mots à la fois",
            5: "très dur, impossible de parler", 6: "tout ce que vous pouvez tenir une minute", 7: "à fond",
        },
        effort="Zone {zone}, RPE {rpe}\u00a0: {target}.",
        per_km="{fast}–{slow} /km", per_100m="{fast}–{slow} /100 m", speed=" ({slow}–{fast} km/h)",
        estimated=" (maximum estimé d’après votre âge)", beats="{low}–{high} bpm", below="moins de {watts} W",
        above="plus de {watts} W",
    ),
}  # fmt: skip


def zones_of(entry: Entry | None, means: Means) -> ZoneSystem:
    """The zones by which a step with this exercise is prescribed."""
    return system(means.discipline, entry.sport if entry is not None else None)


def step(
    entry: Entry,
    means: Means,
    zone: int,
    *,
    seconds: float | None = None,
    meters: float | None = None,
    rest: float | None = None,
    intensity: float | None = None,
    by_feel: int | None = None,
    rpe: float | None = None,
    pace: float | None = None,
    kind: Kind = "working",
) -> PrescribedExercise:
    """One step of a session: so long or so far in a zone, aimed at `intensity` or at what the zone stands for.

    Its RPE is what the zone feels like, unless given, and never beyond the athlete's cap. The intensity stands in the
    set where the athlete's threshold in this sport is known; else zone and effort do. What no meter tells, a sprint or
    a hill, is done as the zone `by_feel` feels. A `pace`, of seconds a kilometre, is told where no threshold is known.
    """
    zones = zones_of(entry, means)
    zone = min(zone, zones.last if entry.sport == "bike" else HARDEST_BY_FEEL)
    aim = zones.intensities[zone - 1] if intensity is None else intensity
    effort = min(rpe or RPE[by_feel or zone], planning.rpe_cap(means))
    known = by_feel is None and _threshold_known(entry.sport, zones, means)
    if seconds is not None and entry.unilateral:
        seconds /= 2
    set_ = Set(
        kind=kind,
        duration_seconds=seconds,
        distance_meters=meters,
        zone=zone,
        intensity=round(aim, 3) if known else None,
        rpe=effort,
        rest_seconds=rest,
    )
    feel = FEEL[means.language]
    if by_feel is not None:
        target = feel.zones[by_feel]
    elif known:
        target = _from_threshold(aim, zone, entry, zones, means)
    elif pace is not None:
        target = _pace((1 - MARGIN) * 1000 / pace, (1 + MARGIN) * 1000 / pace, means)
    else:
        target = _heart_rate(zone, entry, seconds, means) or feel.zones[zone]
    told = feel.effort.format(zone=zone, rpe=number(effort, means.language), target=target)
    exercise = planning.exercise(entry, [set_], means, substitutes=kind != "warmup")
    return exercise.model_copy(update={"cue": " ".join(filter(None, [told, exercise.cue]))})


def _threshold_known(sport: Sport | None, zones: ZoneSystem, means: Means) -> bool:
    if zones is CYCLING_POWER:
        return sport == "bike" and means.request.athlete.ftp_watts is not None
    return zones is THRESHOLD_SPEED and threshold_speed(sport, means.request.athlete) is not None


def _from_threshold(aim: float, zone: int, entry: Entry, zones: ZoneSystem, means: Means) -> str:
    """Watts, pace per km or pace per 100 m."""
    athlete, feel = means.request.athlete, FEEL[means.language]
    low, high = _span(aim, zone, zones)
    if entry.sport == "bike":
        watts = athlete.ftp_watts or 0
        if zone == 1:
            return feel.below.format(watts=round(high * watts))
        if zone == zones.last:
            return feel.above.format(watts=round(zones.upper_bounds[-1] * watts))
        return f"{round(low * watts)}–{round(high * watts)} W"
    speed = threshold_speed(entry.sport, athlete) or 0
    if entry.sport == "swim":
        return feel.per_100m.format(fast=clock(100 / (high * speed)), slow=clock(100 / (low * speed)))
    return _pace(low * speed, high * speed, means)


def _pace(low: float, high: float, means: Means) -> str:
    """Two speeds in metres a second as times per km."""
    feel = FEEL[means.language]
    told = feel.per_km.format(fast=clock(1000 / high), slow=clock(1000 / low))
    if means.request.location != "outdoor":  # a treadmill shows its speed
        slow, fast = (number(round(3.6 * x, 1), means.language) for x in (low, high))
        told += feel.speed.format(slow=slow, fast=fast)
    return told


def _span(aim: float, zone: int, zones: ZoneSystem) -> tuple[float, float]:
    """From where to where the athlete may go: easy zones are wide, work is aimed at."""
    if zone > EASY_ZONE:
        return aim - MARGIN, aim + MARGIN
    return (zones.upper_bounds[0] if zone == EASY_ZONE else aim - 0.06), zones.upper_bounds[zone - 1]


def _heart_rate(zone: int, entry: Entry, seconds: float | None, means: Means) -> str | None:
    """Beats per minute of the zone, from threshold heart rate, else the reserve, else the maximum; None if unknown."""
    athlete, feel = means.request.athlete, FEEL[means.language]
    if entry.sport == "swim" or zone > HARDEST_BY_FEEL or (seconds or 0) < HEART_LAG_SECONDS:
        return None
    maximum = athlete.max_heart_rate or (None if athlete.age is None else max_heart_rate(athlete.age))
    estimate = "" if athlete.max_heart_rate or maximum is None else feel.estimated
    resting = athlete.resting_heart_rate
    if athlete.threshold_heart_rate is not None:
        zones = THRESHOLD_RIDE if entry.sport == "bike" else THRESHOLD_RUN
        low, high = (fraction * athlete.threshold_heart_rate for fraction in zones.span(zone))
        if athlete.max_heart_rate is not None:
            high = min(high, athlete.max_heart_rate)
        estimate = ""
    elif maximum is not None and resting is not None and resting < maximum:
        low, high = (karvonen(fraction, resting, maximum) for fraction in RESERVE.span(zone))
    elif maximum is not None:
        low, high = (fraction * maximum for fraction in MAXIMUM.span(zone))
    else:
        return None
    return feel.beats.format(low=round(low), high=round(high)) + estimate


def clock(seconds: float) -> str:
    """4:35."""
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02}"
