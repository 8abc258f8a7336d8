"""The enrichment queue: one item a session, its whole state machine, its story, and who works on it.

Every transition is one guarded UPDATE whose WHERE says what must still be true; it answers with the rows that it won,
and in the same transaction moves their sessions and writes their events. All times are the database's. A transaction
that touches both locks the item before the session.
"""

import uuid
from collections.abc import Callable, Collection, Sequence
from datetime import timedelta
from typing import Any, Self

from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import models, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce, Greatest, Least, Now
from django.db.models.sql import UpdateQuery

from enrichment import dispatch
from training.models import EnrichmentStatus, TrainingSession


class Status(models.TextChoices):
    """Where an item is; the last three are final until it is queued anew."""

    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


FINAL = (Status.COMPLETED, Status.FAILED, Status.CANCELLED)

# The one declared order of the queue: the most urgent first, then the oldest. Index and queries both read it.
CLAIM_ORDER = ("priority", "queued_at", "id")

# Which claim of which item: the fence. An item's claims are numbered.
Claim = tuple[uuid.UUID, int]

# A transition of many rows sends at most this many messages at once; `rescue` sends what is missing.
MESSAGES_AT_ONCE = 100


class EnrichmentItemQuerySet(QuerySet["EnrichmentItem"]):
    """Adjectives narrow the queue down; verbs move every row that is still as they say, and answer with those rows."""

    def pending(self) -> Self:
        """Waiting, delayed ones too."""
        return self.filter(status=Status.PENDING)

    def ready(self) -> Self:
        """May be claimed now."""
        return self.pending().filter(next_attempt_at__isnull=True)

    def due(self) -> Self:
        """Delayed until a moment that has come."""
        return self.pending().filter(next_attempt_at__lte=Now())

    def processing(self) -> Self:
        """Held by a worker."""
        return self.filter(status=Status.PROCESSING)

    def expired(self) -> Self:
        """Held by a worker that did not renew its lease in time."""
        return self.processing().filter(lease_expires_at__lte=Now())

    def ageing(self) -> Self:
        """Stood long at one priority, and may go one up."""
        longest = Now() - interval(settings.PROMOTE_AFTER_SECONDS)
        return self.pending().filter(priority__gt=1, priority_since__lte=longest)

    def final(self) -> Self:
        """Completed, failed or cancelled."""
        return self.filter(status__in=FINAL)

    def unfinished(self) -> Self:
        """Pending or processing: may be cancelled."""
        return self.filter(status__in=[Status.PENDING, Status.PROCESSING])

    def stopped(self) -> Self:
        """Failed or cancelled: may be queued anew."""
        return self.filter(status__in=[Status.FAILED, Status.CANCELLED])

    def in_claim_order(self) -> Self:
        """As they will be claimed."""
        return self.order_by(*CLAIM_ORDER)

    def locked(self, limit: int, *, first: str) -> Self:
        """At most `limit` of these rows, locked, those before all whose column `first` is the smallest.

        It waits for nobody, so that no order of locking can deadlock: rows that others hold are left to the next run.
        """
        ids = list(self.select_for_update(skip_locked=True).order_by(first).values_list("pk", flat=True)[:limit])
        return self.filter(pk__in=ids)

    def in_steps(self, move: "Callable[[EnrichmentItemQuerySet], list[EnrichmentItem]]", rows_a_step: int) -> int:
        """Moves all of these rows, so many a transaction, each at most once; how many were moved.

        For people: it waits for rows that others hold, locking in one order so that two of them cannot deadlock.
        """
        moved, last = 0, uuid.UUID(int=0)
        while True:
            with transaction.atomic():
                rest = self.filter(pk__gt=last).order_by("pk").select_for_update(of=("self",))
                ids = list(rest.values_list("pk", flat=True)[:rows_a_step])
                if not ids:
                    return moved
                moved += len(move(EnrichmentItem.objects.filter(pk__in=ids)))
            last = ids[-1]

    # --- transitions: each repeats its guard, so that being late is harmless ---

    def queue(self, session: TrainingSession) -> "EnrichmentItem":
        """The item of a new session. The caller's transaction is the session's."""
        item = self.create(
            session=session,
            owner_id=session.owner_id,
            coach=session.coach,
            priority=session.priority,
            max_attempts=settings.MAX_ATTEMPTS,
            event_count=1,
        )
        item.refresh_from_db()
        item.event(EnrichmentEvent.Kind.QUEUED, number=1).save(force_insert=True)
        dispatch.send(item.pk, item.priority)
        return item

    def enqueue(self, session: TrainingSession, priority: int | None) -> "EnrichmentItem":
        """Somebody asks for a session's enrichment, perhaps not for the first time: whatever is due is done, once.

        A new item where there is none, a new place for a pending one, a new start for a failed or cancelled one;
        nothing where it is processing or completed. Raises ObjectDoesNotExist where it vanished.
        """
        item = self.filter(session=session)
        if not item.exists():
            with transaction.atomic():
                session = TrainingSession.objects.select_for_update().get(pk=session.pk)  # two at once: one makes it
                if not item.exists():
                    session.priority = priority or session.priority
                    return self.queue(session)
        if not item.requeue(priority) and priority is not None:
            item.set_priority(priority)
        return item.get()

    def claim(self, *, worker: str, task_id: str) -> "EnrichmentItem | None":
        """Takes the first ready item for a worker; None where nothing is ready."""
        with transaction.atomic():
            first = self.ready().in_claim_order().select_for_update(skip_locked=True).first()
            if first is None:
                return None
            claimed = (
                self.filter(pk=first.pk, claim_number=first.claim_number)
                .ready()
                ._move(
                    EnrichmentEvent.Kind.CLAIMED,
                    data={"worker": worker, "task_id": task_id},
                    status=Status.PROCESSING,
                    claim_number=F("claim_number") + 1,
                    attempts=F("attempts") + 1,
                    started_at=Now(),
                    first_claimed_at=Coalesce(F("first_claimed_at"), Now()),
                    lease_expires_at=Now() + interval(min(settings.LEASE_SECONDS, settings.ITEM_DEADLINE_SECONDS)),
                    worker=worker,
                    task_id=task_id,
                )
            )
            return claimed[0] if claimed else None

    def requeue(self, priority: int | None = None) -> "list[EnrichmentItem]":
        """Failed and cancelled items from the start: a new place in the queue, attempts 0."""
        changes: dict[str, Any] = {} if priority is None else {"priority": priority}
        return self.stopped()._move(
            EnrichmentEvent.Kind.REQUEUED,
            status=Status.PENDING,
            attempts=0,
            max_attempts=settings.MAX_ATTEMPTS,
            queued_at=Now(),
            priority_since=Now(),
            started_at=None,
            first_claimed_at=None,
            completed_at=None,
            error_kind="",
            error_message=None,
            **changes,
        )

    def cancel(self) -> "list[EnrichmentItem]":
        """Pending and processing items; a worker in the middle of one finds its fence gone."""
        return self.unfinished()._move(EnrichmentEvent.Kind.CANCELLED, **_final(Status.CANCELLED))

    def set_priority(self, priority: int) -> "list[EnrichmentItem]":
        """Pending items to another priority, among whose items they stand by their age."""
        return (
            self.pending()
            .exclude(priority=priority)
            ._move(EnrichmentEvent.Kind.PRIORITY_SET, priority=priority, priority_since=Now())
        )

    def promote(self) -> "list[EnrichmentItem]":
        """Items that stood long at one priority move one up, so that urgent ones cannot starve the others.

        It sends nothing: no more items are ready than before, and any message wakes a worker for the first of them.
        """
        return self.ageing()._move(
            EnrichmentEvent.Kind.PROMOTED, wakes=False, priority=F("priority") - 1, priority_since=Now()
        )

    def wake(self) -> "list[EnrichmentItem]":
        """Delayed items whose time has come are ready again."""
        return self.due()._move(EnrichmentEvent.Kind.DUE, next_attempt_at=None)

    def reclaim(self) -> "list[EnrichmentItem]":
        """Takes expired items from their lost workers: ready again, or failed where it was their last attempt."""
        message = "The worker that held this item was lost."
        expired = self.expired()
        return [
            *expired.filter(attempts__lt=F("max_attempts"))._move(
                EnrichmentEvent.Kind.RESCUED, error_kind="worker_lost", error_message=message, **_pending()
            ),
            *expired.filter(attempts__gte=F("max_attempts"))._move(
                EnrichmentEvent.Kind.FAILED, error_kind="worker_lost", error_message=message, **_final(Status.FAILED)
            ),
        ]

    def renew(self, claims: Collection[Claim]) -> int:
        """Keeps the leases of those claims a while longer that are still current; how many they were.

        Rows that somebody holds are left out: a worker that records in one renews it as well, and one row that is held
        for long must not cost a process all its other leases.
        """
        with transaction.atomic():
            rows = self.processing().filter(pk__in=[pk for pk, _ in claims]).select_for_update(skip_locked=True)
            current = [pk for pk, number in rows.values_list("pk", "claim_number") if (pk, number) in claims]
            return self.filter(pk__in=current).update(lease_expires_at=_renewed_lease())

    def _move(
        self,
        kind: "EnrichmentEvent.Kind",
        *,
        data: dict[str, Any] | None = None,
        wakes: bool = True,
        **changes: Any,
    ) -> "list[EnrichmentItem]":
        """One guarded UPDATE (this queryset's WHERE is the guard), its sessions and its events, in one transaction."""
        done = changes.get("status") in FINAL
        with transaction.atomic():
            moved = self._update_returning(event_count=F("event_count") + (2 if done else 1), **changes)
            if not moved:
                return []
            if "status" in changes:
                _follow(moved, changes["status"])
            events = [item.event(kind, number=item.event_count - done, data=data) for item in moved]
            if done:
                events += [item.event(EnrichmentEvent.Kind.DONE, number=item.event_count) for item in moved]
            EnrichmentEvent.objects.bulk_create(events)
            for item in [item for item in moved if wakes and item.is_ready][:MESSAGES_AT_ONCE]:
                dispatch.send(item.pk, item.priority)
            dispatch.tell([item.session_id for item in moved])
        return moved

    def _update_returning(self, **changes: Any) -> "list[EnrichmentItem]":
        """UPDATE ... RETURNING *: the rows that the guard let through, as they now are."""
        query = self.query.chain(UpdateQuery)
        query.add_update_values(changes)  # type: ignore[attr-defined]
        try:
            sql, parameters = query.get_compiler(self.db).as_sql()
        except EmptyResultSet:  # the guard is an empty list: Django knows without asking
            return []
        return list(self.model.objects.raw(f"{sql} RETURNING *", parameters))


def interval(seconds: float) -> Any:
    """So many seconds, for arithmetic with the database's own time."""
    return models.Value(timedelta(seconds=seconds), output_field=models.DurationField())


def _pending(next_attempt_at: Any = None) -> dict[str, Any]:
    """The columns of an item that waits again; its place in the queue is the old one."""
    return {
        "status": Status.PENDING,
        "next_attempt_at": next_attempt_at,
        "started_at": None,
        "lease_expires_at": None,
        "worker": "",
    }


def _final(status: Status) -> dict[str, Any]:
    """The columns of an item that nobody works on any more."""
    return {
        "status": status,
        "completed_at": Now(),
        "next_attempt_at": None,
        "lease_expires_at": None,
        "worker": "",
    }


def _follow(items: "Sequence[EnrichmentItem]", status: Status) -> None:
    """The sessions' status after their items': the items' rows are locked, the sessions' come second."""
    session_status = SESSION_STATUS[status]
    TrainingSession.objects.filter(pk__in=[item.session_id for item in items]).update(
        enrichment_status=session_status,
        enriched_at=Now() if session_status == EnrichmentStatus.ENRICHED else None,
        updated_at=Now(),
    )


SESSION_STATUS = {
    Status.PENDING: EnrichmentStatus.FAST,
    Status.PROCESSING: EnrichmentStatus.ENRICHING,
    Status.COMPLETED: EnrichmentStatus.ENRICHED,
    Status.FAILED: EnrichmentStatus.FAST,
    Status.CANCELLED: EnrichmentStatus.FAST,
}


class EnrichmentItem(models.Model):
    """A session's place in the queue. The row is the truth; a Celery message only wakes a worker."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.OneToOneField(TrainingSession, models.CASCADE, related_name="item")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="enrichment_items")
    coach = models.CharField(max_length=32, help_text="the session's, kept here for the queue's counts")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PENDING)
    priority = models.PositiveSmallIntegerField(default=5, help_text="1 is the most urgent of 1..10")
    priority_since = models.DateTimeField(db_default=Now(), editable=False, help_text="ageing counts from here")
    # The fence: grows by one at every claim and never goes back; a worker's UPDATEs name the number it was given.
    claim_number = models.PositiveIntegerField(default=0, editable=False)
    # For people and for the limit, not for the fence: a snooze or a give-back takes its attempt back.
    attempts = models.PositiveSmallIntegerField(default=0)
    max_attempts = models.PositiveSmallIntegerField(default=3)
    error_kind = models.CharField(max_length=32, default="", blank=True, help_text="the last error's code")
    error_message = models.TextField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    # Changes only at creation and requeue: a retry keeps its place.
    queued_at = models.DateTimeField(db_default=Now(), editable=False)
    next_attempt_at = models.DateTimeField(null=True, blank=True, help_text="not before then; null: ready")
    started_at = models.DateTimeField(null=True, blank=True, help_text="the latest claim; null while pending")
    first_claimed_at = models.DateTimeField(null=True, blank=True, help_text="of this queueing; waiting ends here")
    completed_at = models.DateTimeField(null=True, blank=True, help_text="completed, failed or cancelled")
    lease_expires_at = models.DateTimeField(null=True, blank=True)
    worker = models.CharField(max_length=200, default="", blank=True)
    task_id = models.CharField(max_length=64, default="", blank=True, help_text="Celery's, of the latest attempt")
    event_count = models.PositiveIntegerField(default=0, editable=False, help_text="the number of the last event")

    objects = EnrichmentItemQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="item_priority_bounded", condition=Q(priority__range=(1, 10))),
            models.CheckConstraint(name="item_attempts_bounded", condition=Q(attempts__lte=F("max_attempts"))),
            models.CheckConstraint(name="item_status_known", condition=Q(status__in=Status)),
            models.CheckConstraint(
                name="item_status_agrees_with_times",
                condition=Q(
                    status=Status.PENDING,
                    started_at__isnull=True,
                    completed_at__isnull=True,
                    lease_expires_at__isnull=True,
                    worker="",
                )
                | Q(
                    status=Status.PROCESSING,
                    started_at__isnull=False,
                    completed_at__isnull=True,
                    lease_expires_at__isnull=False,
                    next_attempt_at__isnull=True,
                )
                | Q(
                    status__in=FINAL,
                    completed_at__isnull=False,
                    lease_expires_at__isnull=True,
                    next_attempt_at__isnull=True,
                    worker="",
                ),
            ),
            models.CheckConstraint(
                name="item_completed_was_started", condition=~Q(status=Status.COMPLETED) | Q(started_at__isnull=False)
            ),
        ]
        indexes = [
            # claim(), a place in the queue, and counts of what is ready
            models.Index(
                fields=CLAIM_ORDER,
                name="item_ready",
                condition=Q(status=Status.PENDING, next_attempt_at__isnull=True),
            ),
            # wake(): delayed items stand outside the index above until they are due
            models.Index(
                fields=["next_attempt_at"],
                name="item_delayed",
                condition=Q(status=Status.PENDING, next_attempt_at__isnull=False),
            ),
            # read by reclaim
            models.Index(fields=["lease_expires_at"], name="item_leased", condition=Q(status=Status.PROCESSING)),
            # read by promote
            models.Index(
                fields=["priority_since"],
                name="item_ageing",
                condition=Q(status=Status.PENDING, priority__gt=1),
            ),
            # throughput, wait and service times of the window; prune
            models.Index(fields=["completed_at"], name="item_finished", condition=Q(completed_at__isnull=False)),
            # the operator's overview: failures by kind of error
            models.Index(
                fields=["error_kind", "coach", "completed_at"], name="item_failed", condition=Q(status=Status.FAILED)
            ),
            # GET enrichment/items/: own items, newest first
            models.Index(fields=["owner", "-created_at", "-id"], name="item_owner_newest"),
            # the admin's list: everybody's, newest first
            models.Index(fields=["-created_at", "-id"], name="item_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.status} {self.coach} {self.id}"

    @property
    def is_ready(self) -> bool:
        """May be claimed now."""
        return self.status == Status.PENDING and self.next_attempt_at is None

    @property
    def is_final(self) -> bool:
        """Nobody works on it any more."""
        return self.status in FINAL

    @property
    def claimed_as(self) -> Claim:
        """The claim that this instance knows of."""
        return self.pk, self.claim_number

    def as_json(self) -> dict[str, Any]:
        """The contract's `item`."""
        return {
            "id": str(self.pk),
            "status": self.status,
            "priority": self.priority,
            "attempts": self.attempts,
            "max_attempts": self.max_attempts,
            "error_message": self.error_message,
            "next_attempt_at": _iso(self.next_attempt_at),
            "created_at": _iso(self.created_at),
            "started_at": _iso(self.started_at),
            "completed_at": _iso(self.completed_at),
        }

    def event(
        self, kind: "EnrichmentEvent.Kind", *, number: int, data: dict[str, Any] | None = None
    ) -> "EnrichmentEvent":
        """An event of this item as it now is, not yet saved."""
        return EnrichmentEvent(
            item_id=self.pk,
            session_id=self.session_id,
            owner_id=self.owner_id,
            number=number,
            kind=kind,
            data={"item": self.as_json(), **(data or {})},
        )

    # --- what the worker that holds this claim may do with it; False: its fence is gone, and nothing was changed ---

    def record(self, exercises: "Sequence[tuple[str, dict[str, Any]]]") -> bool:
        """Exercises are enriched: their events, and a renewed lease. The caller's transaction writes the details."""
        with transaction.atomic():
            moved = self._held()._update_returning(
                event_count=F("event_count") + len(exercises), lease_expires_at=_renewed_lease()
            )
            if not moved:
                return False
            first = moved[0].event_count - len(exercises) + 1
            EnrichmentEvent.objects.bulk_create(
                moved[0].event(EnrichmentEvent.Kind.EXERCISE, number=number, data={"key": key, "details": details})
                for number, (key, details) in enumerate(exercises, start=first)
            )
            TrainingSession.objects.filter(pk=self.session_id).update(updated_at=Now())
            dispatch.tell([self.session_id])
        return True

    def complete(self, analysis: dict[str, Any] | None) -> bool:
        """The last record: the analysis, both statuses and their events."""
        with transaction.atomic():
            moved = self._held()._update_returning(event_count=F("event_count") + 1)
            if not moved:
                return False
            TrainingSession.objects.filter(pk=self.session_id).update(analysis=analysis)
            moved[0].event(
                EnrichmentEvent.Kind.ANALYSIS, number=moved[0].event_count, data={"analysis": analysis}
            ).save(force_insert=True)
            return self._won(
                self._held()._move(
                    EnrichmentEvent.Kind.COMPLETED, error_kind="", error_message=None, **_final(Status.COMPLETED)
                )
            )

    def retry(self, kind: str, message: str, *, after_seconds: float) -> bool:
        """Tries again after a pause; where this was the last attempt, fails."""
        again = (
            self._held()
            .filter(attempts__lt=F("max_attempts"))
            ._move(
                EnrichmentEvent.Kind.RETRIED,
                error_kind=kind,
                error_message=message,
                **_pending(Now() + interval(after_seconds)),
            )
        )
        return self._won(again) or self.fail(kind, message)

    def snooze(self, kind: str, message: str, *, after_seconds: float) -> bool:
        """Waits without losing an attempt; an item queued longer than MAX_WAIT_SECONDS fails instead."""
        longest = Now() - interval(settings.MAX_WAIT_SECONDS)
        waited_too_long = (
            self._held()
            .filter(queued_at__lt=longest)
            ._move(
                EnrichmentEvent.Kind.FAILED,
                error_kind="waited_too_long",
                error_message=message,
                **_final(Status.FAILED),
            )
        )
        return self._won(waited_too_long) or self._won(
            self._held()._move(
                EnrichmentEvent.Kind.SNOOZED,
                attempts=Greatest(F("attempts") - 1, 0),
                error_kind=kind,
                error_message=message,
                **_pending(Now() + interval(after_seconds)),
            )
        )

    def give_back(self) -> bool:
        """A worker that must stop returns the item with its attempt, for another to take at once."""
        return self._won(
            self._held()._move(EnrichmentEvent.Kind.GIVEN_BACK, attempts=Greatest(F("attempts") - 1, 0), **_pending())
        )

    def fail(self, kind: str, message: str) -> bool:
        """Gives up: the session stays usable as it is."""
        return self._won(
            self._held()._move(
                EnrichmentEvent.Kind.FAILED, error_kind=kind, error_message=message, **_final(Status.FAILED)
            )
        )

    def renew(self) -> bool:
        """Keeps the lease a while longer."""
        return self._held().update(lease_expires_at=_renewed_lease()) == 1

    def _held(self) -> EnrichmentItemQuerySet:
        """This row as long as this claim is the current one: the fence."""
        return EnrichmentItem.objects.processing().filter(pk=self.pk, claim_number=self.claim_number)

    def _won(self, moved: "list[EnrichmentItem]") -> bool:
        """Whether the transition was ours; if so this instance shows the row as it now is."""
        for item in moved:
            self.__dict__.update(item.__dict__)
        return bool(moved)


def _renewed_lease() -> Least:
    """A lease from now, never past the item's own deadline."""
    return Least(Now() + interval(settings.LEASE_SECONDS), F("started_at") + interval(settings.ITEM_DEADLINE_SECONDS))


def _iso(moment: Any) -> str | None:
    return None if moment is None else moment.isoformat().replace("+00:00", "Z")


class EnrichmentEvent(models.Model):
    """One line of an item's story, never changed: the live stream, the admin's timeline and the audit read it.

    `number` is the item's own counter, raised in the transaction that holds the item's row: gapless and in the order of
    commits, where a global serial would let a reader skip what commits late.
    """

    class Kind(models.TextChoices):
        """What happened. The stream sends `exercise`, `analysis` and `done` by their names, all else as `status`."""

        QUEUED = "queued"
        CLAIMED = "claimed"
        EXERCISE = "exercise"
        ANALYSIS = "analysis"
        COMPLETED = "completed"
        RETRIED = "retried"
        SNOOZED = "snoozed"
        DUE = "due"
        GIVEN_BACK = "given_back"
        RESCUED = "rescued"
        PRIORITY_SET = "priority_set"
        PROMOTED = "promoted"
        FAILED = "failed"
        CANCELLED = "cancelled"
        REQUEUED = "requeued"
        DONE = "done"

    item = models.ForeignKey(EnrichmentItem, models.CASCADE, related_name="events")
    session = models.ForeignKey(TrainingSession, models.CASCADE, related_name="events")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=12, choices=Kind.choices)
    data = models.JSONField()
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["item", "number"]
        constraints = [models.UniqueConstraint(name="event_number_once", fields=["item", "number"])]

    def __str__(self) -> str:
        return f"{self.item_id} {self.number} {self.kind}"


class WorkerQuerySet(QuerySet["Worker"]):
    """Worker processes as they report themselves."""

    def live(self) -> Self:
        """Those that have consumed, or held an item, a short while ago."""
        return self.filter(seen_at__gt=Now() - interval(settings.WORKER_SILENT_SECONDS))

    def seen(self, name: str, *, capacity: int, active: int) -> None:
        """This worker has really consumed just now."""
        self.update_or_create(name=name, defaults={"capacity": capacity, "active": active, "seen_at": Now()})


class Worker(models.Model):
    """A worker process: how many items it can hold and holds, and when it last really consumed."""

    name = models.CharField(max_length=200, primary_key=True)
    capacity = models.PositiveIntegerField()
    active = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField(db_default=Now(), editable=False)
    seen_at = models.DateTimeField()

    objects = WorkerQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
