"""What the tests with killed processes share."""

from tests.brokers import own_broker
from tests.processes import processes

__all__ = ["own_broker", "processes"]
