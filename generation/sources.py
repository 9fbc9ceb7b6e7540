"""The pictures that a request names as its source or its mask: an artwork, or one that its sender stored before."""

from dataclasses import dataclass
from uuid import UUID

from aria_site.accounts.models import User
from aria_site.kernel.problems import NotFoundError
from gallery.access import artwork_for_read
from gallery.models import Artwork
from generation.access import picture_for_read
from generation.picture_files import is_sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenPicture:
    """A picture that this person may paint over, and the field that named it."""

    field: str
    sha256: str
    width: int
    height: int
    artwork: Artwork | None = None


def chosen_picture(owner: User, name: str, *, field: str) -> ChosenPicture:
    """The picture of that name: the id of an artwork, or the SHA-256 of a picture that this person stored.

    Raises NotFoundError alike for what is not there and for what this person may not see.
    """
    name = name.strip().lower()
    if is_sha256(name):
        stored = picture_for_read(owner, name)
        return ChosenPicture(field=field, sha256=stored.sha256, width=stored.width, height=stored.height)
    work = artwork_for_read(owner, _uuid(name))
    return ChosenPicture(field=field, sha256=work.sha256, width=work.width, height=work.height, artwork=work)


def same_shape(one: ChosenPicture, other: ChosenPicture) -> bool:
    """Whether two pictures have the same proportions, but for a pixel that was rounded away."""
    off_by = abs(one.width * other.height - other.width * one.height)
    return off_by <= max(one.width, one.height, other.width, other.height)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFoundError from error
