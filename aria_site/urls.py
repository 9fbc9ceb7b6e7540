"""All addresses of the site."""

from django.contrib import admin
from django.urls import include, path

from aria_site import health
from aria_site.api import api

urlpatterns = [
    path("", include("gallery.urls")),
    path("studio/", include("generation.urls")),
    path("", include("aria_site.accounts.urls")),
    path("api/v1/", api.urls),
    path("admin/", admin.site.urls),
    path("health/live", health.live, name="health-live"),
    path("health/ready", health.ready, name="health-ready"),
]
