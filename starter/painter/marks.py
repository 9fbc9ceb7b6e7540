"""Owns the mark a mood leaves on a picture: haze, splatter, spray, confetti and the like."""

import math
from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from starter.painter.colour import mix
from starter.painter.shapes import box, ellipse, outline, rotate, shifted, smooth
from starter.painter.stage import Stage

Mark: TypeAlias = Callable[[Stage], None]


def haze(stage: Stage) -> None:
    """A breath of quiet light over the lower third."""
    stage.canvas.veil(stage.canvas.h * 0.45, stage.canvas.h * 1.05, stage.palette.haze, 0.3)


def splatter(stage: Stage) -> None:
    """Flung drops of paint."""
    canvas, rng = stage.canvas, stage.rng
    for tone in (stage.palette.accent, stage.palette.main_light, stage.palette.chalk):
        centre = rng.integers(0, 2, 2) * (canvas.w, canvas.h)
        spots = centre + rng.normal(0, 0.17, (22, 2))
        canvas.dots(spots, rng.exponential(0.008, 22) + 0.003, tone)


def vignette(stage: Stage) -> None:
    """Corners that fall into shade."""
    for x in (0.0, stage.canvas.w):
        for y in (0.0, stage.canvas.h):
            stage.canvas.glow(x, y, 0.62, mix(stage.palette.sky[0], stage.palette.ink, 0.6), 0.4)


def rays(stage: Stage) -> None:
    """Beams that fan out from the light."""
    x, y = stage.light
    start = stage.between(0, 1)
    for index in range(10):
        turn = (index + start) * math.pi / 5
        beam = shifted(rotate(outline((0, 0), (2.4, -0.16), (2.4, 0.16)), turn), x, y)
        stage.canvas.fill(beam, stage.palette.source, 0.14)


def spray(stage: Stage) -> None:
    """Clouds of spray paint that run down from the upper edge."""
    canvas, rng = stage.canvas, stage.rng
    for part in (rng.uniform(0.02, 0.16), rng.uniform(0.84, 0.98)):
        x, y, tone = part * canvas.w, rng.uniform(0.0, 0.05), stage.palette.accent
        canvas.glow(x, y, 0.3, tone, 0.85)
        canvas.dots(shifted(rng.normal(0, 0.09, (16, 2)), x, y + 0.06), rng.uniform(0.002, 0.006, 16), tone)
        for drip in rng.normal(0, 0.05, 4):
            end = y + rng.uniform(0.12, 0.34)
            canvas.line(outline((x + drip, y), (x + drip, end)), 0.009, tone)
            canvas.fill(ellipse(x + drip, end, 0.008), tone)


def wind(stage: Stage) -> None:
    """Long thin gusts."""
    canvas, rng = stage.canvas, stage.rng
    for _ in range(11):
        x, y, reach = stage.across(-0.1, 0.9), rng.uniform(0.04, 0.6) * canvas.h, rng.uniform(0.2, 0.5)
        gust = smooth(
            outline((x, y), (x + reach * 0.5, y - 0.012), (x + reach, y + 0.01), (x + reach * 0.5, y - 0.006))
        )
        canvas.fill(gust, mix(stage.palette.chalk, stage.palette.sky[1], 0.3))


def confetti(stage: Stage) -> None:
    """Bright scraps near the edges."""
    canvas, rng = stage.canvas, stage.rng
    tones = (stage.palette.accent, stage.palette.main_light, (255, 208, 92), (250, 120, 140), (96, 196, 206))
    for index in range(22):
        scrap = ellipse(0, 0, 0.012) if index % 2 else box(-0.012, -0.006, 0.024, 0.012)
        place = np.array((rng.random() * canvas.w, rng.beta(0.55, 0.55) * canvas.h))
        canvas.fill(rotate(scrap, rng.uniform(0, math.pi)) + place, tones[index % 5])


def frame(stage: Stage) -> None:
    """A strong border, as on a poster."""
    width, height, rim = stage.canvas.w, stage.canvas.h, 0.022
    bars = ((0, 0, width, rim), (0, height - rim, width, rim), (0, 0, rim, height), (width - rim, 0, rim, height))
    for bar in bars:
        stage.canvas.fill(box(*bar) + np.zeros(2), stage.palette.main_deep)


MARKS: dict[str, Mark] = {
    "haze": haze,
    "splatter": splatter,
    "vignette": vignette,
    "rays": rays,
    "spray": spray,
    "wind": wind,
    "confetti": confetti,
    "frame": frame,
}
BEHIND_SUBJECT = frozenset({"rays", "wind"})
