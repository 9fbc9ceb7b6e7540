"""Owns the latents of the training pictures on disk, so that the UNet never waits for pixels."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from starter.model.autoencoder import encode
from starter.model.kinds import Autoencoder
from starter.training.autoencoder_training import as_tensor
from starter.training.pictures import PictureSet

PART = 32


@dataclass(frozen=True, slots=True)
class LatentSet:
    """`encoded.i64` says which pictures were encoded, `latents.f16` holds the results in the same order."""

    data: PictureSet
    channels: int
    side: int

    def encode_all(self, model: Autoencoder, at_most: int | None = None) -> Iterator[int]:
        """Encode every drawn picture, or the first so many; yields how many are done so far."""
        pictures, ready = self.data.pictures(), self.data.ready()[:at_most]
        unfinished = self.data.folder / "latents.part"
        with unfinished.open("wb") as file:
            for first in range(0, len(ready), PART):
                rows = ready[first : first + PART]
                with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
                    encode(model, as_tensor(pictures[rows])).half().numpy().tofile(file)
                yield first + len(rows)
        ready.tofile(self.data.folder / "encoded.i64")
        unfinished.replace(self.data.folder / "latents.f16")

    def encoded(self) -> NDArray[np.int64]:
        """The indices of the pictures that were encoded."""
        return np.fromfile(self.data.folder / "encoded.i64", np.int64)

    def read(self) -> NDArray[np.float16]:
        """The latents as (picture, channel, row, column), in the order of `encoded`."""
        flat = np.fromfile(self.data.folder / "latents.f16", np.float16)
        return flat.reshape(-1, self.channels, self.side, self.side)
