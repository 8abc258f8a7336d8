"""Callers of the API, and what they send."""

from typing import Any

from django.contrib.auth.models import User
from rest_framework.test import APIClient

from config.models import Token
from tests.factories import force_prescription

SESSIONS = "/api/v1/sessions/"


def signed_in(user: User) -> APIClient:
    """A client that sends a token of this user's with every request."""
    _, token = Token.objects.create(user)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


def import_request(**changes: Any) -> dict[str, Any]:
    """A request that takes the caller's own prescription: no coach has to think."""
    return {"coach": "force", "prescription": force_prescription(), **changes}


def pointers(response: Any) -> list[str]:
    """The refused places that an answer names."""
    return [error["pointer"] for error in response.json()["errors"]]
