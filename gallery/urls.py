"""Addresses of the wall, artworks and their files."""

from django.urls import path

from gallery import views

app_name = "gallery"
urlpatterns = [
    path("", views.wall, name="wall"),
    path("artworks/<uuid:artwork_id>/", views.artwork, name="artwork"),
    path("media/<path:name>", views.file, name="file"),
]
