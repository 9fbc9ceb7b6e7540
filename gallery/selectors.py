"""Reads of the gallery, always for a given viewer."""

from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser

from aria_site.accounts.models import User
from aria_site.kernel.cursors import Cursor
from gallery.models import Artwork
from gallery.querysets import ArtworkQuerySet

WALL_PAGE = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class WallPage:
    """One page of the wall and the place where the next one starts."""

    items: list[Artwork]
    next: str | None


def artworks_visible_to(viewer: User | AnonymousUser) -> ArtworkQuerySet:
    """What hangs on the wall for this viewer. Today everybody sees every hung work."""
    return Artwork.objects.hung().select_related("persona")


def wall_page(
    viewer: User | AnonymousUser, *, after: str | None = None, limit: int = WALL_PAGE, persona: str | None = None
) -> WallPage:
    """A page of the wall, newest first. Raises InvalidInputError when `after` is no cursor."""
    works = artworks_visible_to(viewer)
    if persona:
        works = works.filter(persona__slug=persona)
    if after:
        place = Cursor.decode(after)
        works = works.older_than(place.created_at, place.pk)
    found = list(works[: limit + 1])
    items = found[:limit]
    more = len(found) > limit
    return WallPage(items=items, next=Cursor(items[-1].created_at, items[-1].pk).encode() if more else None)
