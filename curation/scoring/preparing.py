"""Owns bringing pictures to the size and range an encoder wants: on its device, in bytes, without Pillow.

Equal to open_clip's own preprocessing within one grey level; where a picture is enlarged, one value in ten thousand
may be two off.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from curation.scoring.defects import Pixels

_MODES = {"bicubic": "bicubic", "bilinear": "bilinear"}


class UnsuitedEncoderError(Exception):
    """An encoder wants its pictures prepared in a way that is not known here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparation:
    """What open_clip calls a preprocess configuration."""

    height: int
    width: int
    mean: tuple[float, ...]
    spread: tuple[float, ...]
    mode: str
    squashed: bool
    """Squeezed into the size; else the short side is fitted and the middle cut out."""

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> "Preparation":
        """Read open_clip's own settings. Raises UnsuitedEncoderError."""
        size, mode, way = settings["size"], settings["interpolation"], settings["resize_mode"]
        if mode not in _MODES or way not in {"squash", "shortest"}:
            raise UnsuitedEncoderError(
                f"This encoder wants pictures resized by {way!r} and {mode!r}; that is not built in."
            )
        height, width = (size, size) if isinstance(size, int) else size
        return cls(
            height=height,
            width=width,
            mean=tuple(settings["mean"]),
            spread=tuple(settings["std"]),
            mode=_MODES[mode],
            squashed=way == "squash",
        )

    def batch(self, pictures: Sequence[Pixels], *, device: torch.device, dtype: torch.dtype) -> Tensor:
        """Pictures of any sizes, (height, width, 3) RGB, as one (n, 3, height, width) for the encoder."""
        sized = torch.cat([self._sized(picture, device) for picture in pictures])
        mean, spread = (torch.tensor(values, device=device).view(1, 3, 1, 1) for values in (self.mean, self.spread))
        return ((sized.float() / 255 - mean) / spread).to(dtype)

    def _sized(self, picture: Pixels, device: torch.device) -> Tensor:
        writeable = picture if picture.flags.writeable else picture.copy()
        levels = torch.from_numpy(writeable).to(device).permute(2, 0, 1)[None]
        return self._middle(resized(levels, self._size_of(picture), self.mode))

    def _size_of(self, picture: Pixels) -> tuple[int, int]:
        height, width = picture.shape[:2]
        if self.squashed:
            return self.height, self.width
        # As torchvision does: the short side to the size, the long one cut off to whole pixels.
        if height <= width:
            return self.height, int(self.height * width / height)
        return int(self.width * height / width), self.width

    def _middle(self, sized: Tensor) -> Tensor:
        top = round((sized.shape[2] - self.height) / 2)
        left = round((sized.shape[3] - self.width) / 2)
        return sized[:, :, top : top + self.height, left : left + self.width]


def resized(levels: Tensor, size: tuple[int, int], mode: str) -> Tensor:
    """Bytes (1, 3, h, w) at another size (height, width), as Pillow resizes them, across and then down.

    Only processors resize bytes. Elsewhere each way is rounded for itself: Pillow keeps no finer levels in between.
    """
    if levels.device.type == "cpu" and levels.dtype == torch.uint8:
        return functional.interpolate(levels, size=size, mode=mode, antialias=True)
    across = functional.interpolate(levels.float(), size=(levels.shape[2], size[1]), mode=mode, antialias=True)
    down = functional.interpolate(across.round().clamp(0, 255), size=size, mode=mode, antialias=True)
    return down.round().clamp(0, 255)
