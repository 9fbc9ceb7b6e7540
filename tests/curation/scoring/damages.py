"""What can go wrong with a picture, done to it on purpose, at a strength that people notice at once."""

import io
from collections.abc import Callable, Mapping

import cv2
import numpy as np
from PIL import Image

from curation.scoring.defects import Pixels


def blurred(pixels: Pixels) -> Pixels:
    """Out of focus by two pixels."""
    return np.asarray(cv2.GaussianBlur(pixels, (0, 0), 2.0), np.uint8)


def noisy(pixels: Pixels) -> Pixels:
    """With grain of a high sensitivity."""
    grain = np.random.default_rng(1).normal(0, 20, pixels.shape)
    return np.asarray(np.clip(pixels + grain, 0, 255), np.uint8)


def squeezed(pixels: Pixels) -> Pixels:
    """As a JPEG of quality 10."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=10)
    return np.asarray(Image.open(buffer).convert("RGB"))


def banded(pixels: Pixels) -> Pixels:
    """With eleven tones a channel."""
    return np.asarray(pixels // 24 * 24 + 7, np.uint8)


def burnt_out(pixels: Pixels) -> Pixels:
    """Exposed one stop and more too long."""
    return np.asarray(np.clip(pixels * 2.2 + 20, 0, 255), np.uint8)


def too_dark(pixels: Pixels) -> Pixels:
    """Exposed a stop and a half too short."""
    return np.asarray(pixels * 0.35, np.uint8)


def emptied(pixels: Pixels) -> Pixels:
    """Nothing but its mean tone."""
    return np.full_like(pixels, round(float(pixels.mean())))


DAMAGES: Mapping[str, Callable[[Pixels], Pixels]] = {
    "blur": blurred,
    "noise": noisy,
    "blocking": squeezed,
    "banding": banded,
    "overexposed": burnt_out,
    "underexposed": too_dark,
    "blank": emptied,
}
"""By the defect that it makes."""
