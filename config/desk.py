"""What the pages of the operator's desk (the admin) are made of: read-only rows, actions that ask first, filters."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.options import get_content_type_for_model
from django.core.exceptions import SuspiciousOperation, ValidationError
from django.db.models import Model, Q, QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

# Of a search: more is junk, and each word of it is a comparison with every row.
SEARCH_CHARACTERS = 200
# An id's first digits, as lists show them, are enough to find it.
SHORT_ID_DIGITS = 8
_ID_DIGITS = re.compile(rf"[0-9a-f]{{{SHORT_ID_DIGITS},32}}")

NOTHING = "–"


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # Django's own cannot be subscripted
    """Rows that the program alone writes: looked at, searched and acted upon, never added or edited by hand.

    To see them takes the model's `view` permission, to act on them its `change` permission, for which an action asks
    as "act".
    """

    show_full_result_count = False  # not a second count of a huge table, for a heading
    show_facets = admin.ShowFacets.NEVER  # each would be a scan of the whole table
    list_per_page = 50
    search_ids: Sequence[str] = ()  # UUIDs, looked for by the whole id or by its first eight digits or more

    class Media:
        css = {"all": ["admin/secondwind/desk.css"]}

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_act_permission(self, request: HttpRequest) -> bool:
        """May this user run this model's actions?"""
        return super().has_change_permission(request)

    # --- junk is no crash ---

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Only the page's own filters, which know their words; not any column with any value."""
        return lookup in {getattr(shown, "parameter_name", None) for shown in self.list_filter}

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        return None if "\0" in object_id else super().get_object(request, object_id, from_field)

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any], *where: Any) -> HttpResponse | None:
        """As Django does it, but selected ids that can be no row's are refused."""
        try:
            return super().response_action(request, queryset, *where)
        except ValidationError as error:
            raise SuspiciousOperation("There are no such rows.") from error

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Words as Django searches them, and ids."""
        found, duplicates = super().get_search_results(request, queryset, search_term[:SEARCH_CHARACTERS])
        digits = search_term.strip().lower().replace("-", "")
        if _ID_DIGITS.fullmatch(digits):
            within = (UUID(digits.ljust(32, "0")), UUID(digits.ljust(32, "f")))
            for field in self.search_ids:
                found |= queryset.filter(**{f"{field}__range": within})
        return found, duplicates

    # --- acting ---

    def ask_first(
        self,
        request: HttpRequest,
        action: str,
        *,
        verb: str,
        selected: QuerySet[Any],
        movable: QuerySet[Any],
        form: forms.Form | None = None,
    ) -> TemplateResponse | None:
        """A page that says how many of the selected rows an action will move; None once it was answered with yes."""
        if "confirmed" in request.POST and (form is None or form.is_valid()):
            return None
        counted = {"selected": selected.count(), "movable": movable.count()}
        context = {
            **self.admin_site.each_context(request),
            **counted,
            "others": counted["selected"] - counted["movable"],
            "title": f"{verb.capitalize()} {self.opts.verbose_name_plural}",
            "opts": self.opts,
            "media": self.media,
            "verb": verb,
            "form": form,
            # The answer is the same POST again: the address holds the filter, these fields the rest. Django asks for
            # ids even where everything is selected.
            "action": action,
            "everything": request.POST.get("select_across") == "1",
            "ids": request.POST.getlist(helpers.ACTION_CHECKBOX_NAME),
            "ids_name": helpers.ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/ask_first.html", context)

    def report(self, request: HttpRequest, done: str, count: int) -> None:
        """Tells the operator what became of how many rows, and the admin's log who did it."""
        rows = f"{count:,} {self.opts.verbose_name if count == 1 else self.opts.verbose_name_plural}"
        messages.success(request, f"{done}: {rows}.")
        log(request, self.model, f"{done}: {rows}")


class GoesWithItsOwn(admin.ModelAdmin):  # type: ignore[type-arg]
    """Who may delete such a row may delete all that hangs on it, without a permission for each kind."""

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[Any]]:
        """The rows themselves, and how many of each kind go along: thousands of events are not listed."""
        _, counts, _, protected = super().get_deleted_objects(objs, request)
        return [str(row) for row in objs], counts, set(), protected


def log(request: HttpRequest, model: type[Model], deed: str, flag: int = CHANGE) -> None:
    """One line in the admin's log of who did what; the rows' own events tell the rest."""
    LogEntry.objects.create(
        user_id=str(request.user.pk),
        content_type=get_content_type_for_model(model),
        object_repr=deed[:200],
        action_flag=flag,
    )


# --- filters: their words are known beforehand, for Django's own would ask a huge table for its distinct values ---


class Filter(admin.SimpleListFilter):
    """Named conditions: {value: (label, condition)}. Other values filter nothing."""

    conditions: Mapping[str, tuple[str, Q]]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(value, label) for value, (label, _) in self.conditions.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.conditions.get(self.value() or "")
        return queryset.filter(chosen[1]) if chosen else queryset


def by(name: str, conditions: Mapping[str, tuple[str, Q]]) -> type[Filter]:
    """A filter of this name, in the page's address too."""
    attributes = {"title": name.replace("_", " "), "parameter_name": name, "conditions": conditions}
    return type("Filter", (Filter,), attributes)


def by_word(field: str, words: Iterable[str], *, name: str = "") -> type[Filter]:
    """A filter of a field by the words it may hold."""
    return by(name or field, {word: (word.replace("_", " "), Q(**{field: word})) for word in words})


def by_age(field: str) -> type[Filter]:
    """A filter by how long ago a moment was, on the database's clock."""
    minute, hour, day, week = (Now() - timedelta(seconds=s) for s in (60, 3_600, 86_400, 7 * 86_400))
    return by(
        "age",
        {
            "minute": ("under a minute", Q(**{f"{field}__gt": minute})),
            "hour": ("a minute to an hour", Q(**{f"{field}__lte": minute, f"{field}__gt": hour})),
            "day": ("an hour to a day", Q(**{f"{field}__lte": hour, f"{field}__gt": day})),
            "week": ("a day to a week", Q(**{f"{field}__lte": day, f"{field}__gt": week})),
            "old": ("over a week", Q(**{f"{field}__lte": week})),
        },
    )


# --- what is shown ---


def link(address: str, text: Any, *, title: Any = "") -> SafeString:
    """A link; `title` appears under the pointer."""
    return format_html('<a href="{}" title="{}">{}</a>', address, title, text)


def badge(word: str) -> SafeString:
    """A status as a small coloured label; the style sheet knows the words."""
    return format_html('<span class="badge {0}">{0}</span>', word)


def short_id(id_: Any) -> SafeString:
    """An id's first digits; the whole stands under the pointer."""
    return format_html('<code title="{}">{}</code>', id_, str(id_)[:SHORT_ID_DIGITS])


def duration(seconds: float | None) -> str:
    """Two or three digits and a unit: "0.04 s", "4.2 s", "41 s", "3.2 min", "5.1 h", "2.4 d"."""
    if seconds is None:
        return NOTHING
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{_few_digits(seconds / length)} {unit}"
    return f"{_few_digits(seconds)} s"


def _few_digits(number: float) -> str:
    places = 0 if number >= 10 else 1 if number >= 1 else 2
    return f"{number:.{places}f}"


def readable(value: Any) -> SafeString:
    """JSON for people: objects as tables, lists of like objects as one table, texts as they are."""
    match value:
        case _ if value in (None, "", [], {}):
            return SafeString(NOTHING)
        case bool():
            return SafeString("yes" if value else "no")
        case float():
            return SafeString(f"{value:,.4f}".rstrip("0").rstrip("."))
        case dict() if len(value) > 1 and _alike(list(value.values())):  # by muscle, by zone
            rows = [[_name(name), *map(readable, inner.values())] for name, inner in value.items()]
            return _table(rows, heads=["", *next(iter(value.values()))])
        case dict():
            return _table([[_name(name), readable(inner)] for name, inner in value.items()])
        case list() if _alike(value):
            return _table([list(map(readable, row.values())) for row in value], heads=value[0])
        case list():
            return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", ([readable(one)] for one in value)))
        case _:
            return format_html("{}", value)


def _alike(values: list[Any]) -> bool:
    """Objects with the same keys: rows of one table."""
    return all(isinstance(value, dict) and value and list(value) == list(values[0]) for value in values)


def _table(rows: list[list[SafeString]], heads: Iterable[str] = ()) -> SafeString:
    top = format_html_join("", "<th>{}</th>", ([_name(head)] for head in heads))
    lines = ([format_html_join("", "<td>{}</td>", ([cell] for cell in row))] for row in rows)
    body = format_html_join("", "<tr>{}</tr>", lines)
    return format_html('<table class="readable">{}{}</table>', format_html("<tr>{}</tr>", top) if top else "", body)


def _name(key: str) -> SafeString:
    return format_html('<span class="quiet">{}</span>', key.replace("_", " "))


def folded(summary: str, content: SafeString) -> SafeString:
    """Behind a click."""
    return format_html("<details><summary>{}</summary>{}</details>", summary, content)
