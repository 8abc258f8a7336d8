"""Where a session's second wind stands, in the reader's words: what the badge says before a script runs, or without."""

from dataclasses import dataclass
from typing import Any, Self

from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Standing:
    """`state` is one of fast, retrying, enriching, enriched, full, failed and cancelled."""

    state: str
    name: str
    note: str

    @property
    def awaited(self) -> bool:
        """Whether more is to come."""
        return self.state in {"fast", "retrying", "enriching"}

    @property
    def whole(self) -> bool:
        """Whether every detail is there."""
        return self.state in {"enriched", "full"}

    @classmethod
    def of(cls, status: dict[str, Any]) -> Self:
        """From the API's enrichment status."""
        item, progress, place = status["item"], status["progress"], status["queue_position"]
        match item and item["status"]:
            case "processing":
                note = _("{n} of {m}").format(n=progress["enriched"], m=progress["total"])
                return cls("enriching", _("Enriching"), note)
            case "failed":
                return cls("failed", _("Not enriched"), "")
            case "cancelled":
                return cls("cancelled", _("Enrichment cancelled"), "")
            case "pending" if item["next_attempt_at"]:
                return cls("retrying", _("Ready"), _("the details need another try"))
            case "pending":
                return cls("fast", _("Ready"), _("number {n} in the queue").format(n=place) if place else "")
        if status["status"] in {"enriched", "full"}:
            return cls(status["status"], _("Enriched"), "")
        return cls("fast", _("Ready"), "")
