"""Owns seeing what went wrong with a picture: blur, noise, blocks, bands, bad exposure, nothing on it.

Each defect lies in [0, 1]: 0 where there is nothing to blame, 1 where the picture is spoilt by it.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
"""(height, width, 3) RGB."""
Plane = NDArray[np.float32]
"""(height, width), luma in 0 to 255."""

_LARGEST_SIDE = 1024
"""Larger pictures are looked at scaled down: what is not seen at this size is not seen on a wall."""
_SMALLEST_SIDE = 16
_BLOCK = 8
_NOISE_KERNEL = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
"""Immerkaer 1996: blind to planes and to straight edges; its answer to white noise has 6 times the deviation."""

_BURNT, _LOST = 253, 3
_SMALLEST_STEP, _LARGEST_STEP = 3, 24
"""Levels between two bands: less is not seen, more is an edge."""
_RARE = 1e-4
_FEWEST_TONES = 64
"""A picture of one narrow tone has no steps to show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Defects:
    """How much each defect spoils a picture, in [0, 1]."""

    blur: float
    noise: float
    blocking: float
    banding: float
    overexposed: float
    underexposed: float
    blank: float


def defects_of(pixels: Pixels) -> Defects:
    """Look at a picture, (height, width, 3) RGB. Raises ValueError for a side below 16 pixels."""
    if min(pixels.shape[:2]) < _SMALLEST_SIDE:
        raise ValueError(f"A picture needs {_SMALLEST_SIDE} pixels on each side to be looked at.")
    pixels = _scaled_down(pixels)
    luma = luma_of(pixels)
    sigma = noise_sigma(luma)
    return Defects(
        blur=blur(luma, sigma),
        noise=noise(luma, sigma),
        blocking=blocking(luma),
        banding=banding(pixels, luma),
        overexposed=overexposed(luma),
        underexposed=underexposed(luma),
        blank=blank(luma, sigma),
    )


def luma_of(pixels: Pixels) -> Plane:
    """Luma as ITU-R BT.601 weighs it."""
    return cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.float32)


def noise_sigma(luma: Plane) -> float:
    """Deviation of the noise in levels of 255, from the quieter half of the picture: texture is no noise."""
    answer = np.abs(cv2.filter2D(luma, cv2.CV_32F, _NOISE_KERNEL))
    height, width = (side // _BLOCK * _BLOCK for side in luma.shape)
    blocks = answer[:height, :width].reshape(height // _BLOCK, _BLOCK, width // _BLOCK, _BLOCK).mean(axis=(1, 3))
    return float(np.quantile(blocks, 0.25) * np.sqrt(np.pi / 2) / 6)


def noise(luma: Plane, sigma: float) -> float:
    """Noise as people see it: from 2 levels on it begins to show, at 25 little else is seen."""
    return rise(sigma, 1.5, 25.0)


def blur(luma: Plane, sigma: float) -> float:
    """How little a picture has to lose by being blurred once more (after Crete and others, 2007)."""
    softer = cv2.GaussianBlur(luma, (0, 0), 1.5)
    kept = 0.0
    for axis in (0, 1):
        before, after = np.abs(np.diff(luma, axis=axis)), np.abs(np.diff(softer, axis=axis))
        total = float(before.sum())
        kept = max(kept, 1 - float(np.maximum(before - after, 0).sum()) / total if total else 1.0)
    return rise(kept, 0.48, 0.97)


def blocking(luma: Plane) -> float:
    """Edges on a grid of 8 pixels beyond those elsewhere, as heavy JPEG leaves them."""
    found = [_grid_excess(np.abs(np.diff(luma, axis=axis)), axis) for axis in (0, 1)]
    return rise(float(np.mean(found)), 0.05, 1.2)


def banding(pixels: Pixels, luma: Plane) -> float:
    """Small steps between perfectly even places, or tones missing between those that are there."""
    steps = float(np.mean([_even_steps(luma if axis else luma.T) for axis in (0, 1)]))
    return 1 - (1 - rise(steps, 0.004, 0.15)) * (1 - rise(_missing_tones(pixels), 0.6, 1.0))


def overexposed(luma: Plane) -> float:
    """How much is burnt out where the rest is bright as well, or how little is left that is not bright.

    Dark things on a white ground were meant so.
    """
    burnt = luma >= _BURNT
    rest = luma[~burnt]
    brightness = float(np.quantile(rest, 0.5)) if rest.size else 255.0
    return max(rise(float(burnt.mean()), 0.002, 0.6) * rise(brightness, 30, 150), rise(float(luma.min()), 120, 250))


def underexposed(luma: Plane) -> float:
    """How dark even the brighter parts are, and how much is lost in black."""
    lost = float((luma <= _LOST).mean())
    return max(rise(lost, 0.3, 1.0), 1 - rise(float(np.quantile(luma, 0.95)), 10, 100))


def blank(luma: Plane, sigma: float) -> float:
    """How few edges are left once noise is calmed: 1 for black, white, pure noise and mere gradients."""
    calm = cv2.GaussianBlur(luma, (0, 0), 2.0)
    slope = np.hypot(cv2.Sobel(calm, cv2.CV_32F, 1, 0, scale=1 / 8), cv2.Sobel(calm, cv2.CV_32F, 0, 1, scale=1 / 8))
    return 1 - rise(float((slope > max(2.0, 0.25 * sigma)).mean()), 0.0, 0.005)


def _grid_excess(steps: NDArray[np.float32], axis: int) -> float:
    """How much stronger steps between blocks are than those just beside them, relative to the latter."""
    profile = steps.mean(axis=1 - axis)
    length = len(profile) // _BLOCK * _BLOCK
    by_phase = profile[:length].reshape(-1, _BLOCK).mean(axis=0)
    at_edge, inside = by_phase[_BLOCK - 1], float(np.delete(by_phase, _BLOCK - 1).mean())
    return max(0.0, float(at_edge) / (inside + 0.25) - 1)


def _even_steps(luma: Plane) -> float:
    """Share of places along rows where two even runs of 3 pixels differ by a small step."""
    step = np.abs(luma[:, 3:-2] - luma[:, 2:-3])
    even = np.ones_like(step, dtype=bool)
    for first, second in ((0, 1), (1, 2), (3, 4), (4, 5)):
        even &= luma[:, first : first + step.shape[1]] == luma[:, second : second + step.shape[1]]
    return float((even & (step >= _SMALLEST_STEP) & (step <= _LARGEST_STEP)).mean())


def _missing_tones(pixels: Pixels) -> float:
    """Share of levels between dark and bright tones that hardly any pixel has, in the channel with the most tones."""
    shares = []
    for channel in range(3):
        counts = np.bincount(pixels[..., channel].ravel(), minlength=256) / pixels[..., 0].size
        reached = counts.cumsum()
        inside = counts[np.searchsorted(reached, 0.02) : np.searchsorted(reached, 0.98) + 1]
        shares.append(float((inside < _RARE).mean()) if len(inside) >= _FEWEST_TONES else 0.0)
    return min(shares)


def _scaled_down(pixels: Pixels) -> Pixels:
    part = _LARGEST_SIDE / max(pixels.shape[:2])
    if part >= 1:
        return pixels
    size = (max(_SMALLEST_SIDE, round(pixels.shape[1] * part)), max(_SMALLEST_SIDE, round(pixels.shape[0] * part)))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def rise(value: float, low: float, high: float) -> float:
    """0 up to `low`, 1 from `high` on, straight in between."""
    return float(min(1.0, max(0.0, (value - low) / (high - low))))
