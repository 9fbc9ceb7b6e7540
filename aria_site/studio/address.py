"""Where a browser finds this studio."""

from urllib.parse import urlunsplit

from django.conf import settings
from django.urls import reverse

EVERYWHERE = {"0.0.0.0", "::"}  # noqa: S104  only compared with, never listened on by default


def site_address(path: str = "/") -> str:
    """The address a person types: the public name behind a TLS proxy, else host and port of our own web server."""
    environment = settings.ENV
    if environment.aria_tls:
        return urlunsplit(("https", environment.aria_hosts[0], path, "", ""))
    host = "localhost" if environment.aria_host in EVERYWHERE else environment.aria_host
    if ":" in host:
        host = f"[{host}]"
    return urlunsplit(("http", f"{host}:{environment.aria_port}", path, "", ""))


def sign_in_address(secret: str) -> str:
    """The link that signs in with a one-time token."""
    return site_address(reverse("accounts:enter", args=[secret]))
