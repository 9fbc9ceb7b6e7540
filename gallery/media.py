"""Stored files for whoever may see the artwork they belong to. A requested name finds a row, never a path."""

import re
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.core.files.storage import default_storage

from aria_site.accounts.models import User
from aria_site.kernel.problems import NotFoundError
from gallery.access import artwork_for_read
from gallery.models import Artwork

_NAME = re.compile(
    r"(?:artworks|thumbnails)/[0-9a-f]{2}/(?P<id>[0-9a-f]{32})-[0-9a-f]{8}(?:-\d{1,5})?\.(?P<kind>png|webp)"
)
_CONTENT_TYPES = {"png": "image/png", "webp": "image/webp"}


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaFile:
    """A file that this viewer may have."""

    artwork: Artwork
    name: str
    content_type: str

    @property
    def etag(self) -> str:
        """Names carry a hash of the content, so the name alone tells two contents apart."""
        return f'"{self.artwork.sha256[:16]}-{self.name.rsplit("-", 1)[-1]}"'

    @property
    def cache_control(self) -> str:
        """Hung works may lie in any cache for ever; everything else belongs to one person."""
        if self.artwork.state == Artwork.State.HUNG:
            return "public, max-age=31536000, immutable"
        return "private, no-cache"

    def read(self) -> bytes:
        """The content. Raises NotFoundError when the file is gone from the disk."""
        try:
            with default_storage.open(self.name) as stream:
                return bytes(stream.read())
        except FileNotFoundError as error:
            raise NotFoundError from error


def media_file_for_read(viewer: User | AnonymousUser, name: str) -> MediaFile:
    """The file of that name, if it belongs to an artwork this viewer may see. Raises NotFoundError."""
    asked = _NAME.fullmatch(name)
    if asked is None:
        raise NotFoundError
    artwork = artwork_for_read(viewer, UUID(asked["id"]))
    stored = {artwork.file, *artwork.thumbnails.values()}
    if name not in stored:
        raise NotFoundError
    return MediaFile(artwork=artwork, name=name, content_type=_CONTENT_TYPES[asked["kind"]])
