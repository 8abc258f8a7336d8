"""The shapes of answers about sessions, coaches and exercises: for what is sent, and for the OpenAPI schema."""

from collections.abc import Callable
from typing import Any, Literal, TypeVar, cast

from django.db.models import QuerySet
from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from pydantic import BaseModel, RootModel
from rest_framework import serializers

from training import exports
from training.catalogue import Entry
from training.coaches import Coach
from training.details import ExerciseDetails, builtin_text
from training.models import Exercise, SessionDetail, TrainingSession
from training.prescription import Block, PrescribedExercise, Prescription, Set

F = TypeVar("F", bound=Callable[..., Any])


def schema_of(shape: type[BaseModel]) -> Callable[[F], F]:
    """A field's schema from a pydantic shape, which drf-spectacular can read though its types do not say so."""
    return extend_schema_field(cast(Any, shape))


# --- a session ---


class TaughtDetails(ExerciseDetails):
    """An exercise's details as a session shows them, and where they came from."""

    source: Literal["llm", "library", "builtin"]


class TaughtExercise(PrescribedExercise):
    """A prescribed exercise with its details; null until it is enriched."""

    details: TaughtDetails | None


class TaughtBlock(Block):
    """A block of exercises with their details."""

    exercises: list[TaughtExercise]  # type: ignore[assignment]  # narrower, and a shape is frozen


class TaughtPrescription(Prescription):
    """A prescription with the details of its exercises: what GET gives, and POST takes."""

    blocks: list[TaughtBlock]  # type: ignore[assignment]


class CheckSerializer(serializers.Serializer[dict[str, Any]]):
    """Whether a prescription keeps one of the promises made to the athlete."""

    code = serializers.CharField()
    ok = serializers.BooleanField()
    detail = serializers.CharField()


class UsageSerializer(serializers.Serializer[dict[str, Any]]):
    """What the models took for a session."""

    input_tokens = serializers.IntegerField()
    cached_input_tokens = serializers.IntegerField()
    output_tokens = serializers.IntegerField()
    cost_usd = serializers.CharField(help_text="six decimals")


class DoneSerializer(serializers.Serializer[TrainingSession]):
    """When the athlete did it, and how hard it was."""

    at = serializers.DateTimeField(source="done_at")
    rpe = serializers.FloatField(source="done_rpe", allow_null=True)


class LinksSerializer(serializers.Serializer[dict[str, Any]]):
    """Paths on this server."""

    self = serializers.CharField()
    enrichment = serializers.CharField()
    events = serializers.CharField()
    exports = serializers.ListField(child=serializers.CharField(), help_text="the files this session can be had as")


class SessionSerializer(serializers.ModelSerializer[TrainingSession]):
    """A session. Needs the context's `staff`: whether its owner is told."""

    prescription = serializers.SerializerMethodField()
    analysis = serializers.DictField(allow_null=True, help_text="the coach's computed figures, once it is enriched")
    checks = CheckSerializer(many=True)
    usage = UsageSerializer()
    done = serializers.SerializerMethodField()
    links = serializers.SerializerMethodField()
    owner = serializers.CharField(source="owner.username", required=False, help_text="for staff only")

    class Meta:
        model = TrainingSession
        fields = [
            "id", "coach", "discipline", "mode", "language", "enrichment_status", "source", "model", "fallback_reason",
            "prescription", "analysis", "checks", "usage", "created_at", "updated_at", "enriched_at", "done", "links",
            "owner",
        ]  # fmt: skip
        read_only_fields = fields

    @staticmethod
    def rows() -> QuerySet[TrainingSession]:
        """Sessions with what showing them needs, in a fixed number of queries."""
        return TrainingSession.objects.select_related("owner").prefetch_related("details__note", "model_calls")

    def to_representation(self, instance: TrainingSession) -> dict[str, Any]:
        shown: dict[str, Any] = super().to_representation(instance)
        if not self.context["staff"]:
            del shown["owner"]
        return shown

    @schema_of(TaughtPrescription)
    def get_prescription(self, session: TrainingSession) -> dict[str, Any]:
        """The stored prescription, and in each exercise its details."""
        told: dict[str, SessionDetail] = {detail.key: detail for detail in session.details.all()}

        def taught(exercise: dict[str, Any]) -> dict[str, Any]:
            detail = told.get(exercise["key"])
            return {
                **_in_order(PrescribedExercise, exercise),
                "sets": [_in_order(Set, set_) for set_ in exercise["sets"]],
                "details": detail and _in_order(TaughtDetails, detail.as_json()),
            }

        return {
            **_in_order(Prescription, session.prescription),
            "blocks": [
                {**_in_order(Block, block), "exercises": [taught(exercise) for exercise in block["exercises"]]}
                for block in session.prescription["blocks"]
            ],
        }

    @extend_schema_field(DoneSerializer(allow_null=True))
    def get_done(self, session: TrainingSession) -> dict[str, Any] | None:
        """Null until the athlete did it."""
        return None if session.done_at is None else DoneSerializer(session).data

    @extend_schema_field(LinksSerializer)
    def get_links(self, session: TrainingSession) -> dict[str, Any]:
        """Where its story goes on. Plain paths below the session's own: this room knows no queue."""
        path = session_path(session)
        kinds = exports.available(session.coach, session.discipline, session.prescription)
        return {
            "self": path,
            "enrichment": f"{path}enrichment/",
            "events": f"{path}enrichment/events/",
            "exports": [f"{path}export.{kind}" for kind in kinds],
        }


def _in_order(shape: type[BaseModel], data: dict[str, Any]) -> dict[str, Any]:
    """For the reader's sake the keys as the shape declares them: PostgreSQL keeps them by length."""
    return {name: data[name] for name in shape.model_fields if name in data}


def session_path(session: TrainingSession) -> str:
    """Where a session is found."""
    return reverse("session", args=[session.pk])


# --- coaches and exercises ---


class Words(serializers.ListField):
    """A list of words."""

    child = serializers.CharField()


class CoachSerializer(serializers.Serializer[Coach]):
    """A coach, and what may be asked of it."""

    slug = serializers.CharField()
    disciplines = Words(help_text="the first is the default")
    equipment = Words(help_text="the words it understands")
    formats = Words(help_text="of its blocks")
    analyses = Words(help_text="the keys of a session's `analysis`")


class CoachPageSerializer(serializers.Serializer[dict[str, Any]]):
    """All coaches, in the form of a page."""

    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = CoachSerializer(many=True)


class NeighboursSerializer(serializers.Serializer[dict[str, str | None]]):
    """Slugs of neighbours; null at the end of a line."""

    easier = serializers.CharField(allow_null=True)
    harder = serializers.CharField(allow_null=True)
    variation = serializers.CharField(allow_null=True)


@extend_schema_field(str)
class InLanguage(serializers.Field[Any, Any, str, dict[str, str]]):
    """A text that is there in both languages, in the context's `language`."""

    def to_representation(self, value: dict[str, str]) -> str:
        return value[self.context["language"]]


@extend_schema_field(Words)
class ListInLanguage(serializers.Field[Any, Any, list[str], dict[str, list[str]]]):
    """Texts that are there in both languages, in the context's `language`."""

    def to_representation(self, value: dict[str, list[str]]) -> list[str]:
        return value[self.context["language"]]


class CatalogueDetails(RootModel[ExerciseDetails | None]):
    """The catalogue's own details; null for an imported exercise, which has none."""


class StandardSerializer(serializers.Serializer[dict[str, int | None]]):
    """What masters a step of a ladder: so many sets of repetitions, or of seconds."""

    sets = serializers.IntegerField()
    reps = serializers.IntegerField(allow_null=True)
    seconds = serializers.IntegerField(allow_null=True)


class ExerciseSerializer(serializers.Serializer[Exercise]):
    """An exercise of the catalogue. Needs the context's `language`, en or fr."""

    slug = serializers.CharField()
    name = InLanguage(source="entry.name")
    aliases = ListInLanguage(source="entry.aliases")
    # Rows that an older version loaded lack the fields with a default.
    languages = Words(
        source="entry.languages",
        default=["en", "fr"],
        help_text="those its words are written in: what was imported is in English only",
    )
    cue = InLanguage(source="entry.cue", allow_null=True)
    coaches = Words(help_text="who may choose it; none of what was imported")
    roles = Words(source="entry.roles")
    level = serializers.CharField()
    modality = serializers.CharField(source="entry.modality")
    pattern = serializers.CharField(source="entry.pattern")
    mechanic = serializers.CharField(source="entry.mechanic", allow_null=True)
    primary_muscles = Words(source="entry.primary")
    secondary_muscles = Words(source="entry.secondary")
    equipment = serializers.ListField(
        source="entry.equipment",
        child=Words(),
        help_text="one word of each group is needed; an empty list needs the body only",
    )
    unilateral = serializers.BooleanField(source="entry.unilateral")
    implements = serializers.IntegerField(source="entry.implements", help_text="2: a pair")
    measure = serializers.CharField(source="entry.measure", help_text="reps, seconds, meters or calories")
    sport = serializers.CharField(
        source="entry.sport", default=None, allow_null=True, help_text="run, bike, swim, row or ski, of what has zones"
    )
    ladder = serializers.CharField(source="entry.ladder", allow_null=True, help_text="the skill it is a step of")
    step = serializers.IntegerField(source="entry.step", allow_null=True, help_text="in its ladder: 1 is the easiest")
    standard = StandardSerializer(source="entry.standard", default=None, allow_null=True)
    contraindications = Words(source="entry.contraindications")
    links = NeighboursSerializer(source="entry.links")
    instructions = Words(
        source="entry.instructions", default=[], help_text="an imported exercise's steps, in English; else empty"
    )
    details = serializers.SerializerMethodField()

    @schema_of(CatalogueDetails)
    def get_details(self, row: Exercise) -> dict[str, Any] | None:
        """The catalogue's own text; null for what was imported."""
        return builtin_text(Entry.model_validate(row.entry), self.context["language"])
