"""All ten analyses at once: their shape, a reason at every null, and one language a session."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.callers import whole_catalogue
from training.coaches import REGISTRY
from training.imports import accept
from training.request import SessionRequest

Body = dict[str, Any]
CATALOGUE = whole_catalogue()
SLUGS = sorted(entry.slug for entry in CATALOGUE)

# The keys the API's contract names.
SHAPES: dict[str, dict[str, set[str]]] = {
    "force": {
        "volume_analysis": {"total_sets", "total_reps", "total_volume_kg", "by_exercise", "by_muscle"},
        "intensity_distribution": {
            "light", "moderate", "heavy", "maximal", "unknown_reps", "average_percent_1rm", "inol",
        },
    },
    "endurance": {
        "zone_distribution": {"zones", "low", "moderate", "high", "polarization_index"},
        "tss_breakdown": {"total", "by_block", "normalized"},
    },
    "functional": {
        "modal_balance": {"gymnastics", "weightlifting", "monostructural", "balance"},
        "scaling_guidance": {"by_exercise"},
    },
    "calisthenics": {
        "skill_progression_path": {"skills"},
        "push_pull_ratio": {"push", "pull", "ratio", "by_reps", "by_time_under_tension", "band"},
    },
    "competitions": {
        "station_timing": {"total_seconds", "segments"},
        "transition_strategy": {"total_seconds", "transitions", "tips"},
    },
}  # fmt: skip

measures = st.one_of(
    st.fixed_dictionaries({"reps": st.integers(1, 30)}, optional={"tempo": st.sampled_from(["3110", "20X1"])}),
    st.fixed_dictionaries({"duration_seconds": st.integers(1, 3600)}),
    st.fixed_dictionaries({"distance_meters": st.integers(1, 5000)}),
    st.fixed_dictionaries({"calories": st.integers(1, 50)}),
)
efforts = st.fixed_dictionaries(
    {},
    optional={
        "kind": st.sampled_from(["working", "warmup", "drop", "to_failure"]),
        "load_kg": st.sampled_from([0, 9, 43, 100]),
        "rpe": st.sampled_from([1, 5.5, 8, 10]),
        "zone": st.integers(1, 5),
        "rest_seconds": st.sampled_from([0, 60]),
    },
)
sets = st.builds(lambda measure, effort: {**measure, **effort}, measures, efforts)
exercises = st.builds(
    lambda name, done, per_side: {**name, "sets": done, "per_side": per_side},
    st.one_of(
        st.sampled_from(SLUGS).map(lambda slug: {"exercise": slug}),
        st.sampled_from([None, "run", "bike", "swim", "row", "ski"]).map(lambda s: {"name": "Zorblax", "sport": s}),
    ),
    st.lists(sets, min_size=1, max_size=3),
    st.booleans(),
)
blocks = st.builds(
    lambda role, form, done, rounds: {
        "role": role, "format": form, "rounds": rounds, "time_cap_seconds": 600 if form == "amrap" else None,
        "exercises": done,
    },
    st.sampled_from(["warmup", "skill", "main", "accessory", "conditioning", "cooldown"]),
    st.sampled_from(["sets", "superset", "circuit", "intervals", "amrap", "emom", "for_time", "ladder", "race"]),
    st.lists(exercises, min_size=1, max_size=3),
    st.sampled_from([None, 1, 3]),
)  # fmt: skip
athletes = st.fixed_dictionaries(
    {},
    optional={
        "sex": st.sampled_from(["female", "male"]),
        "threshold_pace_s_per_km": st.just(270),
        "css_s_per_100m": st.just(100),
        "division": st.sampled_from(["women_pro", "men_doubles"]),
        "target_finish_seconds": st.just(4800),
    },
)


def analysed(coach: str, brought: list[Body], **fields: Any) -> Body:
    """Both analyses of an import."""
    request = SessionRequest.model_validate({"coach": coach, "prescription": {"blocks": brought}, **fields})
    return REGISTRY[coach].analyse(accept(request, CATALOGUE), request, CATALOGUE)


def nulls(figures: Any, path: str = "") -> Iterator[str]:
    """The paths of all that is unknown."""
    match figures:
        case None:
            yield path
        case dict():
            for key, value in figures.items():
                yield from nulls(value, f"{path}.{key}" if path else key)
        case list():
            for place, value in enumerate(figures):
                yield from nulls(value, f"{path}.{place}" if path else str(place))


def reached(figures: Any, path: str) -> bool:
    """Is there something at this path?"""
    for part in path.split("."):
        if isinstance(figures, list) and not int(part) < len(figures):
            return False
        if isinstance(figures, dict) and part not in figures:
            return False
        figures = figures[int(part)] if isinstance(figures, list) else figures[part]
    return True


def texts(figures: Any) -> Iterator[str]:
    """Every sentence and name."""
    if isinstance(figures, str):
        yield figures
    elif isinstance(figures, dict | list):
        for value in figures.values() if isinstance(figures, dict) else figures:
            yield from texts(value)


@pytest.mark.parametrize("coach", SHAPES)
@settings(max_examples=40)
@given(brought=st.lists(blocks, min_size=1, max_size=3), athlete=athletes, data=st.data())
def test_every_null_has_a_reason_at_its_path_and_every_reason_a_figure(
    coach: str, brought: list[Body], athlete: Body, data: st.DataObject
) -> None:
    discipline = data.draw(st.sampled_from(REGISTRY[coach].disciplines))
    language = data.draw(st.sampled_from(["en", "fr"]))
    found = analysed(coach, brought, discipline=discipline, language=language, athlete=athlete)
    assert found.keys() == SHAPES[coach].keys()
    for name, analysis in found.items():
        assert SHAPES[coach][name] <= analysis.keys()
        assert analysis["method"].strip()
        figures = {key: value for key, value in analysis.items() if key not in {"method", "reasons"}}
        assert set(nulls(figures)) <= analysis["reasons"].keys()
        for path, reason in analysis["reasons"].items():
            assert reached(figures, path), path
            assert reason.strip()


# What French never has: an English word, a straight apostrophe, two-part punctuation after a letter or a bracket.
NOT_FRENCH = re.compile(r"\b(the|and|without|of|with|sets|from)\b|'|(?<![\u00a0\d])[;:!?]", re.IGNORECASE)


@pytest.mark.parametrize("coach", SHAPES)
@settings(max_examples=40)
@given(brought=st.lists(blocks, min_size=1, max_size=3), athlete=athletes, data=st.data())
def test_a_french_session_is_analysed_in_french(
    coach: str, brought: list[Body], athlete: Body, data: st.DataObject
) -> None:
    discipline = data.draw(st.sampled_from(REGISTRY[coach].disciplines))
    found = analysed(coach, brought, discipline=discipline, language="fr", athlete=athlete)
    assert [text for text in texts(found) if NOT_FRENCH.search(text)] == []
