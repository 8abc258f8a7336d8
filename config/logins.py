"""Django's login sessions in the database, asked only for keys that a login can have had.

A cookie may hold anything, quoted a NUL too, which PostgreSQL refuses with an error of ours instead of the caller's.
"""

from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore


class SessionStore(DatabaseSessionStore):
    """The store that SESSION_ENGINE names."""

    def _validate_session_key(self, key: Any) -> bool:
        return bool(key) and len(key) >= 8 and key.isascii() and key.isalnum()
