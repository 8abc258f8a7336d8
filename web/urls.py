"""The page's addresses."""

from django.urls import include, path
from django.views.i18n import set_language

from web import account_urls, views
from web.past_sessions import PastSessionsView

urlpatterns = [
    path("", views.HomeView.as_view(), name="home"),
    path("sessions/", PastSessionsView.as_view(), name="past-sessions"),
    path("sessions/<uuid:pk>/", views.SessionView.as_view(), name="read-session"),
    path("account/", include(account_urls)),
    path("examples/badge/", views.BadgeExampleView.as_view(), name="badge-example"),
    path("language/", set_language, name="set_language"),
]
