"""The files of pictures that paintings start from: named by the hash of their content, so none lies here twice."""

import io
import re

import numpy as np
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from PIL import Image, UnidentifiedImageError

from aria_site.kernel.hashing import sha256_hex
from gallery.storage import KeptFile, media_storage
from generation.engine.contract import EngineError, Pixels

FOLDER = "pictures"
STORAGE = "pictures"
SMALL = (384, 384)
_SHA256 = re.compile(r"[0-9a-f]{64}")


def is_sha256(text: str) -> bool:
    """Whether this could be the name of a stored picture."""
    return _SHA256.fullmatch(text) is not None


def picture_name(sha256: str) -> str:
    """Where a picture lies in the media folder. Raises FileNotFoundError where that is no name of a picture."""
    if not is_sha256(sha256):
        raise FileNotFoundError(sha256)
    return f"{FOLDER}/{sha256[:2]}/{sha256}.png"


def picture_write(sha256: str, content: bytes) -> None:
    """Put a picture there, whole or not at all. One that is there already becomes as young as a new one."""
    storages[STORAGE].save(picture_name(sha256), ContentFile(content))


def picture_read(sha256: str) -> bytes:
    """The bytes of a stored picture. Raises FileNotFoundError."""
    with storages[STORAGE].open(picture_name(sha256)) as stream:
        return bytes(stream.read())


def picture_small(sha256: str) -> bytes:
    """A stored picture as a small WebP. Raises FileNotFoundError."""
    with Image.open(io.BytesIO(picture_read(sha256))) as image:
        small = image.convert("RGB")
    small.thumbnail(SMALL)
    buffer = io.BytesIO()
    small.save(buffer, "WEBP", quality=80)
    return buffer.getvalue()


def picture_pixels(sha256: str) -> Pixels:
    """The pixels of a stored picture, for the engine: it asks no database. Raises EngineError (code source_missing)."""
    try:
        content = picture_read(sha256)
    except FileNotFoundError as error:
        raise _gone("is not there any more") from error
    if sha256_hex(content) != sha256:
        raise _gone("was changed on the disk")
    try:
        with Image.open(io.BytesIO(content)) as image:
            return np.array(image.convert("RGB"))
    except (OSError, UnidentifiedImageError) as error:
        raise _gone("cannot be read") from error


def picture_files() -> list[KeptFile]:
    """Every file in the folder of the pictures, unfinished ones too."""
    return list(media_storage(STORAGE).files_in(FOLDER))


def picture_file_remove(name: str) -> None:
    """Take the file of a picture away; nothing happens where there is none."""
    media_storage(STORAGE).delete(name)


def _gone(what: str) -> EngineError:
    return EngineError(
        f"The picture to paint over {what}. Nothing was painted; choose it again.", code="source_missing"
    )
