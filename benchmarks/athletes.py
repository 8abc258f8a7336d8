"""`python -m benchmarks.athletes COUNT`: so many athletes, a pending session each.

Prints the body of a request that imports a session, then a token and the session's id a line.

Made directly in the database, as a thousand calls to the API would measure something else.
"""

import json
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.contrib.auth.models import User  # noqa: E402  # Django must be set up first
from django.db import transaction  # noqa: E402

from config.models import Token  # noqa: E402
from tests.callers import import_request  # noqa: E402
from tests.factories import TrainingSessionFactory  # noqa: E402


def main(count: int) -> None:
    print(json.dumps(import_request()))  # noqa: T201
    for number in range(count):
        with transaction.atomic():
            athlete = User.objects.create(username=f"athlete-{number}", password="!")  # noqa: S106  # nobody signs in
            _, token = Token.objects.create(athlete)
            session = TrainingSessionFactory.create(owner=athlete)
        print(token, session.pk)  # noqa: T201


if __name__ == "__main__":
    main(int(sys.argv[1]))
