"""Finding an exercise by its slug, or by a name that people use for it. Pure, in memory."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Self

import yaml
from pydantic import TypeAdapter

from training.catalogue.entry import Entry
from training.prescription import PrescribedExercise
from training.request import Language

DATA = Path(__file__).parent / "data"

# "Row" is an erg, a barbell and a body under a bar: which of them a coach means when the name alone does not tell.
_MEANS = {
    "force": ("weightlifting", "gymnastics", "monostructural"),
    "calisthenics": ("gymnastics", "weightlifting", "monostructural"),
}
_MEANS_ELSEWHERE = ("monostructural", "gymnastics", "weightlifting")

_APOSTROPHES = str.maketrans({"'": None, "\u2019": None, "\u0153": "oe", "\u00e6": "ae"})
_SEPARATORS = re.compile(r"[\s\-\u2010-\u2015\u2212]+")
# English and French plurals end alike often enough for one set of rules: presses, planches, boxes; carries; genoux;
# squats, pompes. Both sides of a comparison are folded, so a stem need not be a word.
_PLURALS = (
    (re.compile(r"(?<=ss|ch|sh)es?$|(?<=[xz])es?$"), ""),
    (re.compile(r"(?<=..)ies?$"), "y"),
    (re.compile(r"(?<=au|eu|ou)x$"), ""),
    (re.compile(r"(?<=[^s])(?<=..)s$"), ""),
)


@lru_cache(maxsize=4096)  # the names of one session are asked for at each of its sets
def fold(text: str) -> str:
    """A name as it is compared: without case, accents, apostrophes, hyphens, spaces and plurals.

    "Push-Ups", "push up" and "pushup" are one; "Développés couchés" is "developpecouche".
    """
    plain = unicodedata.normalize("NFKD", text).casefold().translate(_APOSTROPHES)
    plain = "".join(character for character in plain if not unicodedata.combining(character))
    return "".join(_singular(word) for word in _SEPARATORS.split(plain))


def _singular(word: str) -> str:
    for ending, stem in _PLURALS:
        singular, found = ending.subn(stem, word)
        if found:
            return singular
    return word


class Catalogue:
    """Entries by slug and by name. Iteration goes in the order of the slugs."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        """Take these entries; ValueError where two share a slug."""
        self._entries: dict[str, Entry] = {}
        self._bearers: defaultdict[str, list[Entry]] = defaultdict(list)
        for entry in sorted(entries, key=lambda entry: entry.slug):
            if entry.slug in self._entries:
                raise ValueError(f"two exercises have the slug {entry.slug}")
            self._entries[entry.slug] = entry
            for name in {fold(name) for name in entry.names()}:
                self._bearers[name].append(entry)

    @classmethod
    def from_files(cls, folder: Path = DATA) -> Self:
        """The catalogue as the data files have it: each `*.yaml` is a list of entries. Needs no database."""
        # The C loader reads the files about ten times as fast as the Python one; both are the safe kind.
        files = (yaml.load(path.read_bytes(), yaml.CSafeLoader) for path in sorted(folder.glob("*.yaml")))
        return cls(entry for file in files for entry in TypeAdapter(list[Entry]).validate_python(file or []))

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries.values())

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, slug: object) -> bool:
        return slug in self._entries

    def __getitem__(self, slug: str) -> Entry:
        return self._entries[slug]

    def get(self, slug: str | None) -> Entry | None:
        """The entry of a slug; None for a stranger."""
        return None if slug is None else self._entries.get(slug)

    def called(self, exercise: PrescribedExercise, language: Language) -> str:
        """What an exercise of a prescription goes by: its own name, else the catalogue's in that language."""
        entry = self.get(exercise.exercise)
        known = None if entry is None else getattr(entry.name, language)
        return exercise.name or known or exercise.key

    def for_coach(self, coach: str) -> list[Entry]:
        """What this coach may choose from."""
        return [entry for entry in self if coach in entry.coaches]

    def match(self, name: str, coach: str, *, measured: bool = False, loaded: bool = False) -> Entry | None:
        """The exercise that bears this name or alias, in either language, after folding; None for a stranger.

        Never by prefix or likeness: "Tempo" and "Recovery" stay strangers. Where several bear the name, one measured in
        metres or calories is the machine, one loaded like a bar is none of the body alone (a "Squat" of 100 kg), else
        the coach's own kind of exercise is meant; what no coach has is meant last.
        """
        means = _MEANS.get(coach, _MEANS_ELSEWHERE)

        def strangeness(entry: Entry) -> tuple[bool, bool, bool, int, bool, bool]:
            return (
                not entry.coaches,
                measured and entry.modality != "monostructural",
                loaded and not entry.equipment,
                means.index(entry.modality),
                coach not in entry.coaches,
                folded not in (fold(entry.name.en), fold(entry.name.fr)),
            )

        folded = fold(name)
        return min(self._bearers.get(folded, ()), key=strangeness, default=None)
