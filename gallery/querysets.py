"""Composable filters over artworks, without side effects."""

from datetime import datetime
from typing import TYPE_CHECKING, Self
from uuid import UUID

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from aria_site.accounts.models import User
    from gallery.models import Artwork  # noqa: F401  the linter does not see names in quoted type arguments


class ArtworkQuerySet(models.QuerySet["Artwork"]):
    """Filters for artworks."""

    def hung(self) -> Self:
        """Works on the wall."""
        return self.filter(state="hung")

    def owned_by(self, user: "User") -> Self:
        """Works of one person."""
        return self.filter(owner=user)

    def of_origin(self, prefix: str) -> Self:
        """Works whose origin key starts with `prefix:`. A range, so that the unique index serves it."""
        return self.filter(origin_key__gt=f"{prefix}:", origin_key__lt=f"{prefix};")

    def older_than(self, created_at: datetime, pk: UUID) -> Self:
        """Works that follow the given place in newest-first order."""
        return self.filter(Q(created_at__lt=created_at) | Q(created_at=created_at, id__lt=pk))

    def newer_than(self, created_at: datetime, pk: UUID) -> Self:
        """Works that come before the given place in newest-first order."""
        return self.filter(Q(created_at__gt=created_at) | Q(created_at=created_at, id__gt=pk))
