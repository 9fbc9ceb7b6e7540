"""From pixels to encoded files."""

import io
import json

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngImageFile

from aria_site.kernel.recipe import Recipe
from gallery.rendering import artwork_render, thumbnail_widths
from tests.support.recipes import make_recipe


def gradient(width: int, height: int) -> np.ndarray:
    """A picture whose every pixel differs from its neighbours."""
    rows, columns = np.mgrid[0:height, 0:width]
    return np.stack([rows % 256, columns % 256, (rows + columns) % 256], axis=-1).astype(np.uint8)


def test_the_master_holds_every_pixel_unchanged() -> None:
    pixels = gradient(300, 200)

    rendered = artwork_render(pixels, make_recipe())

    assert np.array_equal(np.asarray(Image.open(io.BytesIO(rendered.master))), pixels)


def test_the_master_says_how_it_was_made_and_that_it_is_ai_made() -> None:
    recipe = make_recipe(negative_prompt="fog")

    master = artwork_render(gradient(256, 192), recipe).master

    image = PngImageFile(io.BytesIO(master))
    assert Recipe.from_dict(json.loads(image.text["aria_recipe"])) == recipe
    assert image.text["parameters"].splitlines()[:2] == ["a lighthouse at dusk", "Negative prompt: fog"]
    assert "trainedAlgorithmicMedia" in image.text["XML:com.adobe.xmp"]


def test_thumbnails_say_that_they_are_ai_made_but_not_how() -> None:
    thumbnail = artwork_render(gradient(256, 192), make_recipe()).thumbnails[256]

    assert b"trainedAlgorithmicMedia" in thumbnail
    assert b"lighthouse" not in thumbnail


@pytest.mark.parametrize(
    ("width", "expected"), [(128, (128,)), (256, (256,)), (383, (256,)), (384, (256, 384)), (2048, (256, 384, 768))]
)
def test_thumbnails_are_never_larger_than_the_picture(width: int, expected: tuple[int, ...]) -> None:
    assert thumbnail_widths(width) == expected


def test_thumbnails_keep_the_shape() -> None:
    rendered = artwork_render(gradient(768, 384), make_recipe())

    sizes = {width: Image.open(io.BytesIO(data)).size for width, data in rendered.thumbnails.items()}
    assert sizes == {256: (256, 128), 384: (384, 192), 768: (768, 384)}


def test_the_placeholder_is_the_average_colour() -> None:
    pixels = np.full((64, 64, 3), (10, 200, 30), dtype=np.uint8)

    assert artwork_render(pixels, make_recipe()).colour == "#0ac81e"


def test_a_grainy_master_is_no_larger_than_pillow_would_make_it() -> None:
    grain = np.random.default_rng(0).normal(0, 4, (256, 256, 3))
    painted = (gradient(256, 256) // 2 + 60 + grain).clip(0, 255).astype(np.uint8)
    by_default = io.BytesIO()
    Image.fromarray(painted).save(by_default, "PNG")

    master = artwork_render(painted, make_recipe()).master

    assert len(master) < 1.1 * by_default.tell()
