"""`manage.py create_token USERNAME`: a new API token on stdout, and nothing else."""

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from config.models import Token


class Command(BaseCommand):
    help = "Print a new API token of a user: the only time it is shown."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["username"]).first()
        if user is None:
            raise CommandError(f"There is no user {options['username']!r}.")
        _, token = Token.objects.create(user=user, name="manage.py create_token")
        self.stdout.write(token)
