import re
from collections import Counter
from collections.abc import Iterator
from io import StringIO
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.callers import whole_catalogue
from tests.training.shapes import CATALOGUE, cue, entry, told
from training.catalogue import LEVELS, Catalogue, fold
from training.catalogue.entry import Standard
from training.catalogue.stored import current, load
from training.coaches import REGISTRY
from training.models import Exercise

FILES = whole_catalogue()

# Every word for equipment that an exercise may ask for.
WORDS = {
    "ab-wheel", "air-bike", "barbell", "bench", "bike", "box", "cable-machine", "climbing-rope", "dead-ball",
    "dip-bars", "dumbbell", "elliptical", "ghd-bench", "indoor-trainer", "jump-rope", "kettlebell", "kickboard",
    "lat-pulldown-machine", "leg-curl-machine", "leg-extension-machine", "leg-press-machine", "medicine-ball",
    "open-water", "parallettes", "pool", "pull-buoy", "pull-up-bar", "rack", "resistance-band", "rings", "rower",
    "sandbag", "ski-erg", "sled", "smith-machine", "stair-climber", "treadmill", "vertical-pole", "weight-belt",
    "weight-plate", "weight-vest",
}  # fmt: skip

LADDERS = {
    "push-up": [
        "wall-push-up", "incline-push-up", "knee-push-up", "push-up", "diamond-push-up", "archer-push-up",
        "pseudo-planche-push-up", "one-arm-push-up",
    ],
    "dip": ["support-hold", "negative-dip", "dip", "ring-dip", "weighted-dip"],
    "pull-up": [
        "dead-hang", "scapular-pull-up", "jumping-pull-up", "negative-pull-up", "pull-up", "chest-to-bar-pull-up",
        "archer-pull-up", "one-arm-negative-pull-up", "one-arm-pull-up",
    ],
    "row": ["incline-inverted-row", "inverted-row", "archer-row", "tuck-front-lever-row", "one-arm-inverted-row"],
    "muscle-up": ["kip-swing", "negative-muscle-up", "kipping-muscle-up", "muscle-up"],
    "handstand-push-up": [
        "pike-push-up", "elevated-pike-push-up", "wall-headstand-push-up", "full-range-wall-handstand-push-up",
        "freestanding-handstand-push-up",
    ],
    "handstand": [
        "wall-plank", "back-to-wall-handstand", "chest-to-wall-handstand", "freestanding-handstand",
        "one-arm-handstand",
    ],
    "front-lever": [
        "tuck-front-lever", "advanced-tuck-front-lever", "one-leg-front-lever", "straddle-front-lever",
        "full-front-lever",
    ],
    "back-lever": [
        "german-hang", "skin-the-cat", "tuck-back-lever", "advanced-tuck-back-lever", "straddle-back-lever",
        "full-back-lever",
    ],
    "planche": [
        "planche-lean", "frog-stand", "tuck-planche", "advanced-tuck-planche", "straddle-planche", "full-planche",
    ],
    "l-sit": ["foot-supported-l-sit", "tuck-l-sit", "l-sit", "straddle-l-sit", "v-sit", "manna"],
    "pistol": [
        "assisted-squat", "air-squat", "split-squat", "bulgarian-split-squat", "assisted-pistol-squat", "pistol-squat",
    ],
    "human-flag": ["tuck-human-flag", "straddle-human-flag", "full-human-flag"],
}  # fmt: skip


# --- folding ---


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Push-Ups", "push up"),
        ("pushup", "Push\u2011ups"),
        ("Leg presses", "leg press"),
        ("Presses à cuisses", "presse a cuisse"),
        ("Développés couchés", "DEVELOPPE COUCHE"),
        ("Planches", "planche"),
        ("Box jumps", "boxes jump"),
        ("Farmer's carries", "Farmer\u2019s carry"),
        ("Levés de genoux", "levé de genou"),
        ("Sœur", "soeur"),
        ("Face  pull\u00a0s", "face pull s"),
    ],
)
def test_case_accents_hyphens_and_plural_make_no_difference(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Squat", "Squat jump"), ("Tempo", "Tempo squat"), ("Press", "Pres"), ("Row", "Rower"), ("", "s")],
)
def test_a_prefix_or_likeness_is_another_name(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(st.lists(st.sampled_from(["press", "row", "planche", "carry", "box", "genou", "sit-up", "dip"]), min_size=1))
def test_the_plural_of_every_word_is_folded(words: list[str]) -> None:
    plurals = {"press": "presses", "carry": "carries", "box": "boxes", "genou": "genoux"}
    assert fold("-".join(plurals.get(word, f"{word}s") for word in words).upper()) == fold(" ".join(words))


# --- look-ups ---


def test_a_catalogue_is_looked_up_by_slug() -> None:
    assert CATALOGUE["back-squat"] is CATALOGUE.get("back-squat")
    assert "back-squat" in CATALOGUE
    assert "moon-press" not in CATALOGUE
    assert CATALOGUE.get("moon-press") is CATALOGUE.get(None) is None
    assert len(CATALOGUE) == len(list(CATALOGUE)) == 8
    with pytest.raises(KeyError):
        CATALOGUE["moon-press"]


def test_two_exercises_cannot_share_a_slug() -> None:
    with pytest.raises(ValueError, match="back-squat"):
        Catalogue([entry("back-squat"), entry("back-squat")])


def test_a_coach_has_its_own_exercises() -> None:
    assert [e.slug for e in CATALOGUE.for_coach("calisthenics")] == ["inverted-row"]


@pytest.mark.parametrize(
    ("coach", "slug"),
    [
        ("force", "barbell-row"),
        ("calisthenics", "inverted-row"),
        ("functional", "rowing-machine"),
        ("endurance", "rowing-machine"),
        ("competitions", "rowing-machine"),
    ],
)
def test_a_name_that_several_bear_means_what_the_coach_means(coach: str, slug: str) -> None:
    row, erg = CATALOGUE.match("row", coach), CATALOGUE.match("Rows", coach, measured=True)
    assert row is not None
    assert erg is not None
    assert (row.slug, erg.slug) == (slug, "rowing-machine")


@pytest.mark.parametrize(
    ("coach", "slug"),
    [
        ("force", "back-squat"),
        ("functional", "air-squat"),  # Cindy, Murph
        ("calisthenics", "air-squat"),
        ("endurance", "air-squat"),
        ("competitions", "air-squat"),
    ],
)
def test_a_squat_is_one_of_the_body_but_for_force_and_with_the_load_of_a_bar(coach: str, slug: str) -> None:
    free, loaded = FILES.match("Squats", coach), FILES.match("Squats", coach, loaded=True)
    assert (free, loaded) == (FILES[slug], FILES["back-squat"])


def test_a_name_that_one_bears_is_matched_for_every_coach() -> None:
    for name in ("back-squat", "BACK SQUATS", "squat arriere"):
        assert CATALOGUE.match(name, "endurance", measured=True) is CATALOGUE["back-squat"]
    for stranger in ("Tempo", "Recovery", "back", "", "back squat with pause"):
        assert CATALOGUE.match(stranger, "force") is None


def test_an_exercise_is_possible_with_something_of_every_group() -> None:
    bench = entry("dumbbell-bench", equipment=[["dumbbell", "kettlebell"], ["bench"]])
    assert bench.possible({"kettlebell", "bench"})
    assert not bench.possible({"dumbbell", "kettlebell"})
    assert entry("push-up", equipment=[]).possible([])


def test_a_group_without_alternatives_is_a_typing_error() -> None:
    with pytest.raises(ValidationError):
        entry("push-up", equipment=[[]])


# --- the data files ---


def test_files_that_are_not_there_make_an_empty_catalogue(tmp_path: Path) -> None:
    assert len(Catalogue.from_files(tmp_path)) == 0
    (tmp_path / "empty.yaml").touch()
    assert len(Catalogue.from_files(tmp_path)) == 0


def test_a_slug_is_the_english_name_in_kebab_case() -> None:
    kebab = {e.slug: re.sub(r"[^a-z0-9]+", "-", e.name.en.lower().replace("'", "")) for e in FILES}
    assert {slug: name for slug, name in kebab.items() if slug != name} == {}


def test_neighbours_are_in_the_catalogue() -> None:
    links = {(e.slug, slug) for e in FILES for slug in e.links.model_dump().values() if slug is not None}
    assert {(slug, neighbour) for slug, neighbour in links if neighbour not in FILES} == set()
    assert {slug for slug, neighbour in links if slug == neighbour} == set()


def test_every_exercise_is_found_by_its_own_names_by_its_own_coaches() -> None:
    lost = {
        (e.slug, name, coach)
        for e in FILES
        for name in (e.name.en, e.name.fr)
        for coach in e.coaches
        if FILES.match(name, coach) is not e
    }
    assert lost == set()


def texts(part: Any) -> Iterator[str]:
    """Every text of a nested value."""
    if isinstance(part, str):
        yield part
    else:
        for inner in part.values() if isinstance(part, dict) else part:
            yield from texts(inner)


def sentences(language: str) -> Iterator[str]:
    for e in FILES:
        yield getattr(cue(e), language)
        yield from texts(getattr(told(e), language).model_dump())


def test_no_text_is_empty_or_said_twice_in_either_language() -> None:
    said = Counter(chain(sentences("en"), sentences("fr")))
    assert [text for text, often in said.items() if often > 1 or len(text.split()) < 3 or text != text.strip()] == []
    for name in ("en", "fr"):
        assert max(Counter(fold(getattr(e.name, name)) for e in FILES).values()) == 1


def test_every_sentence_ends_and_is_spelled_as_its_language_asks() -> None:
    english, french = (
        [*sentences("en")],
        [*sentences("fr"), *(name for e in FILES for name in (e.name.fr, *e.aliases.fr))],
    )
    assert [text for text in (*sentences("en"), *sentences("fr")) if text[-1] not in ".!?\u00bb"] == []
    assert [text for text in english if "\u2019" in text or "\u00a0" in text] == []
    # No straight apostrophe, and a no-break space before two-part punctuation.
    assert [text for text in french if "'" in text or re.search(r"(?<![\u00a0\u202f\d])[:;?!]", text)] == []


def test_a_name_means_one_exercise_but_for_a_few() -> None:
    bearers: dict[str, set[str]] = {}
    for e in FILES:
        for name in e.names():
            bearers.setdefault(fold(name), set()).add(e.slug)
    several = {name: slugs for name, slugs in bearers.items() if len(slugs) > 1}
    assert several == {  # folded
        "row": {"barbell-row", "inverted-row", "rowing-machine"},
        "rowing": {"barbell-row", "rowing-machine"},
        "squat": {"air-squat", "back-squat"},
        "planch": {"full-planche", "plank"},  # the skill for calisthenics; elsewhere what the French call a plank
    }


def test_every_exercise_can_be_reached_with_some_equipment_by_its_coaches() -> None:
    for e in FILES:
        serving = [REGISTRY[slug] for slug in e.coaches]
        assert all(e.possible(coach.equipment) for coach in serving), e.slug


def test_every_text_is_one_that_the_api_may_serve() -> None:
    assert [text for text in (*sentences("en"), *sentences("fr")) if len(text) > 500] == []
    assert [e.slug for e in FILES if max(map(len, e.names())) > 100 or e.languages != ["en", "fr"]] == []


def test_equipment_is_told_in_known_words_alone() -> None:
    used = {word for e in FILES for group in e.equipment for word in group}
    assert used == WORDS


def test_what_is_easier_for_one_is_not_easier_back() -> None:
    pairs = [(e, FILES[slug], way) for e in FILES for way, slug in e.links.model_dump().items() if slug is not None]
    assert [(e.slug, other.slug) for e, other, way in pairs if way == "easier" and other.links.easier == e.slug] == []
    assert [(e.slug, other.slug) for e, other, way in pairs if way == "harder" and other.links.harder == e.slug] == []
    assert [e.slug for e in FILES if e.links.easier is not None and e.links.easier == e.links.harder] == []


def test_nothing_harder_is_for_a_lower_level() -> None:
    rank = {e.slug: LEVELS.index(e.level) for e in FILES}
    assert [e.slug for e in FILES if rank.get(e.links.harder or "", 2) < rank[e.slug]] == []
    assert [e.slug for e in FILES if rank.get(e.links.easier or "", 0) > rank[e.slug]] == []


def test_measure_and_modality_agree_with_the_pattern() -> None:
    for e in FILES:
        assert e.modality != "monostructural" or e.pattern == "cyclical", e.slug
        assert e.sport is None or e.pattern in {"cyclical", "jump"}, e.slug  # bounds are a runner's drill
        if e.pattern == "cyclical" and e.measure == "meters":
            assert e.sport is not None or e.meters_per_second is not None, e.slug  # somebody's speed
        assert e.modality != "weightlifting" or e.equipment, e.slug  # a load outside the body
        assert e.pattern != "other", e.slug
        assert e.mechanic is not None, e.slug


@pytest.mark.parametrize("coach", REGISTRY)
def test_every_coach_can_warm_up_work_and_cool_down_with_the_body_only(coach: str) -> None:
    alone = [e for e in FILES.for_coach(coach) if e.equipment == [] and e.level == "beginner"]
    for role in ("warmup", "main", "accessory", "cooldown"):
        assert len([e for e in alone if role in e.roles]) >= 3, role


def test_a_beginner_with_nothing_but_the_floor_can_push_pull_and_train_legs_and_trunk() -> None:
    work = [
        e for e in FILES.for_coach("calisthenics")
        if e.equipment == [] and e.level == "beginner" and {"main", "accessory"} & {*e.roles}
    ]  # fmt: skip
    patterns = Counter(e.pattern for e in work)
    assert patterns["horizontal_push"] + patterns["vertical_push"] >= 3
    assert patterns["horizontal_pull"] >= 2
    assert patterns["squat"] + patterns["lunge"] >= 3
    assert patterns["hinge"] >= 2
    assert patterns["core"] >= 3


@pytest.mark.parametrize(("name", "slugs"), LADDERS.items())
def test_a_ladder_has_the_references_steps_in_order(name: str, slugs: list[str]) -> None:
    steps = sorted((e for e in FILES if e.ladder == name), key=lambda e: e.step or 0)
    assert [e.slug for e in steps] == slugs
    assert [e.step for e in steps] == list(range(1, len(slugs) + 1))
    assert [LEVELS.index(e.level) for e in steps] == sorted(LEVELS.index(e.level) for e in steps)
    assert all("calisthenics" in e.coaches for e in steps)
    for e in steps:
        assert e.standard is not None
        assert (e.standard.reps is None) == (e.measure == "seconds"), e.slug


# Section 3 of the exercise science: what the body moves alone, an outer load, and what goes round and round.
MODALITIES = {
    "monostructural": [
        "run", "rowing-machine", "bike-ride", "indoor-bike", "air-bike", "ski-erg", "freestyle", "double-under",
        "single-under", "shuttle-run", "ruck-march",
    ],
    "gymnastics": [
        "air-squat", "pistol-squat", "walking-lunge", "step-up", "box-jump", "burpee", "bar-facing-burpee",
        "burpee-broad-jump", "push-up", "dip", "ring-dip", "wall-headstand-push-up", "handstand-walk", "wall-walk",
        "pull-up", "chest-to-bar-pull-up", "muscle-up", "rope-climb", "inverted-row", "toes-to-bar", "sit-up",
        "back-extension",
    ],
    "weightlifting": [
        "deadlift", "clean", "snatch", "split-jerk", "push-jerk", "overhead-press", "front-squat", "thruster",
        "bench-press", "wall-ball", "medicine-ball-clean", "kettlebell-swing", "turkish-get-up", "dumbbell-snatch",
        "devil-press", "farmers-carry", "sandbag-clean", "sled-push", "sled-pull",
    ],
}  # fmt: skip


@pytest.mark.parametrize(("modality", "slugs"), MODALITIES.items())
def test_a_movement_has_the_references_modality(modality: str, slugs: list[str]) -> None:
    assert [slug for slug in slugs if FILES[slug].modality != modality] == []


def test_repetitions_and_metres_take_the_references_time() -> None:
    seconds = {"double-under": 0.6, "air-squat": 2, "kettlebell-swing": 2, "wall-ball": 2.7, "burpee": 4}
    assert {slug: FILES[slug].seconds_per_rep for slug in seconds} == seconds
    speeds = {
        "run": 2.8, "rowing-machine": 3.6, "ski-erg": 3.9, "bike-ride": 7, "freestyle": 0.75, "sandbag-lunge": 0.37,
        "burpee-broad-jump": 0.3,
    }  # fmt: skip
    assert {slug: FILES[slug].meters_per_second for slug in speeds} == speeds
    assert {e.meters_per_second for e in FILES if e.slug.endswith("-carry")} == {1.6}
    sleds = [e.meters_per_second for e in FILES if "sled" in e.slug]
    assert all(speed is not None and 0.2 <= speed <= 0.3 for speed in sleds)


def test_every_step_stands_on_a_ladder_of_the_reference() -> None:
    assert {e.ladder for e in FILES} - {None} == LADDERS.keys()


@pytest.mark.parametrize(
    ("slug", "standard"),
    [
        ("wall-push-up", Standard(reps=8)),
        ("support-hold", Standard(seconds=30)),
        ("kip-swing", Standard(reps=10)),
        ("muscle-up", Standard(reps=5)),
        ("straddle-planche", Standard(seconds=15)),
        ("manna", Standard(seconds=5)),
        ("one-arm-handstand", Standard(seconds=15)),
        ("full-back-lever", Standard(seconds=15)),
        ("full-front-lever", Standard(seconds=15)),
        ("skin-the-cat", Standard(reps=8)),
        ("v-sit", Standard(seconds=15)),
        ("l-sit", Standard(seconds=30)),
        ("tuck-human-flag", Standard(seconds=15)),
    ],
)
def test_a_step_has_the_references_standard(slug: str, standard: Standard) -> None:
    assert FILES[slug].standard == standard


@pytest.mark.parametrize(
    "fields",
    [
        {"step": 1},
        {"standard": {"reps": 8}},
        {"ladder": "dip"},
        {"ladder": "dip", "step": 0},
        {"ladder": "dip", "step": 1, "standard": {}},
        {"ladder": "dip", "step": 1, "standard": {"reps": 8, "seconds": 30}},
        {"ladder": "dip", "step": 1, "standard": {"reps": 8, "sets": 0}},
    ],
)
def test_half_a_step_is_a_typing_error(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        entry("push-up", **fields)


@pytest.mark.parametrize(
    ("name", "coach", "slug"),
    [
        ("Pompes", "calisthenics", "push-up"),
        ("tractions", "force", "pull-up"),
        ("Dips", "calisthenics", "dip"),
        ("HSPU", "functional", "wall-headstand-push-up"),
        ("C2B", "functional", "chest-to-bar-pull-up"),
        ("T2B", "functional", "toes-to-bar"),
        ("KBS", "functional", "kettlebell-swing"),
        ("MU", "calisthenics", "muscle-up"),
        ("Pistols", "calisthenics", "pistol-squat"),
        ("L-sit", "calisthenics", "l-sit"),
        ("équerre", "calisthenics", "l-sit"),
        ("Front lever", "calisthenics", "full-front-lever"),
        ("drapeau humain", "calisthenics", "full-human-flag"),
        ("planche", "calisthenics", "full-planche"),
        ("planche", "force", "plank"),
        ("Squats", "force", "back-squat"),
        ("SDT", "force", "deadlift"),
        ("développés couchés", "force", "bench-press"),
        ("gainage", "endurance", "plank"),
        ("burpees", "competitions", "burpee"),
        ("wall balls", "competitions", "wall-ball"),
        ("SkiErg", "competitions", "ski-erg"),
        ("footing", "endurance", "run"),
        ("crawl", "endurance", "freestyle"),
        ("row", "force", "barbell-row"),
        ("ring rows", "functional", "inverted-row"),
        ("Row", "calisthenics", "inverted-row"),
        ("rows", "competitions", "rowing-machine"),
        ("row", "endurance", "rowing-machine"),
        ("Liegestütz", "calisthenics", None),
        ("Tempo", "endurance", None),
        ("Recovery", "endurance", None),
        ("push", "force", None),
    ],
)
def test_the_names_that_people_use_are_known(name: str, coach: str, slug: str | None) -> None:
    match = FILES.match(name, coach)
    assert (match and match.slug) == slug


def test_the_catalogue_is_large_enough_for_five_coaches() -> None:
    assert len(FILES) >= 300
    assert {coach: len(FILES.for_coach(coach)) for coach in REGISTRY if len(FILES.for_coach(coach)) < 40} == {}


def test_every_exercise_serves_somewhere_and_works_something() -> None:
    for e in FILES:
        assert e.roles, e.slug
        assert e.coaches, e.slug
        assert e.primary, e.slug
        assert not set(e.primary) & set(e.secondary), e.slug
        assert len({*e.primary}) == len(e.primary), e.slug
        assert set(e.coaches) <= REGISTRY.keys(), e.slug


# --- the database ---


def test_loading_twice_changes_nothing_the_second_time(db: None) -> None:
    assert load(CATALOGUE) == len(CATALOGUE)
    assert load(CATALOGUE) == 0
    assert list(current()) == list(CATALOGUE)


def test_loading_renews_what_changed_and_keeps_what_is_not_in_the_files(db: None) -> None:
    load([entry("back-squat"), entry("moon-press")])
    assert load([entry("back-squat", level="advanced", aliases={"fr": ["Flexions"]})]) == 1
    row = Exercise.objects.get(pk="back-squat")
    assert (row.level, row.search) == ("advanced", "backsquat\nflexion")
    assert current()["back-squat"].level == "advanced"
    assert "moon-press" in current()


def test_the_table_is_read_again_only_after_it_changed(db: None) -> None:
    load([entry("back-squat")])
    first = current()
    with CaptureQueriesContext(connection) as queries:
        assert current() is first
    assert len(queries) == 1
    Exercise.objects.all().delete()
    assert len(current()) == 0


def test_the_command_loads_the_data_files_and_says_so_in_one_line(db: None) -> None:
    out = StringIO()
    call_command("load_catalogue", stdout=out)
    assert out.getvalue() == f"Catalogue: {len(FILES)} exercises, {len(FILES)} new or changed\n"
    assert list(current()) == list(FILES)
