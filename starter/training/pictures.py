"""Owns the training pictures on disk: drawn once from their seeds, then read as one large array."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from starter.painter.draw import draw
from starter.painter.scene import Scene
from starter.training.seeds import Realm, picture_seed, training_scene

PROGRESS_EVERY = 500


@dataclass(frozen=True, slots=True)
class PictureSet:
    """A folder with `pictures.u8` (one picture after the other) and `drawn.u8` (1 for each that is there)."""

    folder: Path
    count: int
    size: int
    held_out_share: int
    realm: Realm = Realm.TRAINING

    def pictures(self) -> NDArray[np.uint8]:
        """All pictures as (count, size, size, 3), mapped from disk."""
        return self._mapped("pictures.u8", (self.count, self.size, self.size, 3))

    def drawn(self) -> NDArray[np.uint8]:
        """Which pictures are there."""
        return self._mapped("drawn.u8", (self.count,))

    def scene(self, index: int) -> Scene:
        """What the picture shows."""
        return training_scene(index, self.held_out_share, self.realm)

    def draw_missing(self, *, first: int = 0, stride: int = 1) -> Iterator[int]:
        """Draw what is not there yet, every `stride`th picture from `first`; yields how many are done so far."""
        pictures, drawn = self.pictures(), self.drawn()
        for done, index in enumerate(range(first, self.count, stride), start=1):
            if not drawn[index]:
                seed = picture_seed(self.realm, index)
                pictures[index] = draw(self.scene(index), seed=seed, width=self.size, height=self.size)
                drawn[index] = 1
            if done % PROGRESS_EVERY == 0:
                yield done

    def ready(self) -> NDArray[np.int64]:
        """The indices of the pictures that are there."""
        return np.flatnonzero(self.drawn())

    def _mapped(self, name: str, shape: tuple[int, ...]) -> NDArray[np.uint8]:
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / name
        with path.open("ab") as file:
            missing = int(np.prod(shape)) - os.fstat(file.fileno()).st_size
            if missing > 0:
                file.truncate(int(np.prod(shape)))
        return np.memmap(path, dtype=np.uint8, mode="r+", shape=shape)
