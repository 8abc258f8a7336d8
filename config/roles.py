"""Two database roles: web and worker log in as non-superusers that may do what they need and no more.

Migrations run as the owner, the user of DATABASE_URL; `manage.py roles` then makes the roles `<database>_web` and
`<database>_worker`. Their passwords are derived from SECRET_KEY, so that every machine that has the key can compute
them and none needs the owner's.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.utils import ProgrammingError
from django.utils.crypto import salted_hmac
from psycopg import sql

LONGEST_NAME = 63  # bytes; PostgreSQL cuts off what is longer, and the two roles would be one


class Role(StrEnum):
    """Who logs in."""

    WEB = "web"
    WORKER = "worker"


READ = "SELECT"
ADD = "SELECT, INSERT"
REMOVE = "SELECT, DELETE"
ALL = "SELECT, INSERT, UPDATE, DELETE"

# Every table, and what each role may do with it; a test asserts that none is forgotten. What is not named is refused.
GRANTS: dict[str, dict[Role, str]] = {
    # The worker records what it found in a session; it neither makes nor deletes one, nor rewrites what was prescribed.
    "training_trainingsession": {
        Role.WEB: ALL,
        Role.WORKER: "SELECT, UPDATE (enrichment_status, analysis, enriched_at, updated_at)",
    },
    "training_exercise": {Role.WEB: READ, Role.WORKER: READ},  # written by `load_catalogue`, as the owner
    # A note is never changed; a private one goes with its session.
    "training_exercisenote": {Role.WEB: "SELECT, INSERT, DELETE", Role.WORKER: ADD},
    "training_sessiondetail": {Role.WEB: "SELECT, INSERT, DELETE", Role.WORKER: ADD},
    "training_modelcall": {Role.WEB: ADD, Role.WORKER: ADD},  # a bill
    "training_idempotencykey": {Role.WEB: ALL, Role.WORKER: REMOVE},  # the worker prunes
    "enrichment_enrichmentitem": {Role.WEB: ALL, Role.WORKER: "SELECT, UPDATE"},
    # Append-only: nobody may rewrite the story of an item. It goes with its session (web) or of old age (worker).
    "enrichment_enrichmentevent": {Role.WEB: "SELECT, INSERT, DELETE", Role.WORKER: "SELECT, INSERT, DELETE"},
    "enrichment_worker": {Role.WEB: READ, Role.WORKER: ALL},
    "django_celery_results_taskresult": {Role.WEB: ALL, Role.WORKER: ALL},
    "django_celery_results_groupresult": {Role.WEB: ALL, Role.WORKER: ALL},
    "django_celery_results_chordcounter": {Role.WEB: ALL, Role.WORKER: ALL},
    # The worker deletes expired tokens by their date, and can read no hash, neither of a token nor of a password.
    "config_token": {Role.WEB: ALL, Role.WORKER: "SELECT (expiry), DELETE"},
    "auth_user": {Role.WEB: ALL, Role.WORKER: "SELECT (id)"},
    "auth_group": {Role.WEB: ALL},
    "auth_user_groups": {Role.WEB: ALL},
    "auth_user_user_permissions": {Role.WEB: ALL},
    "auth_group_permissions": {Role.WEB: ALL},
    "auth_permission": {Role.WEB: READ},
    "django_content_type": {Role.WEB: READ},
    "django_admin_log": {Role.WEB: "SELECT, INSERT, DELETE"},  # goes with its user
    "django_session": {Role.WEB: ALL, Role.WORKER: "SELECT (expire_date), DELETE"},  # the worker prunes
    "django_migrations": {Role.WEB: READ, Role.WORKER: READ},  # is this process ready for this database?
}


class MayNotMakeRoles(Exception):
    """The user of DATABASE_URL may not make roles: everything then runs as that one user."""


def name(role: Role, database: str) -> str:
    """The role's name in a database server, where names are shared by all databases."""
    found = f"{database}_{role}"
    if len(found.encode()) > LONGEST_NAME:
        raise ValueError(f"the database's name is too long for its roles: {database}")
    return found


def url(role: Role, database_url: str) -> str:
    """DATABASE_URL with the role's name and password in place of its user's; opens no connection."""
    parts = urlsplit(database_url)
    role_name = name(role, parts.path.lstrip("/"))
    address = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{quote(role_name, safe='')}:{_password(role_name)}@{address}"))


def ensure() -> list[str]:
    """Make both roles, or bring them up to date, in one transaction; their names. Raises MayNotMakeRoles."""
    database = str(connection.settings_dict["NAME"])
    names = [name(role, database) for role in Role]
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            # Two machines that start at once must not both create a role.
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('config.roles'))")
            for role, role_name in zip(Role, names, strict=True):
                _log_in(cursor, role_name)
                for statement in _grants(role, role_name, database):
                    cursor.execute(statement)
    except ProgrammingError as error:
        if isinstance(error.__cause__, psycopg.errors.InsufficientPrivilege):
            raise MayNotMakeRoles(str(error).splitlines()[0]) from error
        raise
    return names


@contextmanager
def on_behalf_of(user_id: int) -> Iterator[None]:
    """One short transaction whose queries are made on behalf of this user, as the database is told.

    Row-level security can stand on it: `current_setting('secondwind.user_id', true)`. It ends with the transaction.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('secondwind.user_id', %s, true)", [str(user_id)])
        yield


def _password(role_name: str) -> str:
    return salted_hmac("config.roles", role_name, algorithm="sha256").hexdigest()


def _log_in(cursor: CursorWrapper, role_name: str) -> None:
    """The role exists and its password is the derived one; only its hash crosses the wire, or a server's log."""
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role_name])
    verb = "ALTER" if cursor.fetchone() else "CREATE"
    pgconn = connection.connection.pgconn
    secret = pgconn.encrypt_password(_password(role_name).encode(), role_name.encode(), b"scram-sha-256").decode()
    statement = sql.SQL("{} ROLE {} LOGIN PASSWORD {}")
    cursor.execute(statement.format(sql.SQL(verb), sql.Identifier(role_name), sql.Literal(secret)))


def _grants(role: Role, role_name: str, database: str) -> Iterator[sql.Composed]:
    """What it had is taken and what it should have is given, in one transaction: nobody sees it without."""
    grantee = sql.Identifier(role_name)
    yield sql.SQL("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {}").format(grantee)
    yield sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(sql.Identifier(database), grantee)
    yield sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(grantee)
    for table, rights in GRANTS.items():
        if role in rights:
            statement = sql.SQL("GRANT {} ON TABLE {} TO {}")
            yield statement.format(sql.SQL(rights[role]), sql.Identifier(table), grantee)
