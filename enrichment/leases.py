"""The claims that this process holds, renewed while they are worked on; and whether it was told to stop."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

from enrichment.models import EnrichmentItem

# After its deadline an item's thread has this long to notice; then it counts as hung.
HUNG_AFTER_SECONDS = 15.0


class Leases:
    """Thread-safe; one a process."""

    def __init__(self) -> None:
        self._held: dict[EnrichmentItem, float] = {}
        self._lock = threading.Lock()
        self.stopping = threading.Event()

    @contextmanager
    def hold(self, item: EnrichmentItem) -> Iterator[None]:
        """Keeps the item's lease renewed for as long as the block runs."""
        with self._lock:
            self._held[item] = time.monotonic()
        try:
            yield
        finally:
            with self._lock:
                self._held.pop(item, None)

    def held(self) -> list[EnrichmentItem]:
        """What this process works on now."""
        with self._lock:
            return list(self._held)

    def renew(self) -> None:
        """Renews every lease. One that is lost stays lost: its worker finds the fence gone at its next record."""
        for item in self.held():
            item.renew()

    def hung(self) -> list[EnrichmentItem]:
        """Items whose thread has not come back long after the item's deadline."""
        limit = settings.ITEM_DEADLINE_SECONDS + HUNG_AFTER_SECONDS
        with self._lock:
            return [item for item, since in self._held.items() if time.monotonic() - since > limit]


leases = Leases()
