"""What the competitions coach reads in a goal, and what it says, in both languages. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from training.coaches.words import named, plain, whole
from training.request import Language

Theme = Literal[
    "taper", "simulation", "stations", "running", "transitions", "strength", "drill", "mixed", "engine", "combined"
]

# The first theme that a goal names decides, in this order; whole words, English and French, without accents.
_THEMES: Final[Mapping[Theme, str]] = {
    "taper": r"taper\w*|race week|sharpen\w*|before (?:my|the) (?:race|competition)|affutage|affuter"
    r"|semaine de (?:la )?(?:course|competition)|avant (?:la|ma) (?:course|competition)|veille",
    "simulation": r"simul\w+|simu|rehears\w*|mock race|race day|test race|full (?:race|hyrox|deka)"
    r"|half (?:a )?(?:race|hyrox|deka)|repetition generale|(?:hyrox|deka|course) (?:entiere?|complete?)"
    r"|demi (?:hyrox|deka|course)",
    "transitions": r"transitions?|roxzone|rox zone",
    "running": r"runs?|runn\w+|pac(?:e|es|ing)|splits?|courir|course a pied|footing|allures?|kilometres?",
    "strength": r"strength|strong\w*|heavy|heavier|force|lourd\w*|puissan\w+|power\w*",
    "stations": r"stations?|zones?|ateliers?|functional|exercices?",
}
_HALF: Final = whole(r"half|demie?s?|moitie")

# How people call a station when they do not use its name in the catalogue.
_STATIONS: Final[Mapping[str, str]] = {
    "ski-erg": r"ski(?: ?erg)?s?",
    "sled-push": r"sled pushe?s?|push(?:ing)? the sled|pouss\w+ (?:de |du |le )?(?:traineau|sled)|sleds?|traineaux?"
    r"|prowler",
    "sled-pull": r"sled pulls?|pull(?:ing)? the sled|(?:tirage|tirer|traction) (?:de |du |le )?(?:traineau|sled)|sleds?"
    r"|traineaux?",
    "burpee-broad-jump": r"burpee broad jumps?|broad jumps?|bbj|burpees?(?: saut\w*(?: en longueur)?)?",
    "rowing-machine": r"row(?:s|ing|er|erg)?|rameur|ramer|aviron",
    "farmers-carry": r"farmers? (?:carry|carries|walks?)|carr(?:y|ies)|(?:marche|porte) du fermier|farmers?|portes?",
    "sandbag-lunge": r"(?:sandbag |walking )?lunges?|fentes?(?: marchees?)?(?: sandbag| avec sac)?|sandbags?",
    "wall-ball": r"wall ?balls?",
    "sandbag-reverse-lunge": r"(?:ram |reverse |sandbag )*lunges?|fentes?(?: arrieres?)?",
    "box-jump-over": r"box (?:jump|step)s?(?: overs?)?|box|sauts? (?:sur|par dessus) (?:la )?(?:box|caisse)",
    "sit-up-throw": r"sit ?ups?(?: throws?)?|abdos?",
    "medicine-ball-sit-up": r"sit ?ups?|abdos?",
    "air-bike": r"(?:air|assault|echo) ?bikes?|bikes?|velo",
    "dead-ball-over-wall": r"dead ?balls?(?: over(?: the)? wall)?|d ?balls?|balles? lestees?",
    "dead-ball-over-shoulder": r"dead ?balls?(?: over(?: the)? shoulder)?|d ?balls?|balles? lestees?",
    "tank-push-pull": r"tank(?: push(?: pull)?)?|sleds?|traineaux?",
    "weighted-burpee": r"(?:weighted |ram )?burpees?(?: lestes?)?",
}


def theme(goal: str) -> Theme:
    """What a goal asks for; "mixed" where it names nothing of it."""
    return next(iter(named(_THEMES, plain(goal))), "mixed")


def half(goal: str) -> bool:
    """Is half of a race asked for?"""
    return bool(_HALF.search(plain(goal)))


def named_stations(goal: str, slugs: Iterable[str]) -> list[str]:
    """The stations, of these, that a goal names; a sled alone is both pushed and pulled, a sled push only pushed."""
    text = plain(goal)
    spans = {
        slug: max(found, key=lambda span: span[1] - span[0])
        for slug in slugs
        if (found := [match.span() for match in whole(_STATIONS[slug]).finditer(text)])
    }

    def part_of_another(span: tuple[int, int]) -> bool:
        return any(a <= span[0] and span[1] <= b and (a, b) != span for a, b in spans.values())

    return [slug for slug, span in spans.items() if not part_of_another(span)]


@dataclass(frozen=True)
class Words:
    """One language's words of the coach."""

    titles: dict[Theme, str]
    full_title: str
    part_title: str
    drill_title: str
    focus: dict[Theme, str]
    why: dict[Theme, str]
    target: str
    target_of_goal: str
    no_target: str
    division: str
    division_assumed: str
    stand_ins: str
    stand_in: str
    stands_in: str
    lighter: str
    lighter_today: str
    lighter_elsewhere: str
    pace: str
    goal_time: str
    height: str
    no_full_beginner: str
    no_full_tired: str
    no_full_time: str
    fallback: str
    good: str
    order: str
    loads: str
    full: str
    mended_order: str
    mended_loads: str
    mended_full: str


WORDS: Final[dict[Language, Words]] = {
    "en": Words(
        titles={
            "taper": "{race}: sharp for the race",
            "simulation": "{race}: simulation",
            "transitions": "{race}: fast transitions",
            "running": "{race}: running",
            "strength": "{race}: strength for the stations",
            "stations": "{race}: station work",
            "drill": "{race}: station work",
            "mixed": "{race}: stations and running",
            "engine": "{race}: endurance",
            "combined": "{race}: stations and endurance",
        },
        full_title="{race}: full simulation",
        part_title="{race}: partial simulation",
        drill_title="{race}: {station}",
        focus={
            "taper": "sharpness", "simulation": "race simulation", "transitions": "transitions",
            "running": "running", "strength": "strength endurance", "stations": "stations", "mixed": "race fitness",
            "drill": "station technique", "engine": "endurance", "combined": "race fitness",
        },
        why={
            "taper": "Race pace in small doses and no fatigue: you keep the sharpness and arrive fresh.",
            "simulation": "The race's own order, at race effort: you learn what it will feel like.",
            "transitions": "Short runs straight into stations and out again, so that the change costs nothing.",
            "running": "Running on fresh legs first, then on tired ones, as the race asks for it.",
            "strength": "The stations as strength endurance: short distances and enough rest to move well.",
            "drill": "A part of the station, rest, and again: every set as clean and quick as the first.",
            "stations": "Stations in turn, each block in race order, with rests that keep the quality up.",
            "mixed": "Stations and running together: the legs learn to run after the work.",
            "engine": "Repeats in place of running: the endurance that the race asks for.",
            "combined": "Stations and endurance together: the breath learns to recover on the move.",
        },
        target="Targets come from your finish time of {time}.",
        target_of_goal="Targets come from the finish time in your goal.",
        no_target="Go by effort.",
        division="Loads: {division}",
        division_assumed=", assumed as you name no division",
        stand_ins="Standing in today: {names}.",
        stand_in="{other} for {name}",
        stands_in="In place of: {name}.",
        lighter="Lighter than your division's load today.",
        lighter_today=", made lighter for today",
        lighter_elsewhere=", made lighter outside the simulation",
        pace="Target {time}, {pace} per km.",
        goal_time="Target {time}.",
        height="Height {height} m.",
        no_full_beginner="A full simulation comes once you have trained longer; today a part of it.",
        no_full_tired="Your energy is low: no simulation today, less work and an easier effort.",
        no_full_time="The whole race does not fit the time: a part of it, at race effort.",
        fallback="None of the stations can be done here: the same efforts with what is possible.",
        good="Nothing to object to.",
        order="Race order is not kept.",
        loads="Not your division's loads: {names}.",
        full="A full simulation is not for today.",
        mended_order="The stations were put into race order.",
        mended_loads="The loads of your division were set.",
        mended_full="The simulation was cut to a part.",
    ),
    "fr": Words(
        titles={
            "taper": "{race}\u00a0: affûtage",
            "simulation": "{race}\u00a0: simulation",
            "transitions": "{race}\u00a0: transitions rapides",
            "running": "{race}\u00a0: course à pied",
            "strength": "{race}\u00a0: force pour les stations",
            "stations": "{race}\u00a0: travail des stations",
            "drill": "{race}\u00a0: travail des stations",
            "mixed": "{race}\u00a0: stations et course à pied",
            "engine": "{race}\u00a0: endurance",
            "combined": "{race}\u00a0: stations et endurance",
        },
        full_title="{race}\u00a0: simulation complète",
        part_title="{race}\u00a0: simulation partielle",
        drill_title="{race}\u00a0: {station}",
        focus={
            "taper": "affûtage", "simulation": "simulation de course", "transitions": "transitions",
            "running": "course à pied", "strength": "endurance de force", "stations": "stations",
            "drill": "technique de station", "mixed": "condition de course", "engine": "endurance",
            "combined": "condition de course",
        },
        why={
            "taper": "L’allure de course à petite dose, sans fatigue\u00a0: vous gardez la vivacité, en pleine forme.",
            "simulation": (
                "L’ordre de l’épreuve, à l’effort de l’épreuve\u00a0: vous apprenez ce qu’elle vous demandera."
            ),
            "transitions": (
                "De courtes courses vers une station puis hors d’elle, pour que le changement ne coûte rien."
            ),
            "running": "Courir d’abord les jambes fraîches, puis les jambes lourdes, comme le jour J.",
            "strength": (
                "Les stations en endurance de force\u00a0: distances courtes et assez de repos pour bien bouger."
            ),
            "drill": "Une partie de la station, du repos, puis de nouveau\u00a0: chaque série aussi nette.",
            "stations": "Les stations tour à tour, chaque bloc dans l’ordre de l’épreuve, et du repos pour la qualité.",
            "mixed": "Stations et course à pied ensemble\u00a0: les jambes apprennent à courir après l’effort.",
            "engine": "Des répétitions à la place de la course à pied\u00a0: l’endurance que demande l’épreuve.",
            "combined": "Stations et endurance ensemble\u00a0: le souffle apprend à récupérer en mouvement.",
        },
        target="Les temps visés viennent de votre objectif de {time}.",
        target_of_goal="Les temps visés viennent du temps d’arrivée de votre objectif.",
        no_target="Fiez-vous à l’effort ressenti.",
        division="Charges\u00a0: {division}",
        division_assumed=", supposées car vous n’indiquez pas de division",
        stand_ins="Remplacements du jour\u00a0: {names}.",
        stand_in="{other} pour {name}",
        stands_in="Remplace\u00a0: {name}.",
        lighter="Plus léger que la charge de votre division aujourd’hui.",
        lighter_today=", allégées aujourd’hui",
        lighter_elsewhere=", allégées hors de la simulation",
        pace="Objectif {time}, soit {pace} au km.",
        goal_time="Objectif {time}.",
        height="Hauteur {height}\u00a0m.",
        no_full_beginner="La simulation complète viendra avec plus d’entraînement, aujourd’hui une partie suffit.",
        no_full_tired="Votre énergie est basse\u00a0: pas de simulation, moins de travail et un effort plus doux.",
        no_full_time="L’épreuve entière ne tient pas dans le temps\u00a0: une partie, à l’effort de course.",
        fallback="Aucune station n’est possible ici\u00a0: les mêmes efforts avec ce que vous pouvez faire.",
        good="Rien à redire.",
        order="L’ordre de l’épreuve n’est pas respecté.",
        loads="Ce ne sont pas les charges de votre division\u00a0: {names}.",
        full="Une simulation complète n’est pas pour aujourd’hui.",
        mended_order="Les stations ont été remises dans l’ordre de l’épreuve.",
        mended_loads="Les charges de votre division ont été reprises.",
        mended_full="La simulation a été ramenée à une partie.",
    ),
}  # fmt: skip
