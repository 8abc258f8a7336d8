"""What an operator's machines ask: is this process alive, is it ready, and what do the numbers say."""

import logging
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

import psycopg
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, exposition
from prometheus_client.core import GaugeMetricFamily, Metric
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

# An orchestrator asks every few seconds and wants a no rather than a late yes.
DATABASE_TIMEOUT_SECONDS = 2
BROKER_TIMEOUT_SECONDS = 0.5

logger = logging.getLogger(__name__)


@require_safe
@never_cache
def alive(request: HttpRequest) -> HttpResponse:
    """GET /healthz: this process answers."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def ready(request: HttpRequest, worker_is_live: Callable[[], bool]) -> HttpResponse:
    """GET /readyz: 200 when this process can serve, which takes the database alone; the rest is told."""
    database = _database_is_ready()
    try:
        worker = database and worker_is_live()
    except DatabaseError:  # gone since, or no connection of the pool is free
        worker = False
    body = {
        "database": _word(database),
        "broker": _word(_broker_answers()),
        "worker": _word(worker),
    }
    return JsonResponse(body, status=200 if database else 503)


@require_safe
@never_cache
def metrics(request: HttpRequest, stats: Callable[[], Mapping[str, Any]]) -> HttpResponse:
    """GET /metrics: the queue's stats for Prometheus."""
    registry = CollectorRegistry()
    registry.register(_Stats(stats()))
    return HttpResponse(exposition.generate_latest(registry), content_type=exposition.CONTENT_TYPE_LATEST)


def _word(ok: bool) -> str:
    return "ok" if ok else "down"


def _database_is_ready() -> bool:
    """Whether it answers and has every migration that this code knows.

    On a connection of its own: waiting for one of the pool takes 30 s where the server is gone.
    """
    parameters = {**connection.get_connection_params(), "connect_timeout": DATABASE_TIMEOUT_SECONDS}
    try:
        with psycopg.connect(**parameters) as database, database.cursor() as cursor:
            cursor.execute("SELECT app, name FROM django_migrations")
            return _known_migrations() <= set(cursor.fetchall())
    except (psycopg.Error, DatabaseError) as error:
        logger.warning("database not ready", extra={"error": repr(error)})
        return False


@cache
def _known_migrations() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None).disk_migrations)


def _broker_answers() -> bool:
    try:
        with Redis.from_url(
            settings.REDIS_URL,
            socket_timeout=BROKER_TIMEOUT_SECONDS,
            socket_connect_timeout=BROKER_TIMEOUT_SECONDS,
            retry=Retry(NoBackoff(), 0),
        ) as client:
            return bool(client.ping())
    except RedisError:
        return False


class _Stats:
    """The stats as gauges: `by_*` as labels, percentiles as quantiles, and what is not known left out."""

    def __init__(self, stats: Mapping[str, Any]) -> None:
        self._stats = stats

    def collect(self) -> Iterable[Metric]:
        for name, value in self._stats.items():
            words = name.replace("_", " ")
            if name.startswith("by_"):
                gauge = GaugeMetricFamily(f"secondwind_queue_pending_{name}", f"pending {words}", labels=[name[3:]])
                for key, number in value.items():
                    gauge.add_metric([key], number)
            elif isinstance(value, Mapping):
                gauge = GaugeMetricFamily(f"secondwind_queue_{name}", words, labels=["quantile"])
                for key, number in value.items():
                    if number is not None:
                        gauge.add_metric([f"0.{key.removeprefix('p')}"], number)
            else:
                gauge = GaugeMetricFamily(f"secondwind_queue_{name}", words)
                if value is not None:
                    gauge.add_metric([], value)
            yield gauge
