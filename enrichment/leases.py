"""The claims that this process holds, renewed while they are worked on; and whether it was told to stop."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

from enrichment.models import Claim, EnrichmentItem

# An item's thread notices at its deadline; one that is still there after so many of them counts as hung.
HUNG_AFTER_DEADLINES = 1.25


class Leases:
    """Thread-safe; one a process.

    Kept by claim, not by item: a thread may still wait for the model with a claim that was cancelled or rescued while
    its neighbour works on the next claim of the same item.
    """

    def __init__(self) -> None:
        self._held: dict[Claim, tuple[EnrichmentItem, float]] = {}
        self._lock = threading.Lock()
        self.stopping = threading.Event()

    @contextmanager
    def hold(self, item: EnrichmentItem) -> Iterator[None]:
        """Keeps the item's lease renewed for as long as the block runs."""
        claim = item.claimed_as
        with self._lock:
            self._held[claim] = item, time.monotonic()
        try:
            yield
        finally:
            with self._lock:
                self._held.pop(claim, None)

    def held(self) -> dict[Claim, EnrichmentItem]:
        """What this process works on now."""
        with self._lock:
            return {claim: item for claim, (item, _) in self._held.items()}

    def hung(self) -> set[Claim]:
        """Claims whose thread has not come back long after the item's deadline."""
        with self._lock:
            return {claim for claim, (_, since) in self._held.items() if is_hung(since)}


def is_hung(since: float) -> bool:
    """Whether what was to be done within an item's deadline from that moment (time.monotonic) never will be."""
    limit: float = settings.ITEM_DEADLINE_SECONDS * HUNG_AFTER_DEADLINES
    return time.monotonic() - since > limit


leases = Leases()
