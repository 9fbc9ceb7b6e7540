"""Owns the running average of weights, which paints steadier pictures than the weights of the last step."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn


class WeightAverage:
    """An exponential average of a module's weights; it follows quickly at first and slowly later."""

    def __init__(self, module: nn.Module, decay: float) -> None:
        self.module, self.decay, self.steps = module, decay, 0
        self.weights: dict[str, Tensor] = {name: value.detach().clone() for name, value in module.named_parameters()}

    @torch.no_grad()
    def follow(self) -> None:
        """Move the average a little towards the present weights."""
        self.steps += 1
        decay = min(self.decay, (1 + self.steps) / (10 + self.steps))
        present = [value.detach() for value in self.module.parameters()]
        torch._foreach_lerp_(list(self.weights.values()), present, 1 - decay)

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Let the module use the average for a while, without gradients."""
        kept = {name: value.detach().clone() for name, value in self.module.named_parameters()}
        self._put(self.weights)
        try:
            with torch.no_grad():
                yield
        finally:
            self._put(kept)

    @torch.no_grad()
    def _put(self, weights: dict[str, Tensor]) -> None:
        for name, value in self.module.named_parameters():
            value.copy_(weights[name])
