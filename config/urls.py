"""Every address."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

import config.api
import config.schema
import enrichment.api
import enrichment.queue
import training.api
import web.urls
from config import health
from enrichment.models import Worker

handler400 = "config.http.bad_request"
handler403 = "config.http.permission_denied"
handler404 = "config.http.page_not_found"
handler500 = "config.http.server_error"

api = [
    *training.api.urlpatterns,
    *enrichment.api.urlpatterns,
    *config.api.urlpatterns,
    *config.schema.urlpatterns,
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include(web.urls)),
    path("api/v1/", include(api)),
    path("admin", RedirectView.as_view(pattern_name="admin:index")),
    # One door for passwords: the one that counts attempts.
    path("admin/login/", RedirectView.as_view(pattern_name="sign-in", query_string=True)),
    path("admin/", admin.site.urls),
    path("healthz", health.alive),
    path("readyz", health.ready, {"worker_is_live": lambda: Worker.objects.live().exists()}),
    path("metrics", health.metrics, {"stats": enrichment.queue.stats}),
]
