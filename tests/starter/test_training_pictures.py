"""The training pictures: drawn once, from seeds that nobody shares, and never of a held-out combination."""

from pathlib import Path

import numpy as np

from starter.training.pictures import PictureSet
from starter.training.seeds import Realm, held_out_scene, is_held_out, picture_seed, training_scene

ONE_IN = 20


def test_training_never_shows_a_held_out_combination() -> None:
    assert not any(is_held_out(training_scene(index, ONE_IN), ONE_IN) for index in range(300))


def test_the_judge_only_asks_for_held_out_combinations() -> None:
    assert all(is_held_out(held_out_scene(index, ONE_IN), ONE_IN) for index in range(30))


def test_realms_share_no_seed() -> None:
    seeds = {picture_seed(realm, index) for realm in Realm for index in range(50)}

    assert len(seeds) == 50 * len(Realm)


def test_an_interrupted_drawing_goes_on_and_redraws_nothing(tmp_path: Path) -> None:
    whole = PictureSet(tmp_path / "whole", count=4, size=64, held_out_share=ONE_IN)
    parts = PictureSet(tmp_path / "parts", count=4, size=64, held_out_share=ONE_IN)
    list(whole.draw_missing())
    list(parts.draw_missing(first=1, stride=2))
    assert parts.ready().tolist() == [1, 3]
    parts.pictures()[1] = 7

    list(parts.draw_missing())

    assert parts.ready().tolist() == [0, 1, 2, 3]
    assert (parts.pictures()[1] == 7).all()
    np.testing.assert_array_equal(parts.pictures()[[0, 2, 3]], whole.pictures()[[0, 2, 3]])
