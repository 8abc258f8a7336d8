"""Babel's eyes for Django's templates: `make messages` finds their sentences as it finds those of the code."""

import io
from collections.abc import Iterator
from typing import IO, Any

from babel.messages.extract import extract_javascript
from django.conf import settings
from django.utils.translation.template import templatize


def from_template(file: IO[bytes], keywords: Any, comment_tags: Any, options: Any) -> Iterator[Any]:
    """What {% translate %} and {% blocktranslate %} say, as Babel's extraction methods give it."""
    if not settings.configured:
        settings.configure()
    # Django puts calls of gettext into a text that is no program; the lexer for JavaScript minds that least.
    source = templatize(file.read().decode(), origin=getattr(file, "name", None))
    yield from extract_javascript(io.BytesIO(source.encode()), keywords, comment_tags, options)
