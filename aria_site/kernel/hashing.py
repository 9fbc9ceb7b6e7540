"""Digests in the one form Aria stores them."""

import hashlib
import hmac

from django.conf import settings


def sha256_hex(data: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def keyed_digest(purpose: str, secret: str) -> str:
    """HMAC-SHA-256 of a secret under the site's key; `purpose` keeps digests of different kinds apart."""
    return _digest(settings.SECRET_KEY, purpose, secret)


def keyed_digest_matches(purpose: str, secret: str, digest: str) -> bool:
    """Whether `digest` is the keyed digest of `secret`, under the site's key or one that it had before.

    Takes the same time for every wrong secret.
    """
    site_keys = [settings.SECRET_KEY, *map(str, settings.SECRET_KEY_FALLBACKS)]
    matches = [hmac.compare_digest(_digest(site_key, purpose, secret), digest) for site_key in site_keys]
    return any(matches)


def _digest(site_key: str, purpose: str, secret: str) -> str:
    return hmac.new(site_key.encode(), f"{purpose}:{secret}".encode(), hashlib.sha256).hexdigest()
