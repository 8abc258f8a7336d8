"""The ground the rooms stand on: settings, HTTP, Celery, database roles and the local stack."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
