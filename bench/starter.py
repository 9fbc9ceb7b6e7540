"""Claim: the starter's own sampling is as fast as a bare diffusers call that gives the same picture.

- painting over a sketch, and plain text to image, ours / bare: at most 1.05;
- numbers that differ between the two pictures: 0.
"""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Any

import torch
from torch import Tensor

from bench.measuring import at_most, exactly, paired_times, ratio_of, seconds
from bench.reporting import Report, run_script
from starter.config import config
from starter.model.folder import PainterParts
from starter.model.kinds import ANY_TEXT_TO_IMAGE, IMAGE_TO_IMAGE
from starter.model.sampling import PaintingOrder, paint, pipeline_of
from starter.sketch import sketch
from starter.training.autoencoder_training import as_tensor

LOADS = 5
PROMPT = "a red sailboat, watercolour, sunset"
STEPS = 8
GUIDES = {"over_a_sketch": 0.5, "from_noise": 1.0}


@dataclass(frozen=True, slots=True)
class Pair:
    """The same painting twice: our way and diffusers' own."""

    name: str
    ours: Callable[[], Tensor]
    bare: Callable[[], Tensor]


def measure(report: Report, device: str) -> None:
    """Paint both ways in turns; the starter paints on the processor here, whatever else there is."""
    torch.set_num_threads(1)
    for pair in pairs():
        report.goal(f"{pair.name}_numbers_apart", int((pair.ours() != pair.bare()).sum()), exactly(0))
        times = paired_times(pair.ours, pair.bare)
        report.goal(f"{pair.name}_ours_over_bare", ratio_of(times), at_most(1.05))
        report.figure(f"{pair.name}_{STEPS}_steps", median(ours for ours, _ in times), "s of processor")
    report.figure("load", median(seconds(_loaded) for _ in range(LOADS)), "s of processor")


def pairs() -> list[Pair]:
    """Painting over a sketch, and plain text to image."""
    bare = _loaded()
    over = IMAGE_TO_IMAGE(**bare.components, requires_safety_checker=False)
    over.set_progress_bar_config(disable=True)
    parts = PainterParts(unet=bare.unet, text=bare.text_encoder, tokenizer=bare.tokenizer, autoencoder=bare.vae)
    ours = pipeline_of(parts)
    drawn = as_tensor(sketch(PROMPT, seed=1, width=256, height=256).image[None])
    return [_pair(name, ours, over, _order(drawn, guide)) for name, guide in GUIDES.items()]


def _pair(name: str, ours: Any, bare: Any, order: PaintingOrder) -> Pair:
    def call() -> Tensor:
        picture: Tensor = bare(
            prompt=list(order.prompts), image=order.sketches, strength=order.guide, num_inference_steps=order.steps,
            guidance_scale=order.guidance_scale, generator=[torch.Generator().manual_seed(order.seed)],
            output_type="pt",
        ).images  # fmt: skip
        return picture.float()

    return Pair(name, lambda: paint(ours, order), call)


def _order(drawn: Tensor, guide: float) -> PaintingOrder:
    scale = config().painter.defaults.guidance_scale
    return PaintingOrder(prompts=[PROMPT], sketches=drawn, guide=guide, steps=STEPS, guidance_scale=scale, seed=1)


def _loaded() -> Any:
    folder = str(config().folders.painter)
    return ANY_TEXT_TO_IMAGE.from_pretrained(folder, dtype=torch.bfloat16, local_files_only=True)


if __name__ == "__main__":
    run_script(__file__, measure)
