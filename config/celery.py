"""The Celery application; its settings and their reasons are in config/settings.py, under CELERY_."""

import os
from typing import Any

from celery import Celery
from celery.app.amqp import AMQP
from kombu import Connection

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

RECONNECT_SECONDS = 2


class SteadyConnection(Connection):
    """Knocks at a lost broker's door every 2 s; kombu's pause grows to 30, and nothing would start until it is over."""

    def _ensure_connection(
        self,
        errback: Any = None,
        max_retries: int | None = None,
        interval_start: int = 2,
        interval_step: int = 2,
        interval_max: int = 30,
        *args: Any,
        **kwargs: Any,
    ) -> Any:
        # kombu names these parameters when it consumes, and gives them by position when it publishes
        longest = min(interval_max, RECONNECT_SECONDS)
        return super()._ensure_connection(errback, max_retries, interval_start, interval_step, longest, *args, **kwargs)


class SteadyAMQP(AMQP):
    Connection = SteadyConnection


app = Celery("secondwind", amqp=SteadyAMQP)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
