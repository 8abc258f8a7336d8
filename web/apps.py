"""The page as a Django app: its templates, its static files, its French."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The room for people."""

    name = "web"
    verbose_name = "Page"
