"""What a call of a model costs. The table, `prices.json`, is data: a new price is a new row with the day it began."""

import json
import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from training.wire import Usage

_MILLION = Decimal(1_000_000)
_MICRODOLLAR = Decimal("0.000001")
_SNAPSHOT = re.compile(r"-\d{4}-\d{2}-\d{2}$")  # gpt-5-mini-2025-08-07 costs what gpt-5-mini does


@dataclass(frozen=True)
class Price:
    """USD per million tokens, from a day on."""

    since: date
    input: Decimal
    cached_input: Decimal
    output: Decimal


def _table() -> dict[str, list[Price]]:
    table: dict[str, list[Price]] = {}
    for row in json.loads(Path(__file__).with_name("prices.json").read_text()):
        price = Price(
            since=date.fromisoformat(row["since"]),
            input=Decimal(row["input"]),
            cached_input=Decimal(row["cached_input"]),
            output=Decimal(row["output"]),
        )
        table.setdefault(row["model"], []).append(price)
    return table


_TABLE = _table()


def cost_usd(model: str, at: datetime, usage: Usage) -> Decimal | None:
    """The cost of one call in USD, to the millionth; None where the usage, or the model's price then, is not known."""
    known = [price for price in _TABLE.get(_SNAPSHOT.sub("", model), []) if price.since <= at.date()]
    if not known or usage.input_tokens is None or usage.output_tokens is None:
        return None
    price = max(known, key=lambda price: price.since)
    cached = min(usage.cached_input_tokens or 0, usage.input_tokens)
    cost = (
        (usage.input_tokens - cached) * price.input + cached * price.cached_input + usage.output_tokens * price.output
    )
    return (cost / _MILLION).quantize(_MICRODOLLAR)
