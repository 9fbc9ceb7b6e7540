"""What went wrong with a picture is seen: damaged copies rank below their originals, and the defect is named."""

import cv2
import numpy as np
import pytest

from curation.scoring.defects import Defects, Pixels, defects_of
from curation.scoring.technical import technical_score, worst_defect
from tests.curation.scoring.damages import DAMAGES
from tests.support.photographs import paintings, photographs

SIDE = 256
EVERY = {**photographs(), **paintings(40)}


def technical(pixels: Pixels) -> float:
    """The technical score of a picture."""
    return technical_score(defects_of(pixels))


@pytest.fixture(scope="module")
def untouched() -> dict[str, float]:
    """The technical score of every picture as it is."""
    return {name: technical(pixels) for name, pixels in EVERY.items()}


@pytest.mark.parametrize("damage", DAMAGES)
def test_the_untouched_picture_ranks_above_its_damaged_copy(untouched: dict[str, float], damage: str) -> None:
    damaged = {name: technical(DAMAGES[damage](pixels)) for name, pixels in EVERY.items()}

    right = [name for name in EVERY if untouched[name] > damaged[name]]

    assert len(right) / len(EVERY) >= 0.95, sorted(set(EVERY) - set(right))


@pytest.mark.parametrize("damage", DAMAGES)
def test_the_defect_is_called_by_its_name(damage: str) -> None:
    named = [worst_defect(defects_of(DAMAGES[damage](pixels))) == damage for pixels in photographs().values()]

    assert np.mean(named) >= 0.75


def test_photographs_are_nearly_without_defects(untouched: dict[str, float]) -> None:
    assert np.median([untouched[name] for name in photographs()]) > 0.95


def test_the_painters_pictures_are_nearly_without_defects(untouched: dict[str, float]) -> None:
    assert np.median([untouched[name] for name in paintings(40)]) > 0.9


def ground(level: int) -> Pixels:
    """A sheet of one grey."""
    return np.full((SIDE, SIDE, 3), level, np.uint8)


def gradient(turn: str) -> Pixels:
    """Nothing but a slow change."""
    y, x = np.mgrid[0:SIDE, 0:SIDE]
    kinds = {"down": y, "across": x, "round": np.hypot(y - 128, x - 128), "slanting": (x + y) / 2}
    return np.repeat(kinds[turn].clip(0, 255).astype(np.uint8)[..., None], 3, axis=2)


def noise(*, coloured: bool) -> Pixels:
    """Nothing but noise."""
    grain = np.random.default_rng(0).normal(128, 45, (SIDE, SIDE, 3 if coloured else 1)).clip(0, 255)
    return np.broadcast_to(grain, (SIDE, SIDE, 3)).astype(np.uint8)


def white_on_white() -> Pixels:
    """A square that nobody sees."""
    return np.asarray(cv2.rectangle(ground(255), (100, 100), (150, 150), (250, 250, 250), -1), np.uint8)


@pytest.mark.parametrize(
    "pixels",
    [
        *(pytest.param(ground(level), id=f"grey {level}") for level in (0, 128, 255)),
        *(pytest.param(gradient(turn), id=turn) for turn in ("down", "across", "round", "slanting")),
        pytest.param(noise(coloured=True), id="coloured noise"),
        pytest.param(noise(coloured=False), id="grey noise"),
        pytest.param(white_on_white(), id="white on white"),
    ],
)
def test_what_shows_nothing_is_blank_and_worthless(pixels: Pixels) -> None:
    assert defects_of(pixels).blank == 1
    assert technical(pixels) == 0


def line() -> Pixels:
    """One grey stroke across a white sheet."""
    return np.asarray(cv2.line(ground(250), (20, 200), (236, 190), (60, 60, 70), 2), np.uint8)


def dot() -> Pixels:
    """One dark dot on a white sheet."""
    return np.asarray(cv2.circle(ground(255), (180, 90), 9, (30, 30, 30), -1), np.uint8)


@pytest.mark.parametrize("pixels", [pytest.param(line(), id="a line"), pytest.param(dot(), id="a dot")])
def test_minimal_white_art_is_neither_blank_nor_burnt_out(pixels: Pixels) -> None:
    found = defects_of(pixels)

    assert (found.blank, found.overexposed) == (0, 0)
    assert technical_score(found) > 0.9


def test_every_defect_lies_between_none_and_all() -> None:
    found = [defects_of(DAMAGES[damage](pixels)) for damage in DAMAGES for pixels in list(EVERY.values())[:3]]

    values = [getattr(defects, name) for defects in found for name in Defects.__dataclass_fields__]
    assert (min(values), max(values)) == (0, 1)


def test_what_is_too_small_to_be_seen_is_refused() -> None:
    with pytest.raises(ValueError, match="needs 16 pixels"):
        defects_of(np.zeros((8, 64, 3), np.uint8))


def test_a_huge_picture_is_judged_as_it_is_seen_on_a_wall() -> None:
    photograph = photographs()["china.jpg"]
    huge = np.asarray(cv2.resize(photograph, None, fx=6, fy=6, interpolation=cv2.INTER_CUBIC), np.uint8)

    assert defects_of(huge).blur < 0.3
