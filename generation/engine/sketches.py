"""What a painting starts from where it does not start from pure noise."""

from dataclasses import dataclass

from aria_site.kernel.recipe import Recipe
from generation.engine.contract import EngineError, Pixels, Sketcher


@dataclass(frozen=True, slots=True)
class Start:
    """Pictures to paint over, one per recipe, and the noise level from which diffusion takes over."""

    pictures: tuple[Pixels, ...]
    noise_level: float


def starting_pictures(recipes: tuple[Recipe, ...], sketcher: Sketcher | None) -> Start | None:
    """What these recipes paint over; None where they start from noise. Raises EngineError where it cannot be had.

    This is the one place that knows where starting pictures come from.
    """
    first = recipes[0]
    refuse_unpainted(first)
    if first.guide is None or first.guide >= 1:
        return None
    if sketcher is None:
        raise EngineError("This Aria has nobody who draws sketches; paint without a guide.", code="sketch_missing")
    return Start(tuple(sketcher(recipe) for recipe in recipes), first.guide)


def refuse_unpainted(recipe: Recipe) -> None:
    """Refuse what a recipe can say and the engine cannot paint yet. Raises EngineError (code unsupported)."""
    wishes = {
        "a source picture": recipe.source,
        "a mask": recipe.mask,
        "a reference picture": recipe.reference,
        "LoRAs": recipe.loras,
    }
    for wish, given in wishes.items():
        if given:
            raise EngineError(f"Aria cannot paint from {wish} yet.", code="unsupported")
