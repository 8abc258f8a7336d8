"""Which representation a caller gets: the one it likes best."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.http.request import MediaType
from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.utils.mediatypes import media_type_matches


class Negotiation(DefaultContentNegotiation):
    """By quality first (RFC 9110, 12.5.1), which REST framework passes over; then as it does, the more specific."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """The renderer and the media type that was accepted. Raises NotAcceptable."""
        asked = format_suffix or request.query_params.get(self.settings.URL_FORMAT_OVERRIDE)
        offered = self.filter_renderers(renderers, asked) if asked else [*renderers]
        accepted = self.get_accept_list(request)
        liked = max(offered, key=lambda renderer: _liking(renderer.media_type, accepted))
        if not any(_liking(liked.media_type, accepted)):
            raise NotAcceptable(available_renderers=offered)
        selected: tuple[Any, str] = super().select_renderer(request, [liked], format_suffix)
        return selected


def _liking(media_type: str, accepted: Sequence[str]) -> tuple[float, int]:
    """The quality of the most specific of the accepted ranges that hold a media type, and how specific it is."""
    ranges = [MediaType(token) for token in accepted if media_type_matches(media_type, token)]
    closest = max(ranges, key=lambda one: one.specificity, default=None)
    return (closest.quality, closest.specificity) if closest is not None and closest.quality else (0.0, 0)
