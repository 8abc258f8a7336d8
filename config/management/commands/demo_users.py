"""`manage.py demo_users`: somebody to try Second Wind as, for `manage.py up`."""

import json
import secrets
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand
from knox.crypto import hash_token

from config.demo import CREDENTIALS, Credentials
from config.models import Token
from config.processes import write_private

IS_OPERATOR = {"athlete": False, "operator": True}


class Command(BaseCommand):
    help = "Make the users athlete and operator (staff), and a token of the athlete; kept in SECONDWIND_HOME."

    def handle(self, *args: Any, **options: Any) -> None:
        path = settings.SECONDWIND_HOME / CREDENTIALS
        kept = Credentials.read(path)
        passwords = {name: _password(name, kept.passwords.get(name)) for name in IS_OPERATOR}
        write_private(path, json.dumps({"passwords": passwords, "token": _token(kept.token)}))
        self.stdout.write(f"Demo users: {' and '.join(IS_OPERATOR)}")


def _password(username: str, kept: str | None) -> str | None:
    """The user's password, who is made where missing; None if somebody gave the user another one: it stays."""
    user = User.objects.filter(username=username).first()
    if user is None:
        password = kept or secrets.token_urlsafe(12)
        operator = IS_OPERATOR[username]
        User.objects.create_user(username, password=password, is_staff=operator, is_superuser=operator)
        return password
    return kept if kept and user.check_password(kept) else None


def _token(kept: str | None) -> str:
    """The token of an earlier start while it lives, so that a curl line somebody noted goes on working."""
    if kept and Token.objects.filter(digest=hash_token(kept), user__username="athlete").exists():
        return kept
    _, token = Token.objects.create(user=User.objects.get(username="athlete"), name="manage.py up")
    return str(token)
