"""The connection to the broker, lost and found."""

from pathlib import Path

import pytest
from kombu import Producer, Queue
from kombu.exceptions import OperationalError

from config.celery import SteadyConnection
from config.servers import Valkey


def test_who_failed_to_publish_to_a_lost_broker_succeeds_when_it_is_back(tmp_path: Path) -> None:
    tmp_path.chmod(0o711)  # where root starts a server as nobody, nobody must get in
    broker = Valkey(tmp_path / "valkey", durable=False)
    broker.start()
    try:
        with SteadyConnection(broker.url) as connection:
            producer, queue = Producer(connection, auto_declare=False), Queue("q", routing_key="q")

            def publish(text: str) -> None:
                """As beat does it: with the same producer for as long as it runs."""
                policy = {"max_retries": 1, "interval_start": 0}
                producer.publish(text, routing_key="q", declare=[queue], retry=True, retry_policy=policy)

            publish("one")
            broker.stop()
            with pytest.raises(OperationalError):
                publish("lost")
            broker.start()
            publish("two")  # the broker of this test forgets: "one" is gone
            with connection.SimpleQueue("q") as waiting:
                assert waiting.get(timeout=5).payload == "two"
    finally:
        broker.stop()
