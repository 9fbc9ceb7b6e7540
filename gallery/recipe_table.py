"""The recipe of an artwork as people read it: a few named rows."""

from typing import Any

from gallery.labels import recipe_or_none
from gallery.models import Artwork

SHORT = 12
"""So much of a hash tells pictures apart for people."""


def painted_on(facts: dict[str, Any]) -> str:
    """Device, number format and worker: "cuda:0 in bfloat16, by gpu0". The worker's host is nobody's business."""
    device, dtype, worker = (str(facts.get(name, "")) for name in ("device", "dtype", "worker"))
    where = f"{device} in {dtype}" if device and dtype else device
    return f"{where}, by {worker.partition('@')[0]}" if where and worker else where


def recipe_rows(work: Artwork) -> list[tuple[str, str]]:
    """Name and value of everything worth telling, in reading order. Empty where the recipe cannot be read."""
    recipe = recipe_or_none(work)
    if recipe is None:
        return []
    rows = {
        "Prompt": recipe.prompt,
        "Painted as": recipe.resolved_prompt if recipe.resolved_prompt != recipe.prompt else "",
        "Without": recipe.negative_prompt,
        "Model": recipe.model,
        "Revision": work.facts.get("model_revision") or recipe.model_revision,
        "Seed": str(recipe.seed),
        "Size": f"{recipe.width} by {recipe.height}",
        "Steps": str(recipe.steps),
        "Guidance": f"{recipe.guidance_scale:g}",
        "Sampler": recipe.sampler,
        "Painted over": f"picture {recipe.source[:SHORT]}" if recipe.source else "",
        "Mask": f"picture {recipe.mask[:SHORT]}" if recipe.mask else "",
        "Strength": f"{recipe.strength:g}" if recipe.strength is not None else "",
        "Composition": f"{recipe.guide:g}" if recipe.guide is not None else "",
        "Not understood": ", ".join(work.words_unread),
        "Painted on": painted_on(work.facts),
    }
    return [(name, value) for name, value in rows.items() if value]
