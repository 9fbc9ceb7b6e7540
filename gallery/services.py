"""Writes of the gallery: storing finished pictures and annotating them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from numpy.typing import NDArray

from aria_site.accounts.models import User
from aria_site.kernel.hashing import sha256_hex
from aria_site.kernel.ids import new_id
from aria_site.kernel.recipe import Recipe
from gallery.models import Artwork
from gallery.rendering import RenderedArtwork, artwork_render
from gallery.titles import alt_from_prompt, title_from_prompt
from personas.models import Persona

_ANNOTATIONS = frozenset({"score", "verdict", "reasons", "mood", "palette", "title", "alt", "state"})


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishedPicture:
    """A painted picture that is to be stored."""

    pixels: NDArray[np.uint8]
    recipe: Recipe
    origin_key: str
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFiles:
    """The files of one picture on disk, before any row speaks of them."""

    artwork_id: UUID
    picture: FinishedPicture
    rendered: RenderedArtwork
    sha256: str
    file: str
    thumbnails: dict[str, str]


def artwork_files_write(picture: FinishedPicture) -> StoredFiles:
    """Encode a picture and write its master and thumbnails, each complete or not at all.

    Nothing points at the files yet; a crash here leaves orphans that the sweep removes.
    """
    artwork_id = new_id()
    rendered = artwork_render(picture.pixels, picture.recipe)
    sha256 = sha256_hex(rendered.master)
    stem = f"{artwork_id.hex[:2]}/{artwork_id.hex}-{sha256[:8]}"
    file = default_storage.save(f"artworks/{stem}.png", ContentFile(rendered.master))
    thumbnails = {
        str(width): default_storage.save(f"thumbnails/{stem}-{width}.webp", ContentFile(data))
        for width, data in rendered.thumbnails.items()
    }
    return StoredFiles(
        artwork_id=artwork_id, picture=picture, rendered=rendered, sha256=sha256, file=file, thumbnails=thumbnails
    )


def artwork_files_delete(files: StoredFiles) -> None:
    """Remove files that no row will ever point at."""
    for name in (files.file, *files.thumbnails.values()):
        default_storage.delete(name)


def artworks_create(
    files: Sequence[StoredFiles], *, owner: User, persona: Persona | None, parent: Artwork | None = None
) -> list[Artwork]:
    """Hang the pictures whose files are written, all or none; `parent` is the work they are variations of.

    Joins the caller's transaction.

    Raises IntegrityError when an origin key is already there: somebody else stored that picture.
    """
    with transaction.atomic():
        return [_artwork_create(stored, owner=owner, persona=persona, parent=parent) for stored in files]


def artwork_store(picture: FinishedPicture, *, owner: User, persona: Persona | None = None) -> Artwork:
    """Write the files of one picture and hang it. The files go again when the row cannot be stored."""
    files = artwork_files_write(picture)
    try:
        return artworks_create([files], owner=owner, persona=persona)[0]
    except BaseException:
        artwork_files_delete(files)
        raise


def artwork_annotate(artwork: Artwork, **values: Any) -> None:
    """Write what an upper app found out about an artwork. Raises ValueError on any other column."""
    unknown = sorted(values.keys() - _ANNOTATIONS)
    if unknown:
        raise ValueError(f"Not an annotation: {', '.join(unknown)}.")
    Artwork.objects.filter(pk=artwork.pk).update(**values)
    artwork.refresh_from_db(fields=list(values))


def _artwork_create(stored: StoredFiles, *, owner: User, persona: Persona | None, parent: Artwork | None) -> Artwork:
    recipe = stored.picture.recipe
    return Artwork.objects.create(
        id=stored.artwork_id,
        origin_key=stored.picture.origin_key,
        owner=owner,
        persona=persona,
        parent=parent,
        title=title_from_prompt(recipe.prompt),
        alt=alt_from_prompt(recipe.prompt),
        recipe_data=recipe.to_dict(),
        recipe_fingerprint=recipe.fingerprint(),
        facts=stored.picture.facts,
        file=stored.file,
        sha256=stored.sha256,
        bytes=len(stored.rendered.master),
        width=stored.rendered.width,
        height=stored.rendered.height,
        thumbnails=stored.thumbnails,
        blurhash=stored.rendered.blurhash,
        colour=stored.rendered.colour,
    )
