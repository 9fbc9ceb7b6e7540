"""Composable filters over artworks, without side effects."""

from typing import TYPE_CHECKING, Self

from django.db import models

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
