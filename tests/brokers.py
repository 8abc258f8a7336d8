"""A broker of a test's own, to be frozen, stopped and started."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from celery import current_app

from config.broker import breaker
from config.servers import Valkey


@pytest.fixture
def own_broker(tmp_path: Path) -> Iterator[Valkey]:
    """A Valkey that this process sends to, whatever its settings say."""
    tmp_path.chmod(0o711)
    server = Valkey(tmp_path / "valkey")
    server.start()
    usual = current_app.conf.broker_url
    send_to(server.url)
    yield server
    server.stop()
    send_to(usual)


def send_to(url: str) -> None:
    current_app.conf.update(broker_url=url, broker_read_url=url, broker_write_url=url)
    current_app.close()
    current_app.amqp._producer_pool = None  # type: ignore[attr-defined]  # missing in celery-types
    trust_again()


def trust_again() -> None:
    """What this process learned of a broker that was away is forgotten."""
    breaker._open_until = 0.0
