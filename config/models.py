"""API tokens: the one thing that callers own beside their sessions."""

import uuid

from django.db import models
from knox.models import AbstractAuthToken


class Token(AbstractAuthToken):
    """A caller's key to the API: kept as a hash, revocable, expiring; shown in full only when it is made."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=100, default="")

    class Meta:
        ordering = ["-created"]

    def __str__(self) -> str:
        return f"{self.token_key}… {self.name}".strip()
