"""What the desk's templates show, by the words of `config.desk`."""

from django import template

from config import desk

register = template.Library()
register.filter("duration", desk.duration)
register.filter("short_id", desk.short_id)


@register.filter
def counted(number: int) -> str:
    """A number of rows: 12,500."""
    return f"{number:,}"
