"""Exercises in the layout of free-exercise-db, as entries of the catalogue. Pure.

A file is a list of {id, name, force, level, mechanic, equipment, primaryMuscles, secondaryMuscles, instructions,
category, images} (https://github.com/yuhonas/free-exercise-db, public domain). What it tells is taken over, what it
does not tell is left open and never invented: no cue, no details, no contraindications, no neighbours, no French. As
nobody can know whom such an exercise would hurt, and as the file often leaves out a bench, a rack or the bar to hang
from, the entry has no coaches: it is matched by name and shown in the catalogue, but no planner and no model chooses
it.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from training.catalogue.entry import MUSCLES, Entry, Pattern
from training.catalogue.lookup import Catalogue, fold

Value = TypeVar("Value")

MAX_NAME = 100  # characters; also the slug's, the table's key
MAX_TEXT = 500  # characters of one instruction: the API's bound for every text

LEVELS = {"beginner": "beginner", "intermediate": "intermediate", "expert": "advanced"}
FORCES = {"push", "pull", "static", None}
MECHANICS = {"compound", "isolation", None}
# The roles that a kind of exercise serves in.
CATEGORIES = {
    "strength": ["main", "accessory"],
    "powerlifting": ["main", "accessory"],
    "olympic weightlifting": ["main", "accessory"],
    "strongman": ["main", "accessory", "conditioning"],
    "plyometrics": ["main", "conditioning"],
    "cardio": ["warmup", "conditioning", "cooldown"],
    "stretching": ["cooldown"],
}
# The file's word for the equipment, and the catalogue's; () for the body only, which is also what null mostly means.
EQUIPMENT: dict[str | None, tuple[str, ...]] = {
    None: (),
    "body only": (),
    "barbell": ("barbell",),
    "e-z curl bar": ("barbell",),  # the catalogue has no word of its own for a bent bar
    "dumbbell": ("dumbbell",),
    "kettlebells": ("kettlebell",),
    "cable": ("cable-machine",),
    "bands": ("resistance-band",),
    "medicine ball": ("medicine-ball",),
}
UNNAMED = ("machine", "other")  # which one it is, the name alone can tell
WORDLESS = ("exercise ball", "foam roll")  # known to the layout, not to the catalogue
# What a name tells of the means; the first that is found counts.
_NAMED = (
    ("smith", ("smith-machine",)),
    ("leg press|on the leg press", ("leg-press-machine",)),
    ("leg extension", ("leg-extension-machine",)),
    ("leg curl", ("leg-curl-machine",)),
    ("treadmill", ("treadmill",)),
    ("elliptical", ("elliptical",)),
    ("bicycling, stationary|recumbent bike", ("indoor-trainer",)),
    ("bicycling", ("bike",)),
    ("rowing, stationary", ("rower",)),
    ("stairmaster|step mill", ("stair-climber",)),
    ("glute ham raise", ("ghd-bench",)),
    ("ab roller", ("ab-wheel",)),
    ("band", ("resistance-band",)),
    ("sled|prowler", ("sled",)),
    ("sandbag", ("sandbag",)),
    ("plate", ("weight-plate",)),
    ("rope jumping", ("jump-rope",)),
    ("rope climb", ("climbing-rope",)),
    ("ring dip|suspended|with straps", ("rings",)),
    ("parallel bar|dips - chest", ("dip-bars",)),
    ("box|depth jump", ("box",)),
    ("bench", ("bench",)),
    ("muscle up|pull[- ]?up|chin|handed hang", ("pull-up-bar",)),
)
_BY_CATEGORY: dict[str, Pattern] = {"stretching": "mobility", "cardio": "cyclical", "olympic weightlifting": "olympic"}
# Force (None: any), primary muscle, words of the name: the first that agree tell the pattern of a compound exercise.
_LEGS = {"quadriceps", "glutes", "hamstrings"}
_BACK = {"lats", "middle back"}
_PATTERNS: tuple[tuple[str | None, set[str], str, Pattern], ...] = (
    (None, _LEGS, "lunge|step[- ]?up|split squat", "lunge"),
    ("push", _LEGS, "squat|leg press", "squat"),
    ("pull", {*_LEGS, "lower back"}, "deadlift|good morning|swing|rack pull", "hinge"),
    ("push", {"chest", "triceps"}, r"dips?\b", "vertical_push"),
    ("push", {"chest", "triceps"}, "bench press|board press|floor press|chest press|push[- ]?up", "horizontal_push"),
    ("push", {"chest"}, "press", "horizontal_push"),
    ("push", {"shoulders"}, "press|jerk", "vertical_push"),
    ("pull", _BACK, r"pull[- ]?up|pulldown|chins?\b", "vertical_pull"),
    ("pull", _BACK, r"rows?\b", "horizontal_pull"),
)
_SEPARATORS = re.compile(r"[^a-z0-9]+")
_SENTENCES = re.compile(r"(?<=[.!?])\s+")


@dataclass(frozen=True)
class Flaw:
    """Why an exercise could not be placed, and where that stands in the file."""

    pointer: str  # RFC 6901
    reason: str


@dataclass(frozen=True)
class Known:
    """An exercise that the hand-written catalogue has, or that stood in the file before."""

    pointer: str
    slug: str
    by: Literal["catalogue", "file"]


class Unplaceable(Exception):
    """What is the matter with one exercise; carries a Flaw."""

    def __init__(self, pointer: str, reason: str) -> None:
        super().__init__(reason)
        self.flaw = Flaw(pointer, reason)


def place(items: Iterable[Any], own: Catalogue) -> Iterator[Entry | Known | Flaw]:
    """One answer for each exercise of a file, in its order: an entry, who has it already, or why it has no place."""
    seen: dict[str, str] = {}
    for position, item in enumerate(items):
        pointer = f"/{position}"
        try:
            entry = placed(item, pointer)
            name = fold(entry.name.en)
            if (other := own.match(entry.name.en, "force") or own.get(entry.slug)) is not None:
                yield _ours(entry, other, pointer)
            elif name in seen or entry.slug in seen:
                yield Known(pointer, seen.get(name) or seen[entry.slug], "file")
            else:
                seen[name] = seen[entry.slug] = entry.slug
                yield entry
        except Unplaceable as error:
            yield error.flaw


def _ours(entry: Entry, other: Entry, pointer: str) -> Known | Flaw:
    """The catalogue's own, unless only the name is the same: an "Air Bike" on the floor is no air bike."""
    if set(entry.primary) & {*other.primary, *other.secondary}:
        return Known(pointer, other.slug, "catalogue")
    return Flaw(f"{pointer}/name", f"the catalogue has another exercise of this name, {other.slug}, for other muscles")


def placed(item: Any, pointer: str) -> Entry:
    """One exercise as an entry. Raises Unplaceable."""
    if not isinstance(item, dict):
        raise Unplaceable(pointer, "no object")
    name = _text(item.get("name"), f"{pointer}/name", MAX_NAME)
    slug = slug_of(name)
    if not slug:
        raise Unplaceable(f"{pointer}/name", "no slug can be made of this name")
    category = _one_of(item.get("category"), CATEGORIES, f"{pointer}/category")
    force = _one_of(item.get("force"), FORCES, f"{pointer}/force")
    mechanic = _one_of(item.get("mechanic"), MECHANICS, f"{pointer}/mechanic")
    level = LEVELS[_one_of(item.get("level"), LEVELS, f"{pointer}/level")]
    primary = _muscles(item.get("primaryMuscles"), f"{pointer}/primaryMuscles")
    secondary = _muscles(item.get("secondaryMuscles") or [], f"{pointer}/secondaryMuscles")
    if not primary:
        raise Unplaceable(f"{pointer}/primaryMuscles", "no muscle")
    means = _means(item.get("equipment"), name, f"{pointer}/equipment")
    return Entry.model_validate(
        {
            "slug": slug,
            "name": {"en": name, "fr": name},
            "languages": ["en"],
            "coaches": [],
            "roles": CATEGORIES[category],
            "modality": "monostructural"
            if category == "cardio"
            else "weightlifting"
            if _loads(means)
            else "gymnastics",
            "pattern": pattern_of(name, category, force, mechanic, primary[0]),
            "mechanic": mechanic,
            "primary": primary,
            "secondary": [muscle for muscle in secondary if muscle not in primary],
            "equipment": [[means[0]]] if means else [],
            "level": level,
            "measure": "seconds" if category in {"stretching", "cardio"} or force == "static" else "reps",
            "instructions": _instructions(item.get("instructions") or [], f"{pointer}/instructions"),
        }
    )


def slug_of(name: str) -> str:
    """The name in kebab-case, as everywhere in the catalogue: "Farmer's Walk" is farmers-walk."""
    plain = unicodedata.normalize("NFKD", name).casefold().replace("'", "").replace("\u2019", "")
    plain = "".join(character for character in plain if not unicodedata.combining(character))
    return _SEPARATORS.sub("-", plain).strip("-")


def pattern_of(name: str, category: str, force: str | None, mechanic: str | None, muscle: str) -> Pattern:
    """The movement pattern, where category, force, muscle and name tell it together; else "other"."""
    if category in _BY_CATEGORY:
        return _BY_CATEGORY[category]
    if category == "plyometrics":
        return "jump" if _tells(name, "jump|hop|leap|bound") else "other"
    if muscle == "abdominals":
        return "core"
    if mechanic == "isolation":
        return "isolation"
    for one_force, muscles, words, pattern in _PATTERNS:
        if one_force in {force, None} and muscle in muscles and _tells(name, words):
            return pattern
    return "other"


def _tells(name: str, words: str) -> bool:
    return re.search(rf"\b(?:{words})", name.casefold()) is not None


# --- one value each -------------------------------------------------------------------------------------------------


def _text(value: Any, pointer: str, most: int) -> str:
    """A sentence in one line, with nothing in it that no page or database could show."""
    if not isinstance(value, str) or not (text := " ".join(value.split())):
        raise Unplaceable(pointer, "no text")
    if any(unicodedata.category(character) in {"Cc", "Cs", "Cn"} for character in text):
        raise Unplaceable(pointer, "characters that cannot be shown")
    if len(text) > most:
        raise Unplaceable(pointer, f"longer than {most} characters")
    return text


def _one_of(value: Any, known: Iterable[Value], pointer: str) -> Value:
    if isinstance(value, str | None):
        for one in known:
            if one == value:
                return one
    raise Unplaceable(pointer, f"unknown {pointer.rsplit('/', 1)[-1]} {shown(value)}")


def _muscles(value: Any, pointer: str) -> list[str]:
    if not isinstance(value, list):
        raise Unplaceable(pointer, "no list of muscles")
    for position, muscle in enumerate(value):
        if muscle not in MUSCLES:
            raise Unplaceable(f"{pointer}/{position}", f"unknown muscle {shown(muscle)}")
    return list(dict.fromkeys(value))


def _means(value: Any, name: str, pointer: str) -> tuple[str, ...]:
    """The catalogue's word for the equipment, from the file's word or else from the exercise's name."""
    if value in UNNAMED:
        for words, means in _NAMED:
            if _tells(name, words):
                return means
        raise Unplaceable(pointer, f'equipment "{value}", and the name does not tell which')
    if value in WORDLESS:
        raise Unplaceable(pointer, f'the catalogue has no word for the equipment "{value}"')
    return EQUIPMENT[_one_of(value, EQUIPMENT, pointer)]


def _loads(means: tuple[str, ...]) -> bool:
    """Whether the means are a load outside the body, rather than something to hang from, stand on or jump over."""
    return bool(means) and means[0] not in {"pull-up-bar", "dip-bars", "rings", "box", "climbing-rope", "ab-wheel"}


def _instructions(value: Any, pointer: str) -> list[str]:
    """The author's steps, a long one in parts that end with a sentence."""
    if not isinstance(value, list):
        raise Unplaceable(pointer, "no list of texts")
    steps = []
    for position, step in enumerate(value):
        if isinstance(step, str) and not step.strip():
            continue
        part = ""
        for sentence in _SENTENCES.split(step.strip()) if isinstance(step, str) else [step]:
            text = _text(sentence, f"{pointer}/{position}", MAX_TEXT)
            if part and len(part) + 1 + len(text) > MAX_TEXT:
                steps.append(part)
                part = text
            else:
                part = f"{part} {text}" if part else text
        steps.append(part)
    return steps


def shown(value: Any) -> str:
    """A value of the file as a report can show it: short, and in one line."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
