"""Between latents and pixels: one autoencoder's number format, scale and failures."""

from typing import Any

import numpy as np
import torch
from torch import Tensor

from generation.engine.contract import EngineError, Pixels


class Autoencoder:
    """The autoencoder of a warm model, for one picture at a time: so memory and bytes are the same in any batch."""

    def __init__(self, vae: Any, title: str) -> None:
        self._vae = vae
        self._title = title
        if vae.dtype is torch.float16 and getattr(vae.config, "force_upcast", False):
            # Published so: in float16 this one overflows.
            vae.to(torch.float32)

    def latents_of(self, picture: Pixels) -> Tensor:
        """The latents of a picture, (1, channels, height, width) in float32.

        A full autoencoder gives a distribution, of which this is the middle; a tiny one gives latents.
        """
        tensor = torch.from_numpy(np.array(picture, order="C")).to(self._vae.device)
        encoded = self._vae.encode((tensor.permute(2, 0, 1)[None].float() / 127.5 - 1).to(self._vae.dtype))
        latents: Tensor = encoded.latents if hasattr(encoded, "latents") else encoded.latent_dist.mode()
        return self._scaled(latents.float())

    def picture_of(self, latents: Tensor) -> Pixels:
        """The picture of (1, channels, height, width) latents.

        Raises EngineError (not_finite, black) where there is none: numbers that overflow are tried again in float32.
        """
        unscaled = self._unscaled(latents)
        picture = self._decoded(unscaled)
        if not _is_finite(picture) and self._vae.dtype is not torch.float32:
            picture = self._decoded_in_float32(unscaled)
        if not _is_finite(picture):
            raise not_finite(self._title)
        grey_levels = (picture / 2 + 0.5).clamp(0, 1).mul(255).round().to(torch.uint8)
        pixels: Pixels = np.ascontiguousarray(grey_levels.permute(1, 2, 0).cpu().numpy())
        if not pixels.any():
            raise EngineError(
                f"The picture came out of {self._title!r} black all over; try another seed, sampler or prompt.",
                code="black",
            )
        return pixels

    def _decoded(self, latents: Tensor) -> Tensor:
        decoded: Tensor = self._vae.decode(latents.to(self._vae.dtype), return_dict=False)[0][0].float()
        return decoded

    def _decoded_in_float32(self, latents: Tensor) -> Tensor:
        dtype = self._vae.dtype
        self._vae.to(torch.float32)
        try:
            return self._decoded(latents)
        finally:
            self._vae.to(dtype)

    def _scaled(self, latents: Tensor) -> Tensor:
        """The autoencoder's own latents as the stepper has them: about as wide as noise."""
        mean, deviation = self._moments(latents)
        scaled: Tensor = (latents - mean) * self._vae.config.scaling_factor / deviation
        return scaled

    def _unscaled(self, latents: Tensor) -> Tensor:
        mean, deviation = self._moments(latents)
        unscaled: Tensor = latents * deviation / self._vae.config.scaling_factor + mean
        return unscaled

    def _moments(self, latents: Tensor) -> tuple[Tensor | float, Tensor | float]:
        """Mean and deviation per channel, where the autoencoder was published with them."""
        mean = getattr(self._vae.config, "latents_mean", None)
        deviation = getattr(self._vae.config, "latents_std", None)
        if mean is None or deviation is None:
            return 0.0, 1.0
        mean, deviation = (torch.tensor(values, device=latents.device) for values in (mean, deviation))
        return mean.view(1, -1, 1, 1), deviation.view(1, -1, 1, 1)


def not_finite(title: str) -> EngineError:
    """The error of a picture whose numbers overflowed."""
    return EngineError(
        f"The model {title!r} lost itself in numbers that are none; try another sampler or less guidance.",
        code="not_finite",
    )


def _is_finite(picture: Tensor) -> bool:
    return bool(torch.isfinite(picture).all())
