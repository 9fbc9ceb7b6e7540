"""Owns the names of types that come from libraries without usable type information."""

from typing import Any, TypeAlias

import diffusers

Autoencoder: TypeAlias = Any
"""diffusers' AutoencoderTiny."""
Unet: TypeAlias = Any
"""diffusers' UNet2DConditionModel."""
Pipeline: TypeAlias = Any
"""A pipeline of diffusers."""
Scheduler: TypeAlias = Any
"""A scheduler of diffusers."""

AUTOENCODER: Any = diffusers.AutoencoderTiny
UNET: Any = diffusers.UNet2DConditionModel
TEXT_TO_IMAGE: Any = diffusers.StableDiffusionPipeline
IMAGE_TO_IMAGE: Any = diffusers.StableDiffusionImg2ImgPipeline
ANY_TEXT_TO_IMAGE: Any = diffusers.AutoPipelineForText2Image
DPM_SOLVER: Any = diffusers.DPMSolverMultistepScheduler
DDIM: Any = diffusers.DDIMScheduler
