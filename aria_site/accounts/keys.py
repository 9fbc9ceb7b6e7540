"""API keys of people's programs: made, checked and revoked here. A key is shown once; only its HMAC is stored."""

import re
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from aria_site.accounts.models import ApiKey, Scope, User
from aria_site.kernel.hashing import keyed_digest, keyed_digest_matches
from aria_site.kernel.problems import InvalidInputError

MAX_NAME = 80
USE_NOTED_EVERY = timedelta(minutes=1)
"""A program may ask many times a second; its key's row is written once a minute at most."""

_PURPOSE = "api-key"
_KEY = re.compile(r"aria_(?P<public_id>[0-9a-f]{12})_(?P<secret>[A-Za-z0-9_-]{43})")
_NOBODYS_DIGEST = "0" * 64


def api_key_create(
    *, user: User, name: str, scopes: Iterable[str], expires_at: datetime | None = None
) -> tuple[ApiKey, str]:
    """Store a key for a program of `user` and return it with its text `aria_<id>_<secret>`, which is not kept.

    Raises InvalidInputError naming `name`, `scopes` or `expires_at`.
    """
    scopes = sorted(set(scopes))
    _check(name, scopes, expires_at)
    public_id, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    key = ApiKey.objects.create(
        user=user,
        name=name.strip(),
        public_id=public_id,
        digest=keyed_digest(_PURPOSE, secret),
        scopes=scopes,
        expires_at=expires_at,
    )
    return key, f"aria_{public_id}_{secret}"


def api_key_verify(text: str) -> ApiKey | None:
    """The key of that text with its person, or None: unknown, wrong, revoked, expired, or of somebody inactive.

    Notes the use, once a minute at most. All refusals cost the same, so they tell nothing about which keys exist.
    """
    asked = _KEY.fullmatch(text)
    if asked is None:
        return None
    key = ApiKey.objects.select_related("user").filter(public_id=asked["public_id"]).first()
    genuine = keyed_digest_matches(_PURPOSE, asked["secret"], key.digest if key else _NOBODYS_DIGEST)
    if key is None or not genuine or not api_key_is_usable(key):
        return None
    _note_use(key)
    return key


def api_key_is_usable(key: ApiKey) -> bool:
    """Whether the key opens anything at this moment."""
    if key.revoked_at is not None:
        return False
    if key.expires_at is not None and key.expires_at <= timezone.now():
        return False
    return key.user.is_active


def api_key_allows(key: ApiKey, scope: Scope) -> bool:
    """Whether the key may do this. `admin` includes every other scope."""
    return scope in key.scopes or Scope.ADMIN in key.scopes


def api_key_revoke(*, key: ApiKey) -> bool:
    """End a key at once and for ever. False when it was revoked before."""
    revoked = ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=timezone.now())
    return bool(revoked)


def _check(name: str, scopes: list[str], expires_at: datetime | None) -> None:
    problems: dict[str, str] = {}
    if not 1 <= len(name.strip()) <= MAX_NAME:
        problems["name"] = f"Give the key a name of 1 to {MAX_NAME} characters."
    unknown = [scope for scope in scopes if scope not in Scope.values]
    if unknown or not scopes:
        problems["scopes"] = f"Choose scopes among {', '.join(Scope.values)}."
    if expires_at is not None and expires_at <= timezone.now():
        problems["expires_at"] = "Choose an end that lies ahead."
    if problems:
        raise InvalidInputError(problems)


def _note_use(key: ApiKey) -> None:
    """Store the time of use; of many uses in one minute, in whatever process, one writes."""
    now = timezone.now()
    if key.last_used_at is not None and key.last_used_at > now - USE_NOTED_EVERY:
        return
    stale = Q(last_used_at=None) | Q(last_used_at__lte=now - USE_NOTED_EVERY)
    ApiKey.objects.filter(stale, pk=key.pk).update(last_used_at=now)
