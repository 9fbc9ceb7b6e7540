"""Recipes and claimed jobs for tests."""

from typing import Any

from aria_site.kernel.recipe import Recipe


def make_recipe(**changes: Any) -> Recipe:
    """A small, complete recipe; `changes` replace its fields."""
    fields: dict[str, Any] = {
        "model": "starter",
        "model_revision": "0123456789ab",
        "prompt": "a lighthouse at dusk",
        "resolved_prompt": "a lighthouse at dusk",
        "seed": 7,
        "width": 256,
        "height": 192,
        "steps": 8,
        "guidance_scale": 5.0,
        "sampler": "DPM++ 2M",
    }
    return Recipe(**{**fields, **changes})
