"""The denoising loop, one step at a time: what a painting is between two steps, and the model call that moves it on."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from generation.engine.kept import Kept


@dataclass(slots=True, kw_only=True)
class Conditioning:
    """What the model paints after: the encoded prompt of one painting, and what it is led away from."""

    prompt: Tensor
    """(1, tokens, width)"""
    negative: Tensor | None
    """Same shape; None paints without guidance."""
    guidance_scale: float


@dataclass(slots=True, kw_only=True)
class Painting:
    """Pictures of one order under way. Latents are float32 whatever the model computes in.

    `call` counts model calls from the start of the schedule; `order` of them make one step (Heun: two, but for the
    last), and the painting began at call `begin`.
    """

    scheduler: Any
    generators: list[torch.Generator]
    latents: Tensor
    conditioning: Conditioning
    begin: int
    order: int = 1
    draws: bool = True
    """Whether the scheduler takes generators in its steps."""
    kept: Kept | None = None
    """What an inpainting leaves as it is."""
    call: int = 0
    predicted: Tensor | None = field(default=None, repr=False)
    """The finished picture as the last call foresaw it, in latents; what previews show."""

    @property
    def calls(self) -> int:
        """Model calls of the whole schedule."""
        return len(self.scheduler.timesteps)

    @property
    def done(self) -> bool:
        """Whether the last call was made."""
        return self.call >= self.calls

    @property
    def total(self) -> int:
        """Steps of this painting."""
        return -(-(self.calls - self.begin) // self.order)

    @property
    def step(self) -> int:
        """Steps finished."""
        return self.total if self.done else (self.call - self.begin) // self.order

    @property
    def at_step_end(self) -> bool:
        """Whether the last call finished a step."""
        return self.done or (self.call - self.begin) % self.order == 0

    @property
    def timestep(self) -> Tensor:
        """Where on the schedule the next call is; a tensor in host memory, so that nothing waits for a device."""
        timestep: Tensor = self.scheduler.timesteps[self.call]
        return timestep

    def advance(self, noise: Tensor) -> None:
        """Take the model's answer and move the latents on by one call."""
        randomness = {"generator": self.generators} if self.draws else {}
        outcome = self.scheduler.step(noise, self.timestep, self.latents, **randomness)
        self.latents = outcome.prev_sample
        self.predicted = _foreseen(outcome, self.scheduler)
        self.call += 1
        if self.kept is not None and self.at_step_end:
            self.latents = self.kept.restored(self.latents, self.scheduler, None if self.done else self.timestep)


class Stepper:
    """Makes model calls. Paintings of one model and latent size share a call, each at its own timestep."""

    def __init__(self, unet: Any, *, device: torch.device, dtype: torch.dtype) -> None:
        self._unet = unet
        self._device = device
        self._dtype = dtype
        self.calls = 0

    def advance(self, paintings: Sequence[Painting]) -> None:
        """Move every painting on by one model call, all in one forward pass."""
        parts = [_ModelInput.of(painting) for painting in paintings]
        self.calls += 1
        answer = self._unet(
            torch.cat([part.latents for part in parts]).to(self._dtype),
            torch.cat([part.timesteps for part in parts]).to(self._device, non_blocking=True),
            encoder_hidden_states=torch.cat([part.conditions for part in parts]),
            return_dict=False,
        )[0]
        shares = answer.float().split([len(part.latents) for part in parts])
        for painting, share in zip(paintings, shares, strict=True):
            painting.advance(_guided(share, painting.conditioning))


@dataclass(slots=True)
class _ModelInput:
    latents: Tensor
    timesteps: Tensor
    conditions: Tensor

    @classmethod
    def of(cls, painting: Painting) -> "_ModelInput":
        """The rows of one painting: the pictures led away from the negative prompt first, then the led ones."""
        conditioning, timestep = painting.conditioning, painting.timestep
        latents = painting.scheduler.scale_model_input(painting.latents, timestep)
        count = len(latents)
        conditions = conditioning.prompt.expand(count, -1, -1)
        if conditioning.negative is not None:
            latents = torch.cat([latents, latents])
            conditions = torch.cat([conditioning.negative.expand(count, -1, -1), conditions])
        return cls(latents, timestep.float().expand(len(latents)), conditions)


def _guided(answer: Tensor, conditioning: Conditioning) -> Tensor:
    if conditioning.negative is None:
        return answer
    away, toward = answer.chunk(2)
    return away + conditioning.guidance_scale * (toward - away)


def _foreseen(outcome: Any, scheduler: Any) -> Tensor | None:
    foreseen = getattr(outcome, "pred_original_sample", None)
    if foreseen is None:
        outputs = getattr(scheduler, "model_outputs", None)
        foreseen = outputs[-1] if outputs else outcome.prev_sample
    return foreseen if isinstance(foreseen, Tensor) else None
