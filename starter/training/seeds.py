"""Owns which seeds and which combinations belong to whom, so that the judge asks for what training never saw."""

import zlib
from enum import IntEnum

import numpy as np

from starter.painter.scene import Scene, sample_scene


class Realm(IntEnum):
    """Who uses a picture. Realms share no seed."""

    TRAINING = 0
    VALIDATION = 1
    JUDGE_TRAINING = 2
    JUDGE_VALIDATION = 3
    JUDGE_PROMPTS = 4


_REALM_BITS = 40


def picture_seed(realm: Realm, index: int) -> int:
    """The painter's seed of a picture."""
    return (int(realm) << _REALM_BITS) + index


def lots(realm: Realm, index: int, purpose: int = 0) -> np.random.Generator:
    """Fresh lots for one picture: the same arguments give the same lots."""
    return np.random.default_rng((int(realm), index, purpose))


def is_held_out(scene: Scene, one_in: int) -> bool:
    """Say whether a combination of subject, style, time and colour is kept from training."""
    combination = f"{scene.subject}|{scene.style}|{scene.time}|{scene.colour}"
    return zlib.crc32(combination.encode()) % one_in == 0


def training_scene(index: int, one_in: int, realm: Realm = Realm.TRAINING) -> Scene:
    """The scene of a training picture; lots are drawn again while they hit a held-out combination."""
    rng = lots(realm, index)
    scene = sample_scene(rng)
    while is_held_out(scene, one_in):
        scene = sample_scene(rng)
    return scene


def held_out_scene(index: int, one_in: int) -> Scene:
    """A scene whose combination training never saw."""
    rng = lots(Realm.JUDGE_PROMPTS, index)
    scene = sample_scene(rng)
    while not is_held_out(scene, one_in):
        scene = sample_scene(rng)
    return scene
