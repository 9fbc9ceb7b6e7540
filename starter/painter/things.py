"""Owns the lifeless things: sailboat, balloon, heart, crescent, planet, cup and rocket."""

import math
from itertools import pairwise

import numpy as np

from starter.painter.canvas import Pen, ball, slope
from starter.painter.colour import Rgb, mix
from starter.painter.shapes import Points, arc, box, ellipse, outline, rotate, shifted, smooth, star
from starter.painter.sky import rolling_ground, table_top, water
from starter.painter.stage import Stage, subject


@subject("sailboat")
def sailboat(stage: Stage) -> None:
    """A boat under two sails."""
    canvas, palette = stage.canvas, stage.palette
    top = canvas.h * stage.between(0.66, 0.72)
    water(stage, top, mix(palette.ground_dark, palette.sky[0], 0.5), mix(palette.sky[1], palette.haze, 0.55))
    pen = canvas.pen(stage.across(0.42, 0.58), top + 0.13, stage.between(0.68, 0.74), stage.between(-0.05, 0.05))
    hull = palette.accent_dark if stage.scene.accent else mix(palette.main_deep, palette.ink, 0.5)
    pen.fill(ellipse(0, 0.09, 0.5, 0.035), palette.main_dark, 0.5)
    pen.line(outline((0, -0.08), (0, -0.98)), 0.03, palette.ink)
    main_sail = smooth(outline((0.03, -0.95), (0.28, -0.55), (0.46, -0.16)), closed=False)
    pen.fill(np.concatenate([main_sail, outline((0.03, -0.13))]), slope(palette.main_light, palette.main, 0.3))
    fore_sail = smooth(outline((-0.03, -0.88), (-0.22, -0.5), (-0.42, -0.17)), closed=False)
    pen.fill(np.concatenate([fore_sail, outline((-0.03, -0.15))]), slope(palette.main, palette.main_dark, -0.4))
    for y in (-0.62, -0.38):
        pen.line(outline((0.03, y), (0.19 - y * 0.1 + (y + 0.62) * 0.55, y)), 0.012, palette.main_dark)
    pen.fill(
        smooth(outline((-0.5, -0.09), (0.0, -0.06), (0.54, -0.11), (0.36, 0.1), (-0.34, 0.1))),
        slope(mix(hull, palette.chalk, 0.2), hull),
    )
    pen.fill(outline((0, -0.98), (0.13, -1.02), (0, -1.06)), palette.accent_light)
    for y, reach in ((0.13, 0.5), (0.17, 0.34)):
        pen.fill(ellipse(0.02, y, reach, 0.011), palette.chalk, 0.6)


@subject("balloon")
def balloon(stage: Stage) -> None:
    """A hot-air balloon above the hills."""
    palette = stage.palette
    rolling_ground(stage, stage.canvas.h * 0.86, layers=2, height=0.07)
    pen = stage.thing_pen((0.4, 0.45), 0.4, 0.06)
    skirt = 0.78
    for step, (left, right) in enumerate(_gores(7)):
        even = palette.accent if stage.scene.accent else palette.main_light
        tone = even if step % 2 else palette.main
        pen.fill(np.concatenate([left, right[::-1]]), slope(tone, mix(tone, palette.main_deep, 0.1 + 0.09 * step)))
    pen.fill(outline((-0.14, skirt), (0.14, skirt), (0.1, skirt + 0.08), (-0.1, skirt + 0.08)), palette.main_deep)
    for x in (-0.12, -0.04, 0.04, 0.12):
        pen.line(outline((x, skirt), (x * 0.9, 1.06)), 0.016, palette.ink)
    basket = mix((150, 104, 64), palette.ink, 0.2)
    pen.fill(
        outline((-0.14, 1.03), (0.14, 1.03), (0.11, 1.27), (-0.11, 1.27)),
        slope(mix(basket, palette.chalk, 0.25), basket, 0.6),
    )
    if stage.dark:
        pen.glow(0, skirt, 0.42, (255, 190, 90), 0.75)


def _gores(count: int) -> list[tuple[Points, Points]]:
    ys = np.linspace(-0.92, 0.78, 40)
    part = (ys + 0.92) / 1.7
    dome = 0.82 * np.sqrt(np.clip(1 - (1 - part / 0.46) ** 2, 0, 1))
    taper = 0.13 + 0.69 * np.cos(np.clip((part - 0.46) / 0.54, 0, 1) * math.pi / 2) ** 0.9
    half = np.where(part < 0.46, dome, taper)
    edges = np.sin(np.linspace(-math.pi / 2, math.pi / 2, count + 1))
    lines = [np.stack([half * edge, ys], axis=1) for edge in edges]
    return list(pairwise(lines))


@subject("heart")
def heart(stage: Stage) -> None:
    """A large shining heart with small ones about it."""
    palette, rng = stage.palette, stage.rng
    for _ in range(int(rng.integers(3, 6))):
        small = stage.canvas.pen(
            stage.across(0.06, 0.94),
            rng.uniform(0.08, 0.92) * stage.canvas.h,
            rng.uniform(0.04, 0.08),
            rng.uniform(-0.5, 0.5),
        )
        small.fill(_heart_outline(), mix(palette.main_light, palette.haze, 0.35))
    pen = stage.thing_pen((0.4, 0.46), 0.48, 0.16)
    pen.fill(_heart_outline() * 1.07 + (0.02, 0.03), palette.main_deep)
    pen.fill(_heart_outline(), ball(palette.main_light, palette.main, (0.3, 0.25), 0.8))
    pen.fill(
        _heart_outline() * 0.72 + (0.02, 0.06),
        ball(palette.main, mix(palette.main, palette.main_dark, 0.7), (0.3, 0.25)),
    )
    pen.fill(shifted(rotate(ellipse(0, 0, 0.2, 0.09), -0.7), -0.48, -0.42), mix(palette.main_light, palette.chalk, 0.7))
    if stage.scene.accent:
        pen.line(_heart_outline() * 1.0, 0.06, palette.accent, closed=True)


def _heart_outline() -> Points:
    t = np.linspace(0, 2 * math.pi, 64, endpoint=False)
    x = 16 * np.sin(t) ** 3
    y = 13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)
    return np.stack([x, -y - 1.5], axis=1) / 16


@subject("crescent")
def crescent(stage: Stage) -> None:
    """A huge moon sickle among stars."""
    canvas, palette, rng = stage.canvas, stage.palette, stage.rng
    pen = stage.thing_pen((0.38, 0.44), 0.46, 0.5)
    pen.glow(-0.2, 0, 1.5, mix(palette.main_light, palette.source, 0.5), 0.45)
    outer = arc(0, 0, 1, 1, (55, 305))
    ends = outer[[0, -1]]
    inner = arc(0.42, 0, 0.84, 0.83, (283, 77))
    sickle = np.concatenate([outer, ends[1:], inner, ends[:1]])
    pen.fill(sickle, slope(palette.main_light, palette.main, 0.3))
    for x, y, size in (
        (-0.72, -0.2, 0.09),
        (-0.62, 0.28, 0.12),
        (-0.8, 0.08, 0.05),
        (-0.36, 0.68, 0.07),
        (-0.4, -0.7, 0.06),
    ):
        pen.fill(ellipse(x, y, size), palette.main_dark)
        pen.fill(ellipse(x + size * 0.15, y + size * 0.15, size * 0.75), mix(palette.main, palette.main_dark, 0.4))
    for _ in range(7):
        x, y, size = stage.across(0.05, 0.95), rng.uniform(0.06, 0.75) * canvas.h, rng.uniform(0.018, 0.035)
        canvas.fill(star(x, y, size, size * 0.4, 5), palette.accent_light if stage.scene.accent else palette.source)
    _cloud_bank(stage)


def _cloud_bank(stage: Stage) -> None:
    canvas, palette = stage.canvas, stage.palette
    for depth, level in ((0.75, 0.9), (0.45, 0.98)):
        tone = mix(palette.sky[1], palette.chalk, depth * 0.6)
        for x in np.linspace(-0.05, canvas.w + 0.05, round(9 * canvas.w)):
            canvas.fill(ellipse(float(x), canvas.h * level + stage.between(0, 0.04), stage.between(0.09, 0.14)), tone)


@subject("planet")
def planet(stage: Stage) -> None:
    """A banded planet with a ring and moons."""
    palette, rng = stage.palette, stage.rng
    for x, y in rng.uniform(0.03, 0.97, (24, 2)).tolist():
        stage.canvas.fill(ellipse(x * stage.canvas.w, y * stage.canvas.h, 0.004 + 0.004 * rng.random()), palette.source)
    pen = stage.thing_pen((0.28, 0.32), 0.5, 0.45)
    ring = palette.accent if stage.scene.accent else mix(palette.main_light, palette.source, 0.55)
    pen.glow(0, 0, 1.7, palette.main_light, 0.35)
    _ring(pen, ring, (180, 360))
    pen.fill(ellipse(0, 0, 1), ball(palette.main_light, palette.main_dark, (0.3, 0.28)))
    for y, thick in ((-0.5, 0.1), (-0.12, 0.16), (0.34, 0.12), (0.66, 0.08)):
        half = math.sqrt(1 - y**2) * 0.985
        stripe = np.concatenate(
            [
                arc(0, y, half, 0.14, (180, 0)),
                arc(0, y + thick, math.sqrt(1 - (y + thick) ** 2) * 0.985, 0.14, (0, 180)),
            ]
        )
        pen.fill(stripe, palette.main_dark, 0.5)
    pen.fill(ellipse(-0.3, -0.34, 0.3, 0.2, -0.6), mix(palette.main_light, palette.chalk, 0.5), 0.5)
    _ring(pen, ring, (0, 180))
    for turn in rng.uniform(0, 2 * math.pi, 2):
        pen.fill(
            ellipse(math.cos(turn) * 1.35, math.sin(turn) * 1.3, 0.11), ball(palette.accent_light, palette.accent_dark)
        )


def _ring(pen: Pen, colour: Rgb, span: tuple[float, float]) -> None:
    for reach, thick in ((1.62, 0.1), (1.4, 0.12)):
        pen.line(
            arc(0, 0.02, reach, reach * 0.24, span),
            thick,
            colour if thick < 0.11 else mix(colour, (255, 255, 255), 0.25),
        )


@subject("cup")
def cup(stage: Stage) -> None:
    """A steaming cup on a table."""
    palette = stage.palette
    top = stage.canvas.h * stage.between(0.66, 0.74)
    table_top(stage, top)
    pen = stage.canvas.pen(stage.across(0.42, 0.54), top + 0.02, stage.between(0.38, 0.43))
    side = 1 if stage.rng.random() < 0.5 else -1
    for x in (-0.3, 0.0, 0.3):
        steam = smooth(outline((x, -0.75), (x + 0.1, -0.98), (x - 0.08, -1.2), (x + 0.06, -1.45)), closed=False)
        pen.line(steam, 0.07, mix(palette.chalk, palette.sky[1], 0.3))
    pen.fill(ellipse(0, 0.4, 0.98, 0.19), palette.ink, 0.25)
    saucer = palette.accent if stage.scene.accent else mix(palette.main_light, palette.chalk, 0.55)
    pen.fill(ellipse(0, 0.34, 0.95, 0.17), slope(saucer, mix(saucer, palette.ink, 0.3)))
    pen.line(ellipse(side * 0.68, -0.16, 0.26, 0.28), 0.14, palette.main_dark, closed=True)
    body = np.concatenate(
        [
            arc(0, -0.5, 0.68, 0.14, (180, 0)),
            smooth(
                outline(
                    (0.68, -0.5), (0.62, 0.0), (0.42, 0.33), (0.0, 0.38), (-0.42, 0.33), (-0.62, 0.0), (-0.68, -0.5)
                ),
                closed=False,
            ),
        ]
    )
    pen.fill(body, slope(palette.main_light, palette.main_dark, 0.8))
    pen.fill(ellipse(0, -0.5, 0.68, 0.15), palette.main_light)
    pen.fill(ellipse(0, -0.49, 0.59, 0.11), (92, 58, 40))
    pen.fill(ellipse(-0.14, -0.5, 0.28, 0.05), (168, 118, 82))


@subject("rocket")
def rocket(stage: Stage) -> None:
    """A rocket on a column of flame."""
    palette, rng = stage.palette, stage.rng
    pen = stage.thing_pen((0.35, 0.4), 0.41, 0.35)
    for step in range(12):
        size = 0.12 + 0.03 * step
        puff = mix(palette.chalk, palette.sky[1], 0.2 + 0.04 * step)
        pen.fill(ellipse(rng.normal(0, 0.05 + 0.025 * step), 1.05 + 0.1 * step, size), puff)
    for reach, tone in ((1.5, (255, 132, 40)), (1.25, (255, 200, 70)), (1.05, (255, 246, 200))):
        wide = 0.14 * reach
        pen.fill(smooth(outline((-wide, 0.62), (-wide * 0.8, 0.9), (0, reach), (wide * 0.8, 0.9), (wide, 0.62))), tone)
    fin = palette.accent if stage.scene.accent else palette.main_deep
    for side in (-1, 1):
        pen.fill(smooth(outline((side * 0.24, 0.1), (side * 0.58, 0.45), (side * 0.62, 0.85), (side * 0.26, 0.6))), fin)
    hull = outline((0, -1.05), (0.2, -0.7), (0.32, -0.2), (0.32, 0.3), (0.22, 0.66))
    right = smooth(hull, closed=False)
    pen.fill(np.concatenate([right, (right * (-1, 1))[::-1]]), slope(palette.main_light, palette.main_dark, 0.85))
    nose = right[:14]
    pen.fill(np.concatenate([nose, (nose * (-1, 1))[::-1]]), slope(fin, mix(fin, palette.ink, 0.4), 0.85))
    pen.fill(ellipse(0, -0.22, 0.17), palette.main_deep)
    pen.fill(ellipse(0, -0.22, 0.12), ball((225, 245, 255), (110, 170, 205)))
    pen.fill(box(-0.24, 0.6, 0.48, 0.08), palette.main_deep)
