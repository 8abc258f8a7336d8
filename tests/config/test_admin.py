"""The operator's desk: tokens are listed and revoked, and their hashes shown to nobody."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from django.utils.safestring import SafeString
from knox.crypto import hash_token

from config.desk import duration, readable
from config.models import Token
from enrichment.models import EnrichmentItem
from tests.factories import TrainingSessionFactory, UserFactory

TOKENS = "/admin/config/token/"


def revocation(token: Token) -> str:
    return reverse("admin:config_token_revoke", args=[token.public_id])


def test_tokens_are_listed_without_their_hashes(desk: Client, athlete: User) -> None:
    token, secret = Token.objects.create(athlete, name="phone")
    for address in (TOKENS, revocation(token), f"/admin/auth/user/{athlete.pk}/delete/"):
        page = desk.get(address).content.decode()
        assert token.digest not in page
        assert secret not in page
    page = desk.get(TOKENS).content.decode()
    assert token.token_key in page
    assert "phone" in page
    assert desk.get(f"{TOKENS}{token.digest}/change/").status_code == 404


def test_the_desk_speaks_one_language_to_everybody(desk: Client) -> None:
    page = desk.get("/admin/", headers={"Accept-Language": "fr"}).content.decode()
    assert 'lang="en' in page
    assert "Recent actions" in page


def test_a_token_is_revoked_once_that_was_confirmed(desk: Client, client: Client, athlete: User) -> None:
    token, secret = Token.objects.create(athlete, name="phone")
    caller = Client(headers={"Authorization": f"Bearer {secret}"})
    assert desk.get(revocation(token)).status_code == 200
    assert caller.get("/api/v1/coaches/").status_code == 200
    assert desk.post(revocation(token)).status_code == 302
    assert not Token.objects.filter(digest=hash_token(secret)).exists()
    assert caller.get("/api/v1/coaches/").status_code == 401
    assert desk.post(revocation(token)).status_code == 404


def test_tokens_are_narrowed_down_and_found(desk: Client, athlete: User) -> None:
    Token.objects.create(athlete, name="phone")
    Token.objects.create(athlete, expiry=timedelta(seconds=-1), name="lost laptop")
    for query, names in (
        ("valid=no", {"lost laptop"}),
        ("valid=yes", {"phone"}),
        ("q=phone", {"phone"}),
        ("q=%00", None),
    ):
        listed = {token.name for token in desk.get(f"{TOKENS}?{query}").context["cl"].result_list}
        assert listed == (names or {"phone", "lost laptop"}), query


def test_who_may_only_look_revokes_nothing(client: Client, athlete: User) -> None:
    token, _ = Token.objects.create(athlete)
    onlooker = UserFactory.create(is_staff=True)
    onlooker.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    client.force_login(onlooker)
    assert "revoke" not in client.get(TOKENS).content.decode().lower()
    assert client.get(revocation(token)).status_code == 403
    assert client.post(revocation(token)).status_code == 403
    assert Token.objects.exists()


def test_a_deleted_account_takes_what_is_its_own_along(desk: Client, athlete: User) -> None:
    TrainingSessionFactory.create(owner=athlete)
    other = TrainingSessionFactory.create()
    Token.objects.create(athlete)
    assert desk.post(f"/admin/auth/user/{athlete.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not User.objects.filter(pk=athlete.pk).exists()
    assert EnrichmentItem.objects.get().session == other
    assert not Token.objects.exists()


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(None, "–"), (0, "0.00 s"), (0.042, "0.04 s"), (4.21, "4.2 s"), (41.4, "41 s"), (119, "119 s"), (192, "3.2 min"),
     (3600, "60 min"), (18_400, "5.1 h"), (207_360, "2.4 d")],
)  # fmt: skip
def test_a_duration_is_said_in_a_few_digits(seconds: float | None, said: str) -> None:
    assert duration(seconds) == said


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "–"),
        ([], "–"),
        (True, "yes"),
        (0.123456, "0.1235"),
        (1_234_567.0, "1,234,567"),
        (3, "3"),
        ("<b>", "&lt;b&gt;"),
        (["a", "b"], "<ul><li>a</li><li>b</li></ul>"),
    ],
)
def test_json_is_shown_to_people(value: Any, shown: str) -> None:
    assert readable(value) == shown
    assert isinstance(readable(value), SafeString)


def test_like_objects_are_shown_as_one_table() -> None:
    assert readable([{"key": "b1", "sets": 3}, {"key": "b2", "sets": 4}]).count("<table") == 1
    assert readable([{"key": "b1"}, {"sets": 4}]).count("<table") == 2
