"""The page's addresses."""

from django.templatetags.static import static
from django.urls import include, path
from django.views.generic import RedirectView, TemplateView
from django.views.i18n import set_language

from web import account_urls, views
from web.past_sessions import PastSessionsView

urlpatterns = [
    path("", views.HomeView.as_view(), name="home"),
    path("sessions/", PastSessionsView.as_view(), name="past-sessions"),
    path("sessions/<uuid:pk>/", views.SessionView.as_view(), name="read-session"),
    path("account/", include(account_urls)),
    # Here, not among the static files, because a service worker rules over what stands below its own address.
    path(
        "offline.js",
        TemplateView.as_view(template_name="web/offline.js", content_type="text/javascript"),
        name="offline",
    ),
    path("examples/badge/", views.BadgeExampleView.as_view(), name="badge-example"),
    # Asked for wherever a page names no icon: the admin, the API's documentation.
    path("favicon.ico", RedirectView.as_view(url=static("web/icon.svg"))),
    path("language/", set_language, name="set_language"),
]
