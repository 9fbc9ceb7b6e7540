"""How fast the starter model paints, beside a bare diffusers call that gives the same picture.

Run with `python -m bench.starter`. Prints one JSON object: medians in seconds, and our time over theirs.
"""

import json
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from starter.config import config
from starter.model.folder import PainterParts
from starter.model.kinds import ANY_TEXT_TO_IMAGE, IMAGE_TO_IMAGE
from starter.model.sampling import PaintingOrder, paint, pipeline_of
from starter.sketch import sketch
from starter.training.autoencoder_training import as_tensor

ROUNDS = 5
PROMPT = "a red sailboat, watercolour, sunset"
STEPS = (8, 20)


@dataclass(frozen=True, slots=True)
class Pair:
    """The same painting twice: our way and diffusers' own."""

    name: str
    ours: Callable[[], Tensor]
    bare: Callable[[], Tensor]


def measure(pair: Pair) -> dict[str, Any]:
    """Medians of both ways, taken in turns. Raises ValueError where their pictures differ."""
    if not torch.equal(pair.ours(), pair.bare()):
        raise ValueError(f"{pair.name}: the pictures differ.")
    times: dict[str, list[float]] = {"ours": [], "bare": []}
    for _ in range(ROUNDS):
        times["ours"].append(_seconds(pair.ours))
        times["bare"].append(_seconds(pair.bare))
    ours, bare = statistics.median(times["ours"]), statistics.median(times["bare"])
    return {"ours_s": round(ours, 3), "bare_s": round(bare, 3), "ratio": round(ours / bare, 3)}


def load_seconds() -> float:
    """The median time to load the exported folder."""
    return statistics.median(_seconds(_loaded) for _ in range(ROUNDS))


def pairs(steps: int) -> list[Pair]:
    """Painting over a sketch, and plain text to image, in so many steps."""
    bare = _loaded()
    over = IMAGE_TO_IMAGE(**bare.components, requires_safety_checker=False)
    over.set_progress_bar_config(disable=True)
    parts = PainterParts(unet=bare.unet, text=bare.text_encoder, tokenizer=bare.tokenizer, autoencoder=bare.vae)
    ours = pipeline_of(parts)
    drawn = as_tensor(sketch(PROMPT, seed=1, width=256, height=256).image[None])
    return [_pair(f"guide {guide}, {steps} steps", ours, over, _order(drawn, guide, steps)) for guide in (0.5, 1.0)]


def _pair(name: str, ours: Any, bare: Any, order: PaintingOrder) -> Pair:
    def call() -> Tensor:
        picture: Tensor = bare(
            prompt=list(order.prompts), image=order.sketches, strength=order.guide, num_inference_steps=order.steps,
            guidance_scale=order.guidance_scale, generator=[torch.Generator().manual_seed(order.seed)],
            output_type="pt",
        ).images  # fmt: skip
        return picture.float()

    return Pair(name, lambda: paint(ours, order), call)


def _order(drawn: Tensor, guide: float, steps: int) -> PaintingOrder:
    scale = config().painter.defaults.guidance_scale
    return PaintingOrder(prompts=[PROMPT], sketches=drawn, guide=guide, steps=steps, guidance_scale=scale, seed=1)


def _loaded() -> Any:
    folder = str(config().folders.painter)
    return ANY_TEXT_TO_IMAGE.from_pretrained(folder, dtype=torch.bfloat16, local_files_only=True)


def _seconds(work: Callable[[], Any]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def main() -> None:
    """Measure everything and print it."""
    warnings.simplefilter("ignore")
    figures: dict[str, Any] = {"threads": torch.get_num_threads(), "load_s": round(load_seconds(), 3)}
    for steps in STEPS:
        figures |= {pair.name: measure(pair) for pair in pairs(steps)}
    sys.stdout.write(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
