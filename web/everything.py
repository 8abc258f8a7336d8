"""Everything of one athlete as a zip: JSON for programs, a page of Markdown for people beside each session.

It is made while it is sent, so many sessions at a time, each time in one short transaction: neither memory nor a
connection of the database is held for as long as a slow phone takes.
"""

import io
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZipFile

from asgiref.sync import sync_to_async
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.db.models import Model
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from config.models import Token
from config.roles import on_behalf_of
from enrichment.models import EnrichmentItem
from training import exports, files
from training.models import IdempotencyKey, TrainingSession
from training.serializers import SessionSerializer

SESSIONS_AT_ONCE = 25


def stream(user: User) -> AsyncIterator[bytes]:
    """The zip's bytes, in the language that is active now."""
    return _sent(_pieces(user, translation.get_language()))


async def _sent(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    while (piece := await sync_to_async(_next)(pieces)) is not None:
        yield piece


def _next(pieces: Iterator[bytes]) -> bytes | None:
    """The next piece; the connection goes back to the pool while it is sent."""
    try:
        return next(pieces, None)
    finally:
        connection.close()


def _pieces(user: User, language: str) -> Iterator[bytes]:
    sink = _Sink()
    with ZipFile(sink, "w", ZIP_DEFLATED) as archive:
        with on_behalf_of(user.pk):
            ids = list(
                TrainingSession.objects.filter(owner=user).order_by("created_at", "pk").values_list("pk", flat=True)
            )
            archive.writestr("account.json", _json(_account(user)))
        with translation.override(language):
            archive.writestr(_("read-me.txt"), _read_me(len(ids)))
        yield sink.taken()
        for start in range(0, len(ids), SESSIONS_AT_ONCE):
            with on_behalf_of(user.pk):
                for session in _sessions(ids[start : start + SESSIONS_AT_ONCE]):
                    workout = files.workout(session)
                    name = f"sessions/{session.created_at:%Y-%m-%d}-{files.name(workout)}"
                    archive.writestr(f"{name}.json", _json(_session(session)))
                    archive.writestr(f"{name}.md", exports.FORMATS["md"].write(workout))
            yield sink.taken()
    yield sink.taken()


class _Sink(io.RawIOBase):
    """A file that is only written, and handed out piece by piece."""

    def __init__(self) -> None:
        self._written = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._written += data
        return len(data)

    def taken(self) -> bytes:
        """What was written since the last time."""
        taken, self._written = bytes(self._written), bytearray()
        return taken


# --- what there is to tell ---


def _account(user: User) -> dict[str, Any]:
    """The account, and what is its own without being a session's."""
    return {
        "account": {
            **_row(user, without="password"),
            "groups": [group.name for group in user.groups.all()],
            "user_permissions": [str(permission) for permission in user.user_permissions.all()],
        },
        "tokens": [_row(token, without="digest") for token in Token.objects.filter(user=user)],
        "idempotency_keys": [_row(key) for key in IdempotencyKey.objects.filter(owner=user)],
        "acts_in_the_admin": [_row(entry) for entry in LogEntry.objects.filter(user=user)],
    }


def _sessions(ids: list[UUID]) -> list[TrainingSession]:
    rows = SessionSerializer.rows().filter(pk__in=ids).order_by("created_at", "pk")
    return list(rows.select_related("item").prefetch_related("events", "private_notes"))


def _session(session: TrainingSession) -> dict[str, Any]:
    """The session as the API shows it, the rest of its columns, and all that hangs on it."""
    item: EnrichmentItem | None = getattr(session, "item", None)
    return {
        **_row(session),
        **SessionSerializer(session, context={"staff": False}).data,
        "details": [_row(detail) for detail in session.details.all()],
        "private_notes": [_row(note) for note in session.private_notes.all()],
        "item": item and _row(item),
        "events": [_row(event) for event in session.events.all()],
        "model_calls": [_row(call) for call in session.model_calls.all()],
    }


def _row(row: Model, *, without: str = "") -> dict[str, Any]:
    """Every column, those of tomorrow too."""
    names = [field.attname for field in row._meta.concrete_fields]
    return {name: getattr(row, name) for name in names if name != without}


def _json(data: dict[str, Any]) -> str:
    return json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False)


def _read_me(sessions: int) -> str:
    """What is what, for who opens the file years from now."""
    return "\n".join(
        [
            "Second Wind",
            timezone.now().strftime("%Y-%m-%d"),
            "",
            _("account.json: your account, your tokens (not their secrets), recent requests."),
            _("sessions/: your sessions ({n}), the oldest first.").format(n=sessions),
            _("  .md: to read.  .json: everything that is stored, for programs."),
            "",
        ]
    )
