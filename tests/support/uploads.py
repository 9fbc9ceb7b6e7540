"""Pictures as people and attackers send them: files of every kind, made on the spot."""

import io
import struct
import zlib
from typing import Any

import numpy as np
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from PIL.PngImagePlugin import PngInfo


def gradient(width: int = 64, height: int = 48) -> Image.Image:
    """A picture in which every place has a colour of its own."""
    across, down = np.meshgrid(np.linspace(0, 255, width), np.linspace(0, 255, height))
    return Image.fromarray(np.stack([across, down, 255 - across], axis=-1).astype(np.uint8))


def encoded(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    """The picture as a file of that kind."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def as_file(content: bytes, name: str = "picture.png", content_type: str = "image/png") -> SimpleUploadedFile:
    """What a form sends."""
    return SimpleUploadedFile(name, content, content_type)


def animated(kind: str) -> bytes:
    """Two frames."""
    return encoded(gradient(), kind, save_all=True, append_images=[gradient().rotate(180)])


def png_header(width: int, height: int) -> bytes:
    """A PNG that promises so many pixels and holds none of them."""
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        _chunk(name, data)
        for name, data in (
            (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
            (b"IDAT", zlib.compress(b"\0" * 1000)),
            (b"IEND", b""),
        )
    )


def with_secrets() -> bytes:
    """A JPEG that knows where it was taken, and has a script behind its last byte."""
    exif = Image.Exif()
    exif[0x010E] = "a secret description"
    exif[0x8825] = {1: "N", 2: (52.0, 31.0, 12.0)}
    return encoded(gradient(), "JPEG", exif=exif, icc_profile=b"a secret profile") + b"<script>secret()</script>"


def png_with_text() -> bytes:
    """A PNG with words in it."""
    info = PngInfo()
    info.add_text("Comment", "a secret comment")
    return encoded(gradient(), "PNG", pnginfo=info)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def hostile_files() -> dict[str, bytes]:
    """Files that must be refused, by what is wrong with them."""
    png, jpeg, webp = encoded(gradient()), encoded(gradient(), "JPEG"), encoded(gradient(), "WEBP")
    return {
        "zero bytes": b"",
        "one byte": b"\x89",
        "words": b"a lighthouse at dusk",
        "HTML": b"<!doctype html><script>alert(1)</script>",
        "an SVG": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        "a PNG cut short": png[: len(png) // 2],
        "a PNG without its end": png[:40],
        "a JPEG cut short": jpeg[: len(jpeg) // 2],
        "a WebP cut short": webp[: len(webp) // 2],
        "a PNG with a flipped bit in its header": png[:20] + bytes([png[20] ^ 1]) + png[21:],
        "a PNG whose pixels are junk": png.replace(b"IDAT", b"IDAT\xff\xff", 1),
        "a bomb of 90,000 megapixels": png_header(300_000, 300_000),
        "a bomb of 100 megapixels": png_header(10_000, 10_000),
        "a header of 25 megapixels": png_header(5_000, 5_000),
        "a strip of 1 by 65,535": png_header(1, 65_535),
        "a side of nothing": png_header(0, 10),
        "too small": encoded(gradient(8, 8)),
        "an animated GIF": animated("GIF"),
        "a GIF that stands still": encoded(gradient(), "GIF"),
        "an animated PNG": animated("PNG"),
        "an animated WebP": animated("WEBP"),
        "a BMP": encoded(gradient(), "BMP"),
        "a TIFF": encoded(gradient(), "TIFF"),
        "a PDF": encoded(gradient(), "PDF"),
        "a JPEG of 200 scans": jpeg + b"\xff\xda" * 200,
    }
