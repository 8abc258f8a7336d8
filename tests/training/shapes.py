"""Small entries, requests and prescriptions to compute with: only what a test is about is spelled out."""

from typing import Any

from training.catalogue import Catalogue, Entry, Translated
from training.catalogue.entry import BothDetails
from training.prescription import Prescription
from training.request import SessionRequest


def entry(slug: str, **fields: Any) -> Entry:
    """An exercise with a barbell, trained by the force coach, that works the quadriceps."""
    name = slug.replace("-", " ").capitalize()
    words = {
        "cues": ["one", "two", "three"],
        "mistakes": ["one", "two"],
        "progressions": {"easier": "less", "harder": "more", "variation": "other"},
        "breakdown": {"setup": "stand", "execution": "move", "breathing": "breathe"},
    }
    return Entry.model_validate(
        {
            "slug": slug,
            "name": {"en": name, "fr": name},
            "coaches": ["force"],
            "roles": ["main"],
            "modality": "weightlifting",
            "pattern": "squat",
            "mechanic": "compound",
            "primary": ["quadriceps"],
            "equipment": [["barbell"]],
            "level": "beginner",
            "cue": {"en": "Move well", "fr": "Bouge bien"},
            "details": {"en": words, "fr": words},
            **fields,
        }
    )


def told(entry: Entry) -> BothDetails:
    """What the data files tell of an exercise; every one of theirs has it."""
    assert entry.details is not None
    return entry.details


def cue(entry: Entry) -> Translated:
    """The one cue of an exercise of the data files."""
    assert entry.cue is not None
    return entry.cue


CATALOGUE = Catalogue(
    [
        entry("back-squat", secondary=["glutes", "lower back"], aliases={"en": ["Squat"], "fr": ["Squat arrière"]}),
        entry("bench-press", primary=["chest"], secondary=["triceps", "shoulders"], pattern="horizontal_push"),
        entry("pull-up", primary=["lats"], secondary=["biceps"], modality="gymnastics", equipment=[["pull-up-bar"]]),
        entry("barbell-row", primary=["middle back"], aliases={"en": ["Row"]}, pattern="horizontal_pull"),
        entry("inverted-row", modality="gymnastics", aliases={"en": ["Row"]}, coaches=["calisthenics", "force"]),
        entry("rowing-machine", modality="monostructural", aliases={"en": ["Row"]}, meters_per_second=3.6),
        entry("double-under", modality="monostructural", seconds_per_rep=0.6, equipment=[["rope"]]),
        entry("farmers-carry", pattern="carry", meters_per_second=1.6, equipment=[["dumbbell", "kettlebell"]]),
    ]
)


def exercise(name: str, *sets: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """An exercise as JSON: by its slug where the catalogue has it, else a stranger."""
    known = {"exercise": name} if name in CATALOGUE else {"name": name}
    return {"key": name, **known, "sets": list(sets), **fields}


def block(*exercises: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A main block of straight sets as JSON."""
    return {"key": "block", "role": "main", "format": "sets", "exercises": list(exercises), **fields}


def prescription(*blocks: dict[str, Any]) -> Prescription:
    """A prescription of these blocks; their keys are made unique."""
    keyed = [{**b, "key": f"{b['key']}{i}"} for i, b in enumerate(blocks)]
    return Prescription.model_validate({"blocks": keyed})


def importing(*blocks: dict[str, Any], **fields: Any) -> SessionRequest:
    """A request that brings these blocks."""
    return SessionRequest.model_validate({"coach": "force", "prescription": {"blocks": list(blocks)}, **fields})
