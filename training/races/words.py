"""What is said of races: names, times, tips and how a figure was made, in both languages. Pure."""

from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

import yaml
from pydantic import TypeAdapter

from training.catalogue import Translated
from training.catalogue.entry import Closed
from training.races import DATA
from training.request import Division, Language


class Tips(Closed):
    """On the way into a station, and out of it."""

    before: Translated
    after: Translated


@cache
def tips() -> dict[str, Tips]:
    """The tips by the exercise of a station."""
    data = yaml.load((DATA / "tips.yaml").read_bytes(), yaml.CSafeLoader)
    return TypeAdapter(dict[str, Tips]).validate_python(data)


def tip(slug: str | None, way: Literal["before", "after"], language: Language) -> str:
    """What helps on that side of a station; empty where there is no station."""
    known = tips().get(slug or "")
    if known is None:
        return ""
    return (known.before if way == "before" else known.after).told(language)


def clock(seconds: float) -> str:
    """4:53, or 1:20:00."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


_DIVISIONS: Final[dict[Language, dict[Division, str]]] = {
    "en": {
        "women_open": "women open", "women_pro": "women pro", "women_doubles": "women doubles",
        "men_open": "men open", "men_pro": "men pro", "men_doubles": "men doubles",
    },
    "fr": {
        "women_open": "femmes open", "women_pro": "femmes pro", "women_doubles": "doubles femmes",
        "men_open": "hommes open", "men_pro": "hommes pro", "men_doubles": "doubles hommes",
    },
}  # fmt: skip


def division_name(division: Division, language: Language) -> str:
    """As athletes say it."""
    return _DIVISIONS[language][division]


@dataclass(frozen=True)
class Sentences:
    """One language's words of the analyses."""

    run: str
    transition: str
    rest: str
    # how a figure was made
    semicolon: str  # between the parts of a method
    open_assumed: str
    division_assumed: str
    medians: str
    mid_pack: str
    factors: str
    interpolated: str
    scaled: str
    no_target: str
    threshold_runs: str
    convention_runs: str
    row_names: dict[str, str]
    scopes: dict[str, str]
    # what is unknown
    unknown_length: str
    nothing: str
    no_transition: str
    # what helps
    rest_tip: str
    any_tip: str
    race_tips: tuple[str, ...]
    training_tips: tuple[str, ...]


SENTENCES: Final[dict[Language, Sentences]] = {
    "en": Sentences(
        run="Run {number}",
        transition="Transition {number}",
        rest="Rest",
        semicolon="; ",
        open_assumed="open division assumed from the sex",
        division_assumed="an estimate, for neither division nor sex is given",
        medians="median splits of published results by finish band (seasons 4-5)",
        mid_pack="mid-pack estimate of each zone",
        factors="the division's station factors on the open table, an estimate",
        interpolated="interpolated on the rows' totals for {time}, the residue in the roxzone",
        scaled="zones and runs scaled alike to {time}, the residue in the transitions",
        no_target="no target set for the athlete: an estimate from the {row} row",
        threshold_runs="runs at threshold pace",
        convention_runs="runs at 2.8 m/s by convention",
        row_names={"80-90 min": "80-90 min", "mid-pack": "mid-pack"},
        scopes={
            "whole": "whole race",
            "part": "part of a race: the same splits, scaled by distance, reps or calories",
            "training": "training: the prescription's own seconds, else race splits scaled, else conventional speeds",
        },
        unknown_length="Nothing says how long this takes: {names}.",
        nothing="There is nothing between warm-up and cool-down.",
        no_transition="No transition of a race and no rest stands in this session.",
        rest_tip="Keep moving while you rest.",
        any_tip="Breathe out long, and know what comes next before you arrive.",
        race_tips=(
            "Never stand still between two efforts: even a slow jog wins cheap seconds.",
            "Look at the plan of the hall beforehand, so that you know every way in and out.",
            "Slow down a little over the last metres of a run and start the station with a calm breath.",
            "Drink only where the way leads past, and have your hands dry before sled and carry.",
        ),
        training_tips=(
            "Practise the change itself: go from one effort to the next without hesitating.",
            "Take the first steps after a station short, and lengthen them once the breath has settled.",
        ),
    ),
    "fr": Sentences(
        run="Course {number}",
        transition="Transition {number}",
        rest="Repos",
        semicolon="\u00a0; ",
        open_assumed="division open supposée d’après le sexe",
        division_assumed="estimation, ni la division ni le sexe ne sont indiqués",
        medians="temps médians des résultats publiés par tranche d’arrivée (saisons 4-5)",
        mid_pack="estimation de milieu de peloton pour chaque zone",
        factors="facteurs de la division appliqués aux stations de la table open, une estimation",
        interpolated="interpolation sur le total des lignes pour {time}, le reste dans la roxzone",
        scaled="zones et courses mises à la même échelle pour {time}, le reste dans les transitions",
        no_target="aucun objectif fixé pour l’athlète\u00a0: estimation par la ligne {row}",
        threshold_runs="courses à l’allure seuil",
        convention_runs="courses à 2,8\u00a0m/s par convention",
        row_names={"80-90 min": "80-90\u00a0min", "mid-pack": "du milieu de peloton"},
        scopes={
            "whole": "course entière",
            "part": "partie de course\u00a0: les mêmes temps, ramenés à la distance, aux répétitions ou aux calories",
            "training": (
                "entraînement\u00a0: les secondes prescrites, sinon les temps de course ramenés à la dose, "
                "sinon les vitesses de convention"
            ),
        },
        unknown_length="Rien ne dit combien de temps cela prend\u00a0: {names}.",
        nothing="Il n’y a rien entre l’échauffement et le retour au calme.",
        no_transition="Cette séance ne comporte ni transition de course ni repos.",
        rest_tip="Restez en mouvement pendant le repos.",
        any_tip="Expirez longuement et sachez ce qui suit avant d’arriver.",
        race_tips=(
            "Ne restez jamais immobile entre deux efforts\u00a0: trottiner fait gagner des secondes à bon compte.",
            "Étudiez le plan de la salle à l’avance, afin de connaître chaque entrée et chaque sortie.",
            "Ralentissez un peu sur les derniers mètres de course et abordez la station le souffle posé.",
            "Buvez seulement sur votre passage, et séchez vos mains avant le traîneau et le porté.",
        ),
        training_tips=(
            "Travaillez le changement lui-même\u00a0: passez d’un effort au suivant sans hésiter.",
            "Faites de petits pas en sortant d’une station, puis allongez la foulée une fois le souffle posé.",
        ),
    ),
}
