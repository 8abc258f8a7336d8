"""The answer to OPTIONS. REST framework reads its name while it imports its own views: no import of those here."""

from typing import Any

from rest_framework.metadata import SimpleMetadata
from rest_framework.request import Request


class Metadata(SimpleMetadata):
    """What an address is, and in which media types it is had. Which bodies it takes, the OpenAPI schema tells."""

    def determine_actions(self, request: Request, view: Any) -> dict[str, Any]:
        """None: REST framework would describe the serializers, which here shape answers only."""
        return {}
