"""Which family a loaded model belongs to, and so which way it is painted."""

from typing import Protocol

from aria_site.kernel.recipe import Recipe
from generation.engine.contract import Pixels
from generation.engine.devices import DevicePlan
from generation.engine.manifest import STABLE_DIFFUSION, STABLE_DIFFUSION_XL
from generation.engine.pool import WarmModel
from generation.engine.stable_diffusion import StableDiffusion
from generation.engine.stable_diffusion_xl import StableDiffusionXL
from generation.engine.starts import Start
from generation.engine.stepper import Painting, Stepper
from generation.engine.whole_call import WholeCall


class SteppedFamily(Protocol):
    """A family whose paintings Aria moves on step by step herself."""

    stepper: Stepper

    def begin(self, recipes: tuple[Recipe, ...], start: Start | None) -> Painting:
        """A painting of pictures that differ in nothing but the seed, before its first step."""
        ...

    def pixels(self, painting: Painting, row: int) -> Pixels:
        """One finished picture of a painting."""
        ...


def family_of(model: WarmModel, plan: DevicePlan) -> SteppedFamily | WholeCall:
    """The way to paint with a model. What the stepper cannot do step by step goes through the pipeline's own call."""
    kind = STEPPED.get(model.manifest.family)
    return kind(model, plan) if kind and _is_plain(model) else WholeCall(model)


STEPPED = {STABLE_DIFFUSION: StableDiffusion, STABLE_DIFFUSION_XL: StableDiffusionXL}


def _is_plain(model: WarmModel) -> bool:
    """Whether the model takes latents, a timestep and a prompt, and nothing that only its own pipeline knows."""
    unet, vae = model.pipeline.unet.config, model.pipeline.vae.config
    scored = getattr(model.pipeline.config, "requires_aesthetics_score", False)
    return unet.in_channels == vae.latent_channels and unet.time_cond_proj_dim is None and not scored
