"""The composition sketch of a recipe, drawn by the starter's painter."""

from aria_site.kernel.recipe import Recipe
from generation.engine.contract import Pixels


def recipe_sketch(recipe: Recipe) -> Pixels:
    """Draw what the prompt asks for, at the recipe's size and from its seed."""
    from starter.sketch import sketch

    return sketch(recipe.resolved_prompt, seed=recipe.seed, width=recipe.width, height=recipe.height).image
