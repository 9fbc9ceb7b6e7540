"""What a painting starts from where it does not start from pure noise: a sketch, or a picture that somebody chose."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from aria_site.kernel.recipe import Recipe
from generation.engine.contract import EngineError, Pictures, Pixels, Sketcher

Mask: TypeAlias = NDArray[np.bool_]
"""(height, width); true where a picture is repainted."""

WHITE_FROM = 128
"""The grey level from which a mask counts as white."""
CENTRE = (0.5, 0.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Pictures to paint over and the noise level from which diffusion takes over."""

    pictures: tuple[Pixels, ...]
    """One per recipe, or one for all of them."""
    noise_level: float
    mask: Mask | None = None
    """Where the pictures are repainted; None repaints all of them."""


def starting_pictures(
    recipes: tuple[Recipe, ...], sketcher: Sketcher | None, pictures: Pictures | None
) -> Start | None:
    """What these recipes paint over; None where they start from noise. Raises EngineError where it cannot be had.

    This is the one place that knows where starting pictures come from. The recipes differ in nothing but the seed.
    """
    first = recipes[0]
    refuse_unpainted(first)
    if first.source is not None:
        return _chosen(first, pictures)
    if first.guide is None or first.guide >= 1:
        return None
    if sketcher is None:
        raise EngineError("This Aria has nobody who draws sketches; paint without a guide.", code="sketch_missing")
    return Start(pictures=tuple(sketcher(recipe) for recipe in recipes), noise_level=first.guide)


def refuse_unpainted(recipe: Recipe) -> None:
    """Refuse what a recipe can say and the engine cannot paint. Raises EngineError (code unsupported)."""
    wishes = {"a reference picture": recipe.reference, "LoRAs": recipe.loras}
    for wish, given in wishes.items():
        if given:
            raise EngineError(f"Aria cannot paint from {wish} yet.", code="unsupported")
    if recipe.source is None and (recipe.mask is not None or recipe.strength is not None):
        raise EngineError(
            "A mask and a strength belong to a source picture, and this recipe has none.", code="unsupported"
        )
    if recipe.source is not None and recipe.strength is None:
        raise EngineError("A source picture needs a strength, and this recipe has none.", code="unsupported")
    if recipe.source is not None and recipe.guide is not None and recipe.guide < 1:
        raise EngineError(
            "A painting starts from a sketch or from a source picture, not from both.", code="unsupported"
        )


def fitted(picture: Pixels, width: int, height: int) -> Pixels:
    """A picture at another size: scaled until it covers that size, and what sticks out is cut off evenly.

    A picture that has the size already stays as it is, byte for byte.
    """
    if picture.shape[:2] == (height, width):
        return picture
    image = ImageOps.fit(Image.fromarray(picture), (width, height), Image.Resampling.LANCZOS, centering=CENTRE)
    return np.asarray(image)


def fitted_mask(picture: Pixels, width: int, height: int) -> Mask:
    """Where a picture is white, at another size; fitted like the source that it belongs to."""
    image = Image.fromarray(picture).convert("L")
    if image.size != (width, height):
        image = ImageOps.fit(image, (width, height), Image.Resampling.BILINEAR, centering=CENTRE)
    return np.asarray(image) >= WHITE_FROM


def _chosen(recipe: Recipe, pictures: Pictures | None) -> Start | None:
    """The source of a recipe with its mask. Where all is repainted at full strength nothing is left of it, so: None."""
    strength = recipe.strength or 1.0
    if strength >= 1 and recipe.mask is None:
        return None
    picture_of = _required(pictures)
    picture = fitted(picture_of(recipe.source or ""), recipe.width, recipe.height)
    mask = fitted_mask(picture_of(recipe.mask), recipe.width, recipe.height) if recipe.mask else None
    if mask is not None and not mask.any():
        raise EngineError("The mask is black all over: nothing would be repainted.", code="mask_empty")
    return Start(pictures=(picture,), noise_level=strength, mask=mask)


def _required(pictures: Pictures | None) -> Callable[[str], Pixels]:
    if pictures is None:
        raise EngineError("This Aria keeps no pictures to paint over; paint without a source.", code="source_missing")
    return pictures
