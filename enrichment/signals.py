"""How the queue hears of sessions: a saved fast one becomes an item, a deleted one takes its item along."""

from typing import Any

from django.db.models.signals import post_save, pre_delete
from django.dispatch import receiver

from enrichment.models import EnrichmentItem
from training.models import EnrichmentStatus, TrainingSession


@receiver(post_save, sender=TrainingSession)
def queue_new_session(instance: TrainingSession, created: bool, raw: bool, **kwargs: Any) -> None:
    """Runs in the transaction that saves the session, so that neither is ever without the other."""
    if created and not raw and instance.enrichment_status == EnrichmentStatus.FAST:
        EnrichmentItem.objects.queue(instance)


@receiver(pre_delete, sender=TrainingSession)
def lock_item_first(instance: TrainingSession, **kwargs: Any) -> None:
    """Everybody locks the item before the session; deleting in Django's own order against a worker would deadlock.

    What a worker wrote between Django's collecting and this lock is deleted here, for the cascade has not seen it.
    """
    EnrichmentItem.objects.select_for_update().filter(session=instance).first()
    instance.details.all().delete()
    instance.private_notes.all().delete()
