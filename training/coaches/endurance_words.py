"""What the endurance coach says of a whole session: its name, why it is as it is, and its shape in one line. Pure."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from training.coaches.endurance_sets import Kind, Race
from training.prescription import Block, Prescription
from training.request import Language
from training.wording import colon, effort, unit

Note = Literal["tired", "rested", "walk_run", "no_ground", "no_bike", "no_water", "spared", "circuit", "no_sport",
               "first_race"]  # fmt: skip


@dataclass(frozen=True)
class Words:
    """One language's words."""

    kinds: dict[Kind, str]
    races: dict[Race, str]
    disciplines: dict[str, str]
    why: dict[Kind, str]
    notes: dict[Note, str]
    rounds: str
    circuit: str
    continuous: str
    summary: str
    zone: str
    clock: str


WORDS: Final[dict[Language, Words]] = {
    "en": Words(
        kinds={
            "recovery": "recovery", "endurance": "endurance", "tempo": "tempo", "sweet_spot": "sweet spot",
            "threshold": "threshold", "race": "race pace", "vo2max": "VO2max intervals", "hills": "hills",
            "sprint": "sprints", "technique": "technique",
        },
        races={"5k": "5 km pace", "10k": "10 km pace", "half": "half marathon pace", "marathon": "marathon pace"},
        disciplines={
            "running": "Running", "cycling": "Cycling", "swimming": "Swimming", "triathlon": "Triathlon",
            "cardio": "Cardio",
        },
        why={
            "recovery": "Easy movement brings blood to tired legs and costs nothing: resist going faster.",
            "endurance": "Time in the easy zones builds the heart and the capillaries that all harder work rests on.",
            "tempo": "Steady work below threshold teaches you to hold a brisk effort without drifting.",
            "sweet_spot": "Just under threshold you gather a lot of useful work for little fatigue.",
            "threshold": "Even work at threshold raises the speed you can hold for an hour.",
            "race": "Bouts at race effort make you familiar with it before race day.",
            "vo2max": "Hard bouts with as much easy recovery keep you near your maximal oxygen uptake.",
            "hills": "Climbing trains strength and form together: keep each effort even from the bottom to the top.",
            "sprint": "Short sprints with full recovery train speed and coordination, not breath: each one is fresh.",
            "technique": "Drills first while you are fresh, then easy distance in which to keep what they taught.",
        },
        notes={
            "tired": "Your energy is low, so the work is easier and shorter than usual.",
            "rested": "You worked in zone 5 yesterday, so today stays below it.",
            "walk_run": "Running and walking take turns: that is how running grows without injury.",
            "no_ground": "There is no ground to run on here, so you do the same efforts on the spot.",
            "no_bike": "No bike is in your equipment, so you do the same efforts with what is there.",
            "no_water": "No pool or open water is in your equipment, so you do the same efforts on land.",
            "spared": "Your usual movement is not for today, so another one gives you the same effort.",
            "circuit": "You go by feel, one movement after another.",
            "no_sport": "No sport is possible today, so a circuit of other movements gives you the effort.",
            "first_race": "When you begin, easy time on your feet prepares you for a race better than its pace does.",
        },
        rounds="{rounds} × {work} in {zone}", circuit="{rounds} rounds of {work} bouts in {zone}",
        continuous="{work} in {zone}",
        summary="{minutes} min: {parts}; {rpe}.", zone="zone {zone}", clock="{minutes}:{seconds:02} min",
    ),
    "fr": Words(
        kinds={
            "recovery": "récupération", "endurance": "endurance fondamentale", "tempo": "tempo",
            "sweet_spot": "sweet spot", "threshold": "seuil", "race": "allure de course",
            "vo2max": "intervalles VO2max", "hills": "côtes", "sprint": "sprints", "technique": "technique",
        },
        races={
            "5k": "allure 5\u00a0km", "10k": "allure 10\u00a0km", "half": "allure semi-marathon",
            "marathon": "allure marathon",
        },
        disciplines={
            "running": "Course à pied", "cycling": "Cyclisme", "swimming": "Natation", "triathlon": "Triathlon",
            "cardio": "Cardio",
        },
        why={
            "recovery": "Bouger doucement irrigue les muscles fatigués sans rien coûter\u00a0: restez lent.",
            "endurance": "Le temps passé en zones faciles développe le cœur et les capillaires, base de tout le reste.",
            "tempo": "Un effort soutenu sous le seuil vous apprend à tenir un bon rythme sans dériver.",
            "sweet_spot": "Juste sous le seuil, vous accumulez beaucoup de travail utile pour peu de fatigue.",
            "threshold": "Un travail régulier au seuil élève la vitesse que vous pouvez tenir une heure.",
            "race": "Des blocs à l’effort de course rendent ce rythme familier avant le jour J.",
            "vo2max": "Des efforts durs, suivis d’autant de récupération, vous gardent près de votre VO2max.",
            "hills": "Les côtes travaillent ensemble la force et la technique\u00a0: régulier du bas jusqu’en haut.",
            "sprint": "Des sprints courts, bien récupérés, travaillent la vitesse et la coordination, pas le souffle.",
            "technique": "Les éducatifs d’abord, l’esprit frais, puis du facile pour garder ce qu’ils apprennent.",
        },
        notes={
            "tired": "Votre énergie est basse\u00a0: le travail est plus facile et plus court que d’habitude.",
            "rested": "Vous avez travaillé en zone 5 hier\u00a0: aujourd’hui, on reste en dessous.",
            "walk_run": "Course et marche alternent\u00a0: c’est ainsi que l’on progresse sans se blesser.",
            "no_ground": "Il n’y a pas de quoi courir ici\u00a0: vous faites les mêmes efforts sur place.",
            "no_bike": "Aucun vélo dans votre matériel\u00a0: vous faites les mêmes efforts avec ce qu’il y a.",
            "no_water": "Ni bassin ni eau libre dans votre matériel\u00a0: vous faites les mêmes efforts à terre.",
            "spared": "Votre mouvement habituel n’est pas pour aujourd’hui\u00a0: un autre donne le même effort.",
            "circuit": "Tout se fait aux sensations, un mouvement après l’autre.",
            "no_sport": "Sans sport possible aujourd’hui, un circuit d’autres mouvements garde l’effort.",
            "first_race": "Quand on débute, le temps couru facilement prépare mieux une course que son allure.",
        },
        rounds="{rounds} × {work} en {zone}",
        circuit="{rounds} tours d’efforts de {work} en {zone}", continuous="{work} en {zone}",
        summary="{minutes}\u00a0min\u00a0: {parts}\u00a0; {rpe}.", zone="zone {zone}",
        clock="{minutes}:{seconds:02}\u00a0min",
    ),
}  # fmt: skip


def title(discipline: str, kind: Kind, race: Race | None, language: Language) -> str:
    """Such as "Running: threshold"."""
    return f"{WORDS[language].disciplines[discipline]}{colon(language)}{focus(kind, race, language)}"


def focus(kind: Kind, race: Race | None, language: Language) -> str:
    """Such as "threshold"."""
    words = WORDS[language]
    return words.races[race] if race else words.kinds[kind]


def rationale(kind: Kind, notes: list[Note], language: Language) -> str:
    """Why this session, and what of the athlete's case made it so."""
    words = WORDS[language]
    return " ".join([words.why[kind], *(words.notes[note] for note in notes)])


def summary(prescription: Prescription, minutes: int, rpe: float, language: Language) -> str:
    """The whole in one line: "45 min: 5 × 3 min in zone 5, 10 min in zone 2; RPE 7."."""
    words = WORDS[language]
    work = [block for block in prescription.blocks if block.role not in {"warmup", "cooldown"}]
    lead = [block for block in work if block.role != "skill"] or work  # drills alone are told, too
    parts = [part for block in lead for part in _told(block, words, language)]
    told = [part if often == 1 else f"{often} × {part}" for part, often in Counter(parts).items()]
    return words.summary.format(minutes=minutes, parts=", ".join(told) or "–", rpe=effort(rpe, language))


def _told(block: Block, words: Words, language: Language) -> Iterator[str]:
    """The hardest step of intervals, or a steady block's time by zone."""
    steps = [set_ for exercise in block.exercises for set_ in exercise.sets if set_.zone is not None]
    rounds = block.rounds or 1
    if steps and block.format == "steady" and len(block.exercises) == 1 and steps.count(steps[0]) == len(steps):
        rounds, steps = len(steps), steps[:1]  # repeats with a rest after each
    form = words.rounds if rounds > 1 else words.continuous
    if block.format == "intervals":
        hardest = [set_ for set_ in steps if set_.zone == max(each.zone or 0 for each in steps)]
        form = words.circuit if len(hardest) > 1 else form
        steps = hardest[:1]
    for zone in dict.fromkeys(set_.zone for set_ in steps):  # of a steady block's steps in one zone, the whole
        alike = [set_ for set_ in steps if set_.zone == zone]
        meters = sum(set_.distance_meters or 0 for set_ in alike)
        seconds = sum(set_.duration_seconds or 0 for set_ in alike if set_.distance_meters is None)
        for work in ([unit(meters, "m", language)] if meters else []) + (
            [length(seconds, language)] if seconds else []
        ):
            yield form.format(rounds=rounds, work=work, zone=words.zone.format(zone=zone))


def length(seconds: float, language: Language) -> str:
    """3 min, 1:30 min, 40 s."""
    if seconds < 60:
        return unit(seconds, "s", language)
    minutes, rest = divmod(round(seconds), 60)
    return WORDS[language].clock.format(minutes=minutes, seconds=rest) if rest else unit(minutes, "min", language)
