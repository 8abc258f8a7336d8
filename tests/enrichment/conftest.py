"""What the tests of the queue share: a broker of their own, for those that stop it."""

from tests.brokers import own_broker

__all__ = ["own_broker"]
