"""Addresses of the studio and its fragments."""

from django.urls import URLPattern

app_name = "generation"
urlpatterns: list[URLPattern] = []
