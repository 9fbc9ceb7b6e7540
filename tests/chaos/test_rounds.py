"""Kills at random, a few in every run of the suite and a hundred in `make test-deep`. CHAOS_SEED repeats a round."""

import os
import secrets
from pathlib import Path

import pytest

from tests.chaos.rounds import Round, chaos_play, nothing_is_lost_and_nothing_twice

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group(name="whole-studio")]


def seed() -> int:
    """A new one for every run, unless somebody wants to see one again."""
    return int(os.environ.get("CHAOS_SEED", secrets.randbelow(10**6)))


@pytest.mark.timeout(900)
def test_twenty_two_kills_lose_nothing_and_paint_nothing_twice(tmp_path: Path) -> None:
    rules = Round(
        seed=seed(),
        people=5,
        jobs=40,
        kills={"worker": 4, "web": 5, "broker": 5, "beat": 4, "io": 3, "supervisor": 1},
        patience_s=240,
    )

    nothing_is_lost_and_nothing_twice(*chaos_play(rules, tmp_path / "data"))


@pytest.mark.deep
@pytest.mark.timeout(4 * 3600)
def test_a_hundred_kills_over_five_hundred_jobs(tmp_path: Path) -> None:
    rules = Round(
        seed=seed(),
        people=5,
        jobs=500,
        kills={"worker": 25, "web": 22, "broker": 20, "beat": 12, "io": 11, "supervisor": 10},
        patience_s=1800,
    )

    nothing_is_lost_and_nothing_twice(*chaos_play(rules, tmp_path / "data"))
