"""Digests in the one form Aria stores them."""

import hashlib
import hmac

from django.conf import settings


def sha256_hex(data: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def keyed_digest(purpose: str, secret: str) -> str:
    """HMAC-SHA-256 of a secret under the site's key; `purpose` keeps digests of different kinds apart."""
    return hmac.new(settings.SECRET_KEY.encode(), f"{purpose}:{secret}".encode(), hashlib.sha256).hexdigest()
