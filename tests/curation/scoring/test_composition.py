"""How a picture is laid out: weight, thirds, contrast, colours."""

import cv2
import numpy as np
import pytest

from curation.scoring.composition import composition_of
from curation.scoring.defects import Pixels
from tests.support.photographs import paintings, photographs

SIDE = 240


def disc(x: float, y: float, ground: tuple[int, int, int] = (128, 128, 128)) -> Pixels:
    """One dark disc on grey, at parts of the sides."""
    sheet = np.full((SIDE, SIDE, 3), ground, np.uint8)
    return np.asarray(cv2.circle(sheet, (round(x * SIDE), round(y * SIDE)), 16, (20, 20, 20), -1), np.uint8)


def test_weight_in_the_middle_is_balanced_and_weight_in_a_corner_is_not() -> None:
    middle, side, corner = (composition_of(disc(*at)).balance for at in ((0.5, 0.5), (0.75, 0.5), (0.9, 0.9)))

    assert middle > 0.95
    assert middle > side > corner


def test_a_thing_on_a_line_of_thirds_stands_better_than_one_beside_it() -> None:
    assert composition_of(disc(1 / 3, 1 / 3)).thirds > composition_of(disc(0.15, 0.15)).thirds


def test_contrast_follows_the_range_of_tones() -> None:
    photograph = photographs()["astronaut.png"]
    flat = np.asarray(photograph // 4 + 96, np.uint8)

    assert composition_of(photograph).contrast > composition_of(flat).contrast + 0.4


def test_colours_of_one_family_are_in_harmony_and_all_at_once_are_not() -> None:
    hues = np.random.default_rng(1).integers(0, 180, (SIDE // 8, SIDE // 8))
    everything = np.full((SIDE // 8, SIDE // 8, 3), 255, np.uint8)
    everything[..., 0] = hues
    warm = everything.copy()
    warm[..., 0] = hues % 20
    pictures = [
        cv2.resize(cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB), (SIDE, SIDE), interpolation=cv2.INTER_NEAREST)
        for hsv in (everything, warm)
    ]

    wild, calm = (composition_of(np.asarray(picture, np.uint8)).harmony for picture in pictures)

    assert calm > 0.95
    assert wild < 0.2


def test_grey_is_in_harmony_with_itself() -> None:
    assert composition_of(photographs()["camera.png"]).harmony == 1


@pytest.mark.parametrize("name", ["balance", "thirds", "contrast", "harmony", "score"])
def test_real_pictures_are_spread_over_the_scale(name: str) -> None:
    found = [getattr(composition_of(pixels), name) for pixels in (*photographs().values(), *paintings(40).values())]

    assert min(found) >= 0
    assert max(found) <= 1
    assert np.ptp(found) > 0.25


def test_one_even_sheet_is_laid_out_somehow() -> None:
    found = composition_of(np.full((64, 64, 3), 200, np.uint8))

    assert found.balance == pytest.approx(1)
    assert found.contrast == 0
