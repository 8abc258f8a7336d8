"""Filters that say a slug in the reader's words; a slug without any is said as it is."""

import re
from collections.abc import Mapping
from typing import Any

from django import template
from django.template.defaultfilters import stringfilter

from web.words import COACHES, DISCIPLINES, FORMATS, ROLES

register = template.Library()

_LONG_WORD = re.compile(r"[^\W\d_]{10,}")
# Between two syllables, as French and mostly English have them: before a consonant that begins one with a vowel, or
# before two that begin one together. Two letters stay at the front, three at the end.
_BETWEEN_SYLLABLES = re.compile(
    r"(?<=\w\w)(?<![bcdfgptv](?=[rl])|[cpt](?=h)|g(?=n)|q(?=u))"
    r"(?=(?:[bcdfgp]l|[bcdfgptv]r|[cpt]h|gn|qu|[bcdfghjklmnpqrstvwxz])[aàâeéèêëiîïoôöuùûüyœ]\w)",
    re.IGNORECASE,
)


def _said(words: Mapping[Any, Any], slug: str) -> str:
    return str(words.get(slug, slug))


@register.filter
def coach_name(slug: str) -> str:
    """Force, endurance."""
    return str(COACHES[slug].name)


@register.filter
def discipline_name(slug: str) -> str:
    """Powerlifting, running."""
    return _said(DISCIPLINES, slug)


@register.filter
def role_name(slug: str) -> str:
    """Warm-up, main work."""
    return _said(ROLES, slug)


@register.filter
def format_told(slug: str) -> str:
    """How a block of this format goes."""
    return _said(FORMATS, slug)


@register.filter
@stringfilter  # a name that stands in for a title is a translation yet to be made
def hyphenable(text: str) -> str:
    """Long words with soft hyphens: not every browser has a dictionary for `hyphens: auto`, and titles are large."""
    return _LONG_WORD.sub(lambda word: _BETWEEN_SYLLABLES.sub("\N{SOFT HYPHEN}", word[0]), text)
