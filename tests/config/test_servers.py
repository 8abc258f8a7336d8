"""The servers out of wheels, as `manage.py up` and these very tests use them."""

import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from config import servers
from config.servers import Postgres, Server, ServerError, Valkey, free_port


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that nobody, too, can enter: pytest's own are closed to all but its user."""
    folder = tmp_path_factory.mktemp("servers")
    for parent in [folder, *folder.parents]:
        if parent.owner() == folder.owner() and parent.stat().st_mode & 0o111 != 0o111 and parent != Path("/"):
            parent.chmod(parent.stat().st_mode | 0o111)
    return folder


@pytest.fixture
def postgres(folder: Path) -> Iterator[Postgres]:
    server = Postgres(folder / "postgres", durable=False)
    yield server
    server.stop()


@pytest.fixture
def valkey(folder: Path) -> Iterator[Valkey]:
    server = Valkey(folder / "valkey")
    yield server
    server.stop()


def test_postgres_keeps_its_data_and_its_port_over_a_restart(postgres: Postgres) -> None:
    postgres.start()
    first_url = postgres.url
    with psycopg.connect(first_url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    postgres.stop()

    again = Postgres(postgres.folder, durable=False)
    try:
        again.start()
        assert again.url == first_url
        with psycopg.connect(again.url) as connection:
            assert connection.execute("SELECT answer FROM kept").fetchall() == [(42,)]
    finally:
        again.stop()


def test_postgres_stops_at_once_though_a_client_is_connected(postgres: Postgres) -> None:
    postgres.start()
    process = postgres.process
    assert process is not None
    client = psycopg.connect(postgres.url)
    postgres.stop(grace_seconds=10)
    client.close()
    assert process.returncode == 0  # of its own will: a kill would be negative


def test_valkey_keeps_accepted_messages_over_a_kill(valkey: Valkey) -> None:
    valkey.start()
    with redis.Redis.from_url(valkey.url) as client:
        client.lpush("queue", "message")
        client.execute_command("WAITAOF", 1, 0, 5000)
    assert valkey.process is not None
    valkey.process.kill()
    valkey.process.wait()

    valkey.start()
    with redis.Redis.from_url(valkey.url) as client:
        assert client.lrange("queue", 0, -1) == [b"message"]
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}


def test_a_server_has_a_session_of_its_own_and_is_not_root(postgres: Postgres, valkey: Valkey) -> None:
    for server in (postgres, valkey):
        server.start()
        assert server.process is not None
        assert os.getsid(server.process.pid) == server.process.pid


def test_a_port_that_was_taken_in_the_meantime_is_replaced(valkey: Valkey) -> None:
    valkey.start()
    first_port = valkey.port
    valkey.stop()
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", first_port))
        other.listen()
        again = Valkey(valkey.folder)
        again.start()
        again.stop()
    assert again.port != first_port


def test_a_server_that_is_started_again_insists_on_its_port(valkey: Valkey) -> None:
    valkey.start()
    valkey.stop()
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", valkey.port))
        other.listen()
        with pytest.raises(ServerError, match=f"cannot have port {valkey.port}"):
            valkey.start()


def test_data_of_another_major_version_are_refused_and_left_alone(postgres: Postgres) -> None:
    postgres.data.mkdir(parents=True)
    (postgres.data / "PG_VERSION").write_text("12\n")
    with pytest.raises(ServerError, match="made by PostgreSQL 12, but PostgreSQL 18 is installed"):
        postgres.start()
    assert [path.name for path in postgres.data.iterdir()] == ["PG_VERSION"]


def test_an_initdb_that_was_cut_short_is_done_again(postgres: Postgres) -> None:
    half_done = postgres.folder / "data.new"
    half_done.mkdir(parents=True)
    (half_done / "PG_VERSION").write_text("18\n")
    postgres.start()
    assert not half_done.exists()


@pytest.mark.parametrize("kind", [Postgres, Valkey])
def test_a_missing_wheel_is_named_with_the_way_out(
    kind: type[Server], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kind, "package", "no_such_wheel")
    with pytest.raises(ServerError, match=f"no_such_wheel.*set {kind.setting} to a server of your own"):
        kind(folder / "server").start()


def test_a_folder_that_cannot_be_made_is_named(folder: Path) -> None:
    (folder / "file").write_text("")
    with pytest.raises(ServerError, match=r"Valkey cannot use .*file/valkey: Not a directory"):
        Valkey(folder / "file" / "valkey").start()


def test_a_server_that_dies_at_its_start_is_quoted(valkey: Valkey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Valkey, "command", lambda self: ["/bin/sh", "-c", "echo no space left on device; exit 1"])
    with pytest.raises(ServerError, match="stopped at its start:\n  no space left on device"):
        valkey.start()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root must become somebody else")
def test_root_without_user_namespaces_starts_servers_as_nobody(
    postgres: Postgres, valkey: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(servers, "_user_namespace", list)
    for server in (postgres, valkey):
        server.start()
        assert server.process is not None
        assert Path(f"/proc/{server.process.pid}").stat().st_uid == servers.NOBODY
        server.stop()
        shutil.rmtree(server.folder)


def test_a_port_that_is_in_use_is_not_free() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(OSError, match="in use"):
            free_port(other.getsockname()[1])
