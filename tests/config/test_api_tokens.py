"""tokens/: made, listed, used, revoked."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from rest_framework.test import APIClient

from config.models import Token
from tests.callers import pointers, signed_in
from tests.factories import UserFactory

TOKENS = "/api/v1/tokens/"


def test_a_new_token_is_shown_once_and_works(athlete: User) -> None:
    client = signed_in(athlete)
    made = client.post(TOKENS, {"name": "watch", "expires_in_days": 7}, format="json")
    assert made.status_code == 201
    body = made.json()
    assert body.keys() == {"id", "name", "prefix", "created_at", "expires_at", "token"}
    assert body["token"].startswith("sw_")
    assert body["token"].startswith(body["prefix"])
    row = Token.objects.get(public_id=body["id"])
    assert row.expiry is not None
    assert abs(row.expiry - timezone.now() - timedelta(days=7)) < timedelta(minutes=1)

    with_it = APIClient()
    with_it.credentials(HTTP_AUTHORIZATION=f"Bearer {body['token']}")
    listed = with_it.get(TOKENS)
    assert listed.status_code == 200
    assert body["token"] not in listed.content.decode()
    assert {key: value for key, value in body.items() if key != "token"} in listed.json()["results"]


def test_a_token_is_kept_as_a_hash(athlete: User) -> None:
    token = signed_in(athlete).post(TOKENS, {}, format="json").json()["token"]
    row = Token.objects.order_by("created").last()
    assert row is not None
    assert token not in (row.digest, row.token_key)


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"expires_in_days": 0}, "/expires_in_days"),
        ({"expires_in_days": 3651}, "/expires_in_days"),
        ({"expires_in_days": "7"}, "/expires_in_days"),
        ({"name": "x" * 101}, "/name"),
        ({"name": 1}, "/name"),
        ({"user": 1}, "/user"),
        ([], ""),
        ("sw", ""),
        (None, ""),
    ],
)
def test_a_token_that_cannot_be_is_refused_at_its_place(athlete: User, body: Any, place: str) -> None:
    client = signed_in(athlete)
    response = client.post(TOKENS, json.dumps(body), content_type="application/json")
    assert response.status_code == 422
    assert pointers(response) == [place]
    assert Token.objects.count() == 1


def test_a_deleted_token_is_revoked_at_once(athlete: User) -> None:
    client = signed_in(athlete)
    body = client.post(TOKENS, {}, format="json").json()
    revoked = APIClient()
    revoked.credentials(HTTP_AUTHORIZATION=f"Bearer {body['token']}")
    assert client.delete(f"{TOKENS}{body['id']}/").status_code == 204
    assert revoked.get(TOKENS).status_code == 401
    assert client.delete(f"{TOKENS}{body['id']}/").status_code == 404


def test_tokens_of_others_are_not_there_even_for_staff(athlete: User, operator: User) -> None:
    mine = signed_in(athlete).post(TOKENS, {}, format="json").json()
    for stranger in (UserFactory.create(), operator):
        client = signed_in(stranger)
        assert len(client.get(TOKENS).json()["results"]) == 1, "their own"
        assert client.delete(f"{TOKENS}{mine['id']}/").status_code == 404
    assert Token.objects.filter(public_id=mine["id"]).exists()
