"""Pages, scripts and style sheets travel compressed: at the gym every kilobyte is waited for.

A page may say back what it was sent beside a secret, its CSRF token. Django masks that anew for every page and pads by
chance what it compresses, so that lengths tell nothing (BREACH).
"""

from typing import Final

from django.http import HttpRequest, HttpResponseBase
from django.middleware import gzip

COMPRESSED: Final = frozenset({"text/html", "text/css", "text/javascript", "image/svg+xml"})


class CompressionMiddleware(gzip.GZipMiddleware):
    """Leaves alone what is packed already, the API with its strong ETags, and events, which it would collect."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if response.headers.get("Content-Type", "").partition(";")[0] not in COMPRESSED:
            return response
        return super().process_response(request, response)
