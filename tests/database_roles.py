"""What a test does with the rights of one of the two database roles. Needs the fixture `database_roles`."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from psycopg import sql

from config import roles
from config.roles import Role


@contextmanager
def acting_as(role: Role) -> Iterator[None]:
    """What this test's own connection does meanwhile is done with the role's rights."""
    role_name = roles.name(role, str(connection.settings_dict["NAME"]))
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("SET SESSION AUTHORIZATION {}").format(sql.Identifier(role_name)))
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET SESSION AUTHORIZATION")
