"""How alike two pictures are, and which ingredient made the difference."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from generation.likeness import Difference, Likeness, first_difference, likeness
from generation.models import Reproduction
from generation.services.reproducing import verdict_on

FACTS: dict[str, Any] = {
    "model_revision": "r1",
    "device": "cuda:0",
    "dtype": "bfloat16",
    "instruction_set": "AVX512",
    "libraries": {"torch": "2.1", "diffusers": "0.1"},
}


def grey(level: int = 100, *, side: int = 8) -> NDArray[np.uint8]:
    return np.full((side, side, 3), level, dtype=np.uint8)


def test_equal_pictures_have_no_ratio() -> None:
    assert likeness(grey(), grey()) == Likeness(largest_difference=0, psnr=None)


def test_one_level_everywhere_is_48_decibels() -> None:
    assert likeness(grey(100), grey(101)) == Likeness(largest_difference=1, psnr=48.13)


def test_differences_do_not_wrap_around() -> None:
    assert likeness(grey(0), grey(255)) == Likeness(largest_difference=255, psnr=0.0)


def test_pictures_of_other_sizes_have_nothing_in_common() -> None:
    assert likeness(grey(), grey(side=4)) == Likeness(largest_difference=255, psnr=0.0)


def test_nothing_differs_between_equal_facts() -> None:
    assert first_difference(FACTS, dict(FACTS)) is None


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ({"model_revision": "r2", "device": "cpu"}, Difference(ingredient="model revision", before="r1", now="r2")),
        ({"device": "cpu", "dtype": "float32"}, Difference(ingredient="device", before="cuda", now="cpu")),
        ({"dtype": "float32", "instruction_set": "NEON"}, Difference(
            ingredient="number format", before="bfloat16", now="float32")),
        ({"instruction_set": "NEON", "libraries": {}}, Difference(
            ingredient="instruction set", before="AVX512", now="NEON")),
        ({"libraries": {"torch": "2.2", "diffusers": "0.1"}}, Difference(ingredient="torch", before="2.1", now="2.2")),
        ({"libraries": {"diffusers": "0.1"}}, Difference(ingredient="torch", before="2.1", now="none")),
    ],
)  # fmt: skip
def test_names_the_first_ingredient_that_differs(now: dict[str, Any], expected: Difference) -> None:
    assert first_difference(FACTS, FACTS | now) == expected


def test_another_device_of_the_same_kind_is_no_difference() -> None:
    assert first_difference(FACTS, FACTS | {"device": "cuda:3"}) is None


def test_what_was_never_written_down_is_no_difference() -> None:
    assert first_difference({"device": "cpu"}, FACTS | {"device": "cpu"}) is None


TORCH = Difference(ingredient="torch", before="2.1", now="2.2")
REVISION = Difference(ingredient="model revision", before="r1", now="r2")


@pytest.mark.parametrize(
    ("largest", "psnr", "difference", "expected"),
    [
        (0, None, REVISION, "identical"),
        (1, 48.1, None, "within_tolerance"),
        (1, 48.1, REVISION, "within_tolerance"),
        (2, 60.0, None, "different"),
        (9, 45.0, TORCH, "within_tolerance"),
        (9, 44.9, TORCH, "different"),
        (9, 60.0, REVISION, "different"),
    ],
)
def test_the_verdict_follows_the_promise(
    largest: int, psnr: float | None, difference: Difference | None, expected: str
) -> None:
    assert verdict_on(Likeness(largest_difference=largest, psnr=psnr), difference) == Reproduction.Verdict(expected)
