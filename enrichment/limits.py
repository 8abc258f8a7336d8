"""Settings that only make sense together, checked at start-up."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register


@register()
def limits_fit(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Each limit must leave room for the one inside it, or work would be cut off, repeated, or taken away."""
    model, item = settings.LLM_TIMEOUT_SECONDS, settings.ITEM_DEADLINE_SECONDS
    visibility = settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"]
    rules = [
        (model < item, f"LLM_TIMEOUT_SECONDS ({model:g}) must be less than ITEM_DEADLINE_SECONDS ({item:g})."),
        (item < visibility, f"ITEM_DEADLINE_SECONDS ({item:g}) must be less than the broker's {visibility:g} s."),
        (settings.LEASE_SECONDS > 0, "LEASE_SECONDS must be positive: workers renew a lease at a third of it."),
        (settings.WORKER_CONCURRENCY >= 1, "WORKER_CONCURRENCY must be at least 1."),
        (1 <= settings.MAX_ATTEMPTS <= 100, "MAX_ATTEMPTS must be 1 to 100."),
        (settings.RESCUE_INTERVAL_SECONDS > 0, "RESCUE_INTERVAL_SECONDS must be positive."),
    ]
    return [Error(said, id=f"enrichment.E{number:03}") for number, (holds, said) in enumerate(rules, 1) if not holds]
