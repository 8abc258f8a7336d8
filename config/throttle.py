"""How much one caller may ask: counted in Valkey over a moving window, and never in anybody's way when it is gone."""

import logging
import time
from functools import cache
from typing import Any

from django.conf import settings
from limits import RateLimitItem, parse
from limits.storage import RedisStorage
from limits.strategies import MovingWindowRateLimiter
from redis import ConnectionPool
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from config.broker import breaker

TIMEOUT_SECONDS = 0.5

logger = logging.getLogger(__name__)


class Throttle(BaseThrottle):
    """THROTTLE_GENERATE for the methods that a view names in `generates`, THROTTLE_READ for everything else."""

    def allow_request(self, request: Request, view: Any) -> bool:
        generates = request.method in getattr(view, "generates", ())
        scope, rate = ("generate", settings.THROTTLE_GENERATE) if generates else ("read", settings.THROTTLE_READ)
        self._counted = (rate, scope, str(request.user.pk))
        return allowed(*self._counted)

    def wait(self) -> float | None:
        """Seconds until one more is allowed; None where that cannot be told."""
        return seconds_left(*self._counted)


def allowed(rate: str, *identity: str) -> bool:
    """Count one more of this identity; whether it is within the rate. True where the broker cannot be asked."""
    if not breaker.closed():
        return True
    try:
        return _limiter().hit(limit(rate), *identity)
    except RedisError as error:
        breaker.open()
        logger.warning("request not counted", extra={"error": repr(error)})
        return True


def seconds_left(rate: str, *identity: str) -> float | None:
    """Seconds until one more is allowed; None where that cannot be told."""
    try:
        return _limiter().get_window_stats(limit(rate), *identity).reset_time - time.time()
    except RedisError:
        breaker.open()
        return None


def forget(rate: str, *identity: str) -> None:
    """Start counting this identity anew."""
    if not breaker.closed():
        return
    try:
        _limiter().clear(limit(rate), *identity)
    except RedisError:
        breaker.open()


@cache
def limit(rate: str) -> RateLimitItem:
    """A rate such as 120/min, 5/s or 1000/hour. Raises ValueError."""
    count, _, period = rate.partition("/")
    for word in ("second", "minute", "hour", "day"):
        if period and word.startswith(period):
            return parse(f"{count}/{word}")
    raise ValueError(f"not a rate: {rate!r}")


@cache
def _limiter() -> MovingWindowRateLimiter:
    # No retries: redis-py would wait three times over for a server that does not answer.
    pool = ConnectionPool.from_url(
        settings.REDIS_URL,
        socket_timeout=TIMEOUT_SECONDS,
        socket_connect_timeout=TIMEOUT_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )
    return MovingWindowRateLimiter(RedisStorage(settings.REDIS_URL, connection_pool=pool))
