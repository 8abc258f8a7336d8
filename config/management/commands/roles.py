"""`manage.py roles`: make the database roles of web and worker, or print the URL of one."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config import roles

MAY_NOT = 3  # the exit code that says: this user may not make roles, and nothing else is wrong


class Command(BaseCommand):
    help = "Make or update the database roles of web and worker. Run it after migrate, as the database's owner."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--url",
            choices=list(roles.Role),
            help="print this role's DATABASE_URL (it holds a password) and do no more",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["url"]:
            self.stdout.write(roles.url(roles.Role(options["url"]), settings.DATABASE_URL))
            return
        try:
            names = roles.ensure()
        except roles.MayNotMakeRoles as error:
            raise CommandError(f"This database user may not make roles: {error}", returncode=MAY_NOT) from error
        self.stdout.write(f"Roles {' and '.join(names)} are ready.")
