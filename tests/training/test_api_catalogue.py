"""coaches/ and exercises/."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from tests.callers import load_catalogue, pointers, signed_in, whole_catalogue

COACHES, EXERCISES = "/api/v1/coaches/", "/api/v1/exercises/"


@pytest.fixture
def client(athlete: User) -> APIClient:
    """The athlete's, before the whole catalogue."""
    load_catalogue()
    return signed_in(athlete)


def slugs(client: APIClient, **query: Any) -> set[str]:
    """Every exercise that a query finds, over all pages."""
    found: set[str] = set()
    page = client.get(EXERCISES, {"page_size": 100, **query}).json()
    found |= {row["slug"] for row in page["results"]}
    while page["next"]:
        page = client.get(page["next"]).json()
        found |= {row["slug"] for row in page["results"]}
    return found


def test_the_five_coaches_say_what_they_are(client: APIClient) -> None:
    found = {coach["slug"]: coach for coach in client.get(COACHES).json()["results"]}
    assert list(found) == ["force", "endurance", "functional", "calisthenics", "competitions"]
    assert found["force"]["disciplines"] == ["strength", "powerlifting", "bodybuilding", "strongman"]
    assert {"volume_analysis", "intensity_distribution"} == set(found["force"]["analyses"])
    for coach in found.values():
        assert coach.keys() == {"slug", "disciplines", "equipment", "formats", "analyses"}


def test_an_exercise_is_told_in_the_language_of_the_caller(client: APIClient) -> None:
    english = client.get(f"{EXERCISES}back-squat/", HTTP_ACCEPT_LANGUAGE="en")
    french = client.get(f"{EXERCISES}back-squat/", HTTP_ACCEPT_LANGUAGE="fr-CA, en;q=0.5")
    other = client.get(f"{EXERCISES}back-squat/", HTTP_ACCEPT_LANGUAGE="de, \xff;q=junk")
    assert english["Content-Language"] == "en"
    assert french["Content-Language"] == "fr"
    assert (
        client.get(EXERCISES, HTTP_ACCEPT_LANGUAGE="fr").json()["results"][0]["cue"]
        != (client.get(EXERCISES).json()["results"][0]["cue"])
    )
    assert "Accept-Language" in english["Vary"]
    for place in ("name", "cue", "details"):
        assert english.json()[place] != french.json()[place]
    assert other.json() == english.json()
    assert english.json()["details"].keys() == {
        "coaching_cues_detailed", "common_mistakes", "progression_suggestions", "technical_breakdown",
    }  # fmt: skip


def test_the_catalogue_is_paged_by_slug(client: APIClient) -> None:
    catalogue = whole_catalogue()
    first = client.get(EXERCISES, {"page_size": 5}).json()
    assert [row["slug"] for row in first["results"]] == [entry.slug for entry in catalogue][:5]
    assert slugs(client, page_size=7) == {entry.slug for entry in catalogue}


def test_filters_narrow_the_catalogue(client: APIClient) -> None:
    catalogue = whole_catalogue()
    assert slugs(client, coach="force") == {entry.slug for entry in catalogue if "force" in entry.coaches}
    assert slugs(client, level="beginner") == {entry.slug for entry in catalogue if entry.level == "beginner"}
    assert slugs(client, muscle="chest") == {
        entry.slug for entry in catalogue if "chest" in (*entry.primary, *entry.secondary)
    }
    assert slugs(client, equipment="rack") == {
        entry.slug for entry in catalogue if any("rack" in group for group in entry.equipment)
    }
    assert slugs(client, muscle="chest", level="beginner") == slugs(client, muscle="chest") & slugs(
        client, level="beginner"
    )


@pytest.mark.parametrize("name", ["Back Squat", "back-squats", "BACKSQUAT", "back sq"])
def test_a_name_is_found_however_it_is_spelled(client: APIClient, name: str) -> None:
    assert "back-squat" in slugs(client, q=name)


@pytest.mark.parametrize("name", ["%", "_", "\\", "no such exercise"])
def test_a_name_that_is_none_finds_nothing(client: APIClient, name: str) -> None:
    assert slugs(client, q=name) == set()


@pytest.mark.parametrize(
    ("name", "value"),
    [("coach", "x"), ("level", "x"), ("muscle", "x"), ("q", "\0"), ("q", "a\0b"), ("equipment", "\0"), ("coach", "\0")],
)
def test_a_filter_that_cannot_be_is_refused_by_name(client: APIClient, name: str, value: str) -> None:
    response = client.get(EXERCISES, {name: value})
    assert response.status_code == 422
    assert pointers(response) == [f"/{name}"]


@pytest.mark.parametrize("slug", ["no-such", "%00", "back%20squat", "é", "x" * 3_000])
def test_an_unknown_exercise_is_not_there(client: APIClient, slug: str) -> None:
    response = client.get(f"{EXERCISES}{slug}/")
    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"
