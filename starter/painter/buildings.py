"""Owns the six places that people built."""

import math
from itertools import pairwise

import numpy as np

from starter.painter.canvas import Pen, slope
from starter.painter.colour import Rgb, mix
from starter.painter.shapes import arc, box, ellipse, hills, outline, rotate, smooth
from starter.painter.sky import far_hills, full_width, rolling_ground, water
from starter.painter.stage import Stage, subject


def lamp(stage: Stage) -> Rgb:
    """Return the colour of a window: lit after sunset."""
    return (255, 226, 150) if stage.dark else mix(stage.palette.chalk, stage.palette.sky[0], 0.45)


def _open_water(stage: Stage, top: float) -> None:
    palette = stage.palette
    water(stage, top, mix(palette.ground_dark, palette.sky[0], 0.55), mix(palette.sky[1], palette.haze, 0.6))


@subject("city")
def city(stage: Stage) -> None:
    """A skyline in two depths with windows."""
    canvas, palette = stage.canvas, stage.palette
    foot = canvas.h * stage.between(0.84, 0.92)
    _skyline(stage, foot, (0.25, 0.52), 0.72, windows=False)
    canvas.veil(foot - 0.45, foot + 0.1, palette.haze, 0.35)
    _skyline(stage, foot, (0.22, 0.68), 0.3, windows=True)
    canvas.fill(box(-0.02, foot, canvas.w + 0.04, canvas.h), slope(palette.main_dark, palette.main_deep))
    for x in stage.rng.uniform(0, canvas.w, 12):
        canvas.fill(
            box(x, foot + stage.between(0.01, 0.1), stage.between(0.05, 0.14), 0.008),
            mix(palette.main_light, lamp(stage), 0.5),
            0.6,
        )


def _skyline(stage: Stage, foot: float, heights: tuple[float, float], depth: float, *, windows: bool) -> None:
    x = -0.05
    while x < stage.canvas.w:
        wide, tall = stage.between(0.1, 0.19), stage.between(*heights) * stage.canvas.h
        _tower_block(stage, x, foot, wide, tall, depth)
        if windows:
            _windows(stage, x, foot - tall, wide, tall)
        x += wide + stage.between(0.0, 0.025)


def _tower_block(stage: Stage, x: float, foot: float, wide: float, tall: float, depth: float) -> None:
    canvas, palette = stage.canvas, stage.palette
    colour = palette.main_at(depth + stage.between(0, 0.2))
    shade = mix(colour, palette.main_deep, 0.4)
    canvas.fill(box(x, foot - tall, wide, tall + 0.01), slope(colour, mix(colour, palette.haze, 0.25)))
    canvas.fill(
        box(x + wide * 0.72, foot - tall, wide * 0.28, tall + 0.01), slope(shade, mix(shade, palette.haze, 0.25))
    )
    roof = stage.rng.random()
    if roof < 0.3:
        canvas.fill(box(x + wide * 0.3, foot - tall - 0.035, wide * 0.4, 0.04), shade)
    elif roof < 0.5:
        canvas.line(outline((x + wide / 2, foot - tall), (x + wide / 2, foot - tall - 0.1)), 0.008, shade)
    elif roof < 0.65:
        canvas.fill(
            outline((x, foot - tall + 0.002), (x + wide / 2, foot - tall - 0.09), (x + wide, foot - tall + 0.002)),
            colour,
        )


def _windows(stage: Stage, x: float, top: float, wide: float, tall: float) -> None:
    columns, rows = max(2, int(wide / 0.042)), int((tall - 0.03) / 0.055)
    lit, unlit = lamp(stage), mix(stage.palette.main_dark, stage.palette.main_deep, 0.5)
    step = wide / columns
    for row in range(rows):
        for column in range(columns):
            glows = stage.rng.random() < 0.62
            pane = box(x + step * (column + 0.25), top + 0.03 + row * 0.055, step * 0.5, 0.028)
            stage.canvas.fill(pane, lit if glows else unlit)


@subject("castle")
def castle(stage: Stage) -> None:
    """A castle with pointed towers on a hill."""
    canvas, palette = stage.canvas, stage.palette
    far_hills(stage, canvas.h * 0.66)
    x, foot = stage.across(0.4, 0.6), canvas.h * 0.84
    canvas.fill(
        hills(stage.rng, full_width(stage), foot - 0.05, 0.07, canvas.h + 0.02),
        slope(palette.ground, palette.ground_dark),
    )
    pen = canvas.pen(x, foot, stage.between(0.6, 0.68))
    heights = stage.rng.permutation([0.78, 0.62, 0.7])
    _turret(stage, pen, 0.0, 0.2, float(heights[0]) + 0.22)
    pen.fill(box(-0.48, -0.42, 0.96, 0.44), slope(palette.main_light, palette.main))
    for notch in np.linspace(-0.48, 0.41, 9):
        pen.fill(box(float(notch), -0.48, 0.065, 0.08), palette.main_light)
    _turret(stage, pen, -0.48, 0.2, float(heights[1]))
    _turret(stage, pen, 0.48, 0.2, float(heights[2]))
    for arrow in (-0.24, 0.24):
        pen.fill(box(arrow - 0.025, -0.3, 0.05, 0.12), lamp(stage))
    gate = np.concatenate([arc(0, -0.16, 0.11, 0.13, (180, 360)), outline((0.11, 0.02), (-0.11, 0.02))])
    pen.fill(gate, palette.main_deep)
    canvas.fill(
        hills(stage.rng, full_width(stage), foot + 0.05, 0.06, canvas.h + 0.02), slope(palette.ground_dark, palette.ink)
    )


def _turret(stage: Stage, pen: Pen, x: float, wide: float, tall: float) -> None:
    palette = stage.palette
    pen.fill(box(x - wide / 2, -tall, wide, tall + 0.02), slope(palette.main_light, palette.main_dark, 0.75))
    roof = outline((x - wide * 0.72, -tall + 0.01), (x, -tall - wide * 1.7), (x + wide * 0.72, -tall + 0.01))
    pen.fill(roof, palette.accent)
    pen.fill(
        outline((x, -tall - wide * 1.7), (x + wide * 0.72, -tall + 0.01), (x + wide * 0.1, -tall + 0.01)),
        palette.accent_dark,
    )
    pen.line(outline((x, -tall - wide * 1.7), (x, -tall - wide * 2.2)), 0.012, palette.ink)
    pen.fill(
        outline((x, -tall - wide * 2.2), (x + 0.11, -tall - wide * 2.05), (x, -tall - wide * 1.9)), palette.accent_light
    )
    pen.fill(
        np.concatenate([arc(x, -tall + 0.16, 0.03, 0.04, (180, 360)), box(x - 0.03, -tall + 0.16, 0.06, 0.06)[2:]]),
        lamp(stage),
    )


@subject("village")
def village(stage: Stage) -> None:
    """Little houses on a slope, with a steeple."""
    canvas = stage.canvas
    far_hills(stage, canvas.h * 0.55)
    rolling_ground(stage, canvas.h * 0.62, layers=2, height=0.06)
    steeple = stage.across(0.3, 0.7)
    _house(stage, canvas.pen(steeple, canvas.h * 0.68, 0.2), tall=1.5, roof=1.3)
    for level, size, count in ((0.72, 0.2, 4), (0.9, 0.29, 3)):
        places = np.linspace(0.1, 0.9, round(count * canvas.w)) + stage.rng.normal(0, 0.03, round(count * canvas.w))
        for x in places * canvas.w:
            pen = canvas.pen(float(x), canvas.h * level + stage.between(-0.02, 0.02), size * stage.between(0.9, 1.15))
            _house(stage, pen, tall=stage.between(0.6, 0.8), roof=stage.between(0.5, 0.65))


def _house(stage: Stage, pen: Pen, *, tall: float, roof: float) -> None:
    palette = stage.palette
    half = 0.36 if tall > 1 else 0.5
    pen.fill(box(-half, -tall, half * 2, tall + 0.03), slope(palette.main_light, palette.main, 0.4))
    pen.fill(box(half * 0.4, -tall, half * 0.6, tall + 0.03), mix(palette.main, palette.main_dark, 0.6))
    pen.fill(outline((-half - 0.09, -tall + 0.02), (0, -tall - roof), (half + 0.09, -tall + 0.02)), palette.accent_dark)
    pen.fill(outline((-half - 0.09, -tall + 0.02), (0, -tall - roof), (half * 0.3, -tall + 0.02)), palette.accent)
    if tall < 1:
        pen.fill(box(half * 0.45, -tall - roof * 0.75, 0.13, 0.3), palette.main_dark)
    pen.fill(box(-0.08, -0.36, 0.17, 0.38), palette.main_deep)
    for x in (-half * 0.78, half * 0.42):
        pen.fill(box(x, -tall * 0.78, 0.17, 0.2), lamp(stage))
    if stage.dark:
        pen.glow(0, -tall * 0.6, 0.55, lamp(stage), 0.35)


@subject("lighthouse")
def lighthouse(stage: Stage) -> None:
    """A striped lighthouse on a cliff above the sea."""
    canvas, palette = stage.canvas, stage.palette
    _open_water(stage, canvas.h * stage.between(0.62, 0.7))
    x, foot = stage.across(0.4, 0.6), canvas.h * 0.86
    cliff = outline(
        (x - 0.42, canvas.h + 0.02),
        (x - 0.3, foot + 0.02),
        (x - 0.16, foot - 0.02),
        (x + 0.2, foot - 0.03),
        (x + 0.3, foot + 0.05),
        (x + 0.5, canvas.h + 0.02),
    )
    canvas.fill(cliff, slope(palette.ground, palette.ink))
    pen = canvas.pen(x, foot, stage.between(0.68, 0.74) * min(canvas.h, 1.25))
    if stage.dark:
        for tip in ((-1.6, -1.2), (1.6, -0.8)):
            beam = outline((0, -0.97), (tip[0], tip[1]), (tip[0], tip[1] + 0.36))
            pen.fill(beam, (255, 240, 190), 0.3)
    _striped_tower(stage, pen)
    pen.fill(box(-0.17, -0.88, 0.34, 0.035), palette.ink)
    pen.fill(box(-0.09, -1.03, 0.18, 0.15), (255, 240, 180))
    pen.fill(outline((-0.13, -1.02), (0, -1.17), (0.13, -1.02)), palette.main_dark)
    pen.fill(outline((0, -1.17), (0.13, -1.02), (0.03, -1.02)), palette.main_deep)
    if stage.dark:
        pen.glow(0, -0.96, 0.5, (255, 236, 170), 0.85)


def _striped_tower(stage: Stage, pen: Pen) -> None:
    palette = stage.palette
    edges = np.linspace(0.02, -0.88, 6)
    white = (
        mix(palette.chalk, palette.main_light, 0.12) if stage.scene.colour not in {"white", "beige"} else palette.accent
    )
    for index, (low, high) in enumerate(pairwise(edges)):
        half_low, half_high = 0.19 + 0.08 * low, 0.19 + 0.08 * high
        colour = white if index % 2 else palette.main
        shaded = palette.accent_dark if colour == palette.accent else mix(colour, palette.main_deep, 0.45)
        pen.fill(
            outline((-half_low, low), (half_low, low), (half_high, high), (-half_high, high)),
            slope(colour, shaded, 0.85),
        )
    pen.fill(box(-0.05, -0.12, 0.1, 0.13), palette.main_deep)
    pen.fill(box(-0.025, -0.58, 0.05, 0.08), palette.main_deep)


@subject("windmill")
def windmill(stage: Stage) -> None:
    """A windmill with four lattice sails on a hill."""
    canvas, palette = stage.canvas, stage.palette
    far_hills(stage, canvas.h * 0.7)
    x, foot = stage.across(0.4, 0.6), canvas.h * 0.87
    canvas.fill(
        hills(stage.rng, full_width(stage), foot, 0.08, canvas.h + 0.02),
        slope(palette.ground_light, palette.ground_dark),
    )
    pen = canvas.pen(x, foot, stage.between(0.62, 0.68))
    pen.fill(
        outline((-0.26, 0.04), (-0.15, -0.66), (0.15, -0.66), (0.26, 0.04)),
        slope(palette.main_light, palette.main_dark, 0.85),
    )
    cap = np.concatenate([arc(0, -0.65, 0.18, 0.2, (180, 360)), outline((0.18, -0.62), (-0.18, -0.62))])
    pen.fill(cap, slope(palette.main_dark, palette.main_deep, 0.5))
    pen.fill(box(-0.06, -0.16, 0.12, 0.2), palette.main_deep)
    for y in (-0.34, -0.52):
        pen.fill(box(-0.035, y, 0.07, 0.08), lamp(stage))
    _mill_sails(stage, canvas.pen(pen.x, pen.y - 0.68 * pen.size, pen.size, stage.between(0.2, 1.3)))


def _mill_sails(stage: Stage, pen: Pen) -> None:
    palette = stage.palette
    cloth = palette.accent_light if stage.scene.accent else mix(palette.chalk, palette.main_light, 0.25)
    for quarter in range(4):
        turn = quarter * math.pi / 2
        pen.fill(rotate(box(0.1, 0.0, 0.48, 0.15), turn), cloth)
        for at in (0.22, 0.34, 0.46):
            pen.line(rotate(outline((at, 0), (at, 0.15)), turn), 0.014, palette.main_dark)
        pen.line(rotate(outline((0, 0), (0.6, 0)), turn), 0.032, palette.main_deep)
    pen.fill(ellipse(0, 0, 0.045), palette.main_deep)


@subject("bridge")
def bridge(stage: Stage) -> None:
    """A suspension bridge or a stone viaduct over water."""
    top = stage.canvas.h * stage.between(0.66, 0.72)
    far_hills(stage, top - 0.06)
    _open_water(stage, top)
    if stage.rng.random() < 0.5:
        _suspension(stage, top)
    else:
        _viaduct(stage, top)


def _suspension(stage: Stage, top: float) -> None:
    canvas, palette = stage.canvas, stage.palette
    deck, wide = top - stage.between(0.04, 0.1), canvas.w
    left, right = 0.2 * wide + stage.between(-0.04, 0.04), 0.78 * wide + stage.between(-0.04, 0.04)
    peak = canvas.h * stage.between(0.2, 0.28)
    for start, end, sag in ((-0.3 * wide, left, 0.3), (left, right, 1.0), (right, 1.3 * wide, 0.3)):
        xs = np.linspace(start, end, 24)
        part = (
            np.linspace(-1, 1, 24) if sag == 1.0 else (np.linspace(0, 1, 24) if end == left else np.linspace(1, 0, 24))
        )
        ys = deck - 0.02 - (deck - peak - 0.02) * part**2
        canvas.line(np.stack([xs, ys], axis=1), 0.016, palette.main)
        for x, y in zip(xs[1:-1:2], ys[1:-1:2], strict=True):
            canvas.line(outline((x, y), (x, deck)), 0.006, palette.main_dark)
    canvas.fill(box(-0.05, deck, wide + 0.1, 0.045), slope(palette.main, palette.main_dark))
    for x in (left, right):
        canvas.fill(box(x - 0.045, peak - 0.03, 0.032, top - peak + 0.14), slope(palette.main_light, palette.main))
        canvas.fill(box(x + 0.013, peak - 0.03, 0.032, top - peak + 0.14), palette.main_dark)
        for y in np.linspace(peak, deck - 0.08, 4):
            canvas.fill(box(x - 0.045, y, 0.09, 0.025), palette.main)


def _viaduct(stage: Stage, top: float) -> None:
    canvas, palette = stage.canvas, stage.palette
    deck, foot = canvas.h * stage.between(0.34, 0.42), top + 0.1
    count = int(stage.rng.integers(3, 5))
    span, phase = canvas.w / (count - 0.5), stage.between(-0.4, 0.0)
    canvas.fill(box(-0.05, deck, canvas.w + 0.1, 0.13), slope(palette.main_light, palette.main))
    for index in range(count + 2):
        x = (index + phase) * span
        pier, half = span * 0.14, span * 0.36
        canvas.fill(box(x - pier, deck + 0.1, pier * 2, foot - deck - 0.1), slope(palette.main, palette.main_dark, 0.7))
        crown = arc(x + span / 2, deck + 0.13 + half, half, half * 0.95, (180, 360))
        canvas.fill(
            np.concatenate(
                [
                    crown,
                    outline(
                        (x + span, deck + 0.13 + half), (x + span, deck + 0.1), (x, deck + 0.1), (x, deck + 0.13 + half)
                    ),
                ]
            ),
            palette.main,
        )
    canvas.fill(box(-0.05, deck - 0.03, canvas.w + 0.1, 0.04), palette.main_dark)
    canvas.fill(
        smooth(outline((-0.1, deck - 0.028), (canvas.w / 2, deck - 0.03), (canvas.w + 0.1, deck - 0.028)), closed=True),
        palette.main_dark,
    )
