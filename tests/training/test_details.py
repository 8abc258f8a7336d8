"""Where an exercise's details come from, and who may read them."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from django.db import transaction
from pydantic import ValidationError
from pytest_django import Settings

from tests.callers import whole_catalogue
from tests.factories import TrainingSessionFactory
from tests.model_server import Behaviour, ModelServer
from tests.training.shapes import told
from training import details, llm
from training.catalogue.stored import load
from training.details import ExerciseDetails, Need
from training.models import ExerciseNote, SessionDetail, TrainingSession

pytestmark = pytest.mark.django_db(transaction=True)

FILES = whole_catalogue()


@pytest.fixture(autouse=True)
def catalogue(transactional_db: None) -> None:
    load(FILES)


def session(*exercises: str, injuries: Sequence[str] = (), level: str = "beginner", **fields: Any) -> TrainingSession:
    """A session with these exercises, one block each: slugs of the catalogue, or names of strangers."""
    return TrainingSessionFactory.create(
        request={"coach": "force", "athlete": {"level": level, "injuries": list(injuries)}},
        prescription={
            "blocks": [
                {
                    "key": f"b{i}",
                    "role": "main",
                    "format": "sets",
                    "exercises": [
                        {
                            "key": f"b{i}e1",
                            "exercise": name if name in FILES else None,
                            "name": "my own name for it" if name in FILES else name,
                            "sets": [{"reps": 5}],
                        }
                    ],
                }
                for i, name in enumerate(exercises, 1)
            ]
        },
        **fields,
    )


def enrich(target: TrainingSession) -> list[SessionDetail]:
    """What enrichment does: find or write each missing note, and attach it."""
    for need in details.missing(target):
        found = details.find(need)
        told = found or llm.wait(details.write(need))
        with transaction.atomic():
            details.attach(target, need, told)
    return list(target.details.select_related("note").order_by("key"))


# --- without a model ---
def test_without_a_model_the_catalogues_own_text_is_told() -> None:
    [detail] = enrich(session("back-squat"))
    own = told(FILES["back-squat"]).en
    assert detail.as_json() == {
        "coaching_cues_detailed": own.cues,
        "common_mistakes": own.mistakes,
        "progression_suggestions": own.progressions.model_dump(),
        "technical_breakdown": own.breakdown.model_dump(),
        "source": "builtin",
    }
    assert detail.note.model is None
    assert detail.note.version.startswith("builtin-")


def test_without_a_model_it_is_told_in_the_sessions_language() -> None:
    [detail] = enrich(session("back-squat", language="fr"))
    assert detail.note.details["coaching_cues_detailed"] == told(FILES["back-squat"]).fr.cues


def test_without_a_model_strangers_are_left_out() -> None:
    mixed = session("back-squat", "Tempo shuffle of my village")
    assert details.total(mixed) == 1
    assert [detail.key for detail in enrich(mixed)] == ["b1e1"]
    assert details.missing(mixed) == []


def test_two_sessions_share_the_catalogues_note_and_a_changed_text_makes_a_new_one() -> None:
    [first], [second] = enrich(session("back-squat")), enrich(session("back-squat"))
    assert first.note == second.note
    old = FILES["back-squat"]
    cues = ["Stand tall.", "Sit between the hips.", "Drive up."]
    english = told(old).en.model_copy(update={"cues": cues})
    load([old.model_copy(update={"details": told(old).model_copy(update={"en": english})})])
    [third] = enrich(session("back-squat"))
    assert third.note != first.note
    assert third.note.details["coaching_cues_detailed"] == cues


def test_without_a_model_an_injury_changes_nothing_that_is_told() -> None:
    [detail] = enrich(session("back-squat", injuries=["left knee"]))
    assert detail.note.session is None
    assert detail.source == "builtin"


# --- with a model ---
def test_with_a_model_a_note_is_written_once_and_shared(model_server: ModelServer) -> None:
    [first] = enrich(session("back-squat"))
    assert (first.source, first.note.model, first.note.version) == ("llm", "gpt-5-mini", details.PROMPT_VERSION)
    assert "Back squat" in first.note.details["technical_breakdown"]["setup"]
    found = details.find(details.needs(session("back-squat"))[0])
    assert found == (first.note, "library")
    assert len(model_server.requests) == 1


def test_the_catalogues_text_is_the_models_ground_and_nobodys_own_words_are(model_server: ModelServer) -> None:
    enrich(session("back-squat"))
    [request] = model_server.requests
    assert json.loads(request.input)["catalogue"]["common_mistakes"] == told(FILES["back-squat"]).en.mistakes
    assert "my own name for it" not in request.input


@pytest.mark.parametrize(
    "other",
    [{"level": "advanced"}, {"language": "fr"}, {"coach": "functional"}],
    ids=["level", "language", "coach"],
)
def test_another_key_is_another_note(model_server: ModelServer, other: dict[str, str]) -> None:
    enrich(session("back-squat"))
    [need] = details.needs(session("back-squat", **other))
    assert details.find(need) is None


def test_a_new_prompt_version_is_another_note(model_server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
    enrich(session("back-squat"))
    monkeypatch.setattr(details, "PROMPT_VERSION", "details-next")
    enrich(session("back-squat"))
    assert ExerciseNote.objects.count() == 2


def test_the_catalogues_note_is_not_taken_for_a_models(model_server: ModelServer, settings: Settings) -> None:
    key, settings.OPENAI_API_KEY = settings.OPENAI_API_KEY, ""
    enrich(session("back-squat"))
    settings.OPENAI_API_KEY = key
    [need] = details.needs(session("back-squat"))
    assert details.find(need) is None


def test_a_strangers_note_is_written_from_its_name_and_stays_with_its_session(model_server: ModelServer) -> None:
    mine = session("Tempo shuffle")
    [detail] = enrich(mine)
    assert (detail.note.session, detail.note.exercise, detail.source) == (mine, None, "llm")
    assert json.loads(model_server.requests[0].input)["exercise"] == "Tempo shuffle"
    enrich(session("Tempo shuffle"))
    assert len(model_server.requests) == 2
    mine.delete()
    assert ExerciseNote.objects.count() == 1


def test_a_note_for_an_injury_neither_comes_from_the_library_nor_goes_there(model_server: ModelServer) -> None:
    enrich(session("back-squat"))
    hurt = session("back-squat", injuries=["left knee"])
    [detail] = enrich(hurt)
    assert detail.note.session == hurt
    assert "left knee" in detail.note.details["coaching_cues_detailed"][0]
    shared = ExerciseNote.objects.get(session=None)
    assert "left knee" not in json.dumps(shared.details)
    assert details.find(details.needs(session("back-squat"))[0]) == (shared, "library")


def test_one_exercise_twice_in_a_session_is_one_note_under_two_keys(model_server: ModelServer) -> None:
    double = session("back-squat", "Tempo shuffle", "back-squat", "tempo shuffles")
    assert [need.keys for need in details.needs(double)] == [("b1e1", "b3e1"), ("b2e1", "b4e1")]
    assert details.total(double) == 4
    told = enrich(double)
    assert [detail.key for detail in told] == ["b1e1", "b2e1", "b3e1", "b4e1"]
    assert told[0].note == told[2].note
    assert len(model_server.requests) == 2


def test_only_what_is_missing_is_asked_for(model_server: ModelServer) -> None:
    half = session("back-squat", "romanian-deadlift")
    [squat, _] = details.needs(half)
    details.attach(half, squat, llm.wait(details.write(squat)))
    assert [need.exercise for need in details.missing(half)] == ["romanian-deadlift"]
    assert details.total(half) == 2


def test_of_two_writers_of_a_shared_note_the_later_gets_the_earliers(model_server: ModelServer) -> None:
    first, second = session("back-squat"), session("back-squat")
    [need] = details.needs(first)
    model_server.script(Behaviour(text=json.dumps(valid("Other words."))))
    theirs, ours = llm.wait(details.write(need)), llm.wait(details.write(need))
    with transaction.atomic():
        [kept] = details.attach(first, need, theirs)
    with transaction.atomic():
        [told] = details.attach(second, need, ours)
    assert told.note == kept.note
    assert kept.note.details == theirs.details != ours.details
    assert (kept.source, told.source) == ("llm", "library")


def test_a_detail_moves_the_sessions_time(model_server: ModelServer) -> None:
    target = session("back-squat")
    before = target.updated_at
    enrich(target)
    target.refresh_from_db()
    assert target.updated_at > before


def test_writing_fails_within_the_models_timeout(model_server: ModelServer, settings: Settings) -> None:
    settings.LLM_TIMEOUT_SECONDS = 0.3
    model_server.script(Behaviour(hang=True))
    with pytest.raises(llm.Deadline):
        llm.wait(details.write(need_of("Tempo shuffle")))


# --- what a model may answer ---
def valid(words: str) -> dict[str, Any]:
    return {
        "coaching_cues_detailed": [words] * 3,
        "common_mistakes": [words] * 2,
        "progression_suggestions": {"easier": words, "harder": words, "variation": words},
        "technical_breakdown": {"setup": words, "execution": words, "breathing": words},
    }


def need_of(name: str) -> Need:
    [need] = details.needs(session(name))
    return need


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("coaching_cues_detailed", ["cue"] * 2),
        ("coaching_cues_detailed", ["cue"] * 7),
        ("coaching_cues_detailed", ["cue", "cue", "  "]),
        ("common_mistakes", ["mistake"]),
        ("common_mistakes", ["mistake"] * 6),
        ("progression_suggestions", {"easier": "x", "harder": "x"}),
        ("technical_breakdown", {"setup": "x" * 501, "execution": "x", "breathing": "x"}),
        ("source", "llm"),
    ],
)
def test_details_out_of_bounds_are_not_taken(path: str, value: Any) -> None:
    ExerciseDetails.model_validate(valid("words"))
    with pytest.raises(ValidationError):
        ExerciseDetails.model_validate({**valid("words"), path: value})
