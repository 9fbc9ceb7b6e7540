"""Owns painting with parts that may still be in training: through the same diffusers pipeline that people use."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from starter.model.folder import PainterParts
from starter.model.kinds import IMAGE_TO_IMAGE, Pipeline
from starter.model.schedule import new_scheduler


@dataclass(frozen=True, slots=True, kw_only=True)
class PaintingOrder:
    """What to paint: a prompt and a sketch for each picture, and from which noise level on."""

    prompts: Sequence[str]
    sketches: Tensor
    guide: float
    steps: int
    guidance_scale: float
    seed: int


def pipeline_of(parts: PainterParts) -> Pipeline:
    """The pipeline that paints over a sketch; from noise level 1 it is plain text to image."""
    pipeline = IMAGE_TO_IMAGE(
        vae=parts.autoencoder,
        text_encoder=parts.text,
        tokenizer=parts.tokenizer,
        unet=parts.unet,
        scheduler=new_scheduler(),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def paint(pipeline: Pipeline, order: PaintingOrder) -> Tensor:
    """Paint all pictures of an order at once; returns (n, 3, h, w) in 0 to 1."""
    generator = [torch.Generator().manual_seed(order.seed + number) for number in range(len(order.prompts))]
    painted = pipeline(
        prompt=list(order.prompts),
        image=order.sketches,
        strength=order.guide,
        num_inference_steps=order.steps,
        guidance_scale=order.guidance_scale,
        generator=generator,
        output_type="pt",
    )
    pictures: Tensor = painted.images
    return pictures.float()
