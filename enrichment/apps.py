from django.apps import AppConfig


class EnrichmentConfig(AppConfig):
    name = "enrichment"

    def ready(self) -> None:
        """Receivers and checks connect when Django is ready for their models."""
        from enrichment import limits, signals  # noqa: F401, PLC0415
