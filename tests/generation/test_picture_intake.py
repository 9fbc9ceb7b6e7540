"""What comes of pictures that people bring: upright pixels and nothing else, or a sentence."""

import io
import time
import tracemalloc
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from aria_site.kernel.hashing import sha256_hex
from aria_site.kernel.problems import InvalidInputError
from generation.picture_intake import PictureKind, TakenPicture, picture_intake
from tests.support.uploads import encoded, gradient, hostile_files, png_with_text, with_secrets

HOSTILE = hostile_files()


def taken(data: bytes, kind: PictureKind = PictureKind.PICTURE) -> TakenPicture:
    return picture_intake(data, kind)


def pixels_of(picture: TakenPicture) -> Any:
    return np.asarray(Image.open(io.BytesIO(picture.content)))


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_the_pixels_of_a_lossless_file_are_kept(kind: str) -> None:
    picture = taken(encoded(gradient(), kind, lossless=True))

    assert np.array_equal(pixels_of(picture), np.asarray(gradient()))
    assert (picture.width, picture.height, picture.sha256) == (64, 48, sha256_hex(picture.content))


def test_the_same_pixels_are_the_same_picture_whatever_file_they_came_in() -> None:
    one, other = taken(encoded(gradient())), taken(encoded(gradient(), "WEBP", lossless=True))

    assert one == other


@pytest.mark.parametrize("data", [with_secrets(), png_with_text()], ids=["JPEG", "PNG"])
def test_nothing_but_pixels_is_kept(data: bytes) -> None:
    assert b"secret" in data

    content = taken(data).content

    assert b"secret" not in content
    assert Image.open(io.BytesIO(content)).info == {}


def test_a_picture_that_lies_on_its_side_is_put_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6

    picture = taken(encoded(gradient(), "PNG", exif=exif))

    assert (picture.width, picture.height) == (48, 64)
    assert np.array_equal(pixels_of(picture), np.asarray(gradient().transpose(Image.Transpose.ROTATE_270)))


@pytest.mark.parametrize(("kind", "grey"), [(PictureKind.PICTURE, 255), (PictureKind.MASK, 0)])
def test_what_is_transparent_becomes_white_and_in_a_mask_black(kind: PictureKind, grey: int) -> None:
    image = Image.new("RGBA", (32, 32), (255, 255, 255, 0))

    assert set(pixels_of(taken(encoded(image), kind)).ravel().tolist()) == {grey}


def test_a_mask_is_kept_as_grey_levels() -> None:
    image = Image.new("RGB", (32, 32), (0, 255, 0))

    mask = pixels_of(taken(encoded(image), PictureKind.MASK))

    assert mask.shape == (32, 32)
    assert set(mask.ravel().tolist()) == {150}


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "PA", "RGB", "RGBA", "I;16"])
def test_every_mode_of_a_png_is_read(mode: str) -> None:
    if mode == "I;16":
        image = Image.fromarray(np.full((32, 32), 0x80FF, np.uint16))
    else:
        image = Image.new("L", (32, 32), 128).convert("RGBA" if mode == "PA" else mode)
    picture = pixels_of(taken(encoded(image)))

    assert picture.shape == (32, 32, 3)
    assert abs(int(picture.mean()) - 128) <= (128 if mode == "1" else 1)


def test_a_large_picture_of_sixteen_bits_is_taken_in_without_large_copies() -> None:
    data = encoded(Image.fromarray(np.full((1000, 1000), 0x80FF, np.uint16)))
    tracemalloc.start()

    taken(data)

    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 5 * 1000 * 1000


def test_a_printers_jpeg_is_read() -> None:
    assert pixels_of(taken(encoded(gradient().convert("CMYK"), "JPEG"))).shape == (48, 64, 3)


def test_of_a_telephones_several_pictures_the_first_one_counts() -> None:
    data = encoded(gradient(), "MPO", save_all=True, append_images=[gradient(32, 24)])

    assert (taken(data).width, taken(data).height) == (64, 48)


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_file_is_refused_at_once_with_one_sentence(data: bytes) -> None:
    begun = time.perf_counter()
    tracemalloc.start()

    with pytest.raises(InvalidInputError) as refused:
        taken(data)

    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert list(refused.value.errors) == ["file"]
    assert refused.value.errors["file"].startswith("`file` ")
    assert refused.value.errors["file"].endswith(".")
    assert time.perf_counter() - begun < 5
    assert most < 50 * 1024 * 1024


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("zero bytes", "`file` is empty. Send a PNG, JPEG or WebP picture."),
        ("an SVG", "`file` is no picture that can be read here. Send PNG, JPEG or WebP."),
        ("an animated PNG", "`file` is animated. Send a single picture."),
        ("a PNG cut short", "`file` is damaged or cut short. Save the picture anew and send that."),
        (
            "a bomb of 100 megapixels",
            "`file` has too many pixels. Send at most 24 million, and no side longer than 8,192.",
        ),
    ],
)
def test_the_sentence_says_what_is_wrong(name: str, sentence: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        taken(HOSTILE[name])

    assert refused.value.errors == {"file": sentence}


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    kind=st.sampled_from(["PNG", "JPEG", "WEBP"]),
    cuts=st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=8)), min_size=1, max_size=6),
    keep=st.floats(0.05, 1),
)
def test_a_mangled_file_is_a_picture_or_a_sentence(kind: str, cuts: list[tuple[float, bytes]], keep: float) -> None:
    data = bytearray(encoded(gradient(), kind))
    for place, junk in cuts:
        at = int(place * (len(data) - 1))
        data[at : at + len(junk)] = junk

    try:
        picture = taken(bytes(data[: int(keep * len(data))]))
    except InvalidInputError:
        return
    assert pixels_of(picture).shape == (picture.height, picture.width, 3)
