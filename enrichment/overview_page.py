"""The operator's overview as a page: what `overview` reads, drawn and put beside each other.

The whole page, or for its script, which asks every few seconds, only the part of it that changes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse

from config.desk import duration
from enrichment import overview
from enrichment.overview import Finished, History
from training import coaches

REFRESH_SECONDS = 5
FRAGMENT_HEADER = "X-Fragment"  # its presence asks for the changing part alone
CHART_HEIGHT = 40
BUCKET_WIDTH, BAR_WIDTH = 4, 3
MESSAGE_CHARACTERS = 200
UNFOLDED_ITEMS = 8  # a worker that holds more shows them on a click


@dataclass(frozen=True)
class Series:
    """Bars of one colour, as the path of an SVG."""

    name: str
    path: str


@dataclass(frozen=True)
class Chart:
    """Numbers over time, drawn: `says` tells the same in words."""

    title: str
    says: str
    most: str
    series: tuple[Series, ...]
    width: int
    height: int = CHART_HEIGHT


def response(
    request: HttpRequest, page: Mapping[str, Any], *, errors: Sequence[str], may_act: bool
) -> TemplateResponse:
    """The page, in the admin's own context. `errors`: the kinds by which the items' list can be narrowed down."""
    asked = request.GET.get("coach", "")
    coach = asked if asked in coaches.REGISTRY else ""
    context = {
        **page,
        "title": "The queue, live",
        "coach": coach,
        "coaches": list(coaches.REGISTRY),
        "refresh_seconds": REFRESH_SECONDS,
        "may_act": may_act,
        **numbers(coach, errors=errors),
    }
    part = "parts" if FRAGMENT_HEADER in request.headers else "page"
    return TemplateResponse(request, f"admin/enrichment/overview/{part}.html", context)


def numbers(coach: str, *, errors: Sequence[str]) -> dict[str, Any]:
    """Everything that changes."""
    items = Items(coach)
    pending, held = overview.pending(coach), overview.held(coach)
    hour, day = overview.history(overview.HOUR, coach), overview.history(overview.DAY, coach)
    workers = at_work(overview.workers(), held)
    return {
        "items": items,
        "pending": pending,
        "by_coach": [(slug, pending.by_coach[slug]) for slug in coaches.REGISTRY if slug in pending.by_coach],
        "by_priority": [(priority, pending.by_priority.get(priority, 0)) for priority in range(1, 11)],
        "held": len(held),
        "held_shown": overview.HELD_SHOWN,
        "capacity": sum(worker["capacity"] for worker in workers if worker["live"]),
        "live": sum(bool(worker["live"]) for worker in workers),
        "workers": workers,
        "read_at": hour.read_at,
        "histories": [drawn("The last hour", hour), drawn("The last day", day)],
        "failures": [
            {
                "group": group,
                "message": group.newest_message[:MESSAGE_CHARACTERS],
                # A kind that the list does not know would narrow nothing down, and the button would move every item.
                "address": items.listed(status="failed", error=group.kind) if group.kind in errors else "",
            }
            for group in overview.failures(coach)
        ],
        "delayed": overview.delayed(coach),
        "long_waiting": overview.long_waiting(coach),
        "max_wait_seconds": settings.MAX_WAIT_SECONDS,
    }


@dataclass(frozen=True)
class Items:
    """Addresses of the items' list, narrowed down as the page is."""

    coach: str

    def listed(self, **filters: str) -> str:
        """The list with these filters."""
        chosen = {**filters, **({"coach": self.coach} if self.coach else {})}
        return f"{reverse('admin:enrichment_enrichmentitem_changelist')}?{urlencode(chosen)}"

    @property
    def pending(self) -> str:
        return self.listed(status="pending")

    @property
    def processing(self) -> str:
        return self.listed(status="processing")

    @property
    def failed(self) -> str:
        return self.listed(status="failed")


def at_work(known: list[dict[str, Any]], held: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every worker with what it holds; one that is known only by what it holds is silent."""
    by_name = itemgetter("worker")
    items = {name: list(rows) for name, rows in groupby(sorted(held, key=by_name), key=by_name)}
    silent = [{"name": name, "live": False} for name in items if name not in {worker["name"] for worker in known}]
    unknown: dict[str, Any] = {"active": None, "capacity": 0, "seen": None, "started": None}
    rows = [{**unknown, **worker, "items": items.get(worker["name"], [])} for worker in [*known, *silent]]
    return [{**row, "unfolded": 0 < len(row["items"]) <= UNFOLDED_ITEMS} for row in rows]


def drawn(title: str, history: History) -> dict[str, Any]:
    """A window's three charts, its sums, and the buckets in which anything happened as a table, the newest first."""
    whole, minutes = history.whole, history.window.seconds / 60
    rate = f"{whole.completed / minutes:.1f} a minute"
    happened = [row for row in zip(history.starts, history.buckets, strict=True) if row[1] != Finished()]
    return {
        "title": title,
        "name": history.window.name,
        "starts": history.starts,
        "read_at": history.read_at,
        "is_stale": bool(history.window.stale_seconds),
        "rows": happened[::-1],
        "charts": [
            stacked(
                "Finished",
                f"{whole.completed:,} completed, {rate}; {whole.failed:,} failed, {whole.cancelled:,} cancelled",
                history.buckets,
                ("completed", "failed", "cancelled"),
            ),
            nested("Wait", history, "wait"),
            nested("Service", history, "service"),
        ],
    }


def stacked(title: str, says: str, buckets: Iterable[Finished], names: Sequence[str]) -> Chart:
    """Counts on top of each other."""
    columns = [[getattr(bucket, name) for name in names] for bucket in buckets]
    most = max((sum(column) for column in columns), default=0)
    bars = [[(sum(column[:place]), sum(column[: place + 1])) for column in columns] for place in range(len(names))]
    series = tuple(Series(name, _path(of, most)) for name, of in zip(names, bars, strict=True))
    return Chart(title, says, f"{most:,}", series, BUCKET_WIDTH * len(columns))


def nested(title: str, history: History, what: str) -> Chart:
    """A median in front of its 95th percentile."""
    medians, slowest = ([getattr(b, f"{what}_{part}") or 0.0 for b in history.buckets] for part in ("p50", "p95"))
    most = max(slowest, default=0.0)
    bars = {"p95": slowest, "p50": medians}
    series = tuple(Series(part, _path([(0.0, seconds) for seconds in of], most)) for part, of in bars.items())
    p50, p95 = (duration(getattr(history.whole, f"{what}_{part}")) for part in ("p50", "p95"))
    says = f"median {p50}, 95th percentile {p95}"
    return Chart(title, says, duration(most), series, BUCKET_WIDTH * len(history.buckets))


def _path(bars: Iterable[tuple[float, float]], most: float) -> str:
    """Bars from a value to a value, one a bucket; whatever is more than nothing is at least a line."""
    if not most:
        return ""
    drawn_bars = []
    for place, (low, high) in enumerate(bars):
        if high > low:
            bottom, height = CHART_HEIGHT * (1 - low / most), max(0.8, CHART_HEIGHT * (high - low) / most)
            drawn_bars.append(f"M{place * BUCKET_WIDTH} {bottom:.1f}v-{height:.1f}h{BAR_WIDTH}v{height:.1f}z")
    return "".join(drawn_bars)
