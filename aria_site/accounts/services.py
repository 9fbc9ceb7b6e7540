"""Writes of accounts: the owner, and the links that sign a person in once."""

import secrets
from datetime import timedelta

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from aria_site.accounts.models import SignInToken, User
from aria_site.accounts.selectors import owner_find
from aria_site.kernel.hashing import keyed_digest
from aria_site.kernel.problems import ConflictError

OWNER_NAME = "owner"
SIGN_IN = "sign-in"
"""The purpose that keeps digests of links apart from others. A secret has 256 random bits: no slow hasher needed."""
LINK_LIFE = timedelta(hours=24)
"""A link is good until it is used, and never longer than a day: it may stand in a terminal's history."""


def owner_ensure() -> User:
    """Return the owner, created on the first start as a superuser who has no password until they set one.

    Raises ConflictError where somebody who is no superuser has the owner's name: rights are never given by accident.
    """
    owner = owner_find()
    if owner is not None:
        return owner
    rights = {"is_staff": True, "is_superuser": True, "password": make_password(None)}
    owner, _ = User.objects.get_or_create(username=OWNER_NAME, defaults=rights)
    if not (owner.is_superuser and owner.is_active):
        raise ConflictError(f"{OWNER_NAME!r} is not an active superuser; make one with `manage.py createsuperuser`.")
    return owner


def sign_in_token_issue(*, user: User) -> str:
    """Store a fresh one-time token of `user` and return its secret, which is not kept.

    Tokens that nobody can use any more are deleted on the way.
    """
    SignInToken.objects.filter(expires_at__lt=timezone.now()).delete()
    secret = secrets.token_urlsafe(32)
    SignInToken.objects.create(user=user, digest=keyed_digest(SIGN_IN, secret), expires_at=timezone.now() + LINK_LIFE)
    return secret


def sign_in_token_use(*, secret: str) -> User | None:
    """Burn the token and return its person; None for a token that is unknown, used, too old, or of somebody inactive.

    One conditional update decides, so of two visits at the same moment one gets in.
    """
    digest = keyed_digest(SIGN_IN, secret)
    usable = SignInToken.objects.filter(
        digest=digest, used_at=None, expires_at__gt=timezone.now(), user__is_active=True
    )
    if usable.update(used_at=timezone.now()) != 1:
        return None
    return User.objects.get(sign_in_tokens__digest=digest)
