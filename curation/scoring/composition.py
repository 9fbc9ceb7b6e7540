"""Owns how a picture is laid out: balance, thirds, contrast and the harmony of its colours, each in [0, 1].

The bounds were read off the built-in painter's pictures and photographs: the middle half lies between 0.3 and 0.8.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from curation.scoring.defects import Pixels, luma_of, rise

_SIDE = 96
_HUES = 36
_HARDLY_COLOURED = 0.02
_THIRDS_REACH = 0.1
"""How far from a line of thirds something still stands on it, as a part of the side."""
# Matsuda's templates as Cohen-Or and others (2006) give them: sectors as (centre, width) in degrees.
_TEMPLATES = (
    ((0, 18),),
    ((0, 93.6),),
    ((0, 18), (90, 79.2)),
    ((0, 18), (180, 18)),
    ((0, 93.6), (180, 18)),
    ((0, 93.6), (180, 93.6)),
)

Mass = NDArray[np.float32]
"""(_SIDE, _SIDE), adding up to 1: where the eye goes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Composition:
    """How well a picture is laid out, in [0, 1]."""

    balance: float
    thirds: float
    contrast: float
    harmony: float

    @property
    def score(self) -> float:
        """All of it, evenly."""
        return (self.balance + self.thirds + self.contrast + self.harmony) / 4


def composition_of(pixels: Pixels) -> Composition:
    """Look at a picture, (height, width, 3) RGB, squeezed into a small square."""
    small = np.asarray(cv2.resize(pixels, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA), np.uint8)
    mass = _mass(small)
    return Composition(
        balance=_balance(mass),
        thirds=_thirds(mass),
        contrast=rise(float(luma_of(small).std()), 8, 75),
        harmony=_harmony(small),
    )


def _mass(small: Pixels) -> Mass:
    """Edges, and colours unlike the picture's mean, weigh."""
    lab = cv2.cvtColor(small, cv2.COLOR_RGB2LAB).astype(np.float32)
    calm = cv2.GaussianBlur(lab, (0, 0), 1.5)
    unlike = np.linalg.norm(calm - calm.mean(axis=(0, 1)), axis=2)
    luma = calm[..., 0]
    edges = np.hypot(cv2.Sobel(luma, cv2.CV_32F, 1, 0), cv2.Sobel(luma, cv2.CV_32F, 0, 1))
    weight = unlike / (unlike.mean() + 1) + edges / (edges.mean() + 1)
    total = float(weight.sum())
    mass: Mass = (weight / total if total else np.full_like(weight, 1 / weight.size)).astype(np.float32)
    return mass


def _balance(mass: Mass) -> float:
    """How near the middle the weight rests; left and right count twice as much as above and below."""
    at = (np.arange(_SIDE) + 0.5) / _SIDE - 0.5
    sideways, upwards = abs(float((mass.sum(axis=0) * at).sum())), abs(float((mass.sum(axis=1) * at).sum()))
    return 1 - rise(2 * sideways + upwards, 0.0, 0.6)


def _thirds(mass: Mass) -> float:
    """How much more weight lies at the lines of thirds or the middle than if it lay anywhere."""
    at = (np.arange(_SIDE) + 0.5) / _SIDE
    near = sum(np.exp(-(((at - line) / _THIRDS_REACH) ** 2)) for line in (1 / 3, 1 / 2, 2 / 3))
    near = np.minimum(near, 1.0)
    pull = float((mass * np.maximum(near[:, None], near[None, :])).sum())
    anywhere = float(np.maximum(near[:, None], near[None, :]).mean())
    return rise(pull / anywhere, 0.9, 1.2)


def _harmony(small: Pixels) -> float:
    """How close the colours lie to the best of the templates; pictures of few colours are in harmony."""
    hsv = cv2.cvtColor(small, cv2.COLOR_RGB2HSV_FULL).astype(np.float32)
    weight = hsv[..., 1] * hsv[..., 2] / 255**2
    hues = np.bincount((hsv[..., 0] * _HUES / 256).astype(int).ravel(), weight.ravel(), minlength=_HUES)
    if weight.mean() < _HARDLY_COLOURED:
        return 1.0
    shares = hues / hues.sum()
    strays = min(float((_STRAYING[template] @ shares).min()) for template in range(len(_TEMPLATES)))
    return 1 - rise(strays, 0.2, 6.0)


def _straying(sectors: tuple[tuple[float, float], ...]) -> NDArray[np.float64]:
    """(turn, hue): how many degrees a hue lies outside of a template that is turned so far."""
    hues = (np.arange(_HUES) + 0.5) * 360 / _HUES
    turns = np.arange(_HUES) * 360 / _HUES
    outside = []
    for centre, width in sectors:
        away = np.abs((hues[None, :] - turns[:, None] - centre + 180) % 360 - 180)
        outside.append(np.maximum(0, away - width / 2))
    nearest: NDArray[np.float64] = np.minimum.reduce(outside)
    return nearest


_STRAYING = [_straying(template) for template in _TEMPLATES]
