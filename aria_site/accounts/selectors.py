"""Reads of accounts."""

from aria_site.accounts.models import User


def owner_find() -> User | None:
    """The person this studio belongs to: its first active superuser, if there is one yet."""
    return User.objects.filter(is_superuser=True, is_active=True).order_by("pk").first()
