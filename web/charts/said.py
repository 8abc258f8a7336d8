"""Numbers as people of a language read them. Pure."""

from typing import Final

from training import wording
from training.races.words import clock
from training.request import Language

__all__ = ["amount", "clock", "count", "share"]

_THOUSANDS: Final[dict[Language, str]] = {"en": ",", "fr": "\u202f"}  # in French a narrow space that does not break


def count(value: float, language: Language, *, decimals: int = 0) -> str:
    """12,345.5 or, in French, 12 345,5."""
    whole, _, rest = f"{value:,.{decimals}f}".partition(".")
    whole = whole.replace(",", _THOUSANDS[language])
    rest = rest.rstrip("0")
    mark = wording.number(0.5, language)[1]
    return f"{whole}{mark}{rest}" if rest else whole


def amount(value: float, unit: str, language: Language, *, decimals: int = 0) -> str:
    """2,800 kg; the unit on the same line."""
    gap = wording.unit(0, "", language)[1:]
    return f"{count(value, language, decimals=decimals)}{gap}{unit}"


def share(value: float, language: Language) -> str:
    """A fraction of a whole as percent: 34 %; what is there and less than one is not nothing."""
    if 0 < value < 0.01:
        return f"<\u00a0{wording.percent(1, language)}"
    return wording.percent(round(100 * value), language)
