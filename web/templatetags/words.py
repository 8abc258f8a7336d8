"""Filters that say a slug in the reader's words; a slug without any is said as it is."""

from collections.abc import Mapping
from typing import Any

from django import template

from web.words import COACHES, DISCIPLINES, FORMATS, ROLES

register = template.Library()


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
