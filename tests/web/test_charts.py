"""Pictures of analyses: that they are sound, say what was computed, and stand whatever a stranger brings."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID
from xml.etree.ElementTree import Element, fromstring

import pytest

from tests.callers import whole_catalogue
from tests.factories import TrainingSessionFactory
from training import wording
from training.catalogue import MUSCLES
from training.coaches import REGISTRY
from training.coaches.means import Means
from training.exports.figures import label
from training.exports.steps import session_steps
from training.exports.workout import Workout
from training.imports import accept
from training.prescription import Prescription
from training.request import Language, SessionRequest
from web.charts import PICTURES, Figure, body, drawn, figures, said, svg
from web.charts.endurance import unrolled

NOW = datetime(2026, 1, 5, tzinfo=UTC)
CSS = (Path(__file__).parents[2] / "web/static/web/charts.css").read_text()
MOST_BYTES = 40_000
ATHLETE: dict[str, Any] = {
    "one_rep_max_kg": {"back-squat": 140, "bench-press": 100, "deadlift": 180},
    "threshold_pace_s_per_km": 270,
    "css_s_per_100m": 105,
    "ftp_watts": 250,
}
STRANGER = "<script>alert('&')</script>\x01"


def workout(coach: str, prescription: Prescription | None = None, seed: int = 1, **fields: Any) -> Workout:
    """A session with its analysis, planned unless it is given."""
    fields.setdefault("discipline", REGISTRY[coach].disciplines[0])
    request = SessionRequest.model_validate({"coach": coach, **fields})
    catalogue = whole_catalogue()
    if prescription is None:
        prescription = REGISTRY[coach].plan(Means(request, catalogue), seed=seed)
    # As it comes from the database.
    analysis = json.loads(json.dumps(REGISTRY[coach].analyse(prescription, request, catalogue), sort_keys=True))
    return Workout(
        id=UUID(int=0),
        coach=coach,
        discipline=fields["discipline"],
        language=request.language,
        request=request,
        prescription=prescription,
        catalogue=catalogue,
        starts_at=NOW,
        created_at=NOW,
        updated_at=NOW,
        details={},
        analysis=analysis,
        checks=[],
    )


def imported(coach: str, *blocks: dict[str, Any], **fields: Any) -> Workout:
    """A session that somebody brings."""
    request = SessionRequest.model_validate({"coach": coach, "prescription": {"blocks": list(blocks)}})
    return workout(coach, accept(request, whole_catalogue()), **fields)


def block(*exercises: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"role": "main", "format": "sets", "exercises": list(exercises), **fields}


def exercise(name: str, *sets: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"name": name, "sets": list(sets) or [{"reps": 8, "load_kg": 50}], **fields}


@cache
def sessions() -> tuple[Workout, ...]:
    """A hundred planned sessions: all coaches and disciplines, both languages, athletes known and unknown."""
    found = []
    for coach in REGISTRY.values():
        for seed in range(20):
            known: dict[str, Any] = {"athlete": ATHLETE} if seed % 3 else {}
            if coach.slug == "competitions" and seed % 4 == 0:
                known = {"athlete": {**ATHLETE, "target_finish_seconds": 4_800}, "goal": "race simulation"}
            discipline = coach.disciplines[seed % len(coach.disciplines)]
            minutes = (15, 30, 45, 60, 90)[seed % 5]
            language = ("en", "fr")[seed % 2]
            fields: dict[str, Any] = {"discipline": discipline, "available_minutes": minutes, "language": language}
            found.append(workout(coach.slug, seed=seed, **fields, **known))
    return tuple(found)


def parsed(picture: str) -> Element:
    """A picture as XML."""
    return fromstring(picture)  # noqa: S314 we have just drawn it ourselves


@cache
def album() -> tuple[tuple[Workout, tuple[Figure, ...]], ...]:
    """The planned sessions with their figures."""
    return tuple((each, tuple(drawn(each))) for each in sessions())


def drawings(key: str) -> Iterator[tuple[Workout, dict[str, Any], Figure]]:
    """Every figure of that key that has a picture: its session, the analysis it shows, and itself."""
    [name] = [name for name, makers in PICTURES.items() for maker in makers if maker.__name__ == key.replace("-", "_")]
    for each, found in album():
        yield from ((each, (each.analysis or {})[name], figure) for figure in found if figure.key == key and figure.svg)


def pictures() -> Iterator[tuple[Figure, Element]]:
    """Every picture of the planned sessions."""
    for _, found in album():
        yield from parsed_all(found)


def parsed_all(found: Iterable[Figure]) -> Iterator[tuple[Figure, Element]]:
    yield from ((figure, parsed(figure.svg)) for figure in found if figure.svg)


def words(element: Element) -> str:
    """A text without its title."""
    told = "".join(element.itertext())
    title = element.find("title")
    return told if title is None else told.removesuffix(title.text or "")


def texts(element: Element, x: float = 0, y: float = 0) -> Iterator[tuple[str, str, float, float, float]]:
    """Every text: its words, its class, its left and right end and its base line."""
    moved = re.fullmatch(r"translate\((\S+) (\S+)\)", element.get("transform", ""))
    if moved:
        x, y = x + float(moved[1]), y + float(moved[2])
    for child in element:
        if child.tag != "text":
            yield from texts(child, x, y)
            continue
        kind = child.get("class", "").split()[0]
        wide = svg.width(words(child), kind)
        left = x + float(child.get("x", 0)) - {"middle": wide / 2, "end": wide}.get(child.get("text-anchor", ""), 0)
        yield words(child), kind, left, left + wide, y + float(child.get("y", 0))


# --- sound pictures -------------------------------------------------------------------------------------------------


def test_every_analysis_of_every_coach_has_its_picture() -> None:
    assert {name for coach in REGISTRY.values() for name in coach.analyses} == PICTURES.keys()
    kinds = Counter(figure.key for figure, _ in pictures())
    assert kinds.keys() == {
        "muscles", "intensity", "profile", "zones", "load", "modalities", "scaling", "ladders", "push-pull",
        "timeline", "transitions",
    }  # fmt: skip
    assert min(kinds.values()) >= 10


def test_every_picture_has_a_name_and_says_what_it_shows() -> None:
    for figure, picture in pictures():
        title, desc = picture.find("title"), picture.find("desc")
        assert title is not None
        assert desc is not None
        assert title.text == figure.title
        assert (desc.text or "").startswith(figure.rows[0][0])
        assert picture.get("role") == "img"
        assert picture.get("aria-labelledby") == f"{title.get('id')} {desc.get('id')}"


def test_ids_are_unique_on_a_page() -> None:
    for _, figures_ in album():
        found = Counter(e.get("id") for _, picture in parsed_all(figures_) for e in picture.iter() if e.get("id"))
        assert set(found.values()) <= {1}


def test_a_picture_has_neither_style_nor_script_nor_an_address() -> None:
    for _, picture in pictures():
        for element in picture.iter():
            assert element.tag not in {"style", "script", "a", "image", "foreignObject", "use"}
            assert not {name for name in element.attrib if name == "style" or name.startswith("on") or "href" in name}


def test_every_class_of_a_picture_has_its_rule() -> None:
    used = {kind for _, picture in pictures() for e in picture.iter() for kind in e.get("class", "").split()}
    assert used - set(re.findall(r"\.([a-z][a-z0-9-]*)", CSS)) == set()


def test_text_is_measured_by_the_sizes_it_is_set_in_and_never_small() -> None:
    set_in = dict(re.findall(r"\.chart \.([a-z-]+) \{ font-size: (\d+)px", CSS))
    default = re.search(r"\.chart text \{ font-size: (\d+)px", CSS)
    assert default is not None
    usual = str(default[1])
    for kind, size in svg.SIZES.items():
        assert float(set_in.get(kind, usual)) == size
    assert min(map(float, [usual, *set_in.values()])) >= 11


def test_no_text_leaves_its_picture() -> None:
    for figure, picture in pictures():
        wide, high = map(float, picture.get("viewBox", "").split()[2:])
        for said_, kind, left, right, base in texts(picture):
            inside = left >= -0.5 and right <= wide + 0.5 and base >= 0.7 * svg.SIZES.get(kind, 12) and base <= high
            assert inside, (figure.key, said_, left, right, base, high)


def test_the_pictures_of_a_session_are_light() -> None:
    assert max(sum(len(figure.svg.encode()) for figure in found) for _, found in album()) < MOST_BYTES / 2


def test_nothing_says_tss_a_trade_mark() -> None:
    for _, found in album():
        for figure in found:
            assert "TSS" not in f"{figure.title}{figure.svg}{figure.rows}{figure.note}".upper()


# --- they say what was computed -------------------------------------------------------------------------------------


def test_every_muscle_is_on_the_body_once_with_a_place_for_its_number() -> None:
    assert {region.muscle for region in body.REGIONS} == set(MUSCLES)
    assert len({(region.muscle, region.view) for region in body.REGIONS}) == len(body.REGIONS)
    assert body.PLACES.keys() | body.BESIDE.keys() == set(MUSCLES)
    assert not body.PLACES.keys() & body.BESIDE.keys()
    shown = {(region.muscle, region.view) for region in body.REGIONS}
    assert all((muscle, view) in shown for muscle, (view, _, _) in {**body.PLACES, **body.BESIDE}.items())


def test_the_body_carries_the_sets_of_every_muscle_and_no_others() -> None:
    for each, analysis, figure in drawings("muscles"):
        by_muscle = analysis["by_muscle"]
        numbers = Counter(said_ for said_, *_ in texts(parsed(figure.svg)) if re.fullmatch(r"[\d.,]+", said_))
        assert numbers == Counter(said.count(m["sets"], each.language, decimals=1) for m in by_muscle.values())
        rows = dict(figure.rows)
        for muscle, told in by_muscle.items():
            assert rows[label(muscle, each.language, begins=True)].startswith(
                said.count(told["sets"], each.language, decimals=1)
            )
        shaded = sum("load-" in (e.get("class") or "") for e in parsed(figure.svg).iter("path"))
        assert shaded == 2 * sum(region.muscle in by_muscle for region in body.REGIONS)


def test_shares_in_words_add_up_to_the_whole() -> None:
    checked: Counter[str] = Counter()
    for key, first in (("intensity", 4), ("modalities", 3), ("zones", None)):
        for _, analysis, figure in drawings(key):
            told = figure.rows[: first or len(analysis["zones"])]
            values = [re.findall(r"(\d+)[\s\u00a0]?%", value)[-1] for _, value in told]
            assert abs(sum(map(int, values)) - 100) <= 3
            checked[key] += 1
    assert len(checked) == 3


def test_the_profile_shows_the_time_in_zones_that_was_computed() -> None:
    compared = 0
    for each in sessions():
        distribution = (each.analysis or {}).get("zone_distribution")
        if distribution is None or "zones" in distribution["reasons"]:
            continue
        seconds: defaultdict[int, float] = defaultdict(float)
        for stretch in unrolled(session_steps(each), each):
            if stretch.zone:
                seconds[stretch.zone] += stretch.seconds
        computed = {row["zone"]: row["seconds"] for row in distribution["zones"] if row["seconds"]}
        assert seconds == pytest.approx(computed)
        compared += 1
    assert compared > 5


def test_rounds_are_unrolled_and_a_ramp_is_a_slope_cut_where_it_leaves_a_zone() -> None:
    ramp = {"duration_seconds": 600, "intensity": 0.5, "intensity_end": 1.0}
    work = [{"duration_seconds": 60, "zone": 5}, {"duration_seconds": 60, "zone": 1}]
    ride = imported(
        "endurance",
        block(exercise("Ramp", ramp, sport="bike"), format="steady"),
        block(exercise("On", *work, sport="bike"), format="intervals", rounds=3),
        discipline="cycling",
    )
    stretches = list(unrolled(session_steps(ride), ride))
    climbing = [stretch for stretch in stretches if stretch.start != stretch.end]
    assert [stretch.zone for stretch in climbing] == [1, 2, 3, 4]
    assert [stretch.end for stretch in climbing] == pytest.approx([0.55, 0.75, 0.90, 1.0])
    assert sum(stretch.seconds for stretch in climbing) == pytest.approx(600)
    assert [stretch.zone for stretch in stretches if stretch.begins >= 660] == [5, 1] * 3


def test_the_load_of_the_blocks_adds_up_to_the_total_in_words() -> None:
    for each, analysis, figure in drawings("load"):
        total, normalized, *blocks = [value for _, value in figure.rows[:-1]]
        assert total == said.count(analysis["total"], each.language, decimals=1)
        assert said.count(analysis["normalized"]["tss"], each.language, decimals=1) in normalized
        assert len(blocks) == len(analysis["by_block"])
        for told, row in zip(blocks, analysis["by_block"], strict=True):
            assert row["tss"] is None or said.count(row["tss"], each.language, decimals=1) in told


def test_the_dot_of_the_modalities_leans_to_what_there_is_most_of() -> None:
    for _, analysis, figure in drawings("modalities"):
        dot = next(e for e in parsed(figure.svg).iter("circle") if e.get("class") == "dot")
        x = float(dot.get("cx", "")) - svg.WIDTH / 2
        assert x == pytest.approx((analysis["monostructural"] - analysis["weightlifting"]) * 88, abs=0.1)


def test_every_scaling_is_told_whole_under_its_movement() -> None:
    for each, analysis, figure in drawings("scaling"):
        colon = wording.colon(each.language)
        whole, name = [], ""
        for head, told in figure.rows[:-1]:
            name = name if told else head
            whole += [told] if told else []
        computed = analysis["by_exercise"]
        sentences = [row[level] for row in computed for level in ("rx", "scaled", "foundations") if row[level]]
        assert len(whole) == len(sentences)
        assert all(
            sentence == told or (sentence.endswith(told) and colon in sentence)
            for told, sentence in zip(whole, sentences, strict=True)
        )


def test_a_ladder_has_a_rung_for_every_step_and_marks_yours() -> None:
    for _, analysis, figure in drawings("ladders"):
        skills = analysis["skills"]
        rungs = Counter(e.get("class") for e in parsed(figure.svg).iter("line"))
        assert rungs["rung here"] == len(skills)
        assert rungs["rung ahead"] == sum(len(skill["next_steps"]) for skill in skills)
        assert rungs["rung climbed"] == sum(skill["current_index"] for skill in skills)
        told = " ".join(value for _, value in figure.rows)
        assert all(name in told for skill in skills for name in (skill["current_step"], *skill["next_steps"]))


@pytest.mark.parametrize(
    ("pulls", "band", "reaches"),
    [
        (1, "push-heavy", (0, 80)),
        (3, "balanced", (80, 160)),
        (5, "pull-biased", (160, 240)),
        (9, "pull-heavy", (240, 320)),
    ],
)
def test_your_place_on_the_scale_lies_in_its_band(pulls: int, band: str, reaches: tuple[int, int]) -> None:
    reps = {"reps": 5}
    session = imported(
        "calisthenics",
        block({"exercise": "push-up", "sets": [reps] * 3}, {"exercise": "pull-up", "sets": [reps] * pulls}),
    )
    assert (session.analysis or {})["push_pull_ratio"]["band"] == band
    figure = next(figure for figure in drawn(session) if figure.key == "push-pull")
    pointer = next(e for e in parsed(figure.svg).iter("path") if e.get("class") == "pointer")
    assert reaches[0] <= float(pointer.get("d", "M0")[1:].split()[0]) <= reaches[1]
    assert figure.rows[0][1].endswith(label(band, "en"))


def test_a_race_is_as_high_as_it_is_long() -> None:
    for _, analysis, figure in drawings("timeline"):
        segments = analysis["segments"]
        blocks = [(float(e.get("y", 0)), float(e.get("height", 0))) for e in parsed(figure.svg).iter("rect")]
        assert len(blocks) == len(segments)
        scales = [
            (high + min(2, high / 3)) / segment["seconds"]
            for (_, high), segment in zip(blocks, segments, strict=True)
            if segment["seconds"] > 40
        ]
        assert max(scales) / min(scales) < 1.1
        assert sorted(blocks) == blocks


def test_every_transition_comes_with_its_tip() -> None:
    for _, analysis, figure in drawings("transitions"):
        told = [value for _, value in figure.rows]
        for row in analysis["transitions"][:20]:
            assert any(row["tip"] in value for value in told)
        assert all(tip in figure.note for tip in analysis["tips"])


# --- what is not known ----------------------------------------------------------------------------------------------


def test_what_is_not_known_is_said_with_its_reason_and_not_drawn() -> None:
    stranger = block(exercise("Something unheard of", {"reps": 20}), role="cooldown")
    for coach in REGISTRY:
        for language, start in (("en", "Not known. "), ("fr", "Inconnu. ")):
            for figure in drawn(imported(coach, stranger, language=language)):
                if not figure.svg:
                    assert figure.note.startswith(start), figure
                    assert len(figure.note) > len(start) + 10, figure
    nothing = {f.key for coach in REGISTRY for f in drawn(imported(coach, stranger)) if not f.svg}
    assert nothing >= {
        "muscles",
        "intensity",
        "profile",
        "zones",
        "load",
        "modalities",
        "scaling",
        "ladders",
        "push-pull",
    }


def test_a_session_without_analysis_has_no_pictures() -> None:
    assert figures(TrainingSessionFactory.build()) == []


@pytest.mark.django_db
def test_a_stored_session_is_drawn_in_its_own_language() -> None:
    session = TrainingSessionFactory.create(language="fr")
    prescription = session.parsed_prescription()
    request = session.parsed_request().model_copy(update={"language": "fr"})
    session.analysis = REGISTRY["force"].analyse(prescription, request, whole_catalogue())
    session.save()
    assert [figure.title for figure in figures(session)] == ["Séries par muscle", "Intensité"]


# --- whatever comes -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("coach", sorted(REGISTRY))
@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_strangers_words_are_escaped(coach: str, language: Language) -> None:
    sets = [{"reps": 8, "load_kg": 50, "zone": 2}]
    known = {"exercise": "pull-up", "name": STRANGER, "sets": sets}
    run = exercise(STRANGER, {"distance_meters": 400, "zone": 4, "rest_seconds": 30}, sport="run")
    session = imported(coach, block(known, exercise(STRANGER, *sets), run, run, key=STRANGER), language=language)
    found = list(parsed_all(drawn(session)))
    assert found
    for figure, picture in found:
        assert "<script" not in figure.svg
        assert not list(picture.iter("script"))


@pytest.mark.parametrize("coach", sorted(REGISTRY))
def test_no_size_of_a_session_breaks_a_picture(coach: str) -> None:
    long = "Développé incliné aux haltères, en tempo lent et contrôlé " * 8
    reps = {"reps": 10_000, "load_kg": 1_000, "percent_1rm": 150}
    many = [exercise(f"{number} {long}"[:480], *[{"reps": 10, "load_kg": 60}] * 6) for number in range(60)]
    runs = [
        exercise(f"{long}{n}"[:480], {"duration_seconds": 30 + n, "zone": 1 + n % 5}, sport="run") for n in range(9)
    ]
    stations = [{"exercise": slug, "sets": [reps]} for slug in ("pull-up", "push-up", "back-squat")]
    huge = [
        [block(*many)],
        [block(*runs, format="intervals", rounds=100, rest_seconds=30)],
        [block(*stations, exercise("?", {"distance_meters": 1_000, "rest_seconds": 60}), format="race", rounds=100)],
        [block(*many[:2], role=role, format="circuit", rounds=100) for role in ("warmup", "main", "cooldown")],
        [block(exercise("W" * 480, {"duration_seconds": 86_400, "rpe": 10, "zone": 5}), format="steady")] * 30,
        [block({"exercise": "back-squat", "sets": [{"reps": 1}]})],
    ]
    for blocks in huge:
        session = imported(coach, *blocks, language="fr")
        assert max(len(figure.note) for figure in drawn(session)) < 1_000
        found = list(parsed_all(drawn(session)))
        assert sum(len(figure.svg.encode()) for figure, _ in found) < MOST_BYTES
        for figure, picture in found:
            wide, high = map(float, picture.get("viewBox", "").split()[2:])
            for said_, _, left, right, base in texts(picture):
                assert left >= -0.5, (figure.key, said_)
                assert right <= wide + 0.5, (figure.key, said_)
                assert base <= high, (figure.key, said_)


def test_a_long_name_is_cut_and_whole_under_the_pointer() -> None:
    name = "A name that nobody could read on a phone at the gym, at arm’s length, in one line"
    text = parsed(svg.text(0, 10, name, most=120))
    assert words(text).endswith("…")
    assert svg.width(words(text)) <= 120
    assert text.findtext("title") == name


def test_lines_end_between_words_and_never_before_a_unit() -> None:
    assert svg.wrapped("3 holds of 30 s, then rest", 75, lines=3) == ["3 holds of", "30 s, then", "rest"]
    assert all(svg.width(line) <= 60 for line in svg.wrapped("Incompréhensibilité anticonstitutionnelle " * 3, 60))


def test_numbers_are_written_as_their_language_does() -> None:
    assert said.amount(12_345.5, "kg", "en", decimals=1) == "12,345.5 kg"
    assert said.amount(12_345.5, "kg", "fr", decimals=1) == "12\u202f345,5\u00a0kg"
    assert said.count(3.0, "fr", decimals=1) == "3"
    assert (said.share(0.004, "en"), said.share(0, "en"), said.share(0.345, "fr")) == ("<\u00a01%", "0%", "34\u00a0%")
