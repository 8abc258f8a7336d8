"""`manage.py import_exercises`: files in the layout of free-exercise-db, good and bad."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.callers import signed_in, whole_catalogue
from tests.factories import TrainingSessionFactory
from tests.model_server import ModelServer
from training import details, llm
from training.catalogue import Catalogue, Entry
from training.catalogue.free_exercise_db import EQUIPMENT, MAX_TEXT, Flaw, Known, pattern_of, place, placed, slug_of
from training.catalogue.stored import current, load
from training.coaches import REGISTRY
from training.models import Exercise

FILES = whole_catalogue()

JEFFERSON: dict[str, Any] = {
    "id": "Jefferson_Squats",
    "name": "Jefferson Squats",
    "force": "push",
    "level": "expert",
    "mechanic": "compound",
    "equipment": "barbell",
    "primaryMuscles": ["quadriceps"],
    "secondaryMuscles": ["calves", "glutes", "quadriceps"],
    "instructions": ["Place a barbell on the floor.", "  Stand in\nthe middle of the bar.  ", ""],
    "category": "strength",
    "images": ["Jefferson_Squats/0.jpg"],
}


def like(**fields: Any) -> dict[str, Any]:
    return {**JEFFERSON, **fields}


def answer(**fields: Any) -> Entry | Known | Flaw:
    [only] = place([like(**fields)], FILES)
    return only


def run(tmp_path: Path, content: Any, *options: str) -> str:
    """What the command says about a file with this content, JSON or text."""
    file = tmp_path / "exercises.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    out = StringIO()
    call_command("import_exercises", str(file), *options, stdout=out)
    return out.getvalue()


# --- one exercise ---


def test_what_the_file_tells_is_taken_over_and_nothing_is_invented() -> None:
    entry = placed(JEFFERSON, "/0")
    assert entry.slug == "jefferson-squats"
    assert (entry.name.en, entry.name.fr, entry.languages) == ("Jefferson Squats", "Jefferson Squats", ["en"])
    assert (entry.level, entry.mechanic, entry.pattern, entry.modality) == (
        "advanced", "compound", "squat", "weightlifting",
    )  # fmt: skip
    assert (entry.primary, entry.secondary) == (["quadriceps"], ["calves", "glutes"])
    assert entry.equipment == [["barbell"]]
    assert entry.instructions == ["Place a barbell on the floor.", "Stand in the middle of the bar."]
    assert (entry.cue, entry.details, entry.coaches, entry.contraindications) == (None, None, [], [])
    assert set(entry.links.model_dump().values()) == {None}


@pytest.mark.parametrize(
    ("fields", "place_in_file", "reason"),
    [
        ({"name": None}, "/0/name", "no text"),
        ({"name": " \n"}, "/0/name", "no text"),
        ({"name": 7}, "/0/name", "no text"),
        ({"name": "深蹲"}, "/0/name", "no slug"),
        ({"name": "Squat\x00"}, "/0/name", "cannot be shown"),
        ({"name": "Squat \ud800"}, "/0/name", "cannot be shown"),
        ({"name": "x" * 101}, "/0/name", "longer than 100"),
        ({"primaryMuscles": ["wings"]}, "/0/primaryMuscles/0", "unknown muscle 'wings'"),
        ({"primaryMuscles": ["chest", ["lats"]]}, "/0/primaryMuscles/1", "unknown muscle"),
        ({"primaryMuscles": []}, "/0/primaryMuscles", "no muscle"),
        ({"primaryMuscles": None}, "/0/primaryMuscles", "no list"),
        ({"secondaryMuscles": ["chest", "gills"]}, "/0/secondaryMuscles/1", "unknown muscle 'gills'"),
        ({"equipment": "hoverboard"}, "/0/equipment", "unknown equipment 'hoverboard'"),
        ({"equipment": ["barbell"]}, "/0/equipment", "unknown equipment"),
        ({"equipment": "exercise ball"}, "/0/equipment", "no word"),
        ({"equipment": "machine"}, "/0/equipment", "does not tell which"),
        ({"level": "demigod"}, "/0/level", "unknown level 'demigod'"),
        ({"level": None}, "/0/level", "unknown level"),
        ({"category": "chess"}, "/0/category", "unknown category"),
        ({"force": "shove"}, "/0/force", "unknown force"),
        ({"mechanic": 3}, "/0/mechanic", "unknown mechanic"),
        ({"instructions": "Lift."}, "/0/instructions", "no list"),
        ({"instructions": ["Lift.", 4]}, "/0/instructions/1", "no text"),
        ({"instructions": ["x" * 501]}, "/0/instructions/0", "longer than 500"),
    ],
)
def test_what_cannot_be_placed_has_its_place_in_the_file_and_a_reason(
    fields: dict[str, Any], place_in_file: str, reason: str
) -> None:
    flaw = answer(**fields)
    assert isinstance(flaw, Flaw)
    assert flaw.pointer == place_in_file
    assert reason in flaw.reason
    assert len(flaw.reason) < 200


@pytest.mark.parametrize("item", [None, 5, "Squat", [], [JEFFERSON]])
def test_what_is_no_object_is_no_exercise(item: Any) -> None:
    assert list(place([item], FILES)) == [Flaw("/0", "no object")]


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Farmer's Walk", "farmers-walk"),
        ("Clean & Jerk (Hang)", "clean-jerk-hang"),
        ("3/4 Sit-Up", "3-4-sit-up"),
        ("Développé  Arnold", "developpe-arnold"),
    ],
)
def test_a_slug_is_the_name_in_kebab_case(name: str, slug: str) -> None:
    assert slug_of(name) == slug


@pytest.mark.parametrize(
    ("name", "fields", "pattern"),
    [
        ("Board Press", {"primaryMuscles": ["triceps"]}, "horizontal_push"),
        ("Dips - Triceps Version", {"primaryMuscles": ["triceps"]}, "vertical_push"),
        ("JM Press", {"primaryMuscles": ["triceps"]}, "other"),
        ("Kettlebell Seesaw Press", {"primaryMuscles": ["shoulders"]}, "vertical_push"),
        ("V-Bar Pullup", {"force": "pull", "primaryMuscles": ["lats"]}, "vertical_pull"),
        ("Dumbbell Incline Row", {"force": "pull", "primaryMuscles": ["middle back"]}, "horizontal_pull"),
        ("Bent-Arm Barbell Pullover", {"force": "pull", "primaryMuscles": ["lats"]}, "other"),
        ("Deficit Deadlift", {"force": "pull", "primaryMuscles": ["lower back"]}, "hinge"),
        ("Barbell Rear Lunge", {}, "lunge"),
        ("Cable Crunch", {"primaryMuscles": ["abdominals"], "mechanic": "isolation"}, "core"),
        ("Concentration Curls", {"primaryMuscles": ["biceps"], "mechanic": "isolation"}, "isolation"),
        ("Bench Jump", {"category": "plyometrics"}, "jump"),
        ("Chest Push", {"category": "plyometrics"}, "other"),
        ("Snatch from Blocks", {"category": "olympic weightlifting"}, "olympic"),
        ("Looking At Ceiling", {"category": "stretching"}, "mobility"),
        ("Trail Running", {"category": "cardio"}, "cyclical"),
    ],
)
def test_a_pattern_is_named_only_where_it_is_told(name: str, fields: dict[str, Any], pattern: str) -> None:
    item = like(name=name, **fields)
    told = pattern_of(name, item["category"], item["force"], item["mechanic"], item["primaryMuscles"][0])
    assert told == pattern


@pytest.mark.parametrize(
    ("name", "equipment", "words"),
    [
        ("Narrow Stance Leg Press", "machine", [["leg-press-machine"]]),
        ("Smith Machine Calf Raise", "machine", [["smith-machine"]]),
        ("Sled Row", "other", [["sled"]]),
        ("Jefferson Squats", "body only", []),
        ("Jefferson Squats", None, []),
        ("Jefferson Squats", "kettlebells", [["kettlebell"]]),
    ],
)
def test_equipment_is_told_in_the_catalogues_words(name: str, equipment: str | None, words: list[list[str]]) -> None:
    entry = answer(name=name, equipment=equipment)
    assert isinstance(entry, Entry)
    assert entry.equipment == words


def test_every_word_for_equipment_is_one_that_the_catalogue_uses() -> None:
    used = {word for entry in FILES for group in entry.equipment for word in group}
    assert {word for words in EQUIPMENT.values() for word in words} <= used


def test_a_long_instruction_is_parted_between_sentences() -> None:
    entry = answer(instructions=[" ".join(["Raise the bar to the hips and hold it there."] * 30)])
    assert isinstance(entry, Entry)
    assert len(entry.instructions) > 1
    assert all(len(step) <= MAX_TEXT and step.endswith(".") for step in entry.instructions)
    assert sum(step.count("Raise") for step in entry.instructions) == 30


# --- the whole file ---


@pytest.mark.parametrize("name", ["Push-Ups", "PUSHUP", "Pompes", "Barbell Back Squat"])
def test_what_the_catalogue_has_by_any_name_is_left_alone(name: str) -> None:
    muscle = "quadriceps" if "Squat" in name else "chest"
    known = answer(name=name, primaryMuscles=[muscle])
    assert isinstance(known, Known)
    assert known.by == "catalogue"


def test_a_namesake_for_other_muscles_is_not_taken_for_ours() -> None:
    flaw = answer(name="Air Bike", primaryMuscles=["abdominals"], equipment="body only")
    assert flaw == Flaw("/0/name", "the catalogue has another exercise of this name, air-bike, for other muscles")


def test_of_two_alike_in_a_file_the_first_counts() -> None:
    answers = list(place([JEFFERSON, like(name="Jefferson squat", level="beginner"), JEFFERSON], FILES))
    assert isinstance(answers[0], Entry)
    assert answers[1:] == [Known("/1", "jefferson-squats", "file"), Known("/2", "jefferson-squats", "file")]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


@given(field=st.sampled_from(sorted(JEFFERSON)), value=json_values)
@settings(max_examples=150, deadline=None)
def test_whatever_stands_in_a_field_is_placed_or_told_never_a_crash(field: str, value: Any) -> None:
    [only] = place([like(**{field: value})], FILES)
    assert isinstance(only, Entry | Known | Flaw)
    if isinstance(only, Flaw):
        assert only.pointer.startswith("/0")
        assert "\n" not in only.reason


def test_an_import_is_repeated_without_doubles(db: None, tmp_path: Path) -> None:
    items = [JEFFERSON, like(name="Zottman Curl"), like(name="Push-Ups", primaryMuscles=["chest"]), JEFFERSON]
    first = run(tmp_path, items)
    assert first.splitlines() == [
        "4 exercises in the file, 2 placed, 2 of them new or changed",
        "1 are in the catalogue already, 1 stood in the file before",
    ]
    assert "2 placed, 0 of them new or changed" in run(tmp_path, items)
    assert set(Exercise.objects.values_list("slug", flat=True)) == {"jefferson-squats", "zottman-curl"}
    assert "2 placed, 1 of them new or changed" in run(tmp_path, [like(level="beginner"), *items[1:3]])
    assert current()["jefferson-squats"].level == "beginner"


def test_an_import_overwrites_nothing_of_ours_and_ours_can_be_loaded_after_it(db: None, tmp_path: Path) -> None:
    load([FILES["push-up"].model_copy(update={"slug": "old-push-up", "name": JEFFERSON_NAME})])
    run(tmp_path, [JEFFERSON, like(name="Pushups", primaryMuscles=["chest"])])
    assert [*current()] == [current()["old-push-up"]]
    assert load(FILES) == len(FILES)


JEFFERSON_NAME = FILES["push-up"].name.model_copy(update={"en": "Jefferson squat", "fr": "Squat Jefferson"})


def test_what_could_not_be_placed_is_listed_and_the_rest_is_taken(db: None, tmp_path: Path) -> None:
    items = [like(name=f"Number {i}", equipment="hoverboard") for i in range(25)] + [JEFFERSON]
    said = run(tmp_path, items).splitlines()
    assert said[2] == "25 could not be placed:"
    assert said[3] == "  /0/equipment: unknown equipment 'hoverboard'"
    assert said[-1] == "  and 5 more; --verbosity 2 lists them all"
    assert "  /24/equipment: unknown equipment 'hoverboard'" in run(tmp_path, items, "--verbosity", "2")
    assert "jefferson-squats" in current()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "is no JSON"),
        ('[{"name": "Squat"', "is no JSON"),
        ("[NaN]", "is no JSON"),
        ("[" * 100_000, "is no JSON"),
        ('{"exercises": []}', "holds no list"),
        ('"Squat"', "holds no list"),
        ("[]", "nothing could be placed"),
        ("[null, 3]", "nothing could be placed"),
    ],
)
def test_a_file_that_gives_nothing_at_all_is_an_error(db: None, tmp_path: Path, content: str, reason: str) -> None:
    with pytest.raises(CommandError, match=reason):
        run(tmp_path, content)
    assert not Exercise.objects.exists()


def test_a_file_that_cannot_be_read_is_an_error(db: None, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read: No such file"):
        call_command("import_exercises", str(tmp_path / "missing.json"))
    (tmp_path / "latin.json").write_bytes('[{"name": "Développé"}]'.encode("latin-1"))
    with pytest.raises(CommandError, match="is no JSON"):
        call_command("import_exercises", str(tmp_path / "latin.json"))


def test_a_file_with_a_byte_order_mark_is_read(db: None, tmp_path: Path) -> None:
    assert "1 placed" in run(tmp_path, "\ufeff" + json.dumps([JEFFERSON]))


def test_ten_thousand_exercises_find_their_place() -> None:
    answers = place((like(name=f"Exercise number {i}x") for i in range(10_000)), FILES)
    assert len({answer.slug for answer in answers if isinstance(answer, Entry)}) == 10_000


def test_more_exercises_than_one_batch_are_written(db: None, tmp_path: Path) -> None:
    items = [like(name=f"Exercise number {i}x") for i in range(1_500)]
    assert "1500 placed, 1500 of them new or changed" in run(tmp_path, items)
    assert Exercise.objects.count() == 1_500


# --- what an athlete sees of it ---


def test_no_coach_may_choose_what_was_imported() -> None:
    both = Catalogue([*FILES, placed(JEFFERSON, "/0")])
    assert "jefferson-squats" in both
    for coach in REGISTRY:
        assert "jefferson-squats" not in {entry.slug for entry in both.for_coach(coach)}
        match = both.match("jefferson squat", coach)
        assert match is not None
        assert match.slug == "jefferson-squats"


def test_of_two_of_one_name_ours_is_meant() -> None:
    imported = placed(like(name="Air Bike"), "/0").model_copy(update={"slug": "air-bike-crunch"})
    for coach in REGISTRY:
        match = Catalogue([*FILES, imported]).match("air bike", coach)
        assert match is not None
        assert match.slug == "air-bike"


def test_the_catalogue_shows_it_in_english_and_says_so(athlete: User) -> None:
    load([placed(JEFFERSON, "/0"), FILES["push-up"]])
    client = signed_in(athlete)
    body = client.get("/api/v1/exercises/jefferson-squats/", HTTP_ACCEPT_LANGUAGE="fr").json()
    assert (body["name"], body["languages"], body["coaches"]) == ("Jefferson Squats", ["en"], [])
    assert (body["cue"], body["details"]) == (None, None)
    assert body["instructions"] == ["Place a barbell on the floor.", "Stand in the middle of the bar."]
    ours = client.get("/api/v1/exercises/push-up/", HTTP_ACCEPT_LANGUAGE="fr").json()
    assert (ours["languages"], ours["instructions"]) == (["en", "fr"], [])


def brought(language: str) -> Any:
    """A session in which an athlete brought an imported exercise."""
    load([placed(JEFFERSON, "/0")])
    exercise = {"key": "b1e1", "exercise": "jefferson-squats", "name": "Jefferson", "sets": [{"reps": 5}]}
    block = {"key": "b1", "role": "main", "format": "sets", "exercises": [exercise]}
    request = {"coach": "force", "athlete": {"level": "beginner"}}
    return TrainingSessionFactory.create(request=request, language=language, prescription={"blocks": [block]})


@pytest.mark.parametrize("language", ["en", "fr"])
def test_without_a_model_it_has_no_details_like_a_stranger(db: None, language: str) -> None:
    session = brought(language)
    assert details.needs(session) == []
    assert details.total(session) == 0


@pytest.mark.django_db(transaction=True)
def test_with_a_model_its_instructions_are_the_ground_of_its_details(model_server: ModelServer) -> None:
    [need] = details.needs(brought("fr"))
    assert details.find(need) is None
    llm.wait(details.write(need))
    asked = json.loads(model_server.requests[0].input)
    assert asked["language"] == "French"
    assert asked["catalogue"] == {"instructions": placed(JEFFERSON, "/0").instructions}
