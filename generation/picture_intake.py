"""What comes of a picture that somebody brings: its pixels and nothing else, or a sentence. Pure; touches no disk."""

import io
import struct
import zlib
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from aria_site.kernel.hashing import sha256_hex
from aria_site.kernel.problems import InvalidInputError
from generation import limits

FIELD = "file"
FORMATS = ("PNG", "JPEG", "WEBP")
SEVERAL_STILLS = "MPO"
"""The JPEG of many telephones: a picture with smaller ones behind it. The first one counts."""
MOST_SCANS = 100
"""A progressive JPEG has about ten scans. Thousands in a small file keep a decoder busy for minutes."""
START_OF_SCAN = b"\xff\xda"
PNG_LEVEL = 1
BROKEN = (OSError, SyntaxError, ValueError, EOFError, ArithmeticError, LookupError, TypeError, struct.error, zlib.error)
"""What Pillow raises over files that are cut short or lie about themselves."""
BOMBS = (Image.DecompressionBombError, Image.DecompressionBombWarning)


class PictureKind(StrEnum):
    """What a picture is brought for."""

    PICTURE = "picture"
    MASK = "mask"


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenPicture:
    """A picture as it is stored: a PNG of nothing but pixels."""

    content: bytes
    sha256: str
    width: int
    height: int


def picture_intake(data: bytes, kind: PictureKind) -> TakenPicture:
    """Decode a picture, turn it the right way up, drop everything but its pixels and encode those anew.

    What is transparent becomes white, in a mask black; a mask is kept as grey levels. The name and the type that came
    with the file are not looked at. Raises InvalidInputError naming `file`.
    """
    if not data:
        raise _refusal("`file` is empty. Send a PNG, JPEG or WebP picture.")
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            _check(image, data)
            pixels = _pixels(image, kind)
    except InvalidInputError:
        raise
    except BOMBS as error:
        raise _refusal(_TOO_MANY_PIXELS) from error
    except UnidentifiedImageError as error:
        raise _refusal("`file` is no picture that can be read here. Send PNG, JPEG or WebP.") from error
    except BROKEN as error:
        raise _refusal("`file` is damaged or cut short. Save the picture anew and send that.") from error
    return _encoded(pixels)


_TOO_MANY_PIXELS = (
    f"`file` has too many pixels. Send at most {limits.MAX_PICTURE_PIXELS // 1_000_000} million, "
    f"and no side longer than {limits.MAX_PICTURE_SIDE:,}."
)


def _check(image: Image.Image, data: bytes) -> None:
    """Judge by the header alone, before any pixel is decoded."""
    width, height = image.size
    if width * height > limits.MAX_PICTURE_PIXELS or max(width, height) > limits.MAX_PICTURE_SIDE:
        raise _refusal(_TOO_MANY_PIXELS)
    if min(width, height) < limits.MIN_PICTURE_SIDE:
        raise _refusal(f"`file` is too small. Both sides must have {limits.MIN_PICTURE_SIDE} pixels or more.")
    if image.format != SEVERAL_STILLS and getattr(image, "n_frames", 1) > 1:
        raise _refusal("`file` is animated. Send a single picture.")
    if data.count(START_OF_SCAN) > MOST_SCANS and image.format in {"JPEG", SEVERAL_STILLS}:
        raise _refusal("`file` is a JPEG of too many scans. Save the picture anew and send that.")


def _pixels(image: Image.Image, kind: PictureKind) -> Image.Image:
    """The picture upright, without transparency, in the mode that is stored; copied no more often than needed."""
    image.load()
    ImageOps.exif_transpose(image, in_place=True)
    if image.mode == "I;16":
        # Sixteen bits a pixel, of which the upper eight are seen.
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if image.has_transparency_data:
        seen = image if image.mode == "RGBA" else image.convert("RGBA")
        image = Image.new("RGB", seen.size, "black" if kind is PictureKind.MASK else "white")
        image.paste(seen, mask=seen)
    mode = "L" if kind is PictureKind.MASK else "RGB"
    return image if image.mode == mode else image.convert(mode)


def _encoded(pixels: Image.Image) -> TakenPicture:
    # Pillow would write a colour profile that it finds here.
    pixels.info.clear()
    buffer = io.BytesIO()
    pixels.save(buffer, "PNG", compress_level=PNG_LEVEL)
    content = buffer.getvalue()
    return TakenPicture(content=content, sha256=sha256_hex(content), width=pixels.width, height=pixels.height)


def _refusal(sentence: str) -> InvalidInputError:
    return InvalidInputError({FIELD: sentence})
