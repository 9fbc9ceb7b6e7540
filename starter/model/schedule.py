"""Owns the noise: how much of it each timestep holds, and what the UNet is asked to predict.

The schedule is the cosine, bent so that the last step is pure noise: a noise level of one half is half noise and half
picture, and every sampler of diffusers knows it. Which steps training dwells on is set apart from that, by `focus` in
the configuration. It has to be: 32x32 latents give the colour of the whole picture away up to step 950 or so, hence an
even draw of steps would hardly ever teach what colour and subject the words mean.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from starter.config import PainterConfig
from starter.model.kinds import DDIM, DPM_SOLVER, Scheduler

TIMESTEPS = 1000
SETTINGS = {
    "num_train_timesteps": TIMESTEPS,
    "beta_schedule": "squaredcos_cap_v2",
    "prediction_type": "v_prediction",
    "timestep_spacing": "trailing",
    "rescale_betas_zero_snr": True,
}


def new_scheduler() -> Scheduler:
    """The scheduler that is exported with the model."""
    return DPM_SOLVER(
        **SETTINGS, algorithm_type="dpmsolver++", solver_order=2, final_sigmas_type="zero", use_karras_sigmas=False
    )


@dataclass(frozen=True, slots=True)
class Noise:
    """The share of picture (`signal`) and of noise (`noise`) at each timestep."""

    signal: Tensor
    noise: Tensor

    @classmethod
    def of_schedule(cls) -> "Noise":
        """The shares that the samplers work with."""
        remaining = DDIM(**SETTINGS, clip_sample=False).alphas_cumprod.float()
        return cls(remaining.sqrt(), (1 - remaining).sqrt())

    def blend(self, latents: Tensor, noise: Tensor, steps: Tensor) -> tuple[Tensor, Tensor]:
        """Noisy latents at these steps, and the velocity that the UNet is to predict there."""
        signal, share = self._at(steps, latents)
        return signal * latents + share * noise, signal * noise - share * latents

    def weight(self, steps: Tensor, cap: float) -> Tensor:
        """How much a step's error counts: evenly up to a signal-to-noise ratio of `cap`, less beyond it."""
        ratio = (self.signal / self.noise).square().to(steps.device)[steps]
        return (ratio.clamp(max=cap) + 1) / (ratio + 1)

    def _at(self, steps: Tensor, like: Tensor) -> tuple[Tensor, Tensor]:
        signal, noise = self.signal.to(like.device)[steps], self.noise.to(like.device)[steps]
        return signal.view(-1, 1, 1, 1), noise.view(-1, 1, 1, 1)


def draw_steps(config: PainterConfig, count: int, generator: torch.Generator) -> Tensor:
    """Timesteps for one batch: evenly spread over the schedule, and more of them from the range in focus."""
    even = (torch.rand(count, generator=generator) + torch.arange(count)) / count * TIMESTEPS
    inside = config.focus_from + torch.rand(count, generator=generator) * (config.focus_to - config.focus_from)
    chosen = torch.where(torch.rand(count, generator=generator) < config.focus_share, inside, even)
    return chosen.long().clamp(0, TIMESTEPS - 1)[torch.randperm(count, generator=generator)]
