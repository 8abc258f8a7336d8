"""The claims that this process holds, renewed while they are worked on; and whether it was told to stop."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

from enrichment.models import Claim, EnrichmentItem

# After its deadline an item's thread has this long to notice; then it counts as hung.
HUNG_AFTER_SECONDS = 15.0


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
        limit = settings.ITEM_DEADLINE_SECONDS + HUNG_AFTER_SECONDS
        with self._lock:
            return {claim for claim, (_, since) in self._held.items() if time.monotonic() - since > limit}


leases = Leases()
