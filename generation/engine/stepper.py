"""The denoising loop, one step at a time: what a painting is between two steps, and the model call that moves it on."""

from collections.abc import Mapping, Sequence
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
    added: Mapping[str, Tensor] = field(default_factory=dict)
    """What the model wants to be told besides, by its name there; each (1, ...)."""
    negative_added: Mapping[str, Tensor] = field(default_factory=dict)

    @property
    def shape(self) -> tuple[object, ...]:
        """What conditionings must have in common to lie in one model call."""
        return tuple(self.prompt.shape[1:]), tuple((name, tuple(given.shape[1:])) for name, given in self.added.items())


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

    @property
    def shape(self) -> tuple[object, ...]:
        """What paintings of one model must have in common to share a model call."""
        return tuple(self.latents.shape[1:]), self.conditioning.shape

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

    def predict(self, paintings: Sequence[Painting]) -> list[Tensor]:
        """The model's answer to each painting, all in one forward pass. No painting is changed."""
        parts = [_ModelInput.of(painting) for painting in paintings]
        added = _joined([part.added for part in parts])
        answer = self._unet(
            torch.cat([part.latents for part in parts]).to(self._dtype),
            torch.cat([part.timesteps for part in parts]).to(self._device, non_blocking=True),
            encoder_hidden_states=torch.cat([part.conditions for part in parts]),
            return_dict=False,
            **({"added_cond_kwargs": added} if added else {}),
        )[0]
        shares = answer.float().split([len(part.latents) for part in parts])
        return [_guided(share, painting.conditioning) for painting, share in zip(paintings, shares, strict=True)]


@dataclass(slots=True)
class _ModelInput:
    latents: Tensor
    timesteps: Tensor
    conditions: Tensor
    added: dict[str, Tensor]

    @classmethod
    def of(cls, painting: Painting) -> "_ModelInput":
        """The rows of one painting: the pictures led away from the negative prompt first, then the led ones."""
        conditioning, timestep = painting.conditioning, painting.timestep
        latents = painting.scheduler.scale_model_input(painting.latents, timestep)
        count = len(latents)
        conditions, added = _rows(conditioning.prompt, count), _all_rows(conditioning.added, count)
        if conditioning.negative is not None:
            latents = torch.cat([latents, latents])
            conditions = torch.cat([_rows(conditioning.negative, count), conditions])
            added = _joined([_all_rows(conditioning.negative_added, count), added])
        return cls(latents, timestep.float().expand(len(latents)), conditions, added)


def _rows(given: Tensor, count: int) -> Tensor:
    return given.expand(count, *given.shape[1:])


def _all_rows(added: Mapping[str, Tensor], count: int) -> dict[str, Tensor]:
    return {name: _rows(given, count) for name, given in added.items()}


def _joined(parts: Sequence[Mapping[str, Tensor]]) -> dict[str, Tensor]:
    return {name: torch.cat([part[name] for part in parts]) for name in parts[0]}


def _guided(answer: Tensor, conditioning: Conditioning) -> Tensor:
    if conditioning.negative is None:
        return answer
    away, toward = answer.chunk(2)
    return away + conditioning.guidance_scale * (toward - away)


def _foreseen(outcome: Any, scheduler: Any) -> Tensor | None:
    foreseen = getattr(outcome, "pred_original_sample", getattr(outcome, "denoised", None))
    if foreseen is None:
        outputs = getattr(scheduler, "model_outputs", None)
        foreseen = outputs[-1] if outputs else outcome.prev_sample
    return foreseen if isinstance(foreseen, Tensor) else None
