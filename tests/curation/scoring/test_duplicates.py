"""Nearly the same pictures are found; other pictures of the same prompt are none of them."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from curation.scoring.defects import Pixels
from curation.scoring.duplicates import bits_apart, duplicate_groups, perceptual_hash
from curation.scoring.encoder import ClipEncoder
from starter.config import config
from starter.painter.draw import draw
from starter.painter.scene import sample_scene
from tests.curation.scoring.damages import squeezed
from tests.support.photographs import paintings, photographs

pytestmark = pytest.mark.filterwarnings("ignore")
ORIGINALS = [*list(photographs().values())[:6], *paintings(10).values()]


@pytest.fixture(scope="module")
def encoder() -> ClipEncoder:
    return ClipEncoder.load(str(config().folders.encoder))


def halved(pixels: Pixels) -> Pixels:
    """At half its size."""
    return np.asarray(cv2.resize(pixels, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8)


def brightened(pixels: Pixels) -> Pixels:
    """A little lighter."""
    return np.asarray(np.clip(pixels * 1.05 + 3, 0, 255), np.uint8)


def groups_of(pictures: list[Pixels], encoder: ClipEncoder) -> list[list[int]]:
    """The groups of nearly the same pictures."""
    return duplicate_groups([perceptual_hash(pixels) for pixels in pictures], encoder.pictures(pictures))


@pytest.mark.parametrize("copy", [halved, brightened, squeezed])
def test_copies_are_grouped_with_their_originals(encoder: ClipEncoder, copy: Callable[[Pixels], Pixels]) -> None:
    pictures = [*ORIGINALS, *(copy(pixels) for pixels in ORIGINALS)]

    found = groups_of(pictures, encoder)

    pairs = [[place, place + len(ORIGINALS)] for place in range(len(ORIGINALS))]
    assert len([pair for pair in pairs if pair in found]) >= len(pairs) - 1
    assert all(group in pairs for group in found)


def test_the_same_scene_from_other_seeds_is_no_duplicate(encoder: ClipEncoder) -> None:
    scenes = [sample_scene(np.random.default_rng(number)) for number in range(8)]

    for scene in scenes:
        assert groups_of([draw(scene, seed=seed) for seed in range(4)], encoder) == []


def test_three_copies_are_one_group_in_the_order_given(encoder: ClipEncoder) -> None:
    one, other = ORIGINALS[:2]

    assert groups_of([one, other, halved(one), squeezed(one)], encoder) == [[0, 2, 3]]


def test_bits_are_counted() -> None:
    assert bits_apart(0b1011, 0b0010) == 2


def test_nothing_has_no_groups() -> None:
    assert duplicate_groups([], np.zeros((0, 4), np.float32)) == []
