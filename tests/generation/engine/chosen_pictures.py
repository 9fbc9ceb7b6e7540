"""Pictures that recipes under test name as their source or their mask."""

from typing import Any

import numpy as np

from generation.engine.contract import EngineError, Pixels
from generation.engine.starts import Mask
from tests.support.tiny_pipeline import SIZE

SOURCE, OTHER, MASK, BLACK = ("a" * 64, "b" * 64, "c" * 64, "d" * 64)


def noisy(seed: int) -> Pixels:
    """A picture in which every pixel differs from its neighbours, so that no change goes unseen."""
    return np.random.default_rng(seed).integers(0, 256, (SIZE, SIZE, 3), np.uint8)


def left_half() -> Pixels:
    """White on the left, black on the right; the border lies inside a latent, not between two."""
    mask = np.zeros((SIZE, SIZE, 3), np.uint8)
    mask[:, : SIZE // 2 - 1] = 255
    return mask


STORED = {SOURCE: noisy(1), OTHER: noisy(2), MASK: left_half(), BLACK: np.zeros((SIZE, SIZE, 3), np.uint8)}
OUTSIDE: Mask = left_half()[..., 0] == 0
"""Where MASK is black."""
OVER: dict[str, Any] = {"source": SOURCE, "strength": 0.5}
"""What an order wishes to have a whole picture painted over."""
REPAINT: dict[str, Any] = {"source": SOURCE, "mask": MASK, "strength": 0.7}
"""What an order wishes to have the left half repainted."""


def stored_picture(sha256: str) -> Pixels:
    """The `pictures` of engines under test."""
    if sha256 not in STORED:
        raise EngineError("The picture is gone.", code="source_missing")
    return STORED[sha256]
