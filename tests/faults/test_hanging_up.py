"""A client over a real socket: a session comes to it while it is written, and is made whoever leaves."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import httpx2
import pytest

from config import events
from config.models import Token
from config.roles import Role, url
from config.servers import free_port
from enrichment.models import EnrichmentItem
from tests.callers import SESSIONS
from tests.factories import UserFactory
from tests.model_server import Behaviour, ModelServer
from tests.processes import Processes, eventually
from training.models import TrainingSession

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_session_comes_as_it_is_written_and_is_made_though_its_client_hangs_up_or_its_server_stops(
    model: ModelServer, processes: Processes, process_environment: dict[str, str]
) -> None:
    _, token = Token.objects.create(UserFactory.create())
    port = free_port()
    web = processes.starting_web(
        port, DATABASE_URL=url(Role.WEB, process_environment["DATABASE_URL"]), UVICORN_TIMEOUT_GRACEFUL_SHUTDOWN=1
    )
    eventually(lambda: listens(port), what="the web process's readiness")
    go_on = threading.Event()
    model.script(
        Behaviour(stop_after='"cooldown', stopped="hold", until=go_on),
        Behaviour(stop_after='"cooldown', stopped="hold"),
    )
    with being_written(port, token):
        assert model.at_once == 1, "its answer is still open"
        assert not TrainingSession.objects.exists()
    go_on.set()
    item = eventually(EnrichmentItem.objects.first, what="the session's queue item")
    assert (item.session.source, item.session.fallback_reason) == ("llm", None)
    item.session.delete()

    with being_written(port, token), suppress(httpx2.TransportError):
        web.stop()
    item = EnrichmentItem.objects.get()
    assert (item.session.source, item.session.fallback_reason) == ("llm", "unavailable")
    assert "Traceback" not in web.log.read_text()


@contextmanager
def being_written(port: int, token: str) -> Iterator[None]:
    """While a session is, from its first exercise on; who asked for it hangs up at the end of the block."""
    with httpx2.stream(
        "POST",
        f"http://127.0.0.1:{port}{SESSIONS}",
        json={"coach": "force"},
        headers={"Accept": events.MEDIA_TYPE, "Authorization": f"Bearer {token}"},
        timeout=30,
    ) as response:
        assert (response.status_code, response.headers["x-accel-buffering"]) == (200, "no")
        assert "event: exercise" in response.iter_lines()
        yield


def listens(port: int) -> bool:
    try:
        return httpx2.get(f"http://127.0.0.1:{port}/healthz").is_success
    except httpx2.TransportError:
        return False
