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

from tests.training.shapes import CATALOGUE, entry
from training.catalogue import Catalogue, fold
from training.catalogue.stored import current, load
from training.coaches import REGISTRY, Coach
from training.models import Exercise

FILES = Catalogue.from_files()


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
        yield getattr(e.cue, language)
        yield from texts(getattr(e.details, language).model_dump())


def test_no_text_is_empty_or_said_twice_in_either_language() -> None:
    said = Counter(chain(sentences("en"), sentences("fr")))
    assert [text for text, often in said.items() if often > 1 or len(text.split()) < 3 or text != text.strip()] == []
    for name in ("en", "fr"):
        assert max(Counter(fold(getattr(e.name, name)) for e in FILES).values()) == 1


def test_every_sentence_ends_and_is_spelled_as_its_language_asks() -> None:
    english, french = [*sentences("en")], [*sentences("fr"), *(e.name.fr for e in FILES)]
    assert [text for text in (*sentences("en"), *sentences("fr")) if text[-1] not in ".!?\u00bb"] == []
    assert [text for text in english if "\u2019" in text or "\u00a0" in text] == []
    # No straight apostrophe, and a no-break space before two-part punctuation.
    assert [text for text in french if "'" in text or re.search(r"(?<![\u00a0\u202f\d])[:;?!]", text)] == []


def test_a_name_means_one_exercise_but_for_row() -> None:
    bearers: dict[str, set[str]] = {}
    for e in FILES:
        for name in e.names():
            bearers.setdefault(fold(name), set()).add(e.slug)
    several = {name: slugs for name, slugs in bearers.items() if len(slugs) > 1}
    assert several == {"row": {"barbell-row", "inverted-row", "rowing-machine"}}


def test_every_exercise_can_be_reached_with_some_equipment_by_its_coaches() -> None:
    for e in FILES:
        serving = [coach for slug in e.coaches if isinstance(coach := REGISTRY[slug], Coach)]
        assert all(e.possible(coach.equipment) for coach in serving), e.slug


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
