from django.apps import AppConfig


class EnrichmentConfig(AppConfig):
    name = "enrichment"

    def ready(self) -> None:
        from enrichment import signals  # noqa: F401, PLC0415  (receivers connect when Django is ready)
