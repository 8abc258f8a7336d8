"""What the checks say, in both languages. Pure."""

from typing import Final, Literal

from training.request import Language

Sentence = Literal[
    "time", "good", "found", "not_understood", "order", "missing", "pattern_missing", "red_flag", "replaced", "dropped",
    "reordered", "eased", "ramped", "fewer_sets", "added", "shortened", "lengthened", "loaded", "lightened", "numbers",
    "same_again", "intense_again",
]  # fmt: skip

_SENTENCES: Final[dict[Language, dict[Sentence, str]]] = {
    "en": {
        "time": "{minutes} of {budget} min",
        "good": "Nothing to object to.",
        "found": "Not right: {names}.",
        "not_understood": "Not understood: {names}.",
        "order": "Main lifts come before accessories, and isolation last.",
        "missing": "Missing.",
        "pattern_missing": "It does not practise the main movement.",
        "red_flag": "See a health professional before training hard.",
        "replaced": "{name} gave way to {other}.",
        "dropped": "{name} was taken out.",
        "reordered": "The order was put right.",
        "eased": "The sets of {name} were made possible.",
        "ramped": "Ramp sets were added to {name}.",
        "fewer_sets": "{name}: sets cut to {sets}.",
        "added": "Added.",
        "shortened": "It was shortened from {minutes} min.",
        "lengthened": "It was lengthened from {minutes} min.",
        "loaded": "The loads of {name} were set to what can be put together.",
        "lightened": "{name} is light: its muscles were trained heavily less than two days ago.",
        "numbers": "Not in the session: {names}.",
        "same_again": "This very session was done a few days ago.",
        "intense_again": "Zone 5 on two days running.",
    },
    "fr": {
        "time": "{minutes} min sur {budget}",
        "good": "Rien à redire.",
        "found": "À revoir\u00a0: {names}.",
        "not_understood": "Pas compris\u00a0: {names}.",
        "order": "Les mouvements principaux passent avant les accessoires, l’isolation en dernier.",
        "missing": "Absent.",
        "pattern_missing": "Il ne prépare pas le mouvement principal.",
        "red_flag": "Voyez un professionnel de santé avant tout effort intense.",
        "replaced": "{name} a laissé la place à {other}.",
        "dropped": "{name} a été retiré.",
        "reordered": "L’ordre a été corrigé.",
        "eased": "Les séries de {name} ont été rendues possibles.",
        "ramped": "Des séries de montée ont été ajoutées à {name}.",
        "fewer_sets": "{name}\u00a0: séries ramenées à {sets}.",
        "added": "Ajouté.",
        "shortened": "La séance de {minutes} min a été raccourcie.",
        "lengthened": "La séance de {minutes} min a été allongée.",
        "loaded": "Les charges de {name} ont été ramenées à ce qui se monte vraiment.",
        "lightened": "{name} reste léger\u00a0: ses muscles ont travaillé lourd il y a moins de deux jours.",
        "numbers": "Absent de la séance\u00a0: {names}.",
        "same_again": "Cette même séance a été faite il y a quelques jours.",
        "intense_again": "De la zone 5 deux jours de suite.",
    },
}


def say(language: Language, sentence: Sentence, **places: str | int) -> str:
    """A sentence with its places filled."""
    return _SENTENCES[language][sentence].format(**places)


def found(language: Language, names: list[str]) -> str:
    """What is wrong, or that nothing is."""
    return say(language, "found", names=", ".join(names)) if names else say(language, "good")
