"""What an inpainting leaves as it is: latents outside its mask between the steps, pixels outside it at the end."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import max_pool2d

from generation.engine.contract import Pixels
from generation.engine.starts import Mask

FEATHER_SHARE = 64
"""The new fades in over this part of the shorter side, inside the mask: 8 pixels of 512."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The source of an inpainting. Everything in it follows from the recipe, so no checkpoint holds it."""

    latents: Tensor
    """(1, channels, height, width), without noise."""
    noise: Tensor
    """(pictures, channels, height, width): the noise that the painting began with."""
    repainted: Tensor
    """(1, 1, height, width): true where any pixel under the latent is to be repainted."""
    picture: Pixels
    opacity: NDArray[np.float32]
    """(height, width): how much of the new shows; 0 outside the mask, 1 well inside of it."""

    @classmethod
    def of(cls, picture: Pixels, mask: Mask, *, latents: Tensor, noise: Tensor) -> "Kept":
        """What is kept of a picture with these latents, and put under this noise."""
        white = torch.from_numpy(mask).float()[None, None]
        factor = white.shape[-1] // latents.shape[-1]
        repainted = max_pool2d(white, factor) > 0
        return cls(
            latents=latents,
            noise=noise,
            repainted=repainted.to(latents.device),
            picture=picture,
            opacity=_opacity(white),
        )

    def restored(self, latents: Tensor, scheduler: Any, timestep: Tensor | None) -> Tensor:
        """Latents with the source back outside the mask, as noisy as `timestep` wants it; None means without noise."""
        source = self.latents.expand_as(latents)
        if timestep is not None:
            source = scheduler.add_noise(source, self.noise, timestep.repeat(len(latents)))
        return torch.where(self.repainted, latents, source)

    def pasted(self, painted: Pixels) -> Pixels:
        """The finished picture: the source's own bytes outside the mask, the painted ones inside of it."""
        opacity = self.opacity[..., None]
        blended = self.picture + (painted.astype(np.float32) - self.picture) * opacity
        pixels: Pixels = np.where(opacity > 0, blended.round().astype(np.uint8), self.picture)
        return pixels


def _opacity(white: Tensor) -> NDArray[np.float32]:
    """A slope that rises from the edge of the mask inwards. At the picture's own edge nothing fades."""
    rings = max(1, min(white.shape[-2:]) // FEATHER_SHARE)
    left, slope = white, white.clone()
    for _ in range(rings - 1):
        left = -max_pool2d(-left, kernel_size=3, stride=1, padding=1)
        slope += left
    opacity: NDArray[np.float32] = (slope / rings)[0, 0].numpy()
    return opacity
