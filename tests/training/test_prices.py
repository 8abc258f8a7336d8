"""What a call of a model costs."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from training.prices import cost_usd
from training.wire import Usage

NOVEMBER = datetime(2026, 11, 22, tzinfo=UTC)
MILLION = 1_000_000


@pytest.mark.parametrize(
    ("model", "usd"),
    [
        ("gpt-5-mini", "2.275"),
        ("gpt-5.6-luna", "1.42"),
        ("gpt-6-luna", "0.61"),
        ("gpt-6.1-terra", "6.05"),
        ("gpt-5-mini-2025-08-07", "2.275"),
    ],
)
def test_a_million_tokens_of_each_kind_cost_the_sum_of_the_table(model: str, usd: str) -> None:
    assert cost_usd(model, NOVEMBER, Usage(2 * MILLION, MILLION, MILLION)) == Decimal(usd)


def test_what_is_not_known_has_no_price() -> None:
    assert cost_usd("llama-of-my-own", NOVEMBER, Usage(1, 1, 1)) is None
    assert cost_usd("gpt-5-mini", NOVEMBER, Usage(None, None, 5)) is None
    assert cost_usd("gpt-5-mini", datetime(2020, 1, 1, tzinfo=UTC), Usage(1, 1, 1)) is None


def test_cached_tokens_that_are_not_told_cost_the_full_price() -> None:
    assert cost_usd("gpt-5-mini", NOVEMBER, Usage(MILLION, None, 0)) == Decimal("0.25")


def test_more_cached_tokens_than_tokens_cost_no_less_than_nothing() -> None:
    assert cost_usd("gpt-5-mini", NOVEMBER, Usage(MILLION, 9 * MILLION, 0)) == Decimal("0.025")
