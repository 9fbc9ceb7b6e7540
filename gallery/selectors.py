"""Reads of the gallery, always for a given viewer."""

from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, QuerySet

from aria_site.accounts.models import User
from aria_site.kernel.cursors import Cursor, Page, page_of
from gallery.models import Artwork
from gallery.querysets import ArtworkQuerySet
from personas.models import Persona

WALL_PAGE = 24
VARIATIONS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbours:
    """The next newer and the next older work, where there are any."""

    newer: Artwork | None
    older: Artwork | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """What a work was painted over, and its newest variations."""

    parent: Artwork | None
    variations: list[Artwork]


def artworks_visible_to(viewer: User | AnonymousUser) -> ArtworkQuerySet:
    """What hangs on the wall for this viewer. Today everybody sees every hung work."""
    return Artwork.objects.hung().select_related("persona")


def wall_page(
    viewer: User | AnonymousUser, *, after: str | None = None, limit: int = WALL_PAGE, persona: str | None = None
) -> Page[Artwork]:
    """A page of the wall, newest first. Raises InvalidInputError when `after` is no cursor."""
    works = artworks_visible_to(viewer)
    if persona:
        works = works.filter(persona__slug=persona)
    return page_of(works, after=after, limit=limit)


def personas_on_the_wall(viewer: User | AnonymousUser) -> QuerySet[Persona]:
    """Personas of whom this viewer can see at least one work."""
    works = artworks_visible_to(viewer).filter(persona=OuterRef("pk"))
    return Persona.objects.filter(Exists(works))


def artwork_neighbours(viewer: User | AnonymousUser, artwork: Artwork) -> Neighbours:
    """The works that hang beside this one, for this viewer."""
    works, place = artworks_visible_to(viewer), Cursor.of(artwork)
    return Neighbours(newer=works.filter(place.newer).last(), older=works.filter(place.older).first())


def artwork_family(viewer: User | AnonymousUser, artwork: Artwork) -> Family:
    """The works that this one comes from and those that come from it, for this viewer."""
    works = artworks_visible_to(viewer)
    parent = works.filter(pk=artwork.parent_id).first() if artwork.parent_id else None
    return Family(parent=parent, variations=list(works.filter(parent=artwork)[:VARIATIONS]))
