"""What the tests with killed processes share."""

from tests.processes import processes

__all__ = ["processes"]
