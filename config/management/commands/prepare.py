"""`manage.py prepare`: the database, ready for web and worker. In one process: starting Django is most of the time."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from config.management.commands.roles import MAY_NOT


class Command(BaseCommand):
    help = "Migrate, make the roles, load the catalogue. Run it as the database's owner, at every deployment."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--demo-users", action="store_true", help="also make the users athlete and operator")

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", interactive=False, verbosity=0, stdout=self.stdout)
        call_command("load_catalogue", stdout=self.stdout)
        if options["demo_users"]:
            call_command("demo_users", stdout=self.stdout)
        try:
            call_command("roles", stdout=self.stdout)
        except CommandError as error:
            if error.returncode != MAY_NOT:
                raise
            # All else is done: the exit code says what to do without.
            raise CommandError(f"{error} The rest is ready.", returncode=MAY_NOT) from error
