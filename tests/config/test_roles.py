"""House rule 12: web and worker log in as two roles that may do what they need and no more."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import psycopg
import pytest
import redis
from django.conf import settings as django_settings
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from psycopg import sql
from pytest_django import Settings

from config import roles
from config.roles import GRANTS, Role
from enrichment.models import Worker
from enrichment.processor import enrich_next
from enrichment.rescue import prune, rescue
from tests.callers import SESSIONS, import_request, load_catalogue, signed_in
from tests.database_roles import acting_as
from tests.factories import TrainingSessionFactory, UserFactory

DENIED = psycopg.errors.InsufficientPrivilege


def own_url(role: Role) -> str:
    server = django_settings.DATABASE_URL.rpartition("/")[0]
    return roles.url(role, f"{server}/{connection.settings_dict['NAME']}")


@pytest.fixture
def connect(database_roles: None, transactional_db: None) -> Iterator[dict[Role, psycopg.Connection]]:
    """Real connections, logged in as each role."""
    with psycopg.connect(own_url(Role.WEB)) as web, psycopg.connect(own_url(Role.WORKER)) as worker:
        yield {Role.WEB: web, Role.WORKER: worker}


def refused(connection: psycopg.Connection, statement: str) -> bool:
    """Is this refused for want of a privilege? Any other outcome is rolled back."""
    try:
        connection.execute(sql.SQL(statement))
    except DENIED:
        return True
    finally:
        connection.rollback()
    return False


@pytest.mark.parametrize("role", Role)
def test_neither_role_is_a_superuser_or_may_make_anything(connect: dict[Role, psycopg.Connection], role: Role) -> None:
    row = (
        connect[role]
        .execute("SELECT rolsuper, rolcreaterole, rolcreatedb, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        .fetchone()
    )
    assert row == (False, False, False, False)
    assert refused(connect[role], "CREATE TABLE public.mine (id int)")
    assert refused(connect[role], "DROP TABLE training_trainingsession")
    assert refused(connect[role], "TRUNCATE enrichment_enrichmentevent CASCADE")


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM training_trainingsession",
        "UPDATE training_trainingsession SET prescription = '{}'",
        "UPDATE training_trainingsession SET owner_id = 1",
        "INSERT INTO training_trainingsession (coach) VALUES ('force')",
        "UPDATE training_exercisenote SET details = '{}'",
        "DELETE FROM training_exercisenote",
        "UPDATE enrichment_enrichmentevent SET data = '{}'",
        "DELETE FROM enrichment_enrichmentitem",
        "UPDATE training_modelcall SET cost_usd = 0",
        "SELECT password FROM auth_user",
        "SELECT digest FROM config_token",
        "SELECT * FROM django_session",
    ],
)
def test_the_worker_is_refused(connect: dict[Role, psycopg.Connection], statement: str) -> None:
    assert refused(connect[Role.WORKER], statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE enrichment_enrichmentevent SET data = '{}'",
        "UPDATE training_exercisenote SET details = '{}'",
        "UPDATE training_modelcall SET cost_usd = 0",
        "DELETE FROM training_modelcall",
        "DELETE FROM training_exercise",
        "INSERT INTO django_migrations (app) VALUES ('x')",
    ],
)
def test_web_is_refused(connect: dict[Role, psycopg.Connection], statement: str) -> None:
    assert refused(connect[Role.WEB], statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE training_trainingsession SET enrichment_status = 'enriching', updated_at = now()",
        "SELECT 1 FROM training_trainingsession FOR UPDATE",
        "SELECT 1 FROM enrichment_enrichmentitem FOR UPDATE SKIP LOCKED",
        "DELETE FROM config_token WHERE expiry < now()",
        "DELETE FROM training_idempotencykey WHERE started_at < now()",
        "DELETE FROM enrichment_enrichmentevent WHERE created_at < now()",
        "SELECT id FROM auth_user",
    ],
)
def test_the_worker_may(connect: dict[Role, psycopg.Connection], statement: str) -> None:
    assert not refused(connect[Role.WORKER], statement)


def test_web_may_delete_a_session_with_all_that_hangs_on_it(
    connect: dict[Role, psycopg.Connection],
) -> None:
    session = TrainingSessionFactory.create()
    for table in ("enrichment_enrichmentevent", "enrichment_enrichmentitem"):
        connect[Role.WEB].execute(
            sql.SQL("DELETE FROM {} WHERE session_id = %s").format(sql.Identifier(table)), [session.pk]
        )
    deleted = connect[Role.WEB].execute("DELETE FROM training_trainingsession WHERE id = %s", [session.pk])
    assert deleted.rowcount == 1


def test_web_may_do_all_that_the_api_does(database_roles: None, athlete: User, broker: redis.Redis) -> None:
    load_catalogue()
    client = signed_in(athlete)
    with acting_as(Role.WEB):
        made = client.post(SESSIONS, import_request(), format="json", headers={"Idempotency-Key": "once"})
        session = made.headers["Location"]
        answers = [
            made,
            client.post(SESSIONS, {"coach": "force", "mode": "full"}, format="json"),
            client.get(SESSIONS),
            client.get(f"{session}enrichment/"),
            client.post(f"{session}enrichment/", {"priority": 1}, format="json"),
            client.delete(f"{session}enrichment/"),
            client.post(f"{session}enrichment/", {}, format="json"),
            client.post(f"{session}done/", {"rpe": 7}, format="json"),
            client.get("/api/v1/enrichment/items/"),
            client.get("/api/v1/enrichment/stats/"),
            client.get("/api/v1/exercises/"),
            client.post("/api/v1/tokens/", {"name": "phone"}, format="json"),
            client.delete(session),
        ]
    assert [answer.status_code for answer in answers] == [
        201,
        201,
        200,
        200,
        202,
        202,
        202,
        200,
        200,
        200,
        200,
        201,
        204,
    ]


def test_the_worker_may_do_all_that_it_does(database_roles: None, athlete: User, broker: redis.Redis) -> None:
    load_catalogue()
    TrainingSessionFactory.create(owner=athlete)
    with acting_as(Role.WORKER):
        Worker.objects.seen("worker", capacity=1, active=0)
        outcome = enrich_next(worker="worker", task_id="task")
        rescue()
        prune()
        Worker.objects.all().delete()
    assert outcome is not None
    assert outcome.action == "completed", outcome


@pytest.mark.django_db
def test_no_table_is_forgotten() -> None:
    assert set(connection.introspection.table_names()) == set(GRANTS)


def test_making_the_roles_again_changes_nothing_and_takes_back_what_was_given_by_hand(
    connect: dict[Role, psycopg.Connection],
) -> None:
    worker = roles.name(Role.WORKER, str(connection.settings_dict["NAME"]))
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("GRANT DELETE ON training_trainingsession TO {}").format(sql.Identifier(worker)))
    assert not refused(connect[Role.WORKER], "DELETE FROM training_trainingsession")
    roles.ensure()
    assert refused(connect[Role.WORKER], "DELETE FROM training_trainingsession")


def test_a_user_who_may_not_make_roles_is_told_so(database_roles: None, transactional_db: None) -> None:
    with acting_as(Role.WEB):
        with pytest.raises(roles.MayNotMakeRoles):
            roles.ensure()
        with pytest.raises(CommandError) as refusal:
            call_command("roles")
    assert refusal.value.returncode == 3


def test_a_roles_url_keeps_the_address_and_depends_on_the_secret_key(settings: Settings) -> None:
    given = "postgres://owner:secret@db.example:5433/training?sslmode=require"
    parts = urlsplit(roles.url(Role.WEB, given))
    assert (parts.username, parts.hostname, parts.port, parts.path) == ("training_web", "db.example", 5433, "/training")
    assert parts.query == "sslmode=require"
    assert "secret" not in parts.netloc
    assert parts.password != urlsplit(roles.url(Role.WORKER, given)).password
    settings.SECRET_KEY = "another"
    assert parts.password != urlsplit(roles.url(Role.WEB, given)).password


def test_the_roles_command_prints_no_password_unless_asked(
    database_roles: None, db: None, capsys: pytest.CaptureFixture[str]
) -> None:
    password = urlsplit(own_url(Role.WEB)).password
    assert password
    call_command("roles")
    assert password not in capsys.readouterr().out


def test_queries_on_behalf_of_somebody_say_so_for_one_transaction(transactional_db: None) -> None:
    def told() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SELECT coalesce(current_setting('secondwind.user_id', true), '')")
            return str(cursor.fetchone()[0])

    athlete: User = UserFactory.create()
    with roles.on_behalf_of(athlete.pk):
        assert told() == str(athlete.pk)
    assert told() == ""
