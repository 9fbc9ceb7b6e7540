"""Addresses of the studio's web sockets."""

from django.urls import URLPattern

websocket_urlpatterns: list[URLPattern] = []
