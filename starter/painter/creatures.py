"""Owns the animals and plants: cat, bird, fish, butterfly, flower, tree and mushroom."""

import math

import numpy as np

from starter.painter.canvas import Pen, ball, slope
from starter.painter.colour import mix
from starter.painter.shapes import arc, ellipse, hills, mirrored, outline, rotate, shifted, smooth
from starter.painter.sky import far_hills, full_width, rolling_ground
from starter.painter.stage import Stage, subject

LEAF = (84, 140, 92)


@subject("cat")
def cat(stage: Stage) -> None:
    """A cat that sits and looks at you."""
    canvas, palette = stage.canvas, stage.palette
    rolling_ground(stage, canvas.h / 2 + 0.3, layers=1, height=0.05)
    pen = stage.thing_pen((0.38, 0.43), 0.52, 0.03)
    pen.line(
        smooth(outline((0.45, 0.86), (0.95, 0.75), (0.98, 0.3), (0.72, 0.18)), closed=False), 0.17, palette.main_dark
    )
    body = mirrored(
        smooth(outline((0.0, -0.2), (0.3, -0.1), (0.48, 0.35), (0.56, 0.8), (0.42, 0.97), (0.0, 0.98)), closed=False)
    )
    pen.fill(body, slope(palette.main, palette.main_dark, 0.35))
    pen.fill(ellipse(0, 0.35, 0.2, 0.36), mix(palette.main_light, palette.chalk, 0.3))
    for side in (-1, 1):
        pen.fill(ellipse(side * 0.2, 0.93, 0.17, 0.09), palette.main_light)
        ear = outline((side * 0.5, -0.5), (side * 0.46, -1.05), (side * 0.1, -0.76))
        pen.fill(ear, palette.main_dark)
        pen.fill(ear * 0.62 + (side * 0.145, -0.3), mix(palette.accent_light, palette.main_light, 0.4))
    pen.fill(ellipse(0, -0.44, 0.53, 0.43), ball(palette.main_light, palette.main))
    for mark in (-0.12, 0.0, 0.12):
        pen.line(outline((mark, -0.84), (mark * 0.7, -0.68)), 0.045, palette.main_deep)
    _cat_face(stage, pen)


def _cat_face(stage: Stage, pen: Pen) -> None:
    palette = stage.palette
    iris = palette.accent_light if stage.scene.colour != stage.scene.accent else palette.chalk
    for side in (-1, 1):
        pen.fill(ellipse(side * 0.22, -0.48, 0.125, 0.13), palette.ink)
        pen.fill(ellipse(side * 0.22, -0.48, 0.1, 0.105), mix(iris, (255, 240, 160), 0.5))
        pen.fill(ellipse(side * 0.22, -0.48, 0.04, 0.1), palette.ink)
        pen.fill(ellipse(side * 0.22 + 0.035, -0.52, 0.025), (255, 255, 255))
        for lift in (-0.06, 0.03):
            pen.line(outline((side * 0.2, -0.24), (side * 0.72, -0.26 + lift * 2)), 0.018, palette.chalk)
    pen.fill(ellipse(0, -0.25, 0.2, 0.12), mix(palette.main_light, palette.chalk, 0.4))
    pen.fill(outline((-0.06, -0.32), (0.06, -0.32), (0, -0.25)), (226, 120, 130))
    pen.line(arc(-0.06, -0.24, 0.06, 0.06, (0, 150)), 0.02, palette.ink)
    pen.line(arc(0.06, -0.24, 0.06, 0.06, (30, 180)), 0.02, palette.ink)


@subject("bird")
def bird(stage: Stage) -> None:
    """A round songbird on a branch."""
    palette = stage.palette
    pen = stage.thing_pen((0.4, 0.46), 0.5, 0.1)
    branch = smooth(outline((-1.6, 0.85), (-0.5, 0.72), (0.4, 0.78), (1.7, 0.6)), closed=False)
    pen.line(branch, 0.11, mix((110, 80, 62), palette.ink, 0.3))
    for x, lean in ((-0.95, -0.5), (0.95, -0.4), (1.2, 0.5)):
        leaf = shifted(rotate(ellipse(0.16, 0, 0.17, 0.075), lean), x, 0.72)
        pen.fill(leaf, mix(LEAF, palette.ground_dark, 0.35))
    for x in (-0.02, 0.18):
        pen.line(outline((x, 0.5), (x + 0.02, 0.76)), 0.045, palette.ink)
    pen.fill(outline((-0.5, 0.3), (-1.2, 0.62), (-1.1, 0.8), (-0.3, 0.55)), palette.main_deep)
    body = smooth(
        outline(
            (0.3, -0.72),
            (0.62, -0.45),
            (0.62, 0.05),
            (0.3, 0.5),
            (-0.15, 0.58),
            (-0.6, 0.38),
            (-0.45, -0.05),
            (-0.05, -0.55),
        )
    )
    pen.fill(body, slope(palette.main_light, palette.main, 0.2))
    pen.fill(
        smooth(outline((0.6, -0.3), (0.62, 0.1), (0.3, 0.48), (0.05, 0.5), (0.25, 0.1))),
        mix(palette.main_light, palette.accent_light, 0.4),
    )
    wing = smooth(outline((0.12, -0.22), (0.2, 0.12), (-0.15, 0.38), (-0.85, 0.52), (-0.5, 0.12)))
    pen.fill(wing, slope(palette.main_dark, palette.main_deep, 0.4))
    for shift in (0.0, 0.11, 0.22):
        pen.line(
            outline((0.02 - shift * 0.6, 0.12 + shift * 0.6), (-0.52 + shift * 0.4, 0.3 + shift * 0.5)),
            0.025,
            palette.main_light,
        )
    beak = palette.accent if stage.scene.accent else (240, 160, 50)
    pen.fill(outline((0.6, -0.5), (0.98, -0.38), (0.6, -0.28)), beak)
    pen.fill(ellipse(0.4, -0.44, 0.085), palette.ink)
    pen.fill(ellipse(0.42, -0.47, 0.03), (255, 255, 255))


@subject("fish")
def fish(stage: Stage) -> None:
    """A fish under water, among weeds and bubbles."""
    canvas, palette, rng = stage.canvas, stage.palette, stage.rng
    for x in rng.uniform(-0.1, 1.0, 5) * canvas.w:
        beam = outline((x, -0.02), (x + 0.1, -0.02), (x + 0.34, canvas.h), (x + 0.1, canvas.h))
        canvas.fill(beam, palette.source, 0.12)
    _seabed(stage)
    pen = stage.thing_pen((0.36, 0.42), 0.48, 0.12)
    pen.fill(
        smooth(outline((0.5, 0.0), (0.95, -0.5), (1.05, -0.35), (0.9, 0.0), (1.05, 0.35), (0.95, 0.5))),
        slope(palette.main_dark, palette.main_deep),
    )
    pen.fill(
        smooth(outline((-0.3, -0.35), (0.0, -0.75), (0.45, -0.55), (0.35, -0.2))),
        slope(palette.main_deep, palette.main_dark),
    )
    pen.fill(smooth(outline((-0.1, 0.35), (0.1, 0.7), (0.35, 0.55), (0.25, 0.25))), palette.main_dark)
    body = smooth(
        outline(
            (-0.95, 0.02),
            (-0.6, -0.36),
            (-0.1, -0.47),
            (0.4, -0.27),
            (0.72, 0.0),
            (0.4, 0.27),
            (-0.1, 0.45),
            (-0.6, 0.34),
        )
    )
    pen.fill(body, slope(palette.main_light, palette.main))
    for x in (-0.25, 0.0, 0.25, 0.45):
        tall = 0.3 - 0.22 * abs(x - 0.0)
        for y in np.arange(-tall, tall + 0.01, 0.15):
            pen.line(arc(x, float(y), 0.1, 0.09, (-90, 90)), 0.022, palette.main_dark)
    pen.line(arc(-0.62, 0, 0.14, 0.3, (-80, 80)), 0.035, palette.main_dark)
    pen.fill(smooth(outline((-0.35, 0.08), (-0.05, 0.14), (0.02, 0.34), (-0.25, 0.24))), palette.accent)
    pen.fill(ellipse(-0.66, -0.09, 0.095), (255, 255, 255))
    pen.fill(ellipse(-0.68, -0.09, 0.055), palette.ink)
    for step in range(4):
        pen.line(
            ellipse(-1.08 - 0.07 * (step % 2), -0.15 - 0.22 * step, 0.05 + 0.015 * step),
            0.025,
            palette.chalk,
            closed=True,
        )


def _seabed(stage: Stage) -> None:
    canvas, palette, rng = stage.canvas, stage.palette, stage.rng
    canvas.fill(hills(rng, full_width(stage), canvas.h * 0.93, 0.06, canvas.h + 0.02), palette.ground_dark)
    for x in rng.uniform(0, canvas.w, 7):
        sway, tall = rng.uniform(0.02, 0.05), rng.uniform(0.12, 0.32)
        weed = smooth(
            outline(
                (x, canvas.h),
                (x + sway, canvas.h - tall * 0.4),
                (x - sway, canvas.h - tall * 0.7),
                (x + sway * 0.6, canvas.h - tall),
            ),
            closed=False,
        )
        canvas.line(weed, 0.022, mix(palette.ground_dark, LEAF, 0.4))


@subject("butterfly")
def butterfly(stage: Stage) -> None:
    """A butterfly with open, patterned wings."""
    palette = stage.palette
    pen = stage.thing_pen((0.38, 0.45), 0.5, 0.35)
    upper = smooth(outline((0.04, -0.1), (0.3, -0.62), (0.78, -0.86), (1.02, -0.62), (0.86, -0.14), (0.42, 0.08)))
    lower = smooth(outline((0.04, 0.02), (0.5, 0.08), (0.82, 0.3), (0.72, 0.72), (0.4, 0.82), (0.12, 0.42)))
    spot = stage.rng.random() < 0.5
    for side in (-1, 1):
        flip = np.array((side, 1))
        for wing, centre in ((lower, (0.48, 0.4)), (upper, (0.6, -0.4))):
            pen.fill(wing * flip, palette.main_deep)
            inner = (wing - centre) * 0.86 + centre
            pen.fill(inner * flip, slope(palette.main_light, palette.main))
            pen.fill(((wing - centre) * (0.3 if spot else 0.42) + centre) * flip, palette.accent)
            pen.fill(((wing - centre) * 0.16 + centre) * flip, palette.accent_light)
        for x, y in ((0.9, -0.6), (0.94, -0.45), (0.68, 0.6), (0.76, 0.42)):
            pen.fill(ellipse(side * x, y, 0.035), palette.chalk)
        feeler = smooth(outline((0, -0.3), (side * 0.1, -0.65), (side * 0.3, -0.88)), closed=False)
        pen.line(feeler, 0.025, palette.ink)
        pen.fill(ellipse(side * 0.3, -0.88, 0.03), palette.ink)
    pen.fill(ellipse(0, 0.08, 0.06, 0.46), palette.ink)
    pen.fill(ellipse(0, -0.34, 0.08), palette.ink)


@subject("flower")
def flower(stage: Stage) -> None:
    """One large blossom on a stem."""
    palette, rng = stage.palette, stage.rng
    pen = stage.thing_pen((0.4, 0.46), 0.4, 0.08)
    green, count = mix(LEAF, palette.ground, 0.25), int(rng.integers(5, 10))
    shade = mix(green, palette.ink, 0.35)
    pen.line(smooth(outline((0, 0.2), (0.07, 0.9), (-0.05, 1.8)), closed=False), 0.09, shade)
    pen.line(outline((-0.05, 1.8), (-0.3, 6)), 0.09, shade)
    for side, y in ((-1, 1.1), (1, 0.85)):
        leaf = smooth(
            outline((0.04, y + 0.3), (side * 0.3, y - 0.05), (side * 0.72, y - 0.12), (side * 0.45, y + 0.22))
        )
        pen.fill(leaf, slope(green, shade, side * 0.5))
    start, plump = rng.uniform(0, 1), min(0.36, 1.5 / count)
    for ring, reach, tone, dark in (
        (0, 0.5, palette.main, palette.main_dark),
        (1, 0.36, palette.main_light, palette.main),
    ):
        for index in range(count):
            turn = (index + start + ring * 0.5) * 2 * math.pi / count
            petal = smooth(
                outline(
                    (0.04, 0.0),
                    (reach * 0.9, -plump * 0.8),
                    (reach * 1.55, -plump * 0.55),
                    (reach * 1.75, 0.0),
                    (reach * 1.55, plump * 0.55),
                    (reach * 0.9, plump * 0.8),
                )
            )
            pen.fill(rotate(petal, turn), dark)
            pen.fill(rotate(petal * 0.92 + (0.01, 0), turn), tone)
            pen.line(rotate(outline((0.1, 0), (reach * 1.25, 0)), turn), 0.02, dark)
    heart = (
        palette.accent
        if stage.scene.accent
        else ((247, 196, 60) if stage.scene.colour not in {"yellow", "beige"} else (122, 72, 40))
    )
    pen.fill(ellipse(0, 0, 0.21), ball(mix(heart, (255, 255, 255), 0.3), heart))
    ring_at = np.linspace(0, 2 * math.pi, 12, endpoint=False)
    for x, y in zip(np.cos(ring_at) * 0.14, np.sin(ring_at) * 0.14, strict=True):
        pen.fill(ellipse(x, y, 0.025), mix(heart, palette.ink, 0.35))


@subject("tree")
def tree(stage: Stage) -> None:
    """A broad leafy tree on a hill."""
    canvas, palette, rng = stage.canvas, stage.palette, stage.rng
    far_hills(stage, canvas.h / 2 + 0.26)
    canvas.fill(
        hills(rng, full_width(stage), canvas.h / 2 + 0.36, 0.08, canvas.h + 0.02),
        slope(palette.ground, palette.ground_dark),
    )
    pen = stage.thing_pen((0.37, 0.41), 0.51, 0.03)
    bark = mix((104, 74, 58), palette.ink, 0.3)
    trunk = smooth(outline((-0.3, 1.02), (-0.12, 0.7), (-0.1, 0.1), (0.1, 0.1), (0.12, 0.7), (0.3, 1.02)))
    pen.fill(trunk, slope(mix(bark, palette.chalk, 0.15), bark, 0.6))
    for side in (-1, 1):
        pen.line(smooth(outline((0, 0.45), (side * 0.2, 0.15), (side * 0.5, -0.1)), closed=False), 0.09, bark)
    clumps = [
        (math.cos(a) * 0.62, math.sin(a) * 0.42 - 0.35)
        for a in np.linspace(0, 2 * math.pi, 9, endpoint=False) + rng.uniform(0, 1)
    ]
    for tone, shift, size in (
        (palette.main_dark, 0.07, 0.4),
        (palette.main, -0.03, 0.33),
        (palette.main_light, -0.13, 0.17),
    ):
        for x, y in [*clumps, (0.0, -0.4), (0.15, -0.2)]:
            wobble = rng.normal(0, 0.045, 2)
            pen.fill(ellipse(x + wobble[0] + shift, y + wobble[1] + shift, size * rng.uniform(0.85, 1.1)), tone)
    speckles = shifted(rng.normal(0, (0.42, 0.3), (26, 2)), 0, -0.4)
    for x, y in speckles.tolist():
        pen.fill(ellipse(x, y, 0.035), palette.accent if stage.scene.accent else palette.main_light)


@subject("mushroom")
def mushroom(stage: Stage) -> None:
    """A spotted toadstool in the grass, with a small companion."""
    canvas, palette, rng = stage.canvas, stage.palette, stage.rng
    rolling_ground(stage, canvas.h / 2 + 0.24, layers=2, height=0.07)
    pen = stage.thing_pen((0.42, 0.47), 0.5, 0.05)
    side = 1 if rng.random() < 0.5 else -1
    _toadstool(stage, canvas.pen(pen.x + side * pen.size * 0.85, pen.y + pen.size * 0.62, pen.size * 0.42, side * 0.12))
    _toadstool(stage, pen)
    for x in rng.uniform(-1.3, 1.3, 22):
        tip = (x + rng.normal(0, 0.07), 0.98 - rng.uniform(0.1, 0.3))
        pen.fill(outline((x - 0.03, 1.06), tip, (x + 0.03, 1.06)), mix(LEAF, palette.ground_dark, 0.5))


def _toadstool(stage: Stage, pen: Pen) -> None:
    palette = stage.palette
    stem = mix(palette.chalk, (240, 226, 200), 0.5)
    pen.fill(
        smooth(outline((-0.17, -0.1), (-0.2, 0.5), (-0.3, 0.95), (0.0, 1.03), (0.3, 0.95), (0.2, 0.5), (0.17, -0.1))),
        slope(stem, mix(stem, palette.ink, 0.35), 0.7),
    )
    pen.fill(ellipse(0, 0.05, 0.86, 0.17), mix(stem, palette.main_dark, 0.35))
    cap = np.concatenate(
        [
            arc(0, 0.04, 0.92, 0.95, (180, 360)),
            smooth(outline((0.92, 0.04), (0.5, 0.14), (0.0, 0.02), (-0.5, 0.14), (-0.92, 0.04)), closed=False),
        ]
    )
    pen.fill(cap, ball(palette.main_light, palette.main_dark, (0.35, 0.25)))
    spot = (
        palette.accent_light
        if stage.scene.accent
        else (palette.chalk if stage.scene.colour not in {"white", "beige"} else (206, 74, 62))
    )
    for x, y, size in (
        (-0.45, -0.3, 0.13),
        (0.05, -0.55, 0.16),
        (0.5, -0.28, 0.12),
        (0.08, -0.16, 0.1),
        (-0.72, -0.06, 0.07),
        (0.76, -0.03, 0.07),
        (-0.25, -0.74, 0.07),
        (0.42, -0.66, 0.06),
    ):
        pen.fill(ellipse(x, y, size, size * 0.85), spot)
