"""Stable Diffusion 1.x and 2.x, and the starter model: prompts in, latents to step, pictures out."""

import torch
from torch import Tensor

from aria_site.kernel.recipe import Recipe
from generation.engine.contract import EngineError, Pixels
from generation.engine.decoding import Autoencoder
from generation.engine.devices import DevicePlan
from generation.engine.kept import Kept
from generation.engine.pool import WarmModel
from generation.engine.samplers import draws_noise, schedule_set, scheduler_for
from generation.engine.starts import Start
from generation.engine.stepper import Conditioning, Painting, Stepper


class StableDiffusion:
    """One warm model of this family on the device thread."""

    def __init__(self, model: WarmModel, plan: DevicePlan) -> None:
        self._pipeline = model.pipeline
        self._plan = plan
        self._autoencoder = Autoencoder(model.pipeline.vae, model.manifest.title)
        self.stepper = Stepper(model.pipeline.unet, device=plan.device, dtype=plan.dtype)

    def begin(self, recipes: tuple[Recipe, ...], start: Start | None) -> Painting:
        """Encode the prompt and lay out the schedule of pictures that differ in nothing but the seed."""
        recipe = recipes[0]
        scheduler = scheduler_for(recipe.sampler, self._pipeline.scheduler)
        begin = schedule_set(scheduler, recipe.steps, start.noise_level if start else None)
        if hasattr(scheduler, "set_begin_index"):
            scheduler.set_begin_index(begin)
        generators = [torch.Generator("cpu").manual_seed(recipe.seed) for recipe in recipes]
        noise = self._noise(generators, self._latent_shape(recipe))
        source = self._encoded(start) if start else None
        if start is None or source is None or start.noise_level >= 1:
            latents = noise * scheduler.init_noise_sigma
        else:
            timesteps = scheduler.timesteps[begin : begin + 1].repeat(len(recipes))
            latents = scheduler.add_noise(source.expand_as(noise), noise, timesteps)
        return Painting(
            scheduler=scheduler,
            generators=generators,
            latents=latents,
            conditioning=self._conditioning(recipe),
            begin=begin,
            call=begin,
            order=getattr(scheduler, "order", 1),
            draws=draws_noise(scheduler),
            kept=_kept(start, source, noise),
        )

    def pixels(self, painting: Painting, row: int) -> Pixels:
        """Decode one picture. Raises EngineError where none came out."""
        pixels = self._autoencoder.picture_of(painting.latents[row : row + 1])
        return painting.kept.pasted(pixels) if painting.kept else pixels

    def _noise(self, generators: list[torch.Generator], shape: tuple[int, int, int]) -> Tensor:
        """Drawn picture by picture, in host memory and in float32: no batch, device or format changes it."""
        drawn = [torch.randn((1, *shape), generator=generator, dtype=torch.float32) for generator in generators]
        return torch.cat(drawn).to(self._plan.device)

    def _latent_shape(self, recipe: Recipe) -> tuple[int, int, int]:
        factor = self._pipeline.vae_scale_factor
        if recipe.width % factor or recipe.height % factor:
            raise EngineError(
                f"This model paints sides that are multiples of {factor}, not {recipe.width} by {recipe.height}.",
                code="bad_size",
            )
        return int(self._pipeline.unet.config.in_channels), recipe.height // factor, recipe.width // factor

    def _conditioning(self, recipe: Recipe) -> Conditioning:
        guided = recipe.guidance_scale > 1
        prompt, negative = self._pipeline.encode_prompt(
            recipe.resolved_prompt,
            self._plan.device,
            1,
            guided,
            negative_prompt=recipe.negative_prompt if guided else None,
        )
        return Conditioning(prompt=prompt, negative=negative if guided else None, guidance_scale=recipe.guidance_scale)

    def _encoded(self, start: Start) -> Tensor:
        return torch.cat([self._autoencoder.latents_of(picture) for picture in start.pictures])


def _kept(start: Start | None, source: Tensor | None, noise: Tensor) -> Kept | None:
    """What an inpainting leaves as it is; None where there is no mask."""
    if start is None or source is None or start.mask is None:
        return None
    return Kept.of(start.pictures[0], start.mask, latents=source, noise=noise)
