"""The functional coach's analyses: how the modalities are balanced, and how each movement is scaled. Pure.

A movement is an entry in a block's list: its sets, reps and rounds do not weigh. Working blocks only.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import log
from typing import Any, Final, Literal

from training.catalogue import Catalogue, Entry
from training.loads import implement_of
from training.prescription import Block, PrescribedExercise, Prescription, Set
from training.request import Language, SessionRequest
from training.workouts import scaling
from training.workouts.scaling import AMOUNT, LOAD, SCALES, STEPS, Stand, Step

Modality = Literal["gymnastics", "weightlifting", "monostructural"]
MODALITIES: Final[tuple[Modality, ...]] = ("gymnastics", "weightlifting", "monostructural")
INCH_CM: Final = 2.54
MEN_BAR_KG, WOMEN_BAR_KG = 20.0, 15.0
# Where a clock gives the work its length, the length is the stimulus: the pace and the movement change instead.
BY_THE_CLOCK: Final = frozenset({"tabata", "intervals", "emom", "amrap"})
_MOST_NUMBERS: Final = 12  # of a ladder that are written out


def analyse(prescription: Prescription, request: SessionRequest, catalogue: Catalogue) -> dict[str, Any]:
    """`modal_balance` and `scaling_guidance` of the API's contract. The prescription has all its keys."""
    movements = [
        (block, exercise)
        for block, exercise in prescription.exercises()
        if block.role not in {"warmup", "cooldown"} and any(set_.kind != "warmup" for set_ in exercise.sets)
    ]
    words = _WORDS[request.language]
    return {
        "modal_balance": _modal_balance([exercise for _, exercise in movements], catalogue, words),
        "scaling_guidance": _scaling_guidance(movements, request, catalogue, words),
    }


# --- modal balance --------------------------------------------------------------------------------------------------


def balance(shares: Sequence[float]) -> float:
    """Shannon evenness of the modalities, 0 (one alone) to 1 (thirds): -sum p ln p / ln 3."""
    return round(sum(p * log(1 / p) for p in shares if p) / log(3), 6)


def modality(exercise: PrescribedExercise, catalogue: Catalogue) -> Modality | None:
    """The catalogue's, whatever is worn; a stranger with a sport is monostructural, any other's is unknown."""
    entry = catalogue.get(exercise.exercise)
    if entry is not None:
        return entry.modality
    return "monostructural" if exercise.sport is not None else None


def _modal_balance(movements: list[PrescribedExercise], catalogue: Catalogue, words: "_Words") -> dict[str, Any]:
    found = [modality(exercise, catalogue) for exercise in movements]
    known = Counter(each for each in found if each is not None)
    reasons: dict[str, str] = {}
    shares: dict[str, float | None] = dict.fromkeys(MODALITIES)
    evenness: float | None = None
    if total := known.total():
        shares = {each: known[each] / total for each in MODALITIES}
        evenness = balance([known[each] / total for each in MODALITIES])
    else:
        reasons = dict.fromkeys([*MODALITIES, "balance"], words.no_modality)
    strangers = [exercise.name or "" for exercise, each in zip(movements, found, strict=True) if each is None]
    if strangers and total:
        left_out = words.left_out.format(names=", ".join(dict.fromkeys(strangers)))
        reasons = dict.fromkeys([*MODALITIES, "balance"], left_out)
    return {"method": words.balance_method, **shares, "balance": evenness, "reasons": reasons}


# --- scaling --------------------------------------------------------------------------------------------------------


def _scaling_guidance(
    movements: list[tuple[Block, PrescribedExercise]], request: SessionRequest, catalogue: Catalogue, words: "_Words"
) -> dict[str, Any]:
    rows: list[dict[str, str | None]] = []
    reasons: dict[str, str] = {}
    for place, (block, exercise) in enumerate(movements):
        guide = _Guide(block, exercise, request, catalogue, words)
        row: dict[str, str | None] = {"key": exercise.key, "rx": guide.rx()}
        row |= {step: guide.eased(step) for step in STEPS}
        reasons |= {f"by_exercise.{place}.{level}": words.no_rule for level, said in row.items() if said is None}
        rows.append(row)
    return {"method": words.scaling_method, "by_exercise": rows, "reasons": reasons}


class _Guide:
    """One movement of a workout, and its easier versions in words."""

    def __init__(
        self,
        block: Block,
        exercise: PrescribedExercise,
        request: SessionRequest,
        catalogue: Catalogue,
        words: "_Words",
    ) -> None:
        self.block, self.exercise, self.catalogue, self.words = block, exercise, catalogue, words
        self.sex = request.athlete.sex
        self.language = request.language
        self.entry = catalogue.get(exercise.exercise)
        self.work = [set_ for set_ in exercise.sets if set_.kind != "warmup"]
        self.timed = _timed(exercise)
        self.paced = self.timed and (
            block.format in BY_THE_CLOCK
            or (block.format == "circuit" and all(map(_timed, block.exercises)))  # stations of a minute each
            or self.entry is None
            or self.entry.pattern in {"cyclical", "jump", "mobility"}
        )

    @property
    def name(self) -> str:
        """As the session calls it."""
        return self.exercise.name or (self.entry.name.told(self.language) if self.entry is not None else "")

    def rx(self) -> str:
        """As it is prescribed."""
        amount = self._amount(lambda value, grain: value)
        return self.words.sentence(self.name, amount, self._rx_load() + self._box(SCALES.get(self._slug)))

    def eased(self, step: Step) -> str | None:
        """The easier version of a step; None where no rule says anything of it."""
        stand, entries = self._stand(step)
        changed = bool(entries) and [entry.slug for entry in entries] != [self._slug]
        load = self._load(step, changed=changed)
        if self.paced:
            if self.entry is None and self.exercise.sport is None and not load:
                return None
            names = self._names(entries) or self.name
            return self.words.sentence(names, self._amount(lambda value, grain: value), load, self.words.pace[step])
        share = stand.times if stand is not None and stand.times is not None else AMOUNT[step]
        more = share > 1
        amount = self._amount(
            lambda value, grain: round(value * share) if more else scaling.amount(value, share, grain=grain),
            each=len(entries) > 1,
        )
        return self.words.sentence(self._names(entries) or self.name, amount, load + self._box(stand))

    # --- the movement ---

    @property
    def _slug(self) -> str:
        return self.exercise.exercise or ""

    def _stand(self, step: Step) -> tuple[Stand | None, list[Entry]]:
        """The table's row and the exercises it names; for a body-weight movement without one the catalogue's link."""
        stand = scaling.step_of(self.exercise.exercise, step)
        if stand is not None:
            entries = [entry for slug in stand.exercises if (entry := self.catalogue.get(slug)) is not None]
            return (stand, entries) if len(entries) == len(stand.exercises) else (None, [])
        if self.entry is None or self.entry.modality != "gymnastics" or step == "scaled":
            return None, []
        easier = self.catalogue.get(self.entry.links.easier)
        alike = (
            easier is not None
            and easier.modality == "gymnastics"
            and (easier.measure, easier.unilateral) == (self.entry.measure, self.entry.unilateral)
        )
        return None, [easier] if alike and easier is not None else []

    def _names(self, entries: list[Entry]) -> str:
        return " + ".join(entry.name.told(self.language) for entry in entries)

    # --- how much ---

    def _amount(self, change: Callable[[float, int], float], *, each: bool = False) -> str:
        """The numbers of all sets, once where they are the same: "21-15-9 reps", "400 m", "30 s per side"."""
        unit, values = self._measured()
        changed = [change(value, self._grain(unit, value)) for value in values]
        least_failing = unit == "reps" and all(set_.kind == "to_failure" for set_ in self.work)
        said = self.words.amount(unit, changed)
        parts = [self.words.at_least.format(amount=said) if least_failing else said]
        parts += [self.words.each] if each else []
        parts += [self.words.per_side] if self.exercise.per_side and unit in {"reps", "s"} else []
        return " ".join(parts)

    def _measured(self) -> tuple[str, list[float]]:
        for unit, field in _UNITS:
            values = [getattr(set_, field) for set_ in self.work]
            if all(value is not None for value in values):
                return unit, values
        unit, field = next((u, f) for u, f in _UNITS if getattr(self.work[0], f) is not None)
        return unit, [value for set_ in self.work if (value := getattr(set_, field)) is not None]

    def _grain(self, unit: str, value: float) -> int:
        """What such a number is rounded to: nobody runs 317 m or holds for 19 s."""
        if unit == "m":
            sport = self.exercise.sport or (self.entry.sport if self.entry is not None else None)
            if sport == "swim":
                return 25 if value >= 25 else 1
            return 50 if sport == "run" and value >= 200 else 10 if value >= 100 else 5 if value >= 20 else 1
        return 5 if unit == "s" and value >= 10 else 1

    # --- how heavy ---

    def _rx_load(self) -> str:
        values = [value for value in _each(self.work, "load_kg") if value]
        if values and self.entry is not None and self.entry.modality != "weightlifting":
            return self.words.added.format(load=self.words.numbers(values))
        if values:
            return self.words.load(self.exercise.implements, values)
        percents = _each(self.work, "percent_1rm")
        return self.words.percent.format(percent=self.words.numbers(percents)) if percents else ""

    def _load(self, step: Step, *, changed: bool) -> str:
        """The lighter load in words; empty where there is nothing to lift."""
        values = [value for value in _each(self.work, "load_kg") if value]
        if self.entry is None:
            return self.words.share_of_load[step].format(bar="") if values else ""
        if self.entry.modality != "weightlifting":
            # A vest comes off before the movement gets easier in other ways.
            lighter = [scaling.lighter(v, step, "weight-vest", self._bar) for v in values]
            kept = [found[1] for found in lighter if found is not None]
            if not values or not kept or changed or step == "foundations":
                return self.words.without if values else ""
            return self.words.added.format(load=self.words.numbers(kept))
        if values:
            return self._real_load(self.entry, values, step)
        bar = self.words.empty_bar if step == "foundations" and self._with_bar else ""
        percents = _each(self.work, "percent_1rm")
        if percents:
            lower = [round(percent * LOAD[step], 1) for percent in percents]
            return self.words.percent.format(percent=self.words.numbers(lower)) + bar
        return self.words.share_of_load[step].format(bar=bar) if self.entry.equipment else ""

    def _real_load(self, entry: Entry, values: list[float], step: Step) -> str:
        implement = implement_of(entry, max(values))
        if implement is None:
            return self.words.share_of_load[step].format(bar="")
        found = [scaling.lighter(value, step, implement, self._bar) for value in values]
        known = [each for each in found if each is not None]
        if not known:
            return self.words.without
        pairs = {count for count, _ in known}
        if implement == "barbell" and pairs == {2}:
            return self.words.load(2, [load for _, load in known]) + self.words.dumbbells
        if len(pairs) > 1:  # the lightest sets of a ramp go below the bar: say the heavier ones, which keep it
            known = [each for each in known if each[0] == 1]
        return self.words.load(self.exercise.implements, [load for _, load in known])

    @property
    def _with_bar(self) -> bool:
        return self.entry is not None and any("barbell" in group for group in self.entry.equipment)

    @property
    def _bar(self) -> float:
        return WOMEN_BAR_KG if self.sex == "female" else MEN_BAR_KG

    def _box(self, row: "Stand | scaling.Scale | None") -> str:
        if row is None or row.box is None:
            return ""
        inches = row.box.of(self.sex)
        heights = [row.box.male, row.box.female] if inches is None else [inches]
        return self.words.box.format(
            cm="/".join(f"{height * INCH_CM:.0f}" for height in heights), inches="/".join(f"{h:g}" for h in heights)
        )


# The first measure that all sets share is the one that counts.
_UNITS: Final = (
    ("reps", "reps"), ("m", "distance_meters"), ("cal", "calories"), ("s", "duration_seconds"),
)  # fmt: skip


def _timed(exercise: PrescribedExercise) -> bool:
    """Is its work as long as a clock says?"""
    work = (set_ for set_ in exercise.sets if set_.kind != "warmup")
    return all(set_.duration_seconds is not None and set_.reps is None for set_ in work)


def _each(sets: Sequence[Set], field: str) -> list[float]:
    return [value for set_ in sets if (value := getattr(set_, field)) is not None]


# --- words ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Words:
    """One language's words."""

    language: Language
    balance_method: str
    scaling_method: str
    no_modality: str
    left_out: str
    no_rule: str
    said: str
    units: dict[str, str]
    at_least: str
    each: str
    per_side: str
    kilograms: str
    added: str
    pair: str
    dumbbells: str
    percent: str
    share_of_load: dict[Step, str]
    empty_bar: str
    without: str
    box: str
    pace: dict[Step, str]

    def sentence(self, name: str, amount: str, *parts: str) -> str:
        """ "Thruster: 21-15-9 reps at 43 kg." """
        return self.said.format(name=name, rest="".join([amount, *parts]))

    def numbers(self, values: Sequence[float]) -> str:
        """21-15-9, or one number where all are the same; of a long ladder its ends."""
        if len(set(values)) == 1:
            values = values[:1]
        texts = [f"{value:g}".replace(".", "," if self.language == "fr" else ".") for value in values]
        return "-".join(texts if len(texts) <= _MOST_NUMBERS else [*texts[:3], "…", texts[-1]])

    def amount(self, unit: str, values: Sequence[float]) -> str:
        """So many of a unit; a single repetition is one."""
        one = unit == "reps" and set(values) == {1}
        return f"{self.numbers(values)}\u00a0{self.units['rep' if one else unit]}"

    def load(self, implements: int, values: Sequence[float]) -> str:
        """ " at 43 kg", " at 2 × 22.5 kg"."""
        form = self.pair if implements > 1 else self.kilograms
        return form.format(implements=implements, load=self.numbers(values))


_WORDS: Final[dict[Language, _Words]] = {
    "en": _Words(
        language="en",
        balance_method="share of movements by modality; balance = Shannon evenness, -sum(p ln p) / ln 3",
        scaling_method=(
            "Rx / Scaled / Foundations by the scaling table; scaled: load -20 to -30 %, reps and distances -20 %; "
            "foundations: load -50 % and at most an empty bar, reps and distances -40 %; loads that can be put "
            "together; rounds, intervals and caps stay, and with them stimulus and time domain"
        ),
        no_modality="No movement whose modality is known: none is work, or none is in the catalogue.",
        left_out="Left out, because their modality is unknown: {names}.",
        no_rule="Not in the catalogue, and given by time alone: nothing is known that could be made easier.",
        said="{name}: {rest}.",
        units={"rep": "rep", "reps": "reps", "m": "m", "cal": "cal", "s": "s"},
        at_least="at least {amount}",
        each="of each",
        per_side="per side",
        kilograms=" at {load}\u00a0kg",
        added=" with {load}\u00a0kg added",
        pair=" at {implements}\u00a0×\u00a0{load}\u00a0kg",
        dumbbells=" (dumbbells in place of the bar)",
        percent=" at {percent}\u00a0% of 1RM",
        share_of_load={"scaled": " with 20 to 30\u00a0% less load", "foundations": " with half the load{bar}"},
        empty_bar=", at most an empty bar",
        without=" without added weight",
        box=", box of {cm}\u00a0cm ({inches}\u00a0in)",
        pace={
            "scaled": ", at a pace you can hold to the end",
            "foundations": ", slowly, with a pause before technique goes",
        },
    ),
    "fr": _Words(
        language="fr",
        balance_method="part des mouvements par modalité\u00a0; équilibre (Shannon) = -Σ(p ln p) / ln 3",
        scaling_method=(
            "Rx / Scaled / Foundations selon la table d’adaptation\u00a0; scaled\u00a0: charge -20 à -30\u00a0%, "
            "répétitions et distances -20\u00a0%\u00a0; foundations\u00a0: charge -50\u00a0% et au plus une barre à "
            "vide, répétitions et distances -40\u00a0%\u00a0; charges réellement composables\u00a0; tours, intervalles "
            "et temps limites inchangés, donc même stimulus et même durée"
        ),
        no_modality="Aucun mouvement de modalité connue\u00a0: aucun travail, ou rien qui figure au catalogue.",
        left_out="Non compté, faute de modalité connue\u00a0: {names}.",
        no_rule="Absent du catalogue et donné par sa seule durée\u00a0: rien de connu ne permet de l’alléger.",
        said="{name}\u00a0: {rest}.",
        units={"rep": "répétition", "reps": "répétitions", "m": "m", "cal": "cal", "s": "s"},
        at_least="au moins {amount}",
        each="de chaque",
        per_side="par côté",
        kilograms=" à {load}\u00a0kg",
        added=" avec {load}\u00a0kg en plus",
        pair=" à {implements}\u00a0×\u00a0{load}\u00a0kg",
        dumbbells=" (haltères à la place de la barre)",
        percent=" à {percent}\u00a0% du 1RM",
        share_of_load={
            "scaled": " avec 20 à 30\u00a0% de charge en moins",
            "foundations": " avec la moitié de la charge{bar}",
        },
        empty_bar=", au plus une barre à vide",
        without=" sans charge ajoutée",
        box=", caisse de {cm}\u00a0cm ({inches}\u00a0pouces)",
        pace={
            "scaled": ", à une allure tenable jusqu’au bout",
            "foundations": ", lentement, avec une pause avant que la technique ne se dégrade",
        },
    ),
}
