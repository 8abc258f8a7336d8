"""What a coach says, kept: sessions, the catalogue, the notes on its exercises, and what the models cost.

Nothing in this room knows of a queue or a worker.
"""

import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Extract, Now

from training.prescription import Prescription
from training.request import SessionRequest

MOST_HISTORY = 20  # sessions of a week: nobody trains more, and a coach need not read more


class EnrichmentStatus(models.TextChoices):
    """How far a session is: usable at once, in work, with its second wind, or complete from the start."""

    FAST = "fast"
    ENRICHING = "enriching"
    ENRICHED = "enriched"
    FULL = "full"


class Source(models.TextChoices):
    """Who wrote a session."""

    LLM = "llm"
    BUILTIN = "builtin"
    IMPORTED = "imported"


class TrainingSessionQuerySet(models.QuerySet["TrainingSession"]):
    """Sessions."""

    def done_lately(self, owner: Any, *, days: int) -> "TrainingSessionQuerySet":
        """What an athlete did in the last days, the newest first, with `hours_ago` by the database's clock."""
        since = Extract(Now() - F("done_at"), "epoch", output_field=models.FloatField())
        done = self.filter(owner=owner, done_at__gt=Now() - timedelta(days=days)).order_by("-done_at")
        return done.annotate(hours_ago=since / 3600)[:MOST_HISTORY]


class TrainingSession(models.Model):
    """One training session of one athlete: what was asked, what was prescribed, what was computed from it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="training_sessions")
    coach = models.CharField(max_length=32)
    discipline = models.CharField(max_length=32)
    mode = models.CharField(max_length=8, default="fast")
    language = models.CharField(max_length=2, default="en")
    # The item's priority at its making; later changes are the item's own.
    priority = models.PositiveSmallIntegerField(default=5)
    enrichment_status = models.CharField(max_length=9, choices=EnrichmentStatus.choices, default=EnrichmentStatus.FAST)
    source = models.CharField(max_length=8, choices=Source.choices)
    model = models.CharField(max_length=100, null=True, blank=True)
    fallback_reason = models.CharField(max_length=16, null=True, blank=True)
    request = models.JSONField(help_text="SessionRequest as JSON, without its prescription")
    prescription = models.JSONField(help_text="Prescription as JSON, without details")
    checks = models.JSONField(default=list)
    analysis = models.JSONField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)
    enriched_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    done_rpe = models.FloatField(null=True, blank=True)

    objects = TrainingSessionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="session_status_known", condition=Q(enrichment_status__in=EnrichmentStatus)),
            models.CheckConstraint(name="session_source_known", condition=Q(source__in=Source)),
            models.CheckConstraint(name="session_priority_bounded", condition=Q(priority__range=(1, 10))),
            # Both complete statuses carry the time they were reached, no other does.
            models.CheckConstraint(
                name="session_enriched_at_agrees",
                condition=Q(enrichment_status__in=["enriched", "full"], enriched_at__isnull=False)
                | Q(enrichment_status__in=["fast", "enriching"], enriched_at__isnull=True),
            ),
            models.CheckConstraint(
                name="session_rpe_only_when_done", condition=Q(done_rpe__isnull=True) | Q(done_at__isnull=False)
            ),
        ]
        indexes = [
            # GET sessions/: own sessions, newest first.
            models.Index(fields=["owner", "-created_at", "-id"], name="session_owner_newest"),
            # The admin's list: everybody's, newest first.
            models.Index(fields=["-created_at", "-id"], name="session_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.coach} {self.id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """In one transaction with whatever hears of it: Django sends `post_save` after its own has ended."""
        with transaction.atomic():
            super().save(*args, **kwargs)

    def parsed_request(self) -> SessionRequest:
        """The request as its pydantic model."""
        return SessionRequest.model_validate(self.request, strict=False)

    def parsed_prescription(self) -> Prescription:
        """The prescription as its pydantic model."""
        return Prescription.model_validate(self.prescription, strict=False)

    def usage(self) -> dict[str, Any]:
        """Tokens and money that models took for this session: generation, enrichment and failed calls together."""
        calls = self.model_calls.all()  # a list of sessions prefetches them: one query, not one a row
        return {
            "input_tokens": sum(call.input_tokens for call in calls),
            "cached_input_tokens": sum(call.cached_input_tokens for call in calls),
            "output_tokens": sum(call.output_tokens for call in calls),
            "cost_usd": f"{sum((call.cost_usd or Decimal(0) for call in calls), Decimal(0)):.6f}",
        }

    def mark_done(self, at: Any, rpe: float | None) -> None:
        """The athlete did this session: from now on it counts as history."""
        TrainingSession.objects.filter(pk=self.pk).update(done_at=at or Now(), done_rpe=rpe, updated_at=Now())
        self.refresh_from_db()

    def mark_not_done(self) -> None:
        """The athlete did not do it after all."""
        TrainingSession.objects.filter(pk=self.pk).update(done_at=None, done_rpe=None, updated_at=Now())
        self.refresh_from_db()


class Exercise(models.Model):
    """One exercise of the catalogue. `training.catalogue` loads it from the data files and reads it back."""

    slug = models.SlugField(max_length=100, primary_key=True)
    name_en = models.CharField(max_length=200)
    name_fr = models.CharField(max_length=200)
    coaches = ArrayField(models.CharField(max_length=32))
    level = models.CharField(max_length=12)
    muscles = ArrayField(models.CharField(max_length=32), help_text="primary and secondary, for the filter")
    equipment = ArrayField(models.CharField(max_length=32), help_text="every word of every group, for the filter")
    search = models.TextField(help_text="names and aliases of both languages, folded, for the filter q")
    entry = models.JSONField(help_text="training.catalogue.Entry as JSON: the whole exercise")
    updated_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["slug"]
        indexes = [
            # GET exercises/?coach=&muscle=&equipment=
            GinIndex(fields=["coaches", "muscles", "equipment"], name="exercise_words"),
        ]

    def __str__(self) -> str:
        return self.slug


class ExerciseNote(models.Model):
    """An exercise's details, written once under their key and shared by every session that has the same key.

    Shared notes hold nobody's words: a note for a stranger (an exercise outside the catalogue), or one written for an
    injury, is private to its session and goes with it. A note is never changed; a new prompt version adds rows.
    """

    exercise = models.CharField(max_length=100, null=True, blank=True, help_text="catalogue slug; null for a stranger")
    coach = models.CharField(max_length=32)
    level = models.CharField(max_length=12)
    language = models.CharField(max_length=2)
    # The prompt's version for a model's text; `builtin-<hash of the text>` for the catalogue's own.
    version = models.CharField(max_length=64)
    session = models.ForeignKey(TrainingSession, models.CASCADE, null=True, blank=True, related_name="private_notes")
    details = models.JSONField(help_text="the contract's `details` without `source`")
    model = models.CharField(max_length=100, null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="note_shared_once",
                fields=["exercise", "coach", "level", "language", "version"],
                condition=Q(session__isnull=True),
            ),
            models.CheckConstraint(
                name="note_of_a_stranger_is_private", condition=Q(exercise__isnull=False) | Q(session__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.exercise or 'stranger'} {self.coach} {self.level} {self.language} {self.version}"


class SessionDetail(models.Model):
    """An exercise of a session, enriched: it points at the note that tells its details."""

    class Origin(models.TextChoices):
        """Where this session had the note from: the contract's `details.source`."""

        LLM = "llm"
        LIBRARY = "library"
        BUILTIN = "builtin"

    session = models.ForeignKey(TrainingSession, models.CASCADE, related_name="details")
    key = models.TextField(help_text="the exercise's key in the prescription")
    # RESTRICT: a note cannot go while a session points at it; a private one goes together with its session.
    note = models.ForeignKey(ExerciseNote, models.RESTRICT, related_name="uses")
    source = models.CharField(max_length=7, choices=Origin.choices)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(name="detail_once_per_exercise", fields=["session", "key"])]

    def __str__(self) -> str:
        return f"{self.session_id} {self.key}"

    def as_json(self) -> dict[str, Any]:
        """The contract's `details` of an exercise."""
        return {**self.note.details, "source": self.source}


class ModelCall(models.Model):
    """One call of a language model, failed ones too: what it took and what it cost at that day's price."""

    # No foreign key in the database: the bill outlives what it was for, and holds nobody's words.
    session = models.ForeignKey(
        TrainingSession,
        models.DO_NOTHING,
        null=True,
        blank=True,
        db_constraint=False,
        related_name="model_calls",
    )
    purpose = models.CharField(max_length=16, help_text="generation or enrichment")
    model = models.CharField(max_length=100)
    outcome = models.CharField(max_length=16, help_text="ok, or the code of the error")
    detail = models.TextField(default="", blank=True, help_text="what the server said of the error")
    started_at = models.DateTimeField()
    seconds = models.FloatField()
    input_tokens = models.PositiveIntegerField(default=0)
    cached_input_tokens = models.PositiveIntegerField(default=0)
    output_tokens = models.PositiveIntegerField(default=0)
    cost_usd = models.DecimalField(
        max_digits=12, decimal_places=6, null=True, blank=True, help_text="null: no price known"
    )

    class Meta:
        indexes = [
            models.Index(fields=["session"], name="model_call_session"),  # a session's usage
            models.Index(fields=["-started_at"], name="model_call_newest"),  # the admin's list
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.model} {self.outcome}"


class IdempotencyKey(models.Model):
    """A POST that must not happen twice: running while `status` is null, then the answer to give again."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="idempotency_keys")
    key = models.CharField(max_length=255)
    body_sha256 = models.CharField(max_length=64)
    started_at = models.DateTimeField(db_default=Now(), help_text="the running mark; renewed by who takes it over")
    status = models.PositiveSmallIntegerField(null=True)
    headers = models.JSONField(default=dict)
    body = models.TextField(default="")
    session = models.ForeignKey(TrainingSession, models.CASCADE, null=True, related_name="idempotency_keys")

    class Meta:
        constraints = [models.UniqueConstraint(name="idempotency_key_once", fields=["owner", "key"])]
        indexes = [models.Index(F("started_at"), name="idempotency_key_age")]  # prune

    def __str__(self) -> str:
        return f"{self.owner_id} {self.key}"
