"""What the calisthenics coach reads in a goal, and how it names and explains a session. Pure."""

from dataclasses import dataclass
from typing import Final, Literal

from training.coaches.means import Obstacle
from training.coaches.phrases import number
from training.coaches.words import named, plain, whole
from training.ladders import NAMES
from training.prescription import PrescribedExercise
from training.request import Language

Quality = Literal["skill", "strength", "hypertrophy", "endurance", "power"]
Focus = Literal["full", "push", "pull", "legs", "core"]

# Whole words of a plain text, English and French; the more special ladder first, what it takes is not read again.
_SKILLS: Final[dict[str, str]] = {
    "handstand-push-up": r"hand ?stand (?:push ?ups?|press\w*)|hspu|pompes? en (?:equilibre|poirier|atr|handstand)",
    "handstand": r"hand ?stands?|hand balanc\w+|poiriers?|equilibres?(?: sur les mains)?|atr|appui tendu renverse",
    "muscle-up": r"(?:ring |bar )?muscle ?ups?",
    "front-lever": r"front ?levers?|levier avant",
    "back-lever": r"back ?levers?|levier arriere",
    "planche": r"(?<!gainage )(?<!gainage en )planches?(?! abdominale| ventrale| de gainage)",
    "l-sit": r"[lv] ?sits?|manna|equerres?",
    "pistol": r"pistols?(?: squats?)?|(?:single|one) leg(?:ged)? squats?|squats? (?:a|sur) une (?:seule )?jambe",
    "human-flag": r"human flags?|flags?|drapeaux?(?: humain)?",
    "pull-up": r"(?:pull|chin) ?ups?|tractions?|one arm pull ?ups?",
    "dip": r"dips?",
    "push-up": r"(?:push|press) ?ups?|pompes?",
    "row": r"(?<!in a )rows?|rowing|tirages? (?:horizontal|australien)\w*|australian",
}
_QUALITIES: Final[dict[Quality, str]] = {
    "endurance": r"endurance|stamina|conditioning|cardio|reps? max|high reps?|longues? series?|resistance musculaire"
    r"|sets? and reps?|sets? (?:&|n) reps?|circuits?|(?:lose|losing|burn\w*) (?:weight|fat)|(?:fat|weight) loss|maigrir"
    r"|condition physique|perdre|perte de (?:poids|gras|graisse)",
    "power": r"power|explosi\w+|dynamic\w*|dynamique\w*|freestyle|speed|puissance|puissante?s?|vitesse|tricks?",
    "hypertrophy": r"hypertroph\w+|muscle(?! ?ups?)|muscles|muscular|muscl(?:er|ee?s?)|mass|size|bigger|volume|masse"
    r"|physique|gros|grosse?s?|grossir|musculaire|musculation|aesthetic\w*|tone\w*|tonifier|prise de muscle",
    "skill": r"skills?|technique\w*|technical|figures?|statics?|statiques?|balance|control\w*|maitrise",
    "strength": r"strength|strong\w*|heavy|heavier|max|maximal|maximum|1 ?rm|weighted|force|fort|forte|forts|lourd\w*"
    r"|lestee?s?|record",
}
_FOCUSES: Final[dict[Focus, str]] = {
    "push": r"push|pushing|chest|pecs?|triceps|shoulders?|poussees?|pousser|pectoraux|epaules?",
    "pull": r"pull|pulling|(?<!lower )(?<!get )back(?! (?:pain|to|in))|lats?|biceps|tirages?|tirer"
    r"|dorsaux|(?<!mal au )dos",
    "legs": r"legs?|lower body|quads?|glutes?|squats?|jambes?|bas du corps|cuisses?|fessiers?",
    "core": r"core|abs|abdos?|abdominaux|trunk|gainage|tronc",
}
_BY_DISCIPLINE: Final[dict[str, Quality]] = {
    "street-workout": "hypertrophy", "streetlifting": "strength", "freestyle": "power",
}  # fmt: skip


@dataclass(frozen=True)
class Intent:
    """What a goal asks for: ladders by name, the kind of work, and a part of the body."""

    ladders: tuple[str, ...]
    quality: Quality
    focus: Focus


def intent(goal: str, discipline: str) -> Intent:
    """Read a goal; what it does not say, the discipline decides."""
    text = plain(goal)
    places: dict[str, int] = {}
    for ladder, words in _SKILLS.items():
        if found := whole(words).search(text):
            places[ladder] = found.start()
            # "Handstand push-ups" are neither handstands nor push-ups, nor do they ask for a push day.
            text = whole(words).sub(lambda match: " " * len(match.group()), text)
    quality = next(iter(named(_QUALITIES, text)), None)
    parts = named(_FOCUSES, text)
    return Intent(
        ladders=tuple(sorted(places, key=lambda ladder: places[ladder])),
        quality=quality or _BY_DISCIPLINE.get(discipline, "strength"),
        focus=parts[0] if len(parts) == 1 else "full",
    )


@dataclass(frozen=True)
class Words:
    """One language's words about a session."""

    disciplines: dict[str, str]
    qualities: dict[Quality, str]
    focuses: dict[Focus, str]
    title: str
    also: str
    skill_first: str
    strength: str
    strength_first: str
    per_side: str
    gate: str
    waits: dict[Obstacle, str]
    on_the_floor: str
    body_mass: str
    order: str
    balance: str
    balanced: str
    gates: str
    gated: str


WORDS: Final[dict[Language, Words]] = {
    "en": Words(
        disciplines={
            "calisthenics": "Calisthenics", "street-workout": "Street workout", "streetlifting": "Streetlifting",
            "freestyle": "Freestyle",
        },
        qualities={
            "skill": "skills", "strength": "strength", "hypertrophy": "muscle", "endurance": "endurance",
            "power": "power",
        },
        focuses={"full": "", "push": "pushing", "pull": "pulling", "legs": "legs", "core": "core"},
        title="{discipline}: {emphasis}",
        also=" and ",
        skill_first="Skill first, while you are fresh: {skill}, {dose}.",
        strength="Then {name}, {dose} at RPE {rpe}.",
        strength_first="{name} leads, {dose} at RPE {rpe}.",
        per_side=" per side",
        gate="The muscle-up comes later: first ten strict pull-ups and fifteen dips, which are trained here.",
        waits={
            "injury": "What you asked for waits because of the injury: {names}.",
            "equipment": "What you asked for waits, as the equipment for it is missing: {names}.",
        },
        on_the_floor="No bar or rings are at hand, so pulling is done on the floor.",
        body_mass="Your body mass is unknown, so the added loads are rather light: go by the RPE.",
        order="Skills come first, then strength, volume and conditioning.",
        balance="Pull to push {ratio} by sets.",
        balanced="Sets of pushing and pulling were brought together.",
        gates="Too early: {names}. First come ten strict pull-ups and fifteen dips.",
        gated="{name} gave way to {other}: first come ten strict pull-ups and fifteen dips.",
    ),
    "fr": Words(
        disciplines={
            "calisthenics": "Callisthénie", "street-workout": "Street workout", "streetlifting": "Streetlifting",
            "freestyle": "Freestyle",
        },
        qualities={
            "skill": "figures", "strength": "force", "hypertrophy": "prise de muscle", "endurance": "endurance",
            "power": "explosivité",
        },
        focuses={"full": "", "push": "poussée", "pull": "tirage", "legs": "jambes", "core": "gainage"},
        title="{discipline}\u00a0: {emphasis}",
        also=" et ",
        skill_first="La technique d’abord, tant que l’énergie est là\u00a0: {skill}, {dose}.",
        strength="Ensuite {name}, {dose} à RPE {rpe}.",
        strength_first="Exercice principal\u00a0: {name}, {dose} à RPE {rpe}.",
        per_side=" par côté",
        gate="Le muscle-up demande d’abord dix tractions strictes et quinze dips\u00a0: on les travaille ici.",
        waits={
            "injury": "Ce que vous demandiez attend, à cause de la blessure\u00a0: {names}.",
            "equipment": "Ce que vous demandiez attend, faute de matériel\u00a0: {names}.",
        },
        on_the_floor="Sans barre ni anneaux, le tirage se fait au sol.",
        body_mass="Votre poids n’est pas connu\u00a0: les lests restent plutôt légers, fiez-vous au RPE.",
        order="Les figures d’abord, puis la force, le volume et le conditionnement.",
        balance="Tirage sur poussée\u00a0: {ratio} en séries.",
        balanced="Les séries de poussée et de tirage ont été rapprochées.",
        gates="Prérequis non atteint\u00a0: {names}.",
        gated="{name} a laissé la place à {other}\u00a0: son prérequis n’est pas atteint.",
    ),
}  # fmt: skip


def title(asked: Intent, discipline: str, skills: list[str], language: Language) -> str:
    """The session's name: the discipline, and the skills it works on by name, else the kind of work."""
    words = WORDS[language]
    named = [NAMES[language][ladder] for ladder in asked.ladders if ladder in skills][:2]
    emphasis = words.also.join(inside(name) for name in named) or words.qualities[asked.quality]
    if not named and asked.focus != "full":
        emphasis = f"{emphasis}, {words.focuses[asked.focus]}"
    return words.title.format(discipline=words.disciplines.get(discipline, discipline), emphasis=emphasis)


def dose(exercise: PrescribedExercise, language: Language) -> str:
    """ "4 × 5" or "4 × 18 s", in the numbers of the exercise's working sets."""
    work = [set_ for set_ in exercise.sets if set_.kind != "warmup"]
    first = work[0]
    space = "\u00a0" if language == "fr" else " "
    amount = f"{first.reps}" if first.reps is not None else f"{number(first.duration_seconds or 0, language)}{space}s"
    side = WORDS[language].per_side if exercise.per_side else ""
    return f"{len(work)} × {amount}{side}"


def inside(name: str) -> str:
    """A name inside a title: "front lever", but "L-sit"."""
    return name if name[1:2] == "-" else name[0].lower() + name[1:]
