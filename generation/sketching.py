"""The composition sketch of a recipe, drawn by the starter's painter."""

from aria_site.kernel.recipe import Recipe
from generation.engine.contract import Pixels


def recipe_sketch(recipe: Recipe) -> Pixels:
    """Draw what the prompt asks for, at the recipe's size and from its seed."""
    from starter.sketch import sketch

    return sketch(recipe.resolved_prompt, seed=recipe.seed, width=recipe.width, height=recipe.height).image


def words_unread(recipe: Recipe) -> list[str]:
    """The words of the prompt that the sketch of a recipe could not read; none where it has no sketch."""
    if recipe.guide is None or recipe.guide >= 1:
        return []
    from starter.painter.parse import parse

    return list(parse(recipe.resolved_prompt, seed=recipe.seed).unknown)
