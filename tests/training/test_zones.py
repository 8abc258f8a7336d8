"""Zone systems, what a zone or an RPE stands for, and heart rates."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.prescription import Set
from training.zones import (
    CYCLING_POWER,
    MAXIMUM,
    RESERVE,
    THRESHOLD_RIDE,
    THRESHOLD_RUN,
    THRESHOLD_SPEED,
    HeartRateSystem,
    ZoneSystem,
    intensity_of,
    intensity_of_rpe,
    karvonen,
    max_heart_rate,
    mean_power,
    system,
)

INTENSITIES = st.floats(0.1, 3)
SYSTEMS = pytest.mark.parametrize("zones", [CYCLING_POWER, THRESHOLD_SPEED], ids=lambda zones: zones.name)
BY_HEART = [THRESHOLD_RUN, THRESHOLD_RIDE, RESERVE, MAXIMUM]


@SYSTEMS
def test_what_stands_for_a_zone_lies_in_it_and_a_bound_closes_it(zones: ZoneSystem) -> None:
    assert [zones.zone(intensity) for intensity in zones.intensities] == list(range(1, zones.last + 1))
    assert [zones.zone(bound) for bound in zones.upper_bounds] == list(range(1, zones.last))


@pytest.mark.parametrize(
    ("discipline", "sport", "last"),
    [
        ("cycling", None, 7), ("running", None, 5), ("running", "bike", 5), ("swimming", "swim", 5),
        ("triathlon", "bike", 7), ("triathlon", "run", 5), ("cardio", "row", 5), ("cardio", None, 5), (None, None, 5),
    ],
)  # fmt: skip
def test_power_has_seven_zones_and_all_else_five(discipline: str | None, sport: None, last: int) -> None:
    assert system(discipline, sport).last == last


@pytest.mark.parametrize(
    ("zones", "bounds"),
    [
        (CYCLING_POWER, (0.55, 0.75, 0.90, 1.05, 1.20, 1.50)),  # Coggan
        (THRESHOLD_SPEED, (0.775, 0.877, 0.943, 1.01)),  # Friel
        (THRESHOLD_RUN, (0.85, 0.90, 0.95, 1.00)),
        (THRESHOLD_RIDE, (0.81, 0.90, 0.94, 1.00)),
        (RESERVE, (0.60, 0.70, 0.80, 0.90)),  # after 0.50, the floor
    ],
)
def test_the_bounds_are_the_published_ones(zones: ZoneSystem | HeartRateSystem, bounds: tuple[float, ...]) -> None:
    assert (zones.upper_bounds if isinstance(zones, ZoneSystem) else zones.bounds) == bounds
    assert zones is not RESERVE or RESERVE.floor == 0.50


@given(INTENSITIES, INTENSITIES)
def test_the_shares_of_a_ramp_sum_to_one_and_lie_between_its_ends(start: float, end: float) -> None:
    for zones in (CYCLING_POWER, THRESHOLD_SPEED):
        shares = zones.shares(start, end)
        assert sum(shares.values()) == pytest.approx(1)
        # A ramp that starts on a bound spends no time in the zone below it.
        assert min(shares) in {zones.zone(min(start, end)), zones.zone(min(start, end)) + 1}
        assert max(shares) == zones.zone(max(start, end))
        assert shares == zones.shares(end, start)


@given(INTENSITIES, INTENSITIES, st.integers(1, 4))
def test_the_mean_of_a_ramp_lies_between_its_ends_and_is_what_the_integral_says(
    start: float, end: float, exponent: int
) -> None:
    mean = mean_power(start, end, exponent)
    assert min(start, end) ** exponent - 1e-9 <= mean <= max(start, end) ** exponent + 1e-9
    if abs(end - start) > 1e-3:
        n = exponent + 1
        assert mean == pytest.approx((end**n - start**n) / (n * (end - start)), rel=1e-6)
    assert mean_power(start, start, exponent) == pytest.approx(start**exponent)


def test_an_intensity_is_given_else_its_zones_else_its_rpes_else_unknown() -> None:
    def read(**given_: float) -> tuple[float, float] | None:
        return intensity_of(Set.model_validate({"reps": 1, **given_}), THRESHOLD_SPEED)

    assert read(intensity=0.8, zone=5, rpe=2) == (0.8, 0.8)
    assert read(intensity=0.8, intensity_end=0.9) == (0.8, 0.9)
    assert read(zone=2, rpe=9) == (0.826, 0.826)
    assert read(rpe=8) == (1, 1)
    assert read() is None
    assert read(zone=6) is None  # speeds have five zones


@given(st.floats(1, 10), st.floats(1, 10))
def test_more_effort_is_never_less_intense(one: float, other: float) -> None:
    assert (intensity_of_rpe(one) <= intensity_of_rpe(other)) == (one <= other) or one == pytest.approx(other)


def test_karvonens_example() -> None:
    beats = [karvonen(fraction, resting=60, maximum=max_heart_rate(40)) for fraction in (0.5, 0.6, 0.7, 0.8, 0.9)]
    assert beats == pytest.approx([120, 132, 144, 156, 168])


def test_tanakas_maximum_falls_by_seven_beats_in_ten_years() -> None:
    assert (max_heart_rate(20), max_heart_rate(60)) == pytest.approx((194, 166))


@pytest.mark.parametrize("zones", BY_HEART, ids=lambda zones: zones.name)
def test_a_heart_rate_at_a_bound_is_in_the_upper_zone(zones: HeartRateSystem) -> None:
    assert [zones.zone(bound) for bound in zones.bounds] == [2, 3, 4, 5]
    assert [zones.zone(zones.span(zone)[0]) for zone in range(1, 6)] == [1, 2, 3, 4, 5]
    assert all(zones.span(zone)[1] == zones.span(zone + 1)[0] for zone in range(1, 5))
