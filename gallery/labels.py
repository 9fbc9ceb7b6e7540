"""Museum labels: what stands beside a picture, and how large it hangs. Reads rows, writes nothing."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from django.urls import reverse
from django.utils.text import slugify

from aria_site.kernel.recipe import Recipe, RecipeError
from gallery.models import Artwork

NARROWEST, WIDEST = 25, 400
"""Shapes that have a class in static/gallery/ratios.css, as width : height x 100."""
FIRST_ROW = 6
"""How many pictures at most hang in the first row and are fetched without waiting."""
SMALL, MEDIUM = 320, 576
"""Longest sides up to which a picture hangs enlarged on its own page."""
_VERSION = re.compile(r"^v?\d+(\.\d+)*$")


class Painted(Protocol):
    """A row that stores a recipe."""

    @property
    def recipe(self) -> Recipe:
        """What it is painted from. Raises RecipeError."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Placard:
    """An artwork as it hangs: the row, its label and the sizes of its picture."""

    work: Artwork
    byline: str
    medium: str
    medium_short: str
    ratio_class: str
    src: str
    srcset: str
    sizes: str
    first: bool
    scale_class: str
    download_name: str


def placards(works: Iterable[Artwork], *, first_row: bool = True) -> list[Placard]:
    """The works as they hang on the wall. Without `first_row` all of them hang further down."""
    return [_placard(work, first=first_row and place < FIRST_ROW) for place, work in enumerate(works)]


def placard(work: Artwork) -> Placard:
    """One work as it hangs on its own page."""
    return _placard(work, first=True)


def byline(work: Artwork) -> str:
    """Who painted it and when: "Aria, 2026"."""
    year = str(work.created_at.year)
    return f"{work.persona.name}, {year}" if work.persona else year


def medium(work: Artwork) -> str:
    """What it was painted with: "diffusion on starter 0.1, 20 steps, seed 7"."""
    recipe = recipe_or_none(work)
    if recipe is None:
        return "diffusion"
    return f"diffusion on {_model(recipe)}, {recipe.steps} steps, seed {recipe.seed}"


def medium_short(work: Artwork) -> str:
    """The same for a narrow picture: "starter 0.1, seed 7"."""
    recipe = recipe_or_none(work)
    return f"{_model(recipe)}, seed {recipe.seed}" if recipe else "diffusion"


def recipe_or_none(work: Painted) -> Recipe | None:
    """The recipe, unless a newer Aria wrote it in a way this one cannot read."""
    try:
        return work.recipe
    except RecipeError:
        return None


def _model(recipe: Recipe) -> str:
    """The model with its revision where that is a version, not a hash."""
    return f"{recipe.model} {recipe.model_revision}" if _VERSION.match(recipe.model_revision) else recipe.model


def ratio_class(width: int, height: int) -> str:
    """The class of a picture's shape; what is narrower or wider than any class hangs as the outermost one."""
    return f"r-{min(WIDEST, max(NARROWEST, round(100 * width / height)))}"


def file_url(name: str) -> str:
    """The address of a stored file."""
    return reverse("gallery:file", args=[name])


def _placard(work: Artwork, *, first: bool) -> Placard:
    ratio = work.width / work.height
    thumbnails = sorted((int(width), name) for width, name in work.thumbnails.items())
    return Placard(
        work=work,
        byline=byline(work),
        medium=medium(work),
        medium_short=medium_short(work),
        ratio_class=ratio_class(work.width, work.height),
        src=file_url(thumbnails[0][1] if thumbnails else work.file),
        srcset=", ".join(f"{file_url(name)} {width}w" for width, name in thumbnails),
        sizes=_sizes(ratio, tall_px=340 if first else 240),
        first=first,
        scale_class=_scale_class(work),
        download_name=f"{slugify(work.title)[:60] or 'artwork'}-{work.pk.hex[:8]}.png",
    )


def _sizes(ratio: float, *, tall_px: int) -> str:
    """How wide the picture stands: rows of about `tall_px` on a desk, half the screen or more on a phone."""
    desk, tablet, phone = round(ratio * tall_px), round(ratio * 220), min(94, max(30, round(46 * ratio)))
    return f"(min-width: 60rem) {desk}px, (min-width: 40rem) {tablet}px, {phone}vw"


def _scale_class(work: Artwork) -> str:
    """How a picture hangs alone: small ones are enlarged a little, upright ones by their height."""
    longest = max(work.width, work.height)
    size = "is-small" if longest <= SMALL else "is-medium" if longest <= MEDIUM else ""
    return f"{size} is-upright" if size and work.height > work.width else size
