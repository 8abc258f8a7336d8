"""A cycling session as a Zwift workout (.zwo): XML, with power as a fraction of the rider's FTP. Pure.

Zwift has published no specification; elements and attributes are those of the workouts it ships. It takes whole
seconds, and those of all elements sum to the session's.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from training.counting import TABATA_ROUNDS
from training.exports.steps import Clock, Pause, Step, Work, session_steps, sets_of_a_pass
from training.exports.workout import Workout, line
from training.zones import CYCLING_POWER, intensity_of, sport_of

MOST_STEPS: Final = 1_000  # more is no workout, and would make a big answer of a small request


@dataclass(frozen=True)
class _Stretch:
    """Some seconds at one power, on a ramp, or, without one, as the rider likes."""

    seconds: int
    power: tuple[float, float] | None
    role: str = ""
    text: str = ""

    @property
    def steady(self) -> bool:
        return self.power is not None and self.power[0] == self.power[1]


def fits(coach: str, discipline: str, prescription: dict[str, Any]) -> bool:
    """Cycling only; of a triathlon no part stands for the whole."""
    return coach == "endurance" and discipline == "cycling" and _steps_done(prescription) <= MOST_STEPS


def write(workout: Workout) -> bytes:
    """The .zwo file."""
    root = Element("workout_file")
    for tag, text in (
        ("author", "Second Wind"),
        ("name", workout.title),
        ("description", line(workout.prescription.summary or workout.prescription.rationale or "")),
        ("sportType", "bike"),
    ):
        SubElement(root, tag).text = text
    SubElement(root, "tags")
    stretches = list(_whole_seconds(session_steps(workout), workout))
    _write_all(SubElement(root, "workout"), stretches)
    indent(root)
    xml: str = tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{xml}\n'.encode()


def _steps_done(prescription: dict[str, Any]) -> int:
    """How many sets are done, rounds and all."""
    return sum(
        (block.get("rounds") or (TABATA_ROUNDS if block["format"] == "tabata" else 1)) * sets_of_a_pass(block)
        for block in prescription["blocks"]
    )


def _whole_seconds(steps: Iterator[Step], workout: Workout) -> Iterator[_Stretch]:
    """Each step from the nearest whole second to the nearest: what is rounded off one is given to the next."""
    elapsed = 0.0
    for step in steps:
        seconds = round(elapsed + step.seconds) - round(elapsed)
        elapsed += step.seconds
        if seconds:
            yield _stretch(step, seconds, workout)


def _stretch(step: Step, seconds: int, workout: Workout) -> _Stretch:
    match step:
        case Pause():
            return _Stretch(seconds, None)
        case Clock(exercises=exercises):
            return _Stretch(seconds, None, text=", ".join(map(workout.name, exercises)))
        case Work(block=block, exercise=exercise, set=set_):
            entry = workout.entry(exercise)
            # A stranger in a cycling session rides, unless it says otherwise; a stretch of the catalogue does not.
            rides = sport_of(exercise, entry) == "bike" or (exercise.sport is None and entry is None)
            power = intensity_of(set_, CYCLING_POWER) if rides else None
            return _Stretch(seconds, power, block.role, line(exercise.cue or "") or workout.name(exercise))


def _write_all(parent: Element, stretches: list[_Stretch]) -> None:
    """Element after element; a pair of efforts that comes again and again is one, as riders know it."""
    place = 0
    while place < len(stretches):
        first = stretches[place]
        pair = stretches[place : place + 2]
        again = _repeats(stretches, place, pair)
        if again > 1:
            element = SubElement(parent, "IntervalsT", Repeat=str(again))
            for name, stretch in zip(("On", "Off"), pair, strict=True):
                element.set(f"{name}Duration", str(stretch.seconds))
                element.set(f"{name}Power", _power(stretch, 0))
            place += 2 * again
        else:
            element = _element(parent, first)
            place += 1
        if first.text:
            SubElement(element, "textevent", timeoffset="0", message=first.text)


def _repeats(stretches: list[_Stretch], place: int, pair: list[_Stretch]) -> int:
    """How often a pair of steady, different efforts comes in a row from `place` on."""
    if len(pair) < 2 or not all(stretch.steady for stretch in pair) or pair[0].power == pair[1].power:
        return 0
    count = 0
    while list(islice(stretches, place + 2 * count, place + 2 * count + 2)) == pair:
        count += 1
    return count


def _element(parent: Element, stretch: _Stretch) -> Element:
    if stretch.power is None:
        return SubElement(parent, "FreeRide", Duration=str(stretch.seconds), FlatRoad="1")
    if stretch.steady:
        return SubElement(parent, "SteadyState", Duration=str(stretch.seconds), Power=_power(stretch, 0))
    start, end = stretch.power
    name = "Ramp"
    if stretch.role == "warmup" and start < end:
        name = "Warmup"
    elif stretch.role == "cooldown" and start > end:
        name = "Cooldown"
    # "Low" is where it starts and "High" where it ends, also on the way down.
    return SubElement(
        parent, name, Duration=str(stretch.seconds), PowerLow=_power(stretch, 0), PowerHigh=_power(stretch, 1)
    )


def _power(stretch: _Stretch, end: int) -> str:
    return f"{stretch.power[end] if stretch.power else 0:.3f}".rstrip("0").rstrip(".")
