"""Scenes are drawn by lot: evenly, reproducibly, and without nonsense."""

from collections import Counter

import numpy as np

from starter.painter.scene import extra_suits, sample_scene
from starter.painter.vocabulary import COLOURS, EXTRAS, STYLES, SUBJECTS, TIMES

MANY = 3000


def test_the_same_lots_give_the_same_scenes() -> None:
    first = [sample_scene(np.random.default_rng(7)) for _ in range(3)]

    assert first == [sample_scene(np.random.default_rng(7)) for _ in range(3)]


def test_every_subject_style_time_and_colour_comes_up_about_equally_often() -> None:
    rng = np.random.default_rng(0)

    scenes = [sample_scene(rng) for _ in range(MANY)]

    for part, table in (("subject", SUBJECTS), ("style", STYLES), ("time", TIMES), ("colour", COLOURS)):
        counts = Counter(getattr(scene, part) for scene in scenes)
        assert set(counts) == set(table)
        assert min(counts.values()) > 0.6 * MANY / len(table)


def test_an_accent_never_repeats_the_colour() -> None:
    rng = np.random.default_rng(1)

    scenes = [sample_scene(rng) for _ in range(MANY)]

    assert all(scene.accent != scene.colour for scene in scenes)
    assert 0.3 < sum(scene.accent is not None for scene in scenes) / MANY < 0.4


def test_extras_suit_the_scene_and_come_in_one_order() -> None:
    rng = np.random.default_rng(2)

    for scene in (sample_scene(rng) for _ in range(MANY)):
        assert all(extra_suits(extra, subject=scene.subject, time=scene.time) for extra in scene.extras)
        assert list(scene.extras) == sorted(scene.extras, key=list(EXTRAS).index)
        assert not {"sun", "moon"} <= set(scene.extras)


def test_stars_shine_at_dusk_and_night_only() -> None:
    times = {time for time in TIMES if extra_suits("stars", subject="sea", time=time)}

    assert times == {"dusk", "night"}


def test_a_boat_needs_water() -> None:
    assert extra_suits("boat", subject="lake", time="day")
    assert not extra_suits("boat", subject="desert", time="day")
