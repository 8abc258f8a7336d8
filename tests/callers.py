"""Callers of the API, what they send, and the catalogue they ask about."""

from datetime import UTC, datetime
from functools import cache
from typing import Any

from django.contrib.auth.models import User
from rest_framework.test import APIClient

from config.models import Token
from tests.factories import force_prescription
from training.catalogue import Catalogue, stored
from training.models import Exercise

SESSIONS = "/api/v1/sessions/"


def signed_in(user: User) -> APIClient:
    """A client that sends a token of this user's with every request."""
    _, token = Token.objects.create(user)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


@cache
def whole_catalogue() -> Catalogue:
    """The data files, read once: parsing them takes a second."""
    return Catalogue.from_files()


def load_catalogue() -> None:
    """The whole catalogue into the test's database, always as of the same moment: it need not be read for each test."""
    Exercise.objects.bulk_create(_rows(), ignore_conflicts=True)


@cache
def _rows() -> list[Exercise]:
    rows = [stored._row(entry) for entry in whole_catalogue()]
    for row in rows:
        row.updated_at = datetime(2026, 1, 1, tzinfo=UTC)
    return rows


def import_request(**changes: Any) -> dict[str, Any]:
    """A request that takes the caller's own prescription: no coach has to think."""
    return {"coach": "force", "prescription": force_prescription(), **changes}


def pointers(response: Any) -> list[str]:
    """The refused places that an answer names."""
    return [error["pointer"] for error in response.json()["errors"]]
