"""What a painting starts from: chosen pictures at the size of the recipe, or a sentence. No torch is needed for it."""

from typing import Any

import numpy as np
import pytest

from generation.engine.contract import EngineError, Pixels
from generation.engine.starts import fitted, fitted_mask, starting_pictures
from tests.generation.engine.chosen_pictures import BLACK, MASK, OUTSIDE, SOURCE, STORED, noisy, stored_picture
from tests.support.recipes import make_recipe
from tests.support.tiny_pipeline import SIZE

SMALL = {"width": SIZE, "height": SIZE}


def bands(width: int, height: int) -> Pixels:
    """Red, green and blue from the left to the right, a third each."""
    picture = np.zeros((height, width, 3), np.uint8)
    for band in range(3):
        picture[:, band * width // 3 : (band + 1) * width // 3, band] = 255
    return picture


def green(height: int, width: int) -> Pixels:
    return np.broadcast_to(np.array([0, 255, 0], np.uint8), (height, width, 3))


def test_a_picture_of_the_right_size_stays_as_it_is() -> None:
    picture = noisy(1)

    assert fitted(picture, SIZE, SIZE) is picture


def test_a_wide_picture_loses_its_left_and_right_ends_alike() -> None:
    square = fitted(bands(300, 100), 50, 50)

    assert square.shape == (50, 50, 3)
    assert np.array_equal(square[:, 3:-3], green(50, 44))


def test_a_tall_picture_loses_its_upper_and_lower_ends_alike() -> None:
    square = fitted(bands(300, 100).transpose(1, 0, 2), 50, 50)

    assert np.array_equal(square[3:-3], green(44, 50))


def test_a_picture_of_the_same_shape_is_scaled_and_nothing_is_cut_off() -> None:
    smaller = fitted(bands(300, 100), 150, 50)

    assert np.abs(smaller[:, 5:45].astype(int) - [255, 0, 0]).max() == 0
    assert np.abs(smaller[:, 105:145].astype(int) - [0, 0, 255]).max() == 0


def test_a_mask_is_white_from_the_middle_grey_on() -> None:
    greys = np.repeat(np.arange(256, dtype=np.uint8).reshape(1, 256, 1), 3, axis=2)

    mask = fitted_mask(greys, 256, 1)

    assert (str(mask.dtype), int(mask.sum()), mask[0, 127], mask[0, 128]) == ("bool", 128, False, True)


def test_a_larger_mask_is_fitted_like_its_source() -> None:
    large = np.zeros((200, 600, 3), np.uint8)
    large[:, 200:300] = 255

    mask = fitted_mask(large, 100, 100)

    assert mask[:, :50].all()
    assert not mask[:, 50:].any()


def test_the_source_and_the_mask_of_a_recipe_are_found_by_their_hashes() -> None:
    recipe = make_recipe(**SMALL, source=SOURCE, mask=MASK, strength=0.4)

    start = starting_pictures((recipe, recipe.for_picture(1)), None, stored_picture)

    assert start is not None
    assert start.noise_level == 0.4
    assert [picture.tobytes() for picture in start.pictures] == [STORED[SOURCE].tobytes()]
    assert start.mask is not None
    assert np.array_equal(start.mask, ~OUTSIDE)


def test_full_strength_without_a_mask_starts_from_noise_and_asks_for_no_picture() -> None:
    recipe = make_recipe(**SMALL, source="not stored", strength=1.0)

    assert starting_pictures((recipe,), None, None) is None


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"mask": MASK}, "unsupported"),
        ({"strength": 0.5}, "unsupported"),
        ({"source": SOURCE}, "unsupported"),
        ({"source": SOURCE, "strength": 0.5, "guide": 0.5}, "unsupported"),
        ({"source": SOURCE, "strength": 0.5, "mask": BLACK}, "mask_empty"),
        ({"source": "e" * 64, "strength": 0.5}, "source_missing"),
    ],
    ids=["mask alone", "strength alone", "source alone", "sketch and source", "black mask", "picture gone"],
)
def test_what_makes_no_start_is_refused_with_a_sentence(wish: dict[str, Any], code: str) -> None:
    with pytest.raises(EngineError) as caught:
        starting_pictures((make_recipe(**SMALL, **wish),), None, stored_picture)

    assert caught.value.code == code
    assert not caught.value.retryable
    assert str(caught.value).endswith(".")


def test_says_so_when_no_pictures_are_kept() -> None:
    with pytest.raises(EngineError) as caught:
        starting_pictures((make_recipe(source=SOURCE, strength=0.5),), None, None)

    assert caught.value.code == "source_missing"
