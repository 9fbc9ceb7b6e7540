"""Stable Diffusion XL: as its smaller sisters, with two text encoders and the size told to the model."""

import torch
from torch import Tensor

from aria_site.kernel.recipe import Recipe
from generation.engine.stable_diffusion import StableDiffusion
from generation.engine.stepper import Conditioning


class StableDiffusionXL(StableDiffusion):
    """One warm model of this family on the device thread."""

    def _conditioning(self, recipe: Recipe) -> Conditioning:
        guided = recipe.guidance_scale > 1
        # An empty negative prompt is none: the model was trained with zeros in its place.
        negative_prompt = recipe.negative_prompt or None
        prompt, negative, pooled, negative_pooled = self._pipeline.encode_prompt(
            recipe.resolved_prompt,
            device=self._plan.device,
            num_images_per_prompt=1,
            do_classifier_free_guidance=guided,
            negative_prompt=negative_prompt if guided else None,
        )
        time_ids = self._time_ids(recipe, prompt.dtype, int(pooled.shape[-1]))
        return Conditioning(
            prompt=prompt,
            negative=negative if guided else None,
            guidance_scale=recipe.guidance_scale,
            added={"text_embeds": pooled, "time_ids": time_ids},
            negative_added={"text_embeds": negative_pooled, "time_ids": time_ids} if guided else {},
        )

    def _time_ids(self, recipe: Recipe, dtype: torch.dtype, width_of_pooled: int) -> Tensor:
        """The size the model is told, (1, 6): as if it had been trained on this very picture, uncropped."""
        size = (recipe.height, recipe.width)
        time_ids: Tensor = self._pipeline._get_add_time_ids(
            size, (0, 0), size, dtype=dtype, text_encoder_projection_dim=width_of_pooled
        )
        return time_ids.to(self._plan.device)
