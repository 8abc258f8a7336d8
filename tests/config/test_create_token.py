"""`manage.py create_token`."""

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from knox.crypto import hash_token

from config.models import Token


def test_it_prints_one_new_token_and_nothing_else(athlete: User, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("create_token", "athlete")
    printed = capsys.readouterr()
    token = printed.out.removesuffix("\n")
    assert token.startswith("sw_")
    assert "\n" not in token
    assert printed.err == ""
    assert Token.objects.get().digest == hash_token(token)
    assert Token.objects.get().user == athlete


def test_each_call_makes_another_one(athlete: User) -> None:
    call_command("create_token", "athlete")
    call_command("create_token", "athlete")
    assert Token.objects.filter(user=athlete).count() == 2


def test_an_unknown_user_is_an_error(db: None) -> None:
    with pytest.raises(CommandError, match="There is no user 'nobody'") as refusal:
        call_command("create_token", "nobody")
    assert refusal.value.returncode == 1
