"""Addresses of the wall, artworks and their files."""

from django.urls import URLPattern

app_name = "gallery"
urlpatterns: list[URLPattern] = []
