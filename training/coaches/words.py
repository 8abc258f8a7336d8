"""What athletes write in their own words, English or French, and what of it a coach understands. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final, TypeVar, get_args

from training.catalogue import fold
from training.catalogue.entry import Pattern, Region
from training.prescription import Sport

_NOT_A_LETTER = re.compile(r"[^a-z0-9]+")
_Meaning = TypeVar("_Meaning", bound=str)


@lru_cache(maxsize=8192)  # every name of the catalogue is compared with what an athlete writes
def plain(text: str) -> str:
    """Words without case, accents and punctuation, one space apart: "Épaule-gauche !" is "epaule gauche"."""
    folded = unicodedata.normalize("NFKD", text.casefold().replace("œ", "oe"))
    return _NOT_A_LETTER.sub(" ", "".join(c for c in folded if not unicodedata.combining(c))).strip()


def whole(words: str) -> re.Pattern[str]:
    """A pattern for the alternatives `words` ("runs?|jog") as whole words of a plain text."""
    return re.compile(rf"\b(?:{words})\b")  # compiled once: `re` keeps what it compiled


def named(meanings: Mapping[_Meaning, str], text: str) -> list[_Meaning]:
    """The meanings whose words stand in a plain text, in the order of the table."""
    return [meaning for meaning, words in meanings.items() if whole(words).search(text)]


def first_named(meanings: Mapping[_Meaning, str], text: str) -> _Meaning | None:
    """The meaning whose words are met first in a plain text."""
    met = {meaning: found.start() for meaning, words in meanings.items() if (found := whole(words).search(text))}
    return min(met, key=lambda meaning: met[meaning], default=None)


def _any_of(phrases: str) -> re.Pattern[str]:
    """A pattern for any of the phrases (parted by commas, `*` = any ending) as whole words of a plain text."""
    return whole("|".join(phrase.strip().replace("*", "[a-z]*") for phrase in phrases.split(",")))


# --- injuries -------------------------------------------------------------------------------------------------------

_REGIONS: Final[dict[Region, re.Pattern[str]]] = {
    "ankle": _any_of("ankle*, achilles, calf, calves, foot, feet, heel*, shin*, plantar, cheville*, achille, mollet*, "
                     "pied*, talon*, tibia*, plantaire"),
    "knee": _any_of("knee*, patell*, menisc*, acl, mcl, pcl, quadriceps, quads?, hamstring*, genou*, rotul*, "
                    "ligament* croise*, lca, ischio*, cuisse*"),
    "hip": _any_of("hip, hips, groin*, adductor*, glute*, psoas, hamstring*, labral, hanche*, aine, adducteur*, "
                   "fessier*, ischio*, pubalgie, bassin"),
    "lower_back": _any_of("lower back, low back, back, lumbar, lumbago, disc, discs, sciatic*, spine, "
                          "spinal, sacro*, herniat*, bas du dos, dos, lombaire*, "
                          " lombalgie*, sciatique*, hernie*, disque*, rachis, colonne*"),
    "upper_back": _any_of("upper back, mid back, middle back, thoracic, trap, traps, rhomboid*, rib, ribs, back, "
                          "haut du dos, milieu du dos, dos, thoracique*, dorsa*, trapeze*, rhomboide*, cotes, "
                          "omoplate*, rachis, colonne*"),
    "neck": _any_of("neck, cervical*, nuque*, cou, cervicale*, torticolis"),
    "shoulder": _any_of("shoulder*, rotator*, deltoid*, clavicle*, collarbone*, pec, pecs, pectoral*, ac joint, "
                        "epaule*, coiffe*, deltoide*, clavicule*, pectora*"),
    "elbow": _any_of("elbow*, epicondyl*, biceps, triceps, forearm*, coude*, avant bras, bras"),
    "wrist": _any_of("wrist*, hand, hands, thumb*, finger*, carpal, poignet*, main, mains, pouce*, doigt*, carpien"),
}  # fmt: skip
_HALF_OF_THE_BACK: Final[dict[Region, re.Pattern[str]]] = {
    "upper_back": _any_of("lower back, low back, lumbar, bas du dos, lombaire*"),
    "lower_back": _any_of("upper back, mid back, middle back, haut du dos, milieu du dos, thoracic, thoracique*"),
}
_PAIN = _any_of("pain*, hurt*, ache*, sore, injur*, sprain*, strain*, tendin*, mal, douleur*, douloureu*, bless*, "
                "entorse*, gene, genes")  # fmt: skip


def regions(injury: str) -> frozenset[Region]:
    """The body regions an injury's words name; none where it is not understood."""
    text = plain(injury)
    found = {region for region, words in _REGIONS.items() if words.search(text)}
    # "Back" alone rules out both halves; "lower back" only the one it names.
    for spared, other_half in _HALF_OF_THE_BACK.items():
        if other_half.search(text) and not _REGIONS[spared].search(other_half.sub(" ", text)):
            found.discard(spared)
    return frozenset(found)


def regions_in_pain(goal: str) -> frozenset[Region]:
    """Regions that hurt by the words of a goal: none unless it speaks of pain at all."""
    return regions(goal) if _PAIN.search(plain(goal)) else frozenset()


# --- red flags ------------------------------------------------------------------------------------------------------

_RED_FLAG = re.compile(
    r"(?<!\bno )(?<!\bnot )(?<!\bnever )(?<!\bwithout )(?<!\bpas )(?<!\bpas de )(?<!\bsans )(?<!\bjamais )"
    r"\b(?:chest (?:pain|tightness|pressure|hurts)\w*|(?:pain|pressure|tightness) (?:in|on) (?:my |the )?chest"
    r"|faint(?:s|ed|ing)?|pass(?:ed|ing)? out|black(?:ed|ing)? ?outs?|syncop\w+|dizz\w+|palpitation\w*"
    r"|fever\w*|pregnan\w+|heart attack|post ?op\w*|postpartum|surger(?:y|ies)|operated"
    r"|(?:douleurs?|oppression|mal|serrements?) (?:(?:a|dans|de) (?:la |ma )?poitrine|thoraciques?)"
    r"|evanoui\w*|malaises?|perte de connaissance|vertiges?|fievre\w*|fievreu\w+|enceinte|grossesse|infarctus"
    r"|crise cardiaque|chirurgi\w+|operee?s?|operation|post ?partum|accouch\w+)\b"
)
_LONG_AGO = re.compile(r"\b\d+ years? ago\b|\bil y a \d+ ans\b|\blong ago\b|\bil y a longtemps\b")


def red_flag(texts: Iterable[str]) -> bool:
    """Does the athlete write of something that a professional should see before any hard training?"""
    return any(_RED_FLAG.search(text) and not _LONG_AGO.search(text) for text in map(plain, texts))


# --- equipment and movements ----------------------------------------------------------------------------------------

# Folded as the catalogue folds names; each phrase means these words of the catalogue.
_EQUIPMENT: Final[dict[str, tuple[str, ...]]] = {
    fold(phrase): words
    for phrases, words in {
        "bar, olympic bar, straight bar, barre, barre olympique, barre droite, haltère long": ("barbell",),
        "squat rack, half rack, stand, support de squat, cage à squat": ("rack",),
        "power rack, power cage, squat cage, cage": ("rack", "pull-up-bar"),
        "rig": ("rack", "pull-up-bar", "rings"),
        "flat bench, weight bench, adjustable bench, banc, banc de musculation, banc plat": ("bench",),
        "haltère, db, haltère court": ("dumbbell",),
        "kb, girya": ("kettlebell",),
        "plate, bumper plate, disque, poids": ("weight-plate",),
        "bar for pull-ups, chin-up bar, pullup bar, barre de traction, barre fixe": ("pull-up-bar",),
        "dip bar, dip station, parallel bars, barres parallèles, barres à dips, barre à dips": ("dip-bars",),
        "power tower, chaise romaine": ("pull-up-bar", "dip-bars"),
        "street workout park, calisthenics park, parc de street workout": ("pull-up-bar", "dip-bars"),
        "parallette, mini parallettes, poignées de pompes, push-up handles": ("parallettes",),
        "anneaux, ring, rings, gymnastic rings, anneaux de gymnastique, trx, suspension trainer": ("rings",),
        "pole, flag pole, stall bars, poteau, espalier": ("vertical-pole",),
        "dip belt, weighted belt, ceinture de lest, ceinture lestée": ("weight-belt",),
        "vest, weighted vest, gilet lesté, gilet de lest": ("weight-vest",),
        "cable, cables, pulley, cable station, cable crossover, poulie, machine à câble": ("cable-machine",),
        "elastic band, resistance band, mini band, élastique, bande élastique, bande de résistance, band": (
            "resistance-band",
        ),
        "plyo box, caisse, box de pliométrie, step": ("box",),
        "med ball, wall ball, medball, médecine-ball, ballon lesté": ("medicine-ball",),
        "d-ball, slam ball, balle lestée": ("dead-ball",),
        "rowing machine, rowing erg, row erg, erg, concept2, rameur": ("rower",),
        "skierg, ski machine, ergomètre de ski": ("ski-erg",),
        "assault bike, fan bike, echo bike, vélo à air": ("air-bike",),
        "road bike, bicycle, gravel bike, mountain bike, vélo, vélo de route, vtt": ("bike",),
        "home trainer, smart trainer, turbo trainer, turbo, stationary bike, exercise bike, spin bike": (
            "indoor-trainer",
        ),
        "bike erg, bikeerg, vélo d’appartement, vélo stationnaire, vélo de salle": ("indoor-trainer",),
        "elliptical trainer, cross trainer, vélo elliptique, elliptique": ("elliptical",),
        "stepper, stair master, stairmaster, simulateur d’escalier": ("stair-climber",),
        "rope, corde": ("climbing-rope", "jump-rope"),
        "rope for climbing, corde à grimper": ("climbing-rope",),
        "rope for jumping, skipping rope, speed rope, corde à sauter": ("jump-rope",),
        "traîneau, prowler, sled": ("sled",),
        "sac de sable, sac lesté": ("sandbag",),
        "roue abdominale, roulette abdominale, ab roller": ("ab-wheel",),
        "ghd, ghd machine, glute ham developer, banc à lombaires": ("ghd-bench",),
        "leg press, presse, presse à cuisses": ("leg-press-machine",),
        "leg extension, machine leg extension": ("leg-extension-machine",),
        "leg curl, machine leg curl": ("leg-curl-machine",),
        "lat pulldown, machine de tirage vertical": ("lat-pulldown-machine", "cable-machine"),
        "smith, machine guidée, cadre guidé": ("smith-machine",),
        "treadmill, tapis de course, tapis roulant": ("treadmill",),
        "swimming pool, piscine, bassin": ("pool",),
        "lake, sea, ocean, river, lac, mer, océan, rivière, eau libre": ("open-water",),
        "pull buoy, pullbuoy": ("pull-buoy",),
        "kick board, planche de natation": ("kickboard",),
    }.items()
    for phrase in phrases.split(", ")
}
_WHOLE_GYM = frozenset(map(fold, ("gym", "full gym", "everything", "all", "salle", "salle de sport", "tout")))
# Understood, and nothing that an exercise would have to ask for.
_NOTHING = frozenset(
    map(
        fold,
        (
            "none", "nothing", "no equipment", "bodyweight", "body weight", "body only", "wall", "floor", "mat",
            "yoga mat", "track", "road", "park", "stairs", "chair", "heart-rate monitor", "power meter", "watch",
            "aucun", "rien", "sans matériel", "poids du corps", "mur", "sol", "tapis", "tapis de yoga", "tapis de sol",
            "piste", "route", "parc", "escaliers", "chaise", "cardiofréquencemètre", "montre",
        ),
    )
)  # fmt: skip


def equipment(item: str, known: frozenset[str]) -> frozenset[str]:
    """The catalogue's words that an athlete's word for equipment means; none where it is not understood."""
    folded = fold(item)
    if folded in _WHOLE_GYM:
        return known
    said = {word for word in known if fold(word) == folded}
    return frozenset(said | (set(_EQUIPMENT.get(folded, ())) & known))


def no_equipment(item: str) -> bool:
    """Is it understood, but nothing that an exercise would ask for: "none", a wall, a mat?"""
    return fold(item) in _NOTHING


_PATTERN_PHRASES: Final[dict[str, tuple[Pattern, ...]]] = {
    "fente": ("lunge",),
    "hip hinge, charnière de hanche": ("hinge",),
    "press, push, poussée, développé": ("horizontal_push", "vertical_push"),
    "overhead, overhead pressing, poussée verticale, au-dessus de la tête": ("vertical_push",),
    "poussée horizontale": ("horizontal_push",),
    "pull, tirage": ("horizontal_pull", "vertical_pull"),
    "tirage vertical": ("vertical_pull",),
    "tirage horizontal, rowing": ("horizontal_pull",),
    "carries, porté, marche lestée": ("carry",),
    "abs, abdos, gainage": ("core",),
    "jumping, saut, plyometrics, pliométrie": ("jump",),
    "cardio": ("cyclical",),
    "olympic lift, weightlifting, haltérophilie": ("olympic",),
    "stretching, étirement, mobilité": ("mobility",),
}
_PATTERNS: Final = {
    fold(phrase): meant for phrases, meant in _PATTERN_PHRASES.items() for phrase in phrases.split(", ")
}


def patterns(item: str) -> frozenset[Pattern]:
    """The movement patterns a word of `avoid` means; none where it names no pattern."""
    folded = fold(item.replace("_", " "))  # as the catalogue spells them, too
    said: set[Pattern] = {pattern for pattern in get_args(Pattern) if fold(pattern.replace("_", " ")) == folded}
    return frozenset(said | set(_PATTERNS.get(folded, ())))


_SPORT_PHRASES: Final[dict[Sport, str]] = {
    "run": "run, running, jogging, course, course à pied, courir, footing",
    "bike": "bike, biking, cycling, vélo, cyclisme",
    "swim": "swim, swimming, natation, nager",
}
_SPORTS: Final = {fold(phrase): sport for sport, phrases in _SPORT_PHRASES.items() for phrase in phrases.split(", ")}


def sport(item: str) -> Sport | None:
    """The sport a word of `avoid` means: who avoids running may still row."""
    return _SPORTS.get(fold(item))
