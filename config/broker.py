"""What this process knows of the broker: after a failure nobody waits for it again for a while."""

import time

PAUSE_SECONDS = 5.0


class Breaker:
    """Closed: go ahead. Open: somebody has just waited in vain, do without; closes by itself."""

    def __init__(self, pause_seconds: float = PAUSE_SECONDS) -> None:
        self._pause_seconds = pause_seconds
        self._open_until = 0.0

    def closed(self) -> bool:
        """Whether it is worth asking the broker."""
        return time.monotonic() >= self._open_until

    def open(self) -> None:
        """The broker did not answer."""
        self._open_until = time.monotonic() + self._pause_seconds


breaker = Breaker()
