"""The queue's shapes, for answers and for the OpenAPI schema."""

from typing import Any

from rest_framework import serializers

from enrichment.models import EnrichmentItem, Status
from training.models import EnrichmentStatus


class ItemSerializer(serializers.Serializer[EnrichmentItem]):
    """A session's place in the queue, as it stands in an enrichment status."""

    id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=Status.choices)
    priority = serializers.IntegerField(min_value=1, max_value=10, help_text="1 is the most urgent")
    attempts = serializers.IntegerField()
    max_attempts = serializers.IntegerField()
    error_message = serializers.CharField(allow_null=True)
    next_attempt_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    completed_at = serializers.DateTimeField(allow_null=True)


class QueueItemSerializer(ItemSerializer):
    """An item of the list of items: with its session, and for staff with its owner."""

    session = serializers.UUIDField(source="session_id")
    coach = serializers.CharField()
    owner = serializers.CharField(source="owner.username", required=False, help_text="for staff only")

    def to_representation(self, instance: EnrichmentItem) -> dict[str, Any]:
        shown: dict[str, Any] = super().to_representation(instance)
        if not self.context["request"].user.is_staff:
            del shown["owner"]
        return shown


class ProgressSerializer(serializers.Serializer[dict[str, int]]):
    enriched = serializers.IntegerField()
    total = serializers.IntegerField()


class StatusSerializer(serializers.Serializer[dict[str, Any]]):
    """How far a session's enrichment is."""

    session = serializers.UUIDField()
    status = serializers.ChoiceField(choices=EnrichmentStatus.choices)
    item = ItemSerializer(allow_null=True)
    queue_position = serializers.IntegerField(allow_null=True, help_text="from 1, among the ready items")
    estimated_wait_seconds = serializers.IntegerField(allow_null=True, help_text="until enriched, the mean")
    estimated_wait_seconds_p90 = serializers.IntegerField(allow_null=True)
    progress = ProgressSerializer()


class PercentilesSerializer(serializers.Serializer[dict[str, float | None]]):
    p50 = serializers.FloatField(allow_null=True)
    p95 = serializers.FloatField(allow_null=True)


class StatsSerializer(serializers.Serializer[dict[str, Any]]):
    """The whole queue in numbers, and nobody's data."""

    pending = serializers.IntegerField()
    processing = serializers.IntegerField()
    completed = serializers.IntegerField(help_text="in the window, as failed and cancelled are")
    failed = serializers.IntegerField()
    cancelled = serializers.IntegerField()
    by_priority = serializers.DictField(child=serializers.IntegerField())
    by_coach = serializers.DictField(child=serializers.IntegerField())
    oldest_pending_seconds = serializers.FloatField(allow_null=True)
    workers = serializers.IntegerField()
    capacity = serializers.IntegerField()
    throughput_per_minute = serializers.FloatField()
    wait_seconds = PercentilesSerializer()
    service_seconds = PercentilesSerializer()
    window_seconds = serializers.IntegerField()
