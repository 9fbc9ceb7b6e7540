"""Owns colour arithmetic: OKLCH to display RGB, and mixing."""

import math
from functools import lru_cache
from typing import TypeAlias

import numpy as np

Rgb: TypeAlias = tuple[int, int, int]


def _linear_rgb(lightness: float, chroma: float, hue: float) -> tuple[float, float, float]:
    angle = math.radians(hue)
    a, b = chroma * math.cos(angle), chroma * math.sin(angle)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )


def _encode(channel: float) -> int:
    clipped = min(max(channel, 0.0), 1.0)
    curve = 12.92 * clipped if clipped <= 0.0031308 else 1.055 * clipped ** (1 / 2.4) - 0.055
    return round(255 * curve)


@lru_cache(maxsize=4096)
def rgb(lightness: float, chroma: float, hue: float) -> Rgb:
    """Return the display colour, giving up chroma (never lightness or hue) until it fits the screen."""
    lightness = min(max(lightness, 0.0), 1.0)
    for step in range(12):
        channels = _linear_rgb(lightness, chroma * (1 - step / 12), hue)
        if all(-0.003 <= channel <= 1.003 for channel in channels):
            break
    red, green, blue = channels
    return _encode(red), _encode(green), _encode(blue)


def mix(first: Rgb, second: Rgb, share: float) -> Rgb:
    """Blend two colours; `share` is the part of the second."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def luminance(colour: Rgb) -> float:
    """Return the perceived brightness between 0 and 1."""
    return float(np.dot(colour, (0.299, 0.587, 0.114)) / 255)
