"""A prescription that the caller brings: understood, checked against itself, and else left as it is. Pure."""

from collections.abc import Iterator
from itertools import chain, count

from training.catalogue import Catalogue
from training.loads import LIGHT_BAR_KG
from training.one_rep_max import OneRepMaxes
from training.prescription import Block, FieldError, PrescribedExercise, Prescription, Refused, Sentence, Set, pointer
from training.request import SessionRequest
from training.zones import ZoneSystem, sport_of, system

PERCENT_TOLERANCE = 2  # points between percent_1rm and load_kg / 1RM: as much as plates of 1.25 kg make


def accept(request: SessionRequest, catalogue: Catalogue) -> Prescription:
    """The request's prescription with its exercises matched and every key set. Names, doses and texts stay as given.

    Raises Refused, with pointers from the root of the request, for slugs that are not in the catalogue, keys given
    twice, formats without what they need and sets that contradict themselves.
    """
    if request.prescription is None:
        raise Refused.at("/prescription", "required", "There is nothing to import.")
    matched = _match(request.prescription, request.coach, catalogue)
    errors = list(
        chain(
            _unknown_exercises(matched, catalogue),
            _repeated_keys(matched),
            _unfinished_formats(matched),
            _contradictions(matched, request, catalogue),
        )
    )
    if errors:
        raise Refused(errors)
    return with_keys(matched)


def with_keys(prescription: Prescription) -> Prescription:
    """A key for every block and exercise that has none, made from its position (b1, b1e1) and new in the session."""
    given = {key for _, key in _keys(prescription)}

    def key(item: Block | PrescribedExercise, position: str) -> str:
        if item.key:
            return item.key
        made = next(k for k in chain([position], (f"{position}-{n}" for n in count(2))) if k not in given)
        given.add(made)
        return made

    return prescription.model_copy(
        update={
            "blocks": [
                block.model_copy(
                    update={
                        "key": key(block, f"b{i}"),
                        "exercises": [
                            exercise.model_copy(update={"key": key(exercise, f"b{i}e{j}")})
                            for j, exercise in enumerate(block.exercises, 1)
                        ],
                    }
                )
                for i, block in enumerate(prescription.blocks, 1)
            ]
        }
    )


def _match(prescription: Prescription, coach: str, catalogue: Catalogue) -> Prescription:
    """Fill `exercise` where a name says which one is meant; `name` is never touched."""

    def matched(exercise: PrescribedExercise) -> PrescribedExercise:
        if exercise.exercise is not None or exercise.name is None:
            return exercise
        measured = any(s.distance_meters is not None or s.calories is not None for s in exercise.sets)
        loaded = any(s.percent_1rm is not None or (s.load_kg or 0) >= LIGHT_BAR_KG for s in exercise.sets)
        entry = catalogue.match(exercise.name, coach, measured=measured, loaded=loaded)
        return exercise.model_copy(update={"exercise": entry.slug}) if entry else exercise

    blocks = [
        block.model_copy(update={"exercises": [matched(exercise) for exercise in block.exercises]})
        for block in prescription.blocks
    ]
    return prescription.model_copy(update={"blocks": blocks})


def _keys(prescription: Prescription) -> Iterator[tuple[str, str]]:
    """Every given key with the pointer to it: blocks and exercises share one namespace."""
    for i, block in enumerate(prescription.blocks):
        if block.key:
            yield pointer("prescription", "blocks", i, "key"), block.key
        for j, exercise in enumerate(block.exercises):
            if exercise.key:
                yield pointer("prescription", "blocks", i, "exercises", j, "key"), exercise.key


def _exercises(prescription: Prescription) -> Iterator[tuple[str, Block, PrescribedExercise]]:
    """Every exercise with the pointer to it and its block."""
    for i, block in enumerate(prescription.blocks):
        for j, exercise in enumerate(block.exercises):
            yield pointer("prescription", "blocks", i, "exercises", j), block, exercise


def _unknown_exercises(prescription: Prescription, catalogue: Catalogue) -> Iterator[FieldError]:
    for place, _, exercise in _exercises(prescription):
        if exercise.exercise is not None and exercise.exercise not in catalogue:
            yield FieldError(
                f"{place}/exercise", "unknown_exercise", "No exercise of the catalogue has this slug; null is welcome."
            )


def _repeated_keys(prescription: Prescription) -> Iterator[FieldError]:
    seen: set[str] = set()
    for place, key in _keys(prescription):
        if key in seen:
            yield FieldError(place, "not_unique", "Another block or exercise of the session has this key.")
        seen.add(key)


def _unfinished_formats(prescription: Prescription) -> Iterator[FieldError]:
    """An amrap needs its end and a tabata one set an exercise; every other format can be read without more."""
    for i, block in enumerate(prescription.blocks):
        if block.format == "amrap" and block.time_cap_seconds is None:
            yield FieldError(
                pointer("prescription", "blocks", i, "time_cap_seconds"), "required", "An amrap needs its time cap."
            )
    for place, block, exercise in _exercises(prescription):
        if block.format == "tabata" and len(exercise.sets) > 1:
            yield FieldError(f"{place}/sets", "max_length", "An exercise of a tabata has one set.")


def _contradictions(prescription: Prescription, request: SessionRequest, catalogue: Catalogue) -> Iterator[FieldError]:
    """Where a set says two things of one intensity that cannot both be true."""
    maxes = OneRepMaxes(request.athlete.one_rep_max_kg, request.coach, catalogue)
    for place, _, exercise in _exercises(prescription):
        zones = system(request.discipline, sport_of(exercise, catalogue.get(exercise.exercise)))
        for k, set_ in enumerate(exercise.sets):
            yield from _zone_errors(f"{place}/sets/{k}/zone", set_, zones)
            yield from _load_errors(f"{place}/sets/{k}/percent_1rm", set_, maxes.of(exercise))


def _zone_errors(place: str, set_: Set, zones: ZoneSystem) -> Iterator[FieldError]:
    if set_.zone is None:
        return
    if set_.zone > zones.last:
        yield FieldError(
            place, "max_value", "The {zones} go from 1 to {last}.", zones=Sentence(zones.name), last=zones.last
        )
    elif set_.intensity is not None:
        ends = (set_.intensity, set_.intensity if set_.intensity_end is None else set_.intensity_end)
        low, high = zones.zone(min(ends)), zones.zone(max(ends))
        if not low <= set_.zone <= high:
            name = Sentence(zones.name)
            if low == high:
                yield FieldError(
                    place, "contradiction", "The intensity lies in zone {zone} of the {zones}.", zone=low, zones=name
                )
            else:
                yield FieldError(
                    place,
                    "contradiction",
                    "The intensity lies in zones {low} to {high} of the {zones}.",
                    low=low,
                    high=high,
                    zones=name,
                )


def _load_errors(place: str, set_: Set, one_rep_max: float | None) -> Iterator[FieldError]:
    if set_.percent_1rm is None or set_.load_kg is None or one_rep_max is None:
        return
    percent = 100 * set_.load_kg / one_rep_max
    if round(abs(percent - set_.percent_1rm), 6) > PERCENT_TOLERANCE:
        yield FieldError(
            place,
            "contradiction",
            "With the athlete's 1RM of {maximum} kg, {load} kg is {percent} %.",
            load=set_.load_kg,
            percent=round(percent, 1),
            maximum=one_rep_max,
        )
