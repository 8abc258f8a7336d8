"""A session as a page of Markdown (RFC 7763), whole: exercises with their details, figures and checks. Pure."""

import re
from collections.abc import Iterator
from typing import Any, Final

from training import wording
from training.exports import figures, outline
from training.exports.workout import Workout, line
from training.request import Language

# Every mark that means something in the middle of a line, in CommonMark or GitHub's; at its start a few more do.
_MARKS = re.compile(r"([\\`*_\[\]<>&|~#@$])")
_ADDRESSES = re.compile(r"(?<=\w)(:)(?=//)|(?<=www)(\.)", re.IGNORECASE)
_AT_THE_START = re.compile(r"^(?:([-+=])|(\d+)([.)]))")

WORDS: Final[dict[str, dict[Language, str]]] = {
    "cues": {"en": "Cues", "fr": "Consignes"},
    "mistakes": {"en": "Common mistakes", "fr": "Erreurs fréquentes"},
    "setup": {"en": "Setup", "fr": "Mise en place"},
    "execution": {"en": "Execution", "fr": "Exécution"},
    "breathing": {"en": "Breathing", "fr": "Respiration"},
    "easier": {"en": "Easier", "fr": "Plus facile"},
    "harder": {"en": "Harder", "fr": "Plus difficile"},
    "variation": {"en": "Variation", "fr": "Variante"},
    "figures": {"en": "Figures", "fr": "Chiffres"},
    "checks": {"en": "Checks", "fr": "Vérifications"},
}


def write(workout: Workout) -> bytes:
    """The page."""
    return ("\n".join(_lines(workout)).strip() + "\n").encode()


def escaped(text: str) -> str:
    """An athlete's words on one line, to be read as they are: no mark, link or tag in them is one."""
    said = _ADDRESSES.sub(r"\\\g<0>", _MARKS.sub(r"\\\1", line(text)))
    return _AT_THE_START.sub(lambda found: f"\\{found[1]}" if found[1] else f"{found[2]}\\{found[3]}", said)


def _lines(workout: Workout) -> Iterator[str]:
    yield from _head(workout)
    for part in outline.parts(workout):
        yield f"\n## {part.head}"
        for item in part.items:
            yield from _exercise(item, workout)
    if workout.analysis:
        yield f"\n## {WORDS['figures'][workout.language]}"
        for name, told in workout.analysis.items():
            yield f"\n### {escaped(figures.label(name, workout.language, begins=True))}\n"
            yield from (f"{'  ' * depth}- {escaped(said)}" for depth, said in figures.lines(told, workout))
    if workout.checks:
        yield f"\n## {WORDS['checks'][workout.language]}\n"
        for check in workout.checks:
            yield f"- {'✓' if check['ok'] else '✗'} {escaped(check['detail'])} (`{check['code']}`)"


def _head(workout: Workout) -> Iterator[str]:
    prescription = workout.prescription
    yield f"# {escaped(workout.title)}"
    if prescription.focus:
        yield f"\n*{', '.join(escaped(word) for word in prescription.focus)}*"
    for said in (outline.facts(workout), prescription.summary, prescription.rationale):
        if said and line(said):
            yield f"\n{escaped(said)}"


def _exercise(item: outline.Item, workout: Workout) -> Iterator[str]:
    yield f"\n### {escaped(item.name)}\n"
    if item.about:
        yield f"*{item.about}*\n"
    yield from (f"- {said}" for said in item.sets)
    if item.cue:
        yield f"\n> {escaped(item.cue)}"
    if item.key in workout.details:
        yield from _details(workout.details[item.key], workout.language)


def _details(details: dict[str, Any], language: Language) -> Iterator[str]:
    for name, listed in (("cues", "coaching_cues_detailed"), ("mistakes", "common_mistakes")):
        yield f"\n**{WORDS[name][language]}**\n"
        yield from (f"- {escaped(said)}" for said in details[listed])
    for told in ("technical_breakdown", "progression_suggestions"):
        yield ""
        for name, said in details[told].items():
            yield f"- **{WORDS[name][language]}**{wording.colon(language)}{escaped(said)}"
