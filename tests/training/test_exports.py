"""Sessions as files: each is read again by somebody else's parser."""

import io
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, get_args
from uuid import UUID
from xml.etree import ElementTree

import fitdecode
import pytest
from django.contrib.auth.models import User
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar
from markdown_it import MarkdownIt

from tests.callers import SESSIONS, import_request, signed_in, whole_catalogue
from tests.factories import TrainingSessionFactory, UserFactory, force_prescription
from tests.training.shapes import CATALOGUE, block, exercise
from training import coaches, exports
from training.coaches.means import Means
from training.exports import markdown, steps
from training.exports.workout import Workout, line
from training.imports import with_keys
from training.prescription import Format, Prescription
from training.request import Language, SessionRequest
from training.timing import block_seconds, session_seconds

MADE = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
POWER = {"watts": 1000, "beats": 100}  # FIT counts them from here


def workout(
    *blocks: dict[str, Any],
    coach: str = "force",
    discipline: str | None = None,
    language: Language = "en",
    **fields: Any,
) -> Workout:
    """A session of these blocks."""
    given_ = {name: fields.pop(name) for name in ("title", "summary", "rationale", "focus") if name in fields}
    athlete = fields.pop("athlete", {})
    chosen = discipline or coaches.REGISTRY[coach].disciplines[0]
    request = SessionRequest.model_validate(
        {"coach": coach, "discipline": chosen, "language": language, "athlete": athlete}
    )
    keyless = [{**b, "key": "", "exercises": [{**e, "key": ""} for e in b["exercises"]]} for b in blocks]
    return Workout(
        id=UUID(int=7),
        coach=coach,
        discipline=chosen,
        language=language,
        request=request,
        prescription=with_keys(Prescription.model_validate({**given_, "blocks": keyless})),
        catalogue=CATALOGUE,
        starts_at=MADE,
        created_at=MADE,
        updated_at=MADE,
        **{"details": {}, "analysis": None, "checks": [], **fields},
    )


def riding(*sets: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A block of a cycling session: an exercise for each set."""
    rides = [{"name": f"Ride {number}", "sets": [set_]} for number, set_ in enumerate(sets, 1)]
    return block(*rides, **{"format": "steady", **fields})


def planned(coach: str, language: Language, **request: Any) -> Workout:
    """A session of the built-in coach's."""
    asked = SessionRequest.model_validate({"coach": coach, "language": language, **request})
    master = coaches.get(coach)
    asked = asked.model_copy(update={"discipline": master.discipline(asked)})
    return replace(
        workout(block(exercise("back-squat", {"reps": 1}))),
        coach=coach,
        discipline=str(asked.discipline),
        language=language,
        request=asked,
        catalogue=whole_catalogue(),
        prescription=master.plan(Means(asked, whole_catalogue()), seed=3),
    )


# --- reading them again ---


def event(file: bytes) -> Any:
    """The one event of a calendar, whose lines are folded as RFC 5545 has them."""
    assert all(len(text) <= 75 for text in file.split(b"\r\n"))
    calendar = Calendar.from_ical(file)
    [found] = calendar.walk("VEVENT")
    return found


def stretches(file: bytes) -> list[ElementTree.Element]:
    """The elements of a Zwift workout."""
    root = ElementTree.fromstring(file)  # noqa: S314 - our own
    assert root.findtext("sportType") == "bike"
    return list(root.find("workout") or [])


def ridden_seconds(file: bytes) -> int:
    """What the elements of a Zwift workout sum to."""
    return sum(
        int(e.get("Repeat", "1")) * sum(int(e.get(key, "0")) for key in ("Duration", "OnDuration", "OffDuration"))
        for e in stretches(file)
    )


def messages(file: bytes) -> list[dict[str, Any]]:
    """Every message of a FIT file, checked by its CRC, without empty fields."""
    reader = fitdecode.FitReader(
        io.BytesIO(file), check_crc=fitdecode.CrcCheck.RAISE, error_handling=fitdecode.ErrorHandling.RAISE
    )
    with reader:
        return [
            {"message": frame.name, **{field.name: field.value for field in frame.fields if field.value is not None}}
            for frame in reader
            if frame.frame_type == fitdecode.FIT_FRAME_DATA
        ]


def fit_steps(file: bytes) -> list[dict[str, Any]]:
    """The steps of a FIT workout, numbered without a gap; repeats lead back to one before them."""
    _, head, *found = messages(file)
    assert head["num_valid_steps"] == len(found)
    for number, step in enumerate(found):
        assert step["message_index"] == number
        if "repeat_steps" in step:
            assert 0 <= step["duration_step"] < number
            assert step["repeat_steps"] > 1
    return found


def reads(file: bytes) -> str:
    """What a reader of Markdown sees: the text alone, whatever it looks like."""
    tokens = MarkdownIt("js-default").parse(file.decode())
    children = [child for token in tokens for child in token.children or []]
    assert {child.type for child in children} <= {
        "text", "text_special", "em_open", "em_close", "strong_open", "strong_close", "code_inline",
    }  # fmt: skip
    assert not any(token.type in {"html_block", "fence", "code_block"} for token in tokens)
    return "\n".join(child.content for child in children)


# --- whatever the session ---

texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40) | st.sampled_from(
    [
        "# 1. *bold* <b>&amp;</b> [x](y) `z`",
        "1) one",
        "- - -",
        "www.x.example http://x",
        "a,b;c\\n:d\ne",
        "😀" * 30,
        "==",
    ]
)
measures = st.one_of(
    st.fixed_dictionaries({"duration_seconds": st.floats(1, 4_000)}),
    st.fixed_dictionaries({"reps": st.integers(1, 50)}, optional={"tempo": st.just("31X0")}),
    st.fixed_dictionaries({"distance_meters": st.floats(1, 40_000)}),
    st.fixed_dictionaries({"calories": st.floats(1, 100)}),
)
efforts = st.fixed_dictionaries(
    {},
    optional={
        "kind": st.sampled_from(["working", "warmup", "drop", "to_failure"]),
        "load_kg": st.floats(0, 1_000),
        "rpe": st.floats(1, 10),
        "zone": st.integers(1, 5),
        "intensity": st.floats(0.1, 3),
        "rest_seconds": st.floats(0, 300),
    },
)
sets = st.builds(lambda measure, effort: {**measure, **effort}, measures, efforts)
exercises = st.fixed_dictionaries(
    {"sets": st.lists(sets, min_size=1, max_size=4)},
    optional={
        "per_side": st.booleans(),
        "implements": st.sampled_from([1, 2]),
        "slot": st.integers(1, 3),
        "sport": st.sampled_from(["run", "bike", "swim", "row", "ski"]),
        "cue": texts,
    },
).flatmap(
    lambda fields: st.one_of(
        texts.filter(str.strip).map(lambda name: {**fields, "name": name}),
        st.sampled_from(["back-squat", "pull-up", "rowing-machine"]).map(lambda slug: {**fields, "exercise": slug}),
    )
)


def _possible(fields: dict[str, Any]) -> dict[str, Any]:
    if fields["format"] == "tabata":
        fields["exercises"] = [{**e, "sets": e["sets"][:1]} for e in fields["exercises"]]
    return {**fields, **({"time_cap_seconds": 600} if fields["format"] == "amrap" else {})}


blocks = st.fixed_dictionaries(
    {
        "role": st.sampled_from(["warmup", "main", "cooldown"]),
        "format": st.sampled_from(get_args(Format)),
        "exercises": st.lists(exercises, min_size=1, max_size=4),
    },
    optional={
        "rounds": st.integers(1, 6),
        "rest_seconds": st.floats(0, 300),
        "interval_seconds": st.floats(1, 300),
        "time_cap_seconds": st.floats(1, 3_600),
    },
).map(_possible)
sessions = st.builds(
    lambda parts, title, coach, language: workout(*parts, coach=coach, language=language, title=title, summary=title),
    st.lists(blocks, min_size=1, max_size=4),
    texts,
    st.sampled_from(list(coaches.REGISTRY)),
    st.sampled_from(["en", "fr"]),
)


@settings(max_examples=40)
@given(session=sessions)
def test_every_session_is_a_file_of_every_kind_that_others_can_read(session: Workout) -> None:
    found = event(exports.FORMATS["ics"].write(session))
    assert found["summary"] == session.title
    fit_steps(exports.FORMATS["fit"].write(session))
    assert session.title in reads(exports.FORMATS["md"].write(session))


@settings(max_examples=40)
@given(session=sessions)
def test_the_steps_of_a_session_take_as_long_as_it_does(session: Workout) -> None:
    assert sum(step.seconds for step in steps.session_steps(session)) == pytest.approx(session.seconds)
    for part in session.prescription.blocks:
        alone = replace(session, prescription=session.prescription.model_copy(update={"blocks": [part]}))
        assert sum(step.seconds for step in steps.session_steps(alone)) == pytest.approx(
            block_seconds(part, session.catalogue, session.request)
        )


@settings(max_examples=40)
@given(session=sessions)
def test_a_zwift_workout_takes_as_long_as_its_session(session: Workout) -> None:
    ride = replace(session, coach="endurance", discipline="cycling")
    ride = replace(ride, request=ride.request.model_copy(update={"discipline": "cycling"}))
    assert ridden_seconds(exports.FORMATS["zwo"].write(ride)) == round(ride.seconds)


@settings(max_examples=100)
@given(text=texts)
def test_an_athletes_words_are_read_in_markdown_as_they_were_written(text: str) -> None:
    for before in ("", "# ", "- ", "> "):
        assert reads(f"{before}{markdown.escaped(text)}\n".encode()).replace("\n", "") == line(text)


def test_no_line_of_french_breaks_before_a_colon() -> None:
    squat = block(exercise("back-squat", {"reps": 5}))
    session = workout(squat, title="Jambes\u00a0: lourd", language="fr")
    assert event(exports.FORMATS["ics"].write(session))["summary"] == "Jambes\u00a0: lourd"
    assert "# Jambes\u00a0: lourd" in exports.FORMATS["md"].write(session).decode()


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("coach", [*coaches.REGISTRY])
def test_every_planned_session_is_a_file_of_every_kind_it_can_be(coach: str, language: Language) -> None:
    for discipline in coaches.REGISTRY[coach].disciplines:
        session = planned(coach, language, discipline=discipline)
        stored = session.prescription.model_dump(mode="json")
        kinds = exports.available(coach, discipline, stored)
        assert kinds == [kind for kind in exports.FORMATS if kind != "zwo" or discipline == "cycling"]
        event(exports.FORMATS["ics"].write(session))
        fit_steps(exports.FORMATS["fit"].write(session))
        reads(exports.FORMATS["md"].write(session))
        if "zwo" in kinds:
            assert ridden_seconds(exports.FORMATS["zwo"].write(session)) == round(session.seconds)


# --- the calendar ---


def test_an_event_is_the_same_however_often_it_is_asked_for() -> None:
    session = workout(block(exercise("back-squat", {"reps": 5, "rest_seconds": 180}, {"reps": 5})))
    file = exports.FORMATS["ics"].write(session)
    assert file == exports.FORMATS["ics"].write(session)
    found = event(file)
    assert found["uid"] == "00000000-0000-0000-0000-000000000007@secondwind"
    assert found.decoded("dtstart") == found.decoded("dtstamp") == MADE
    assert found.decoded("duration").total_seconds() == round(
        session_seconds(session.prescription, CATALOGUE, session.request)
    )


def test_an_event_holds_commas_lines_and_emoji_in_the_sessions_language() -> None:
    session = workout(
        block(exercise("back-squat", {"reps": 5}, cue="Serré, droit; fort\net calme 💪")),
        language="fr",
        title="Jambes, dos; 💪 " + "é" * 80,
    )
    found = event(exports.FORMATS["ics"].write(session))
    assert found["summary"] == session.title
    assert found["summary"].params["language"] == "fr"
    assert "Serré, droit; fort et calme 💪" in found["description"]
    assert "Corps de séance, séries\n• Back squat\u00a0: 5 répétitions" in found["description"]


# --- Zwift ---


def test_a_ride_is_told_in_fractions_of_ftp() -> None:
    session = workout(
        riding({"duration_seconds": 600, "intensity": 0.5, "intensity_end": 0.75}, role="warmup"),
        riding(
            {"duration_seconds": 180, "intensity": 1.1},
            {"duration_seconds": 120, "zone": 1},
            format="intervals",
            rounds=5,
        ),
        riding({"duration_seconds": 300, "intensity": 0.7, "intensity_end": 0.4}, role="cooldown"),
        coach="endurance",
        discipline="cycling",
    )  # fmt: skip
    found = [(e.tag, dict(e.attrib)) for e in stretches(exports.FORMATS["zwo"].write(session))]
    change = ("FreeRide", {"Duration": "60", "FlatRoad": "1"})
    on_off = {"OnDuration": "180", "OnPower": "1.1", "OffDuration": "120", "OffPower": "0.45"}
    assert found == [
        ("Warmup", {"Duration": "600", "PowerLow": "0.5", "PowerHigh": "0.75"}),
        change,
        ("IntervalsT", {"Repeat": "5", **on_off}),
        change,
        ("Cooldown", {"Duration": "300", "PowerLow": "0.7", "PowerHigh": "0.4"}),
    ]


def test_what_is_not_ridden_or_has_no_power_is_free() -> None:
    session = workout(
        riding({"duration_seconds": 60}, {"duration_seconds": 60, "rpe": 7}),
        block(
            exercise("back-squat", {"reps": 5, "rpe": 7}),
            {"name": "Run", "sport": "run", "sets": [{"duration_seconds": 60, "zone": 2}]},
            format="circuit",
        ),
        coach="endurance",
        discipline="cycling",
    )  # fmt: skip
    found = stretches(exports.FORMATS["zwo"].write(session))
    assert [e.tag for e in found] == ["FreeRide", "SteadyState", "FreeRide", "FreeRide", "FreeRide"]
    assert found[1].get("Power") == "0.894"  # sqrt(80 / 100), as RPE 7 costs 80 an hour


def test_a_text_that_xml_cannot_hold_does_not_break_a_ride() -> None:
    session = workout(
        riding({"duration_seconds": 60, "zone": 2}), coach="endurance", discipline="cycling", title='<&"\x01\ufffe> é'
    )
    assert ElementTree.fromstring(exports.FORMATS["zwo"].write(session)).findtext("name") == '<&" > é'  # noqa: S314


def test_a_ride_of_thousands_of_steps_is_no_zwift_workout() -> None:
    endless = {"blocks": [riding(*[{"duration_seconds": 1}] * 20, rounds=100)]}
    assert "zwo" not in exports.available("endurance", "cycling", endless)
    assert "zwo" not in exports.available("endurance", "triathlon", {"blocks": [riding({"duration_seconds": 60})]})


# --- watches ---


def test_a_workout_that_no_watch_could_take_is_none() -> None:
    rows = block(exercise("back-squat", *[{"reps": 1}] * 51), *[exercise("pull-up", {"reps": 1})] * 9)
    assert exports.available("force", "strength", {"blocks": [rows]}) == ["ics", "fit", "md"]
    in_turn = {"blocks": [{**rows, "format": "circuit"}]}
    assert exports.available("force", "strength", in_turn) == ["ics", "md"], "510 sets, as they take turns"


def test_a_strength_workout_has_its_sets_loads_and_rests() -> None:
    session = workout(
        block(
            exercise("back-squat", *[{"reps": 5, "load_kg": 100, "rest_seconds": 180}] * 3),
            exercise("Mystery", {"reps": 8, "reps_max": 10}),
        )
    )  # fmt: skip
    head = messages(exports.FORMATS["fit"].write(session))[1]
    assert (head["sport"], head["sub_sport"]) == ("training", "strength_training")
    squat, rest, again, mystery = fit_steps(exports.FORMATS["fit"].write(session))
    assert (squat["wkt_step_name"], squat["duration_reps"], squat["exercise_weight"]) == ("Back squat", 5, 100)
    assert (squat["exercise_category"], squat["exercise_name"]) == ("squat", 6), "FIT's barbell back squat"
    assert (rest["intensity"], rest["duration_time"]) == ("rest", 180)
    assert (again["duration_step"], again["repeat_steps"]) == (0, 3)
    assert mystery["notes"] == "8–10 reps"


def test_a_load_that_a_watch_cannot_hold_stands_in_the_notes_alone() -> None:
    heaviest = [{"reps": 1, "load_kg": load} for load in (655.34, 655.35, 1000)]
    held, *noted = fit_steps(exports.FORMATS["fit"].write(workout(block(exercise("back-squat", *heaviest)))))
    assert held["exercise_weight"] == 655.34
    assert ["exercise_weight" in step for step in noted] == [False, False]
    assert noted[1]["notes"] == "1 rep, 1000 kg"


@pytest.mark.parametrize(
    ("athlete", "set_", "aim"),
    [
        ({"threshold_pace_s_per_km": 250}, {"intensity": 1.0}, ("speed", 3.88, 4.12)),
        ({"threshold_pace_s_per_km": 250}, {"zone": 3}, ("speed", 0.877 * 4, 0.943 * 4)),
        ({"threshold_pace_s_per_km": 250}, {"intensity": 0.7, "intensity_end": 0.9}, ("speed", 2.8, 3.6)),
        ({"threshold_heart_rate": 170}, {"zone": 2}, ("heart_rate", 144.5, 153)),
        ({"max_heart_rate": 190, "resting_heart_rate": 50}, {"zone": 3}, ("heart_rate", 148, 162)),
        ({}, {"zone": 2}, ("open", None, None)),
        ({"threshold_pace_s_per_km": 250}, {"rpe": 5}, ("open", None, None)),
    ],
)
def test_a_run_is_held_to_pace_or_heart_rate_where_they_are_known(
    athlete: dict[str, Any], set_: dict[str, Any], aim: tuple[str, float | None, float | None]
) -> None:
    run = block({"name": "Run", "sets": [{"distance_meters": 1000, **set_}]}, format="steady")
    session = workout(run, coach="endurance", discipline="running", athlete=athlete)
    head, step = messages(exports.FORMATS["fit"].write(session))[1:]
    assert head["sport"] == "running"
    assert step["duration_distance"] == 1000
    kind, low, high = aim
    assert step["target_type"] == kind
    if low is None or high is None:
        assert not any(field.startswith("custom") for field in step)
    else:
        offset = POWER["beats"] if kind == "heart_rate" else 0
        tolerance = 0.51 if kind == "heart_rate" else 0.001
        assert step[f"custom_target_{kind}_low"] - offset == pytest.approx(low, abs=tolerance)
        assert step[f"custom_target_{kind}_high"] - offset == pytest.approx(high, abs=tolerance)


def test_a_ride_is_held_to_watts_or_else_to_percent_of_the_devices_ftp() -> None:
    ride = riding({"duration_seconds": 600, "intensity": 0.9})
    for athlete, low, high in (({"ftp_watts": 300}, 1257, 1284), ({}, 86, 95)):
        session = workout(ride, coach="endurance", discipline="cycling", athlete=athlete)
        [step] = fit_steps(exports.FORMATS["fit"].write(session))
        assert step["target_type"] == "power"
        assert step["custom_target_power_low"] == pytest.approx(low, abs=1.01)
        assert step["custom_target_power_high"] == pytest.approx(high, abs=1.01)


def test_rounds_are_repeats_and_clocks_are_one_step() -> None:
    squat, pull = exercise("back-squat", {"reps": 5}), exercise("pull-up", {"reps": 3})
    session = workout(
        block(squat, exercise("pull-up", {"reps": 5, "rest_seconds": 30}), format="circuit", rounds=4, rest_seconds=60),
        block(squat, pull, format="amrap", time_cap_seconds=600),
        block(squat, pull, format="emom", rounds=6),
        block(exercise("pull-up", {"reps": 1}), format="tabata"),
    )  # fmt: skip
    found = [
        (step.get("wkt_step_name"), step.get("duration_reps") or step.get("duration_time"), step.get("repeat_steps"))
        for step in fit_steps(exports.FORMATS["fit"].write(session))
    ]
    assert found == [
        ("Back squat", 5, None), ("Pull up", 5, None), ("Rest", 30, None), ("Rest", 60, None), (None, None, 4),
        ("AMRAP", 600, None),
        ("Back squat", 60, None), ("Pull up", 60, None), (None, None, 6),
        ("Pull up", 20, None), ("Rest", 10, None), (None, None, 8),
    ]  # fmt: skip


# --- pages ---


def test_a_page_tells_the_whole_session_in_its_language() -> None:
    details = {
        "coaching_cues_detailed": ["Poussez le sol."],
        "common_mistakes": ["Trop vite."],
        "progression_suggestions": {"easier": "Goblet.", "harder": "Pause.", "variation": "Avant."},
        "technical_breakdown": {"setup": "Barre.", "execution": "Descendez.", "breathing": "Inspirez."},
    }
    session = workout(
        block(exercise("back-squat", *[{"reps": 5, "load_kg": 102.5}] * 3, cue="Fort")),
        language="fr",
        title="Force",
        details={"b1e1": details},
        analysis={
            "volume_analysis": {
                "total_sets": 3,
                "by_exercise": [{"key": "b1e1", "sets": 3, "volume_kg": 1537.5}],
                "by_muscle": {"quadriceps": {"sets": 3}},
                "reasons": {"inol": "Inconnu.", "volume_kg": "Inconnu."},
            }
        },
        checks=[{"code": "time_budget", "ok": False, "detail": "50 min sur 45"}],
    )  # fmt: skip
    page = exports.FORMATS["md"].write(session).decode().replace("\u00a0", " ")
    for said in (
        "# Force", "## Corps de séance, séries", "### Back squat", "- 3 × 5 répétitions, 102,5 kg", "> Fort",
        "**Consignes**", "- Poussez le sol.", "**Erreurs fréquentes**", "- **Respiration** : Inspirez.",
        "### Volume", "- Séries : 3", "  - Back squat : séries 3, volume 1537,5 kg", "  - Quadriceps", "  - Inconnu.",
        "- ✗ 50 min sur 45 (`time_budget`)",
    ):  # fmt: skip
        assert said in page, page


# --- over the API ---


@pytest.fixture
def created(athlete: User) -> str:
    """The path of a strength session of the athlete's."""
    lifts = force_prescription()
    lifts["blocks"][0]["exercises"][0]["exercise"] = lifts["blocks"][1]["exercises"][0]["exercise"] = None
    return str(signed_in(athlete).post(SESSIONS, import_request(prescription=lifts), format="json")["Location"])


@pytest.mark.parametrize(
    ("kind", "media_type"),
    [
        ("ics", "text/calendar; charset=utf-8"),
        ("fit", "application/vnd.ant.fit"),
        ("md", "text/markdown; charset=utf-8"),
    ],
)
def test_a_file_comes_with_its_type_its_name_and_its_tag(
    athlete: User, created: str, kind: str, media_type: str
) -> None:
    client = signed_in(athlete)
    path = f"{created}export.{kind}"
    file = client.get(path, HTTP_ACCEPT="text/html")
    assert file.status_code == 200
    assert file["Content-Type"] == media_type
    assert file["Content-Language"] == "en"
    assert file["Content-Disposition"] == f'attachment; filename="lower-strength-{created.split("/")[-2][:8]}.{kind}"'
    assert client.get(path).content == file.content
    unchanged = client.get(path, HTTP_IF_NONE_MATCH=file["ETag"])
    assert (unchanged.status_code, unchanged.content) == (304, b"")


def test_a_session_links_to_the_files_it_can_be_had_as(athlete: User, created: str) -> None:
    client = signed_in(athlete)
    shown = client.get(created).json()
    assert shown["links"]["exports"] == [f"{created}export.{kind}" for kind in ("ics", "fit", "md")]
    for path in shown["links"]["exports"]:
        assert client.get(path).status_code == 200
    ride = TrainingSessionFactory.create(owner=athlete, coach="endurance", discipline="cycling")
    assert f"{SESSIONS}{ride.pk}/export.zwo" in client.get(f"{SESSIONS}{ride.pk}/").json()["links"]["exports"]
    assert client.get(f"{SESSIONS}{ride.pk}/export.zwo")["Content-Type"] == "application/xml"


def test_a_file_a_session_cannot_be_had_as_is_not_acceptable_and_what_it_can_be_is_said(
    athlete: User, created: str
) -> None:
    client = signed_in(athlete)
    refused = client.get(f"{created}export.zwo")
    assert refused.status_code == 406
    assert refused.json()["type"] == "urn:secondwind:problem:export_not_available"
    assert refused.json()["detail"] == "This session cannot be had as zwo, but as ics, fit, md."
    french = client.get(f"{created}export.zwo", HTTP_ACCEPT_LANGUAGE="fr").json()
    assert french["detail"] == "Cette séance n’existe pas au format zwo, mais aux formats ics, fit, md."


def test_there_is_no_other_kind_of_file(athlete: User, created: str) -> None:
    for kind in ("pdf", "ICS", "json", "ics/"):
        assert signed_in(athlete).get(f"{created}export.{kind}").status_code == 404


def test_anothers_files_do_not_exist_and_staff_may_read_them(created: str, operator: User) -> None:
    assert signed_in(UserFactory.create()).get(f"{created}export.md").status_code == 404
    assert signed_in(operator).get(f"{created}export.md").status_code == 200


def test_an_event_starts_when_it_was_done_or_as_asked_or_at_the_next_full_hour(athlete: User, created: str) -> None:
    client = signed_in(athlete)

    def start(**query: str) -> datetime:
        moment: datetime = event(client.get(f"{created}export.ics", query).content).decoded("dtstart")
        return moment

    made = datetime.fromisoformat(client.get(created).json()["created_at"])
    assert 0 < (start() - made).total_seconds() <= 3600
    assert (start().minute, start().second) == (0, 0)
    assert start() == start()
    assert start(start="2027-05-01T18:00:00+02:00") == datetime(2027, 5, 1, 16, tzinfo=UTC)
    assert start(start="2027-05-01") == datetime(2027, 5, 1, tzinfo=UTC)
    client.post(f"{created}done/", {"at": "2026-01-02T03:04:05Z"}, format="json")
    assert start() == start(start="2027-05-01") == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize("asked", ["tomorrow", "", "0001-01-01T00:00:00+10:00", "9999-12-31", "1066-10-14", "é\0"])
def test_a_start_that_is_none_is_refused(athlete: User, created: str, asked: str) -> None:
    refused = signed_in(athlete).get(f"{created}export.ics", {"start": asked})
    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/start"]
