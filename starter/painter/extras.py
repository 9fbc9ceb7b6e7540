"""Owns the extras: what may be added to any picture, behind the subject or in front of it."""

import math
from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from starter.painter.canvas import ball, slope
from starter.painter.colour import Rgb, mix
from starter.painter.shapes import arc, ellipse, outline, rotate, shifted, smooth, star
from starter.painter.stage import Stage

Extra: TypeAlias = Callable[[Stage], None]


def sun(stage: Stage) -> None:
    """A glowing disc with a halo."""
    x, y = stage.light
    low = stage.scene.time in {"dawn", "dusk"}
    core: Rgb = (255, 214, 120) if low else (255, 240, 170)
    stage.canvas.glow(x, y, 0.42, mix(core, stage.palette.source, 0.4), 0.75)
    size = stage.between(0.095, 0.125)
    stage.canvas.fill(ellipse(x, y, size * 1.22), mix(core, stage.palette.sky[2], 0.45), 0.55)
    stage.canvas.fill(
        ellipse(x, y, size), slope((255, 236, 160), (255, 172, 84)) if low else slope((255, 250, 210), (255, 222, 110))
    )


def moon(stage: Stage) -> None:
    """A full moon with seas and a halo."""
    x, y = stage.light
    stage.canvas.glow(x, y, 0.4, stage.palette.source, 0.6)
    size = stage.between(0.09, 0.12)
    stage.canvas.fill(ellipse(x, y, size), ball((255, 252, 238), (226, 224, 222), (0.4, 0.35)))
    for dx, dy, part in ((-0.3, -0.2, 0.26), (0.3, 0.1, 0.2), (-0.1, 0.42, 0.18), (0.25, -0.45, 0.12)):
        stage.canvas.fill(ellipse(x + dx * size, y + dy * size, part * size), (208, 208, 214))


def stars(stage: Stage) -> None:
    """Many small stars and a few large ones."""
    canvas, rng = stage.canvas, stage.rng
    reach = np.array((canvas.w, canvas.h * 0.72))
    count = round(60 * canvas.w)
    canvas.dots(
        rng.random((count, 2)) * reach,
        rng.uniform(0.0025, 0.0065, count),
        mix(stage.palette.source, (255, 255, 255), 0.5),
    )
    for x, y in (rng.random((9, 2)) * reach).tolist():
        size = stage.between(0.018, 0.034)
        canvas.glow(x, y, size * 1.8, stage.palette.source, 0.5)
        canvas.fill(star(x, y, size, size * 0.28, 4), (255, 255, 244))


def faint_stars(stage: Stage) -> None:
    """The few stars that any night sky has."""
    reach = np.array((stage.canvas.w, stage.canvas.h * 0.6))
    stage.canvas.dots(
        stage.rng.random((16, 2)) * reach,
        stage.rng.uniform(0.002, 0.0042, 16),
        mix(stage.palette.source, stage.palette.sky[1], 0.3),
    )


def clouds(stage: Stage) -> None:
    """Heaped clouds with flat feet, lit from above."""
    canvas, rng, palette = stage.canvas, stage.rng, stage.palette
    top = mix(palette.chalk, palette.sky[2], 0.15 if not stage.dark else 0.5)
    for _ in range(int(rng.integers(3, 5)) + round(canvas.w - 1)):
        x, y, size = stage.across(0.0, 1.0), rng.uniform(0.08, 0.38) * canvas.h, rng.uniform(0.1, 0.17)
        shade = mix(top, palette.sky[1], 0.45)
        for tone, lift in ((shade, 0.0), (top, -0.035)):
            for dx, r in ((-1.0, 0.36), (-0.5, 0.56), (0.05, 0.72), (0.6, 0.5), (1.05, 0.32)):
                canvas.fill(
                    ellipse(x + dx * size, y - r * size * 0.35 + lift, r * size * (1 if lift == 0 else 0.88)), tone
                )
        canvas.fill(ellipse(x, y + size * 0.12, size * 1.4, size * 0.16), shade)


def birds(stage: Stage) -> None:
    """A flock of gulls."""
    canvas, rng = stage.canvas, stage.rng
    x0, y0 = stage.across(0.2, 0.75), rng.uniform(0.12, 0.28) * canvas.h
    tone = mix(stage.palette.ink, stage.palette.sky[0], 0.1) if stage.scene.time != "night" else stage.palette.chalk
    for index in range(int(rng.integers(5, 8))):
        x, y, size = x0 + 0.085 * index * (-1) ** index * 0.7, y0 + rng.normal(0, 0.055), rng.uniform(0.03, 0.05)
        pen = canvas.pen(x, y, size, rng.uniform(-0.25, 0.25))
        wings = smooth(outline((-1, -0.1), (-0.55, -0.48), (0, 0.06), (0.55, -0.48), (1, -0.1)), closed=False)
        pen.line(wings, 0.2, tone)


def rainbow(stage: Stage) -> None:
    """A bow across the sky."""
    canvas = stage.canvas
    x, reach = stage.across(0.3, 0.7), 0.62 * max(canvas.w, 0.85)
    colours: tuple[Rgb, ...] = (
        (226, 74, 80),
        (240, 146, 62),
        (248, 214, 82),
        (110, 190, 104),
        (76, 142, 214),
        (132, 92, 184),
    )
    inner = np.flip(arc(x, canvas.h * 0.72, 1, 1, (180, 360)) - (x, canvas.h * 0.72), axis=0)
    outer = np.flip(inner, axis=0)
    for index, tone in enumerate(colours):
        far, near = reach - 0.026 * index, reach - 0.026 * (index + 1.05)
        bow = shifted(np.concatenate([outer * far, inner * near]), x, canvas.h * 0.72)
        canvas.fill(bow, mix(tone, stage.palette.sky[2], 0.15), 0.72)


def boat(stage: Stage) -> None:
    """A little boat with one sail on a strip of water."""
    canvas, palette = stage.canvas, stage.palette
    x = stage.across(0.14, 0.26) if stage.rng.random() < 0.5 else stage.across(0.74, 0.86)
    pen = canvas.pen(x, canvas.h * stage.between(0.86, 0.9), stage.between(0.12, 0.15))
    pen.fill(ellipse(0, 0.3, 1.25, 0.16), mix(palette.sky[2], palette.chalk, 0.35), 0.75)
    pen.line(outline((0, 0), (0, -1.1)), 0.07, palette.ink)
    pen.fill(outline((0.06, -1.08), (0.06, -0.12), (0.7, -0.12)), palette.chalk)
    pen.fill(outline((-0.06, -0.9), (-0.06, -0.12), (-0.5, -0.12)), mix(palette.chalk, palette.sky[1], 0.35))
    pen.fill(
        smooth(outline((-0.8, -0.02), (0.85, -0.02), (0.55, 0.32), (-0.5, 0.32))), mix((150, 76, 56), palette.ink, 0.15)
    )


def mist(stage: Stage) -> None:
    """Bands of fog."""
    canvas = stage.canvas
    tone = mix(stage.palette.haze, stage.palette.chalk, 0.45)
    for level in (0.5, 0.68, 0.86):
        middle = canvas.h * (level + stage.between(-0.04, 0.04))
        canvas.veil(middle - 0.12, middle + 0.12, tone, 0.46)
    for _ in range(5):
        canvas.glow(stage.across(0, 1), canvas.h * stage.between(0.5, 0.9), 0.3, tone, 0.35)


def rain(stage: Stage) -> None:
    """Slanting streaks."""
    canvas, rng = stage.canvas, stage.rng
    canvas.veil(-0.3, canvas.h + 0.3, mix(stage.palette.sky[1], (120, 130, 145), 0.6), 0.22)
    slant = rng.uniform(-0.35, 0.35)
    tone = mix(stage.palette.chalk, (190, 214, 235), 0.6)
    for x, y in (rng.random((round(75 * canvas.w * canvas.h), 2)) * (canvas.w + 0.2, canvas.h + 0.1) - 0.1).tolist():
        long = rng.uniform(0.05, 0.1)
        canvas.line(outline((x, y), (x + slant * long, y + long)), 0.0055, tone)


def snow(stage: Stage) -> None:
    """Falling flakes, near and far."""
    canvas, rng = stage.canvas, stage.rng
    for count, low, high in ((70, 0.004, 0.007), (34, 0.009, 0.016)):
        number = round(count * canvas.w * canvas.h)
        canvas.dots(rng.random((number, 2)) * (canvas.w, canvas.h), rng.uniform(low, high, number), (252, 253, 255))


def petals(stage: Stage) -> None:
    """Petals or leaves adrift."""
    canvas, rng = stage.canvas, stage.rng
    tones = (stage.palette.accent, stage.palette.accent_light, mix(stage.palette.accent, (240, 140, 90), 0.5))
    for index in range(round(30 * canvas.w * canvas.h)):
        size = rng.uniform(0.015, 0.03)
        leaf = rotate(smooth(outline((-1, 0), (0, -0.5), (1, 0), (0, 0.5))) * size, rng.uniform(0, math.pi))
        canvas.fill(leaf + rng.random(2) * (canvas.w, canvas.h), tones[index % 3])


BEHIND: dict[str, Extra] = {
    "stars": stars,
    "rainbow": rainbow,
    "sun": sun,
    "moon": moon,
    "clouds": clouds,
    "birds": birds,
}
IN_FRONT: dict[str, Extra] = {"boat": boat, "mist": mist, "rain": rain, "snow": snow, "petals": petals}
