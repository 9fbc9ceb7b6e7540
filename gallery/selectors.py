"""Reads of the gallery, always for a given viewer."""

from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, QuerySet

from aria_site.accounts.models import User
from aria_site.kernel.cursors import Cursor
from aria_site.kernel.problems import NotFoundError
from gallery.models import Artwork
from gallery.querysets import ArtworkQuerySet
from personas.models import Persona

WALL_PAGE = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class WallPage:
    """One page of the wall and the place where the next one starts."""

    items: list[Artwork]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbours:
    """The next newer and the next older work, where there are any."""

    newer: Artwork | None
    older: Artwork | None


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


def personas_on_the_wall(viewer: User | AnonymousUser) -> QuerySet[Persona]:
    """Personas of whom this viewer can see at least one work."""
    works = artworks_visible_to(viewer).filter(persona=OuterRef("pk"))
    return Persona.objects.filter(Exists(works))


def persona_named(slug: str) -> Persona:
    """The persona of that name. Raises NotFoundError when there is none."""
    persona = Persona.objects.filter(slug=slug).first()
    if persona is None:
        raise NotFoundError
    return persona


def artwork_neighbours(viewer: User | AnonymousUser, artwork: Artwork) -> Neighbours:
    """The works that hang beside this one, for this viewer."""
    works = artworks_visible_to(viewer)
    return Neighbours(
        newer=works.newer_than(artwork.created_at, artwork.pk).last(),
        older=works.older_than(artwork.created_at, artwork.pk).first(),
    )
