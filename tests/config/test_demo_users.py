"""`manage.py demo_users`: made once, kept, and never taken from somebody who has changed them."""

import json
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from pytest_django import Settings

from config.demo import CREDENTIALS, Credentials
from config.models import Token


@pytest.fixture
def credentials(settings: Settings, tmp_path: Path, db: None) -> Path:
    settings.SECONDWIND_HOME = tmp_path
    return tmp_path / CREDENTIALS


def test_the_operator_is_staff_the_athlete_is_not_and_their_passwords_are_kept_private(credentials: Path) -> None:
    call_command("demo_users")
    kept = Credentials.read(credentials)
    for username, staff in (("athlete", False), ("operator", True)):
        user = User.objects.get(username=username)
        assert (user.is_staff, user.is_superuser) == (staff, staff)
        assert user.check_password(kept.passwords[username] or "")
    assert credentials.stat().st_mode & 0o777 == 0o600


def test_a_second_start_keeps_passwords_and_token(credentials: Path) -> None:
    call_command("demo_users")
    first = credentials.read_text()
    call_command("demo_users")
    assert credentials.read_text() == first
    assert Token.objects.count() == 1


def test_a_password_that_somebody_changed_stays_and_is_not_printed(credentials: Path) -> None:
    call_command("demo_users")
    athlete = User.objects.get(username="athlete")
    athlete.set_password("my own")
    athlete.save()
    call_command("demo_users")
    athlete.refresh_from_db()
    assert athlete.check_password("my own")
    assert Credentials.read(credentials).passwords["athlete"] is None


def test_a_new_database_under_an_old_home_gets_the_same_passwords_and_a_new_token(credentials: Path) -> None:
    call_command("demo_users")
    first = Credentials.read(credentials)
    User.objects.all().delete()
    call_command("demo_users")
    second = Credentials.read(credentials)
    assert second.passwords == first.passwords
    assert second.token != first.token


def test_damaged_credentials_are_made_anew(credentials: Path) -> None:
    credentials.write_text(json.dumps(["not", "these"]))
    call_command("demo_users")
    assert Credentials.read(credentials).token
