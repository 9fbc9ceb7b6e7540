"""Every other diffusers pipeline, painted by one call of it per picture: same events, same cancel, same seeds."""

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from aria_site.kernel.recipe import Recipe
from generation.engine.contract import EngineError, Pixels
from generation.engine.pool import WarmModel
from generation.engine.samplers import DEFAULT_SAMPLER, SAMPLERS, sampler_check, scheduler_for

StepReport = Callable[[int, torch.Tensor | None], None]
"""Called after each step with its number and the latents; an exception out of it ends the call at once."""


class WholeCall:
    """One warm pipeline of any kind on the device thread."""

    def __init__(self, model: WarmModel) -> None:
        self._name = model.source.name
        self._pipeline = model.pipeline
        self._accepted = frozenset(inspect.signature(model.pipeline.__call__).parameters)

    def paint(self, recipe: Recipe, on_step: StepReport) -> Pixels:
        """Paint one picture. Raises what `on_step` raises, and EngineError where the recipe does not fit the model."""
        if recipe.guide is not None and recipe.guide < 1:
            raise EngineError(f"The model {self._name!r} cannot paint over a sketch.", code="unsupported")
        if recipe.source is not None:
            raise EngineError(f"The model {self._name!r} cannot paint over a picture yet.", code="unsupported")
        own_scheduler = getattr(self._pipeline, "scheduler", None)
        try:
            self._set_sampler(recipe.sampler, own_scheduler)
            picture = self._pipeline(**self._arguments(recipe, on_step)).images[0]
        finally:
            if own_scheduler is not None:
                self._pipeline.scheduler = own_scheduler
        pixels: Pixels = np.ascontiguousarray((np.asarray(picture) * 255).round().clip(0, 255).astype(np.uint8))
        return pixels

    def _set_sampler(self, name: str, own_scheduler: Any) -> None:
        sampler_check(name)
        if name == DEFAULT_SAMPLER and own_scheduler is None:
            return
        compatible = {kind.__name__ for kind in getattr(own_scheduler, "compatibles", ())}
        if name != DEFAULT_SAMPLER and SAMPLERS[name].scheduler not in compatible:
            raise EngineError(
                f"The model {self._name!r} paints with its own sampler only: choose {DEFAULT_SAMPLER!r}.",
                code="unknown_sampler",
            )
        self._pipeline.scheduler = scheduler_for(name, own_scheduler)

    def _arguments(self, recipe: Recipe, on_step: StepReport) -> dict[str, Any]:
        def after_step(_pipeline: Any, step: int, _timestep: Any, tensors: dict[str, Any]) -> dict[str, Any]:
            on_step(step + 1, tensors.get("latents"))
            return tensors

        wanted = {
            "prompt": recipe.resolved_prompt,
            "negative_prompt": recipe.negative_prompt or None,
            "width": recipe.width,
            "height": recipe.height,
            "num_inference_steps": recipe.steps,
            "guidance_scale": recipe.guidance_scale,
            "generator": torch.Generator("cpu").manual_seed(recipe.seed),
            "output_type": "np",
            "callback_on_step_end": after_step,
        }
        return {name: value for name, value in wanted.items() if name in self._accepted}
