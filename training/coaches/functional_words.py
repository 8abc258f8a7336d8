"""What the functional coach reads in a goal, and how it tells of a session. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from training.coaches.phrases import number
from training.coaches.words import first_named, plain
from training.counting import SET_BY_SET
from training.prescription import Block, Format, PrescribedExercise, Prescription
from training.request import Language
from training.workouts import BENCHMARKS, Benchmark

Domain = Literal["short", "medium", "long"]
Emphasis = Literal["olympic", "strength", "gymnastics", "engine"]

_BENCHMARKS: Final = {slug: re.escape(plain(each.name)) for slug, each in BENCHMARKS.items()}
_FORMATS: Final[dict[Format, str]] = {
    "amrap": r"amrap|as many rounds|autant de tours",
    "emom": r"e\d?mom|every minute|chaque minute|minute par minute",
    "tabata": r"tabata",
    "chipper": r"chipper",
    "ladder": r"ladder|echelle|pyramid\w*",
    "for_time": r"for time|rft|contre la montre|chrono|time trial|le plus vite possible",
    "intervals": r"intervals?|intervalles?|fractionne",
    "circuit": r"circuits?",
}
_DOMAINS: Final[dict[Domain, str]] = {
    "short": r"short|sprint|quick|court|courte|rapide|intense|anaerob\w+",
    "long": r"long|longue|endurance|stamina|aerob\w+|grind",
}
_EMPHASES: Final[dict[Emphasis, str]] = {
    "olympic": r"olympic\w*|oly|weightlifting|halterophilie|snatch\w*|cleans?|jerks?|arrache|epaule|epaule jete",
    "gymnastics": r"gymnast\w*|gym skills?|skills?|handstand\w*|muscle ups?|kipping|toes to bar|hspu|body ?weight"
    r"|gymnique|equilibre|pull ?ups?|tractions?|poids du corps",
    "strength": r"strength|strong\w*|heavy|force|fort|forte|lourd\w*|muscle|musclee?s?|squats?|deadlifts?|press"
    r"|souleve de terre",
    "engine": r"engine|cardio|conditioning|condition physique|endurance|stamina|vo2\w*|souffle|aerob\w+"
    r"|cardiovasculaire|(?:lose|losing|burn\w*) (?:weight|fat)|(?:fat|weight) loss|lean\w*|maigrir|bruler|seche"
    r"|(?:perdre|perte) (?:du |de |le )?(?:gras|poids|graisse|ventre)",
}


@dataclass(frozen=True)
class Wish:
    """What a goal asks for; None where it does not say."""

    benchmark: Benchmark | None = None
    format: Format | None = None
    domain: Domain | None = None
    emphasis: Emphasis | None = None


def wish(goal: str) -> Wish:
    """What the words of a goal ask for, in English or French; of several the first one named."""
    text = plain(goal)
    benchmark = first_named(_BENCHMARKS, text)
    return Wish(
        benchmark=None if benchmark is None else BENCHMARKS[benchmark],
        format=first_named(_FORMATS, text),
        domain=first_named(_DOMAINS, text),
        emphasis=first_named(_EMPHASES, text),
    )


# --- what the rules say ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RuleWords:
    """One language's words for what a functional session keeps."""

    formats: dict[Format, str]
    order: str
    amrap: str
    emom: str
    for_time: str
    tabata: str
    chipper: str
    ladder: str
    kipping: str
    jumps: str
    gated: str
    made_whole: str
    breathless: str


RULES: Final[dict[Language, RuleWords]] = {
    "en": RuleWords(
        formats={
            "sets": "Sets", "superset": "Supersets", "circuit": "Circuit", "intervals": "Intervals", "steady": "Steady",
            "amrap": "AMRAP", "emom": "EMOM", "for_time": "For time", "tabata": "Tabata", "chipper": "Chipper",
            "ladder": "Ladder", "race": "Race",
        },
        order=(
            "Olympic lifts come first, then strength, gymnastic skill, gymnastic volume and cardio; "
            "no Olympic lift after a workout."
        ),
        amrap="it needs a time cap, and lists one round.",
        emom="the work leaves too little of its interval to rest.",
        for_time="the work cannot be done within the cap.",
        tabata="each movement has one set of 20 s.",
        chipper="one pass of six to twelve movements.",
        ladder="the repetitions go up or down from rung to rung.",
        kipping="Strict strength comes before the swing: {names}.",
        jumps="More than {most} jumps are too many for a beginner.",
        gated="Swings were taken out and jumps made fewer.",
        made_whole="Caps, sets and movements were made to fit the format.",
        breathless="a bar has no place in short work by the clock.",
    ),
    "fr": RuleWords(
        formats={
            "sets": "Séries", "superset": "Supersets", "circuit": "Circuit", "intervals": "Intervalles",
            "steady": "Effort continu", "amrap": "AMRAP", "emom": "EMOM", "for_time": "For time", "tabata": "Tabata",
            "chipper": "Chipper", "ladder": "Échelle", "race": "Course",
        },
        order=(
            "L’haltérophilie passe en premier, puis la force, la technique gymnique, le volume gymnique et le "
            "cardio\u00a0; pas d’haltérophilie après un workout."
        ),
        amrap="il faut une durée, et un seul tour décrit.",
        emom="le travail laisse trop peu de repos dans l’intervalle.",
        for_time="le travail ne tient pas dans le temps limite.",
        tabata="chaque mouvement a une seule série de 20\u00a0s.",
        chipper="un seul passage, de six à douze mouvements.",
        ladder="les répétitions montent ou descendent d’un palier à l’autre.",
        kipping="La force stricte passe avant l’élan\u00a0: {names}.",
        jumps="Plus de {most} sauts, c’est trop pour un débutant.",
        gated="Les mouvements avec élan ont été retirés et les sauts réduits.",
        made_whole="Temps limites, séries et mouvements ont été ajustés au format.",
        breathless="pas de barre dans un travail court au chrono.",
    ),
}  # fmt: skip


# --- what a session says of itself ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Words:
    """One language's words about a session."""

    parts: dict[str, str]
    scaled: str
    variation: str
    pacing: dict[Format, str]
    before: dict[str, str]
    rx: str
    is_scaled: str
    is_variation: str
    causes: dict[str, str]
    partition: str
    no_variation: str
    no_workout: str
    minutes: str
    sets: str
    amrap: str
    emom: str
    rounds: str
    cap: str
    tabata: str
    movements: str
    joined: str
    also: str


WORDS: Final[dict[Language, Words]] = {
    "en": Words(
        parts={"strength": "Strength", "skill": "Skill", "engine": "Engine", "quality": "Strength circuit"},
        scaled="{name} (scaled)",
        variation="{name} (variation)",
        pacing={
            "amrap": "Settle in the first round at a pace that you still hold in the last.",
            "emom": "Finish each minute's work with time to breathe; if that is gone, take a repetition off.",
            "for_time": "Break the sets before you have to, and keep moving.",
            "tabata": "Choose a number of repetitions that you can repeat in every interval, and keep it to the last.",
            "chipper": "One pass through the list: small sets, short breaths, no stop.",
            "ladder": "The rungs grow: start slower than you could.",
            "intervals": "The same pace in the last interval as in the first.",
            "circuit": "From station to station without hurry; every repetition as clean as the first.",
        },
        before={
            "strength": "The heavy work comes first, while you are fresh.",
            "skill": "Skill comes before sweat: stop a set when it loses its shape.",
        },
        rx="{name} as it is prescribed: a benchmark to compare yourself with later.",
        is_scaled="{name}, scaled to you: the same stimulus, with movements and loads you can keep going with.",
        is_variation="A variation of {name}: {causes}.",
        causes={
            "injury": "parts of the original do not suit your injury",
            "avoided": "the original has movements that you avoid",
            "equipment": "the original asks for equipment that is not here",
            "place": "the original asks for room to run",
            "level": "the original is beyond your level for now",
            "energy": "the original asks for more energy than there is today",
            "time": "the original asks for more time than there is",
        },
        partition="Split them up: {reps} at a time, in turn with the other movements.",
        no_variation="{name} is not possible today; this workout has the same intent.",
        no_workout="Little is possible here today, so the session is made of easy movement.",
        minutes="{minutes} min at RPE {rpe}.",
        sets="{name} {sets} × {amount}",
        amrap="AMRAP {minutes} min: {movements}",
        emom="EMOM, {rounds} rounds: {movements}",
        rounds="{form}, {rounds} rounds: {movements}",
        cap="{form}, cap {minutes} min: {movements}",
        tabata="Tabata: {movements}",
        movements="{count} movements",
        joined="{form}: {movements}",
        also="; ",
    ),
    "fr": Words(
        parts={"strength": "Force", "skill": "Technique", "engine": "Cardio", "quality": "Circuit de force"},
        scaled="{name} (adapté)",
        variation="{name} (variante)",
        pacing={
            "amrap": "Trouvez dès le premier tour une allure que vous tiendrez encore au dernier.",
            "emom": (
                "Terminez chaque minute avec le temps de souffler\u00a0; si vous n’y arrivez plus, "
                "enlevez une répétition."
            ),
            "for_time": "Coupez les séries avant que la fatigue ne l’impose et ne cessez pas d’avancer.",
            "tabata": (
                "Choisissez un nombre de répétitions que vous pouvez refaire à chaque intervalle "
                "et tenez-le jusqu’au dernier."
            ),
            "chipper": "Un seul passage\u00a0: petites séries, courtes respirations, pas d’arrêt.",
            "ladder": "Les paliers grandissent\u00a0: partez plus lentement que vous ne le pourriez.",
            "intervals": "La même allure au dernier intervalle qu’au premier.",
            "circuit": "D’un atelier à l’autre sans hâte\u00a0; chaque répétition aussi propre que la première.",
        },
        before={
            "strength": "Le travail lourd passe en premier, avant la fatigue.",
            "skill": "La technique passe avant la sueur\u00a0: arrêtez la série dès que la technique se dégrade.",
        },
        rx="{name} tel qu’il est prescrit\u00a0: un repère auquel vous comparer plus tard.",
        is_scaled=(
            "{name}, adapté à votre niveau\u00a0: même stimulus, avec des mouvements et des charges que vous pouvez "
            "enchaîner."
        ),
        is_variation="Une variante de {name}\u00a0: {causes}.",
        causes={
            "injury": "une partie de l’original ne convient pas à votre blessure",
            "avoided": "l’original contient des mouvements que vous évitez",
            "equipment": "l’original demande du matériel qui manque ici",
            "place": "l’original demande de la place pour courir",
            "level": "l’original dépasse encore votre niveau",
            "energy": "l’original demande plus d’énergie qu’il n’y en a aujourd’hui",
            "time": "l’original demande plus de temps qu’il n’y en a",
        },
        partition="À fractionner\u00a0: {reps} à la fois, en alternant avec les autres mouvements.",
        no_variation="{name} n’est pas possible aujourd’hui\u00a0; ce workout garde la même intention.",
        no_workout="Peu de choses sont possibles ici aujourd’hui\u00a0: la séance se compose de mouvements faciles.",
        minutes="{minutes} min à RPE {rpe}.",
        sets="{name} {sets} × {amount}",
        amrap="AMRAP {minutes} min\u00a0: {movements}",
        emom="EMOM, {rounds} tours\u00a0: {movements}",
        rounds="{form}, {rounds} tours\u00a0: {movements}",
        cap="{form}, limite {minutes} min\u00a0: {movements}",
        tabata="Tabata\u00a0: {movements}",
        movements="{count} mouvements",
        joined="{form}\u00a0: {movements}",
        also="\u00a0; ",
    ),
}
_MOST_CAUSES: Final = 2  # that a sentence gives
_MOST_NAMED: Final = 4  # movements of a block that a summary names


def title(blocks: Sequence[Block], language: Language) -> str:
    """The work of a session in a few words: "Strength + AMRAP"."""
    words, forms = WORDS[language], RULES[language].formats
    parts = []
    for block in blocks:
        if block.role in {"warmup", "cooldown"}:
            continue
        if block.format == "sets":
            parts.append(words.parts["skill" if block.role == "skill" else "strength"])
        elif block.format == "steady":
            parts.append(words.parts["engine"])
        else:
            parts.append(forms[block.format])
    return " + ".join(list(dict.fromkeys(parts))[:3])


def partition(reps: int, language: Language) -> str:
    """How many repetitions are done at a time."""
    return WORDS[language].partition.format(reps=reps)


def benchmark(workout: Benchmark, likeness: str, causes: Sequence[str], language: Language) -> tuple[str, str]:
    """The title of a session with a benchmark, and the sentence that says how like the original it is, and why."""
    words = WORDS[language]
    form, sentence = {
        "rx": ("{name}", words.rx),
        "scaled": (words.scaled, words.is_scaled),
        "variation": (words.variation, words.is_variation),
    }[likeness]
    why = words.also.join(words.causes[cause] for cause in causes[:_MOST_CAUSES])
    return form.format(name=workout.name), sentence.format(name=workout.name, causes=why)


def summary(prescription: Prescription, minutes: int, rpe: float, language: Language) -> str:
    """How long, how hard, and each block of work with the numbers of its sets."""
    words = WORDS[language]
    told = [_block(block, language) for block in prescription.blocks if block.role not in {"warmup", "cooldown"}]
    whole = words.minutes.format(minutes=minutes, rpe=number(rpe, language))
    for each in told:
        longer = f"{whole} {each}."
        whole = longer if len(longer) <= 480 else whole
    return whole


def _block(block: Block, language: Language) -> str:
    words, form = WORDS[language], RULES[language].formats[block.format]
    if block.format in SET_BY_SET:
        return words.also.join(_straight(exercise, language) for exercise in block.exercises)
    movements = _movements(block.exercises, language)
    if block.format == "amrap":
        return words.amrap.format(minutes=_minutes(block.time_cap_seconds or 0, language), movements=movements)
    if block.format == "for_time" and block.time_cap_seconds:
        return words.cap.format(form=form, minutes=_minutes(block.time_cap_seconds, language), movements=movements)
    if block.format in {"emom", "circuit", "intervals"} and block.rounds:
        return words.rounds.format(form=form, rounds=block.rounds, movements=movements)
    return words.joined.format(form=form, movements=movements)


def _minutes(seconds: float, language: Language) -> str:
    return number(seconds / 60, language)


def _straight(exercise: PrescribedExercise, language: Language) -> str:
    work = [set_ for set_ in exercise.sets if set_.kind != "warmup"]
    first = work[0]
    if first.reps is not None:
        amount = f"{first.reps}"
    elif first.duration_seconds is not None:
        amount = f"{number(first.duration_seconds, language)} s"
    elif first.distance_meters is not None:
        amount = f"{number(first.distance_meters, language)} m"
    else:
        amount = f"{number(first.calories or 0, language)} cal"
    return WORDS[language].sets.format(name=exercise.name, sets=len(work), amount=amount)


def _movements(exercises: Sequence[PrescribedExercise], language: Language) -> str:
    names = list(dict.fromkeys(exercise.name or "" for exercise in exercises))
    # A digit in a name ("90/90 hip switch") is no number of the session.
    if len(names) > _MOST_NAMED or any(character.isdigit() for name in names for character in name):
        return WORDS[language].movements.format(count=len(exercises))
    return ", ".join(names)
