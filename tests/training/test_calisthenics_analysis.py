"""The calisthenics coach's analyses: where the athlete stands on the ladders, and pulling against pushing."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.training.shapes import block, entry
from training.analyses.calisthenics import analyse, band, buckets
from training.catalogue import Catalogue
from training.ladders import GATES, NAMES, steps
from training.prescription import Prescription
from training.request import SessionRequest

Body = dict[str, Any]


def body(slug: str, pattern: str, ladder: str | None = None, step: int | None = None, **fields: Any) -> Any:
    return entry(
        slug, coaches=["calisthenics"], modality="gymnastics", pattern=pattern, equipment=[], ladder=ladder, step=step,
        **fields,
    )  # fmt: skip


def hold(slug: str, pattern: str, ladder: str, step: int, seconds: int, **fields: Any) -> Any:
    return body(slug, pattern, ladder, step, measure="seconds", standard={"sets": 3, "seconds": seconds}, **fields)


CATALOGUE = Catalogue(
    [
        body("incline-push-up", "horizontal_push", "push-up", 1),
        body("push-up", "horizontal_push", "push-up", 2, name={"en": "Push-up", "fr": "Pompe"}, seconds_per_rep=2),
        body("diamond-push-up", "horizontal_push", "push-up", 3, name={"en": "Diamond push-up", "fr": "Pompe diamant"}),
        body("archer-push-up", "horizontal_push", "push-up", 4, unilateral=True),
        body("pseudo-planche-push-up", "horizontal_push", "push-up", 5),
        body("one-arm-push-up", "horizontal_push", "push-up", 6, unilateral=True),
        hold("dead-hang", "vertical_pull", "pull-up", 1, 30),
        body("pull-up", "vertical_pull", "pull-up", 2),
        body("dip", "vertical_push", "dip", 2),
        body("inverted-row", "horizontal_pull", "row", 1),
        hold("wall-plank", "core", "handstand", 1, 30),
        body("pike-push-up", "vertical_push", "handstand-push-up", 1),
        hold("tuck-front-lever", "core", "front-lever", 1, 30),
        hold("straddle-front-lever", "core", "front-lever", 2, 15),
        body("skin-the-cat", "mobility", "back-lever", 2),
        hold("planche-lean", "core", "planche", 1, 30),
        hold("tuck-l-sit", "core", "l-sit", 2, 30),
        hold("tuck-human-flag", "core", "human-flag", 1, 15, unilateral=True),
        body("strict-muscle-up", "vertical_pull", "muscle-up", 4, standard={"sets": 3, "reps": 5}),
        body("ring-muscle-up", "vertical_pull"),
        body("dragon-flag", "core"),
        body("pistol-squat", "squat", "pistol", 6, unilateral=True),
        body("bicep-curl", "isolation"),
    ]
)
ASK = SessionRequest(coach="calisthenics")


def exercise(slug: str, *sets: Body, **fields: Any) -> Body:
    known = {"exercise": slug} if slug in CATALOGUE else {"name": slug}
    return {"key": slug, **known, "sets": list(sets), **fields}


def analysis(*blocks: Body, language: str = "en") -> tuple[Body, Body]:
    keyed = [{**each, "key": f"block{number}"} for number, each in enumerate(blocks)]
    request = ASK.model_copy(update={"language": language})
    figures = analyse(Prescription.model_validate({"blocks": keyed}), request, CATALOGUE)
    return figures["skill_progression_path"], figures["push_pull_ratio"]


def ratio(*exercises: Body, **fields: Any) -> Body:
    return analysis(block(*exercises, **fields))[1]


def path(*exercises: Body, language: str = "en") -> Body:
    return analysis(block(*exercises), language=language)[0]


# --- push and pull, by hand ---


def test_pull_ups_and_push_ups_in_equal_sets_are_one_to_one() -> None:
    balance = ratio(exercise("pull-up", *[{"reps": 5}] * 3), exercise("push-up", *[{"reps": 10}] * 3))
    assert (balance["push"], balance["pull"], balance["ratio"], balance["band"]) == (3, 3, 1, "balanced")
    assert balance["by_reps"] == {"push": 30, "pull": 15, "ratio": 0.5}
    # Without a tempo a repetition takes the catalogue's seconds: 2 of a push-up, 3 of a pull-up.
    assert balance["by_time_under_tension"] == {"push": 60, "pull": 45, "ratio": 0.75}
    assert balance["reasons"] == {}


def test_a_session_worked_by_hand() -> None:
    balance = ratio(
        exercise("tuck-front-lever", *[{"duration_seconds": 15}] * 4),
        exercise("strict-muscle-up", *[{"reps": 3, "tempo": "20X0"}] * 2),
        exercise("dip", {"reps": 5, "kind": "warmup"}, *[{"reps": 8, "tempo": "3010"}] * 3),
        exercise("inverted-row", *[{"reps": 10}] * 2),
        exercise("tuck-l-sit", *[{"duration_seconds": 20}] * 3),
        exercise("pistol-squat", *[{"reps": 5}] * 3, per_side=True),
        exercise("bicep-curl", *[{"reps": 12}] * 3),
    )
    assert (balance["push"], balance["pull"]) == (3 + 1, 4 + 1 + 2)
    assert balance["ratio"] == 1.75
    assert balance["band"] == "pull-biased"
    assert balance["by_bucket"] == {
        "horizontal_push": 0, "vertical_push": 4, "horizontal_pull": 6, "vertical_pull": 1,
    }  # fmt: skip
    assert balance["by_reps"] == {"push": 24 + 3, "pull": 20 + 3, "ratio": pytest.approx(23 / 27, abs=1e-6)}
    tension = balance["by_time_under_tension"]
    assert (tension["push"], tension["pull"]) == (3 * 8 * 4 + 9, 4 * 15 + 9 + 2 * 10 * 3)


@pytest.mark.parametrize(
    ("slug", "push", "pull"),
    [
        ("dip", 1, 0), ("wall-plank", 1, 0), ("pike-push-up", 1, 0), ("planche-lean", 1, 0), ("push-up", 1, 0),
        ("pull-up", 0, 1), ("dead-hang", 0, 1), ("skin-the-cat", 0, 1), ("tuck-front-lever", 0, 1),
        ("inverted-row", 0, 1), ("strict-muscle-up", 0.5, 0.5), ("ring-muscle-up", 0.5, 0.5),
        ("tuck-human-flag", 0.5, 0.5), ("dragon-flag", 0, 0), ("tuck-l-sit", 0, 0), ("pistol-squat", 0, 0),
        ("bicep-curl", 0, 0),
    ],
)  # fmt: skip
def test_every_skill_counts_on_its_side(slug: str, push: float, pull: float) -> None:
    balance = ratio(exercise(slug, {"duration_seconds": 10}))
    assert (balance["push"], balance["pull"]) == (push, pull)


def test_the_levers_are_horizontal_and_hangs_vertical() -> None:
    assert buckets(CATALOGUE["tuck-front-lever"]) == {"horizontal_pull": 1}
    assert buckets(CATALOGUE["dead-hang"]) == {"vertical_pull": 1}


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (0, "push-heavy"), (0.79, "push-heavy"), (0.8, "balanced"), (1.5, "balanced"), (1.51, "pull-biased"),
        (2.0, "pull-biased"), (2.01, "pull-heavy"),
    ],
)  # fmt: skip
def test_a_bound_closes_its_band(value: float, name: str) -> None:
    assert band(value) == name


def test_a_side_doubles_reps_and_time_and_not_sets() -> None:
    one_side = {"reps": 4, "tempo": "2010"}
    balance = ratio(exercise("archer-push-up", one_side, per_side=True), exercise("pull-up", one_side))
    assert balance["ratio"] == 1
    assert balance["by_reps"] == {"push": 8, "pull": 4, "ratio": 0.5}
    assert balance["by_time_under_tension"] == {"push": 24, "pull": 12, "ratio": 0.5}


def test_holds_have_time_and_no_reps() -> None:
    balance = ratio(exercise("dead-hang", {"duration_seconds": 30}), exercise("push-up", {"reps": 10}))
    assert balance["by_reps"] == {"push": 10, "pull": 0, "ratio": 0}
    assert balance["by_time_under_tension"] == {"push": 20, "pull": 30, "ratio": 1.5}


# --- what is unknown ---


def test_nothing_pushed_is_no_ratio_and_a_reason() -> None:
    balance = ratio(exercise("pull-up", {"reps": 5}))
    assert (balance["push"], balance["pull"], balance["ratio"], balance["band"]) == (0, 1, None, None)
    assert balance["reasons"].keys() == {"ratio", "band", "by_reps.ratio", "by_time_under_tension.ratio"}


def test_only_holds_pushed_is_no_ratio_by_reps_alone() -> None:
    balance = ratio(exercise("planche-lean", {"duration_seconds": 20}), exercise("pull-up", {"reps": 5}))
    assert balance["ratio"] == 1
    assert balance["reasons"].keys() == {"by_reps.ratio"}


def test_nothing_pulled_is_a_ratio_of_zero() -> None:
    balance = ratio(exercise("push-up", {"reps": 5}))
    assert (balance["ratio"], balance["band"], balance["reasons"]) == (0, "push-heavy", {})


def test_strangers_are_left_out_and_named() -> None:
    skills, balance = analysis(block(exercise("Typewriter", {"reps": 5}), exercise("push-up", {"reps": 5})))
    assert (balance["push"], balance["pull"]) == (1, 0)
    assert "Typewriter" in balance["reasons"]["push"]
    assert "Typewriter" in balance["reasons"]["pull"]
    assert "Typewriter" in skills["reasons"]["skills"]


@pytest.mark.parametrize("fields", [{"role": "warmup"}, {"role": "cooldown"}])
def test_warm_up_and_cool_down_count_on_no_side_and_on_no_ladder(fields: Body) -> None:
    skills, balance = analysis(block(exercise("push-up", {"reps": 10}), **fields))
    assert (balance["push"], skills["skills"]) == (0, [])


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_method_names_the_conventions(language: str) -> None:
    amrap = block(exercise("push-up", {"reps": 5}), format="amrap", time_cap_seconds=300)
    skills, balance = analysis(amrap, language=language)
    assert "tempo" in balance["method"]
    assert "amrap" in balance["method"].lower()
    assert "current_index" in skills["method"]
    assert "0" in skills["method"]


# --- skills ---


def test_the_highest_step_of_each_ladder_is_where_the_athlete_stands() -> None:
    skills = path(
        exercise("diamond-push-up", {"reps": 6}), exercise("push-up", {"reps": 8}), exercise("dead-hang", {"reps": 1})
    )["skills"]
    assert [row["skill"] for row in skills] == ["push-up", "pull-up"]
    assert skills[0] == {
        "skill": "push-up",
        "name": "Push-up",
        "current_step": "Diamond push-up",
        "current_index": 2,
        "next_steps": ["Archer push up", "Pseudo planche push up", "One arm push up"],
        "standard": "To move on: 3 × 8 reps.",
    }
    assert (skills[1]["current_index"], skills[1]["next_steps"]) == (0, ["Pull up"])


def test_no_more_than_three_steps_ahead_are_named() -> None:
    [row] = path(exercise("push-up", {"reps": 8}))["skills"]
    assert row["next_steps"] == ["Diamond push-up", "Archer push up", "Pseudo planche push up"]


def test_the_last_step_has_no_next_and_says_what_masters_it() -> None:
    [row] = path(exercise("pistol-squat", {"reps": 5}))["skills"]
    assert row["next_steps"] == []
    assert row["standard"] == "To master it: 3 × 8 reps per side."


@pytest.mark.parametrize(
    ("seconds", "verdict"),
    [(4, "not yet achieved"), (5, "achieved, not yet mastered"), (29, "achieved, not yet mastered"), (30, "mastered")],
)
def test_a_hold_is_achieved_at_a_sixth_and_mastered_at_the_whole(seconds: int, verdict: str) -> None:
    [row] = path(exercise("tuck-front-lever", {"duration_seconds": 3}, {"duration_seconds": seconds}))["skills"]
    assert row["standard"] == f"To move on: 3 holds of 30 s. Held for {seconds} s here: {verdict}."


def test_repetitions_that_meet_the_standard_are_told() -> None:
    assert "meets it" in path(exercise("push-up", *[{"reps": 8}] * 3))["skills"][0]["standard"]
    assert "meets it" not in path(exercise("push-up", *[{"reps": 8}] * 2))["skills"][0]["standard"]


def test_the_gate_of_the_muscle_up_is_told() -> None:
    [row] = path(exercise("strict-muscle-up", {"reps": 2}))["skills"]
    assert "10 strict pull-ups and 15 dips" in row["standard"]


def test_a_french_athlete_reads_french() -> None:
    [row] = path(exercise("push-up", {"reps": 8}), language="fr")["skills"]
    assert (row["name"], row["current_step"], row["next_steps"][0]) == ("Pompe", "Pompe", "Pompe diamant")
    assert row["standard"] == "Pour passer à la suite\u00a0: 3 × 8 répétitions."
    [row] = path(exercise("tuck-front-lever", {"duration_seconds": 7.5}), language="fr")["skills"]
    assert "3 maintiens de 30 s" in row["standard"]
    assert "7,5 s" in row["standard"]


def test_every_ladder_of_the_catalogue_has_names_and_gapless_steps() -> None:
    catalogue = Catalogue.from_files()
    ladders = {each.ladder for each in catalogue if each.ladder is not None}
    assert ladders <= NAMES["en"].keys() == NAMES["fr"].keys()
    assert GATES.keys() <= NAMES["en"].keys()
    for ladder in ladders:
        assert [each.step for each in steps(catalogue, ladder)] == list(range(1, len(steps(catalogue, ladder)) + 1))


# --- properties ---

SETS = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "tempo": st.sampled_from(["3110", "20X0"]),
            "kind": st.sampled_from(["working", "warmup", "to_failure"]),
        },
    ).flatmap(
        lambda fields: st.one_of(
            st.builds(lambda reps: {**fields, "reps": reps}, st.integers(1, 30)),
            st.builds(lambda seconds: {**fields, "duration_seconds": seconds}, st.integers(1, 90)),
        )
    ),
    min_size=1,
    max_size=5,
)
EXERCISES = st.lists(
    st.builds(
        lambda slug, sets, per_side: exercise(slug, *sets, per_side=per_side),
        st.sampled_from([*(each.slug for each in CATALOGUE), "a stranger"]),
        SETS,
        st.booleans(),
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda each: each["key"],
)
PARTS = ("by_reps", "by_time_under_tension")


def parts(balance: Body) -> list[Body]:
    return [balance, *(balance[part] for part in PARTS)]


@given(EXERCISES, st.integers(2, 5))
def test_more_rounds_of_everything_scale_both_sides_and_keep_the_ratio(exercises: list[Body], rounds: int) -> None:
    once, often = ratio(*exercises), ratio(*exercises, rounds=rounds)
    for one, many in zip(parts(once), parts(often), strict=True):
        assert many["push"] == pytest.approx(rounds * one["push"])
        assert many["pull"] == pytest.approx(rounds * one["pull"])
        assert many["ratio"] == pytest.approx(one["ratio"])
    assert often["band"] == once["band"]


@given(EXERCISES, st.randoms())
def test_the_order_of_exercises_does_not_matter(exercises: list[Body], random: Any) -> None:
    shuffled = random.sample(exercises, len(exercises))
    here, there = ratio(*exercises), ratio(*shuffled)
    assert {**here, "reasons": here["reasons"].keys()} == {**there, "reasons": there["reasons"].keys()}
    rows = [sorted(path(*each)["skills"], key=lambda row: str(row["skill"])) for each in (exercises, shuffled)]
    assert rows[0] == rows[1]


@given(SETS, SETS)
def test_swapping_what_is_pushed_and_pulled_inverts_the_ratio(pushed: list[Body], pulled: list[Body]) -> None:
    here = ratio(exercise("dip", *pushed), exercise("pull-up", *pulled))
    there = ratio(exercise("pull-up", *pushed), exercise("dip", *pulled))
    for one, other in zip(parts(here), parts(there), strict=True):
        assert (one["push"], one["pull"]) == (other["pull"], other["push"])
        if one["ratio"] and other["ratio"]:
            assert one["ratio"] * other["ratio"] == pytest.approx(1, abs=1e-4)


@given(EXERCISES)
def test_buckets_make_up_the_sides_and_every_null_has_its_reason(exercises: list[Body]) -> None:
    skills, balance = analysis(block(*exercises))
    assert sum(balance["by_bucket"].values()) == pytest.approx(balance["push"] + balance["pull"])
    nulls = {name for name in ("ratio", "band") if balance[name] is None}
    nulls |= {f"{part}.ratio" for part in PARTS if balance[part]["ratio"] is None}
    assert nulls <= balance["reasons"].keys()
    assert all(row["standard"] and row["current_index"] >= 0 for row in skills["skills"])
