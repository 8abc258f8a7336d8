"""Idempotency-Key: what a caller asks twice under one key happens once, and is answered twice.

A key is marked as running before anything happens, so that of two requests at once one runs; the mark becomes the
answer in the transaction that saves the session, so that neither is there without the other. A mark running for
longer than any request may was left behind by a crash: it is taken over, and who comes back to it late finds it gone
and saves nothing.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from config.http import Problem, as_problem
from config.roles import on_behalf_of
from training.models import IdempotencyKey, TrainingSession
from training.prescription import Refused

REPLAYED = "Idempotent-Replayed"  # the header of an answer that was given before
MAX_KEY_CHARACTERS = 255
KEPT = timedelta(hours=24)
RETRY_AFTER_SECONDS = 2


@dataclass(frozen=True)
class Answer:
    """An answer as it goes over the wire."""

    status: int
    body: str
    headers: dict[str, str]


@dataclass(frozen=True)
class Mark:
    """The right to answer for a key, until it is taken over. `started_at` is its fence."""

    owner_id: int
    key: str
    started_at: datetime

    def keep(self, answer: Answer, session: TrainingSession | None = None) -> None:
        """Let the mark become the answer, in the caller's transaction. Raises Problem where it was taken over."""
        if not self._running().update(status=answer.status, body=answer.body, headers=answer.headers, session=session):
            raise Problem(409, "A later request has taken this Idempotency-Key over.", retry_after=RETRY_AFTER_SECONDS)

    def drop(self) -> None:
        """Keep nothing: the next request under this key runs."""
        self._running().delete()

    def _running(self) -> QuerySet[IdempotencyKey]:
        return IdempotencyKey.objects.filter(
            owner_id=self.owner_id, key=self.key, started_at=self.started_at, status=None
        )


def once(owner_id: int, key: str, body: bytes, answer: Callable[[Mark], Answer]) -> Answer:
    """What `answer` says, or said before to the same key and body; answers of 429 and 5xx are not kept.

    `answer` gets the mark, and calls `keep` in its transaction. Raises Problem 409 while another request runs, Refused
    for another body, and what `answer` raises where that is not kept.
    """
    if not 0 < len(key) <= MAX_KEY_CHARACTERS:
        raise Refused.at("/Idempotency-Key", "max_length", "A key has 1 to {most} characters.", most=MAX_KEY_CHARACTERS)
    mark = _claim(owner_id, key, hashlib.sha256(body).hexdigest())
    if isinstance(mark, Answer):
        return replace(mark, headers={**mark.headers, REPLAYED: "true"})
    try:
        return answer(mark)
    except Exception as error:
        problem = as_problem(error)
        if problem is None or problem.status_code == 429 or problem.status_code >= 500:
            with on_behalf_of(owner_id):
                mark.drop()
            raise
        response = problem.response()
        refusal = Answer(response.status_code, response.content.decode(), dict(response.items()))
        with on_behalf_of(owner_id):
            mark.keep(refusal)
        return refusal


def _claim(owner_id: int, key: str, body_sha256: str) -> Mark | Answer:
    running = Problem(409, "A request under this Idempotency-Key is still running.", retry_after=RETRY_AFTER_SECONDS)
    rows = IdempotencyKey.objects.filter(owner_id=owner_id, key=key)
    with on_behalf_of(owner_id):
        rows.filter(started_at__lte=Now() - KEPT).delete()  # `prune` may be late
        try:
            with transaction.atomic():
                row, created = rows.get_or_create(owner_id=owner_id, key=key, defaults={"body_sha256": body_sha256})
        except IntegrityError:  # it was there and went with its session at this very moment
            raise running from None
        if created:
            return Mark(owner_id, key, row.started_at)
        if row.body_sha256 != body_sha256:
            raise Refused.at("", "idempotency_key_reused", "This Idempotency-Key came with another body before.")
        if row.status is not None:
            return Answer(row.status, row.body, row.headers)
        left_behind = rows.filter(
            status=None,
            started_at=row.started_at,
            started_at__lte=Now() - timedelta(seconds=settings.FULL_DEADLINE_SECONDS),
        )
        if not left_behind.update(started_at=Now()):
            raise running
        row.refresh_from_db()
        return Mark(owner_id, key, row.started_at)
