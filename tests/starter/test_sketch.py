"""A sketch is the parsed prompt, drawn."""

import time

import numpy as np

from starter.painter.draw import draw
from starter.painter.parse import parse
from starter.sketch import sketch

PROMPT = "a red castle at dusk, flat design, with a griffin"


def test_draws_the_parsed_scene_at_the_asked_size() -> None:
    drawn = sketch(PROMPT, seed=3, width=192, height=128)

    assert drawn.image.shape == (128, 192, 3)
    assert np.array_equal(drawn.image, draw(drawn.scene, seed=3, width=192, height=128))


def test_reports_what_steered_and_what_did_not() -> None:
    drawn, parsed = sketch(PROMPT, seed=3, width=128, height=128), parse(PROMPT, seed=3)

    assert (drawn.scene, drawn.found, drawn.unknown) == (parsed.scene, parsed.found, parsed.unknown)
    assert drawn.found == {"subject": "castle", "time": "dusk", "style": "flat design", "colour": "red"}
    assert drawn.unknown == ("griffin",)


def test_the_same_prompt_and_seed_give_the_same_sketch() -> None:
    first, second = (sketch(PROMPT, seed=5, width=128, height=128) for _ in range(2))

    assert np.array_equal(first.image, second.image)


def test_another_seed_gives_another_sketch() -> None:
    first, second = (sketch(PROMPT, seed=seed, width=128, height=128) for seed in (5, 6))

    assert not np.array_equal(first.image, second.image)


def test_a_sketch_takes_milliseconds() -> None:
    sketch("warm up", seed=1, width=256, height=256)

    begun = time.perf_counter()
    for seed in range(5):
        sketch(PROMPT, seed=seed, width=256, height=256)

    assert (time.perf_counter() - begun) / 5 < 0.25
