"""The painter draws every scene, the same one always in the same way."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from starter.painter.canvas import Pixels
from starter.painter.draw import draw
from starter.painter.scene import Scene
from starter.painter.stage import SUBJECT_DRAWERS
from starter.painter.styles import STYLE_FILTERS
from starter.painter.vocabulary import COLOURS, EXTRAS, STYLES, SUBJECTS

PLAIN = Scene("balloon", "flat", "day", "serene", "red", None, ())


@pytest.fixture(autouse=True)
def one_thread() -> None:
    """Draw as in training: on one thread."""
    cv2.setNumThreads(1)


def brightness(picture: Pixels) -> float:
    return float(picture.mean())


def middle(picture: Pixels) -> Pixels:
    rows, columns = picture.shape[:2]
    return picture[rows * 3 // 8 : rows * 5 // 8, columns * 3 // 8 : columns * 5 // 8]


def lightness_and_colour(pixels: Pixels) -> tuple[float, float, float]:
    lab = cv2.cvtColor(pixels, cv2.COLOR_RGB2LAB).reshape(-1, 3)
    lightness, green_red, blue_yellow = np.median(lab, axis=0).tolist()
    return lightness, green_red - 128, blue_yellow - 128


def test_every_subject_has_a_drawer_and_every_style_a_filter() -> None:
    assert set(SUBJECT_DRAWERS) == set(SUBJECTS)
    assert set(STYLE_FILTERS) == set(STYLES)


@pytest.mark.parametrize("subject", SUBJECTS)
def test_draws_each_subject_clear_of_its_background(subject: str) -> None:
    scene = replace(PLAIN, subject=subject)

    red, blue = draw(scene, seed=3), draw(replace(scene, colour="blue"), seed=3)

    assert red.shape == (256, 256, 3)
    assert red.dtype == np.uint8
    recoloured = (cv2.absdiff(red, blue).max(axis=2) > 40).mean()
    assert recoloured > 0.12


@pytest.mark.parametrize("style", STYLES)
def test_the_same_scene_and_seed_give_the_same_picture(style: str) -> None:
    scene = replace(PLAIN, style=style)

    first, second = draw(scene, seed=11), draw(scene, seed=11)

    assert np.array_equal(first, second)


@pytest.mark.parametrize("subject", ["mountains", "city", "spiral", "cat", "planet"])
def test_other_seeds_give_other_compositions(subject: str) -> None:
    scene = replace(PLAIN, subject=subject)
    pictures = [cv2.GaussianBlur(draw(scene, seed=seed), (0, 0), 8).astype(int) for seed in range(6)]

    differences = [np.abs(a - b).mean() for a in pictures for b in pictures if a is not b]

    assert min(differences) > 3
    assert np.mean(differences) > 10


def test_a_negative_or_huge_seed_is_a_seed_like_any_other() -> None:
    negative, huge = draw(PLAIN, seed=-1), draw(PLAIN, seed=2**80)

    assert not np.array_equal(negative, huge)


@pytest.mark.parametrize(("width", "height"), [(128, 128), (640, 128), (128, 640), (200, 333), (513, 514)])
@pytest.mark.parametrize("style", ["watercolour", "pixel", "neon"])
def test_draws_at_any_size(width: int, height: int, style: str) -> None:
    scene = Scene("castle", style, "dusk", "bold", "blue", "red", tuple(EXTRAS))

    picture = draw(scene, seed=1, width=width, height=height)

    assert picture.shape == (height, width, 3)


def test_a_picture_over_1024_pixels_is_the_smaller_one_enlarged() -> None:
    large = draw(PLAIN, seed=2, width=2048, height=1536)

    small = draw(PLAIN, seed=2, width=1365, height=1024)

    assert large.shape == (1536, 2048, 3)
    assert cv2.absdiff(cv2.resize(large, (1365, 1024), interpolation=cv2.INTER_AREA), small).mean() < 2


@pytest.mark.parametrize("style", STYLES)
def test_the_hour_shows_in_every_style_as_light(style: str) -> None:
    scene = replace(PLAIN, style=style, subject="lighthouse", colour="orange")

    night, dusk, day = (brightness(draw(replace(scene, time=time), seed=5)) for time in ("night", "dusk", "day"))

    assert night < dusk < day
    assert night > 25


@pytest.mark.parametrize("subject", ["heart", "balloon", "tree", "mandala"])
@pytest.mark.parametrize("time", ["day", "night"])
@pytest.mark.parametrize(
    ("colour", "green_red", "blue_yellow"),
    [("red", 1, 1), ("green", -1, 1), ("blue", 0, -1), ("yellow", 0, 1), ("magenta", 1, -1), ("turquoise", -1, 0)],
)
def test_the_subject_has_the_scene_s_colour_by_day_and_night(
    subject: str, time: str, colour: str, green_red: int, blue_yellow: int
) -> None:
    scene = replace(PLAIN, subject=subject, time=time, colour=colour)

    _, towards_red, towards_yellow = lightness_and_colour(middle(draw(scene, seed=8)))

    assert towards_red * green_red > 10 * abs(green_red) or green_red == 0
    assert towards_yellow * blue_yellow > 4 or blue_yellow == 0


def test_black_grey_and_white_differ_in_lightness() -> None:
    scene = replace(PLAIN, subject="heart")

    black, grey, white = (
        lightness_and_colour(middle(draw(replace(scene, colour=colour), seed=8)))[0]
        for colour in ("black", "grey", "white")
    )

    assert black < 70 < grey < 180 < white


@pytest.mark.parametrize("extra", EXTRAS)
def test_each_extra_changes_the_picture(extra: str) -> None:
    scene = replace(PLAIN, subject="lake", time="dusk")

    changed = cv2.absdiff(draw(scene, seed=4), draw(replace(scene, extras=(extra,)), seed=4)).max(axis=2) > 12

    assert changed.mean() > 0.002


@pytest.mark.parametrize("colour", COLOURS)
def test_an_accent_reaches_the_lesser_parts(colour: str) -> None:
    scene = replace(PLAIN, subject="castle", colour="beige" if colour != "beige" else "navy")

    plain, accented = draw(scene, seed=6), draw(replace(scene, accent=colour), seed=6)

    assert (cv2.absdiff(plain, accented).max(axis=2) > 15).mean() > 0.01
