"""The page's addresses."""

from django.urls import path
from django.views.i18n import set_language

from web import views

urlpatterns = [
    path("", views.HomeView.as_view(), name="home"),
    path("language/", set_language, name="set_language"),
]
