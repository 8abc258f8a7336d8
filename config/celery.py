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

    def _ensure_connection(self, *args: Any, **kwargs: Any) -> Any:
        return super()._ensure_connection(*args, **{**kwargs, "interval_max": RECONNECT_SECONDS})


class SteadyAMQP(AMQP):
    Connection = SteadyConnection


app = Celery("secondwind", amqp=SteadyAMQP)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
