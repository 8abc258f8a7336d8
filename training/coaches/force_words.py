"""What the force coach reads in a goal, and how it names a session. Pure."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final, Literal

from training.catalogue import Entry
from training.coaches import planning
from training.coaches.means import Means, Obstacle
from training.coaches.words import first_named, named, plain, whole
from training.prescription import PrescribedExercise
from training.request import Language
from training.wording import colon, distance, duration, effort, unit

Quality = Literal["strength", "power", "hypertrophy", "endurance"]
Focus = Literal["full", "lower", "upper", "arms", "push", "pull", "powerlifting", "strongman"]

# The first of these that stands in a goal decides; whole words, English and French, without accents.
_QUALITIES: Final[dict[Quality, str]] = {
    "power": r"power|explosi\w+|speed|jump\w*|puissance|puissante?s?|vitesse|detente",
    "endurance": r"endurance|stamina|high reps?|resistance musculaire|longues? series?|endurants?e?",
    "hypertrophy": r"hypertroph\w+|muscle|muscles|muscular|muscl(?:er|ee?s?)|mass|size|bigger|grow\w*|bulk\w*|physique"
    r"|bodybuilding|tone\w*|aesthetic\w*|masse|musculaire|musculation|volume|gros|grosse?s?|grossir|galbe\w*"
    r"|prise de muscle|(?:lose|losing|burn\w*) (?:weight|fat)|(?:fat|weight) loss|lean\w*|maigrir|seche|tonifier"
    r"|(?:perdre|perte) (?:du |de |le )?(?:gras|poids|graisse|ventre)",
    "strength": r"strength|strong\w*|heavy|heavier|max|maximal|maximum|1 ?rm|pr|peak\w*|force|fort|forte|forts|lourd\w*"
    r"|powerlifting|record",
}
_MUSCULAR_ENDURANCE = re.compile(r"\b(?:muscular endurance|endurance musculaire|endurance de force)\b")
_PLURAL = re.compile(r"(?<=\w\w\w)s\b")
_BY_DISCIPLINE: Final[dict[str, Quality]] = {"bodybuilding": "hypertrophy"}

_FOCUSES: Final[dict[Focus, str]] = {
    "lower": r"legs?|leg day|lower body|lower|quads?|quadriceps|hamstrings?|glutes?|calves|squats?|deadlifts?|jambes?"
    r"|bas du corps|cuisses?|fessiers?|ischios?|mollets?|souleve de terre",
    "push": r"push(?! (?:my|me|it|hard|harder|through|past))|chest|pecs?|bench|shoulders?|triceps|poussee|pectoraux"
    r"|epaules?|developpe couche|poitrine",
    "pull": r"pull|(?<!get )(?<!getting )(?<!come )(?<!coming )(?<!go )(?<!going )(?<!been )(?<!am )(?<!i m )"
    r"back(?! (?:to|in|into|from|on|after|pain|hurts|injury))|lats?|pull ups?|rows?|tirage|(?<!mal au )(?<!mal de )dos"
    r"|dorsaux|tractions?",
    "upper": r"upper body|upper|haut du corps",
    "arms": r"arms?|biceps|bras",
    "full": r"full body|whole body|corps entier|tout le corps|complet\w*",
}
# Half an arm belongs to a larger day: the biceps to the pull, the triceps to the arms (and, by the table, to the push).
_HALF_ARMS: Final[tuple[tuple[Focus, re.Pattern[str]], ...]] = (("pull", whole("biceps")), ("arms", whole("triceps")))
_MAXIMUM: Final = whole(r"1 ?rm|pr|records?|test\w*")


def quality(goal: str, discipline: str) -> Quality:
    """The dose row a goal asks for: the first word that names one, else the discipline's own."""
    text = plain(goal)
    if _MUSCULAR_ENDURANCE.search(text):
        return "endurance"
    return first_named(_QUALITIES, text) or _BY_DISCIPLINE.get(discipline, "strength")


def focus(goal: str, discipline: str, lifts: list[Entry]) -> Focus:
    """The template: the discipline's own for powerlifting and strongman, else what the goal speaks of, else all."""
    if discipline == "powerlifting":
        return "powerlifting"
    if discipline == "strongman":
        return "strongman"
    if lifts:  # a named lift leads a session for all of the body
        return "full"
    text = plain(goal)
    parts = set(named(_FOCUSES, text))
    for part, half in _HALF_ARMS:
        if part in parts:
            text = half.sub(" ", text)
            parts = {part, *named(_FOCUSES, text)}
    if parts and parts <= {"push", "pull", "upper", "arms"}:
        return parts.pop() if len(parts) == 1 else "upper"
    return "lower" if parts == {"lower"} else "full"


def named_lifts(goal: str, means: Means) -> list[Entry]:
    """The exercises whose name or alias stands in the goal, in its order; the longest name where several overlap.

    Of several with one name it is what can lead a session: to lift, a squat is a back squat and no air squat. For one
    that is not for this athlete today stands the step towards it that is.
    """
    steps = [step for entry in _asked(goal, means) if (step := _step_towards(entry, means)) is not None]
    return list({entry.slug: entry for entry in steps}.values())


def waiting(goal: str, means: Means) -> list[tuple[Entry, Obstacle | None]]:
    """The exercises that a goal names and that are not for this athlete today, and why."""
    return [(entry, means.obstacle(entry)) for entry in _asked(goal, means) if not means.may(entry)]


def _asked(goal: str, means: Means) -> list[Entry]:
    text = f" {_singular(goal)} "
    found: dict[tuple[int, int], Entry] = {}
    others = (entry for entry in means.catalogue.for_coach(means.request.coach) if not means.may(entry))
    for entry in sorted([*means.candidates, *others], key=lambda entry: "main" not in entry.roles) if goal else []:
        for name in entry.names():
            form = f" {_singular(name)} "
            start = text.find(form)
            if start >= 0:
                found.setdefault((start, start + len(form)), entry)
    spans = [
        (start, end)
        for start, end in found
        if not any((a, b) != (start, end) and a <= start and end <= b for a, b in found)
    ]
    return list({found[span].slug: found[span] for span in sorted(spans)}.values())


def _step_towards(entry: Entry, means: Means) -> Entry | None:
    """The exercise itself where it may be done, else an easier one, a variation, or what is most like it."""
    possible = {candidate.slug for candidate in means.candidates}
    for link in ("easier", "variation"):
        seen: set[str] = set()
        other: Entry | None = entry
        while other is not None and other.slug not in seen:
            if other.slug in possible:
                return other
            seen.add(other.slug)
            other = means.catalogue.get(getattr(other.links, link))
    alike = planning.substitutions(entry, means, most=len(possible))
    return next((other for other in alike if other.modality == entry.modality), None)


@lru_cache(maxsize=8192)
def _singular(text: str) -> str:
    """Plain words without a plural's s, so that "une traction" finds "Tractions"."""
    return _PLURAL.sub("", plain(text))


_QUALITY_NAMES: Final[dict[Language, dict[Quality, str]]] = {
    "en": {
        "strength": "strength", "power": "power", "hypertrophy": "hypertrophy", "endurance": "muscular endurance",
    },
    "fr": {
        "strength": "force", "power": "puissance", "hypertrophy": "hypertrophie", "endurance": "endurance musculaire",
    },
}  # fmt: skip
_FOCUS_NAMES: Final[dict[Language, dict[Focus, str]]] = {
    "en": {
        "full": "Full body", "lower": "Lower body", "upper": "Upper body", "arms": "Arms", "push": "Push",
        "pull": "Pull", "powerlifting": "Powerlifting", "strongman": "Strongman",
    },
    "fr": {
        "full": "Corps entier", "lower": "Bas du corps", "upper": "Haut du corps", "arms": "Bras",
        "push": "Poussée", "pull": "Tirage", "powerlifting": "Force athlétique", "strongman": "Strongman",
    },
}  # fmt: skip


# Why a lift that was asked for is not in the session; None: by no obstacle, but no load of it is light enough.
_WAITING: Final[dict[Language, dict[Obstacle | None, str]]] = {
    "en": {
        "injury": "{name} waits until the injury has healed.",
        "equipment": "{name} waits: the equipment for it is not there today.",
        "place": "{name} waits: there is no place for it today.",
        "level": "{name} comes later: this session builds up to it.",
        "avoided": "{name} is left out, as you asked to avoid it.",
        None: "{name} waits: its lightest load is too heavy for you yet.",
    },
    "fr": {
        "injury": "{name}\u00a0: à reprendre une fois la blessure guérie.",
        "equipment": "{name}\u00a0: une autre fois, le matériel manque aujourd’hui.",
        "place": "{name}\u00a0: une autre fois, le lieu ne s’y prête pas aujourd’hui.",
        "level": "{name}\u00a0: plus tard, cette séance vous y prépare.",
        "avoided": "{name}\u00a0: laissé de côté, comme vous l’avez demandé.",
        None: "{name}\u00a0: plus tard, la charge la plus légère est encore trop lourde pour vous.",
    },
}
_TEST_WAITS: Final[dict[Language, str]] = {
    "en": "A test of your maximum waits for a day with more energy.",
    "fr": "Le test de votre maximum attend un jour avec plus d’énergie.",
}
_MOST_WAITING = 2  # that are told of


def title(quality: Quality, focus: Focus, language: Language, only: str | None = None) -> str:
    """The session's name, such as "Full body: strength"; `only` is the lift that is all there was time for."""
    return f"{only or _FOCUS_NAMES[language][focus]}{colon(language)}{_QUALITY_NAMES[language][quality]}"


def postponed(means: Means, done: Iterable[Entry]) -> list[str]:
    """Sentences about what the goal asks for and the session does not hold."""
    goal, language, held = means.request.goal or "", means.language, {entry.slug for entry in done}
    missed = [(entry, why) for entry, why in waiting(goal, means) if entry.slug not in held][:_MOST_WAITING]
    said = [_WAITING[language][why].format(name=planning.named(entry, means)) for entry, why in missed]
    return [*said, _TEST_WAITS[language]] if means.tired and _MAXIMUM.search(plain(goal)) else said


def _rest(seconds: float, language: Language) -> str:
    """As the sets say it: 90 s, 3 min; but 2.5 min, one number, for each in the words is one of the session's."""
    parted = seconds > 90 and seconds % 60
    return unit(round(seconds / 60, 2), "min", language) if parted else duration(seconds, language)


def rationale(quality: Quality, lead: PrescribedExercise, language: Language, *, more: bool) -> str:
    """Why the session is as it is: the goal, and the main exercise's sets, in the numbers of its prescription."""
    work = [set_ for set_ in lead.sets if set_.kind != "warmup"]
    each, rest = work[0], _rest(work[0].rest_seconds or 0, language)
    if each.reps is not None:
        amount = f"{len(work)} × {each.reps}"
    elif each.duration_seconds:
        amount = f"{len(work)} × {duration(each.duration_seconds, language)}"
    else:
        amount = f"{len(work)} × {distance(each.distance_meters or 0, language)}"
    if lead.per_side:
        amount += " par côté" if language == "fr" else " per side"
    name, goal, felt = lead.name or "", _QUALITY_NAMES[language][quality], effort(each.rpe or 0, language)
    if language == "fr":
        then = ", puis le travail complémentaire" if more else ""
        return f"Objectif {goal}\u00a0: {name}, {amount} à {felt} avec {rest} de repos{then}."
    then = ", then accessory work" if more else ""
    return f"Goal {goal}: {name}, {amount} at {felt} with {rest} of rest{then}."
