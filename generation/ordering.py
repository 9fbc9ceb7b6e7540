"""From a request to a frozen recipe: defaults, bounds and the sentences that refuse."""

import math
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from aria_site.accounts.models import User
from aria_site.kernel.problems import InvalidInputError, NotFoundError
from aria_site.kernel.recipe import Recipe
from gallery.models import Artwork
from generation import limits
from generation.catalogue import model_manifest
from generation.engine.contract import EngineError
from generation.engine.manifest import PAINTS_OVER, ModelManifest
from generation.engine.samplers import DEFAULT_SAMPLER, SAMPLER_NAMES
from generation.models import DiffusionModel
from generation.sources import ChosenPicture, chosen_picture, same_shape
from generation.specs import JobSpec
from personas.models import Persona

T = TypeVar("T")

NOT_YET = {
    "loras": "LoRAs cannot be used yet. Leave `loras` out.",
    "reference": "Reference pictures cannot be used yet. Leave `reference` out.",
}
"""Fields that a recipe already has and the engine does not paint yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A checked request: what is painted, how often, for whom."""

    recipe: Recipe
    persona: Persona | None
    count: int
    keep: int
    priority: int = 0
    source: ChosenPicture | None = None
    mask: ChosenPicture | None = None

    @property
    def pictures(self) -> tuple[ChosenPicture, ...]:
        """Every stored picture that the recipe names."""
        return tuple(picture for picture in (self.source, self.mask) if picture)

    @property
    def parent(self) -> Artwork | None:
        """The artwork that is painted over."""
        return self.source.artwork if self.source else None


class Lookups:
    """What the requests of one batch name, each looked up once; where it is not there, that is remembered too."""

    def __init__(self, owner: User) -> None:
        self._owner = owner
        self._found: dict[tuple[str, str | None], Any] = {}

    def model(self, name: str | None) -> DiffusionModel | None:
        """The model of that name; without a name, the default one."""
        named: dict[str, Any] = {"name": name} if name else {"is_default": True}
        return self._once(("model", name), lambda: DiffusionModel.objects.filter(**named).first())

    def persona(self, slug: str) -> Persona | None:
        """The persona of that slug."""
        return self._once(("persona", slug), lambda: Persona.objects.filter(slug=slug).first())

    def picture(self, name: str, *, field: str) -> ChosenPicture | None:
        """The picture of that name, if this person may paint over it."""
        return self._once((field, name), lambda: self._picture(name, field))

    def _picture(self, name: str, field: str) -> ChosenPicture | None:
        try:
            return chosen_picture(self._owner, name, field=field)
        except NotFoundError:
            return None

    def _once(self, key: tuple[str, str | None], find: Callable[[], T]) -> T:
        if key not in self._found:
            self._found[key] = find()
        found: T = self._found[key]
        return found


def order_from_spec(spec: JobSpec, *, owner: User, chosen_seed: int, lookups: Lookups | None = None) -> Order:
    """Check a request and fill in what it leaves open. Raises InvalidInputError naming every wrong field at once."""
    problems: dict[str, str] = {}
    lookups = lookups or Lookups(owner)
    model, manifest = _model_of(spec, lookups, problems)
    persona = _persona_of(spec, lookups, problems)
    _check_text(spec, problems)
    _check_not_yet(spec, problems)
    _check_numbers(spec, problems)
    source, mask = _pictures_of(spec, lookups, problems)
    if model is None or manifest is None:
        raise InvalidInputError(problems)
    recipe = _recipe(spec, model, manifest, persona=persona, chosen_seed=chosen_seed)
    if source is not None:
        recipe = _painted_over(recipe, spec, manifest, source=source, mask=mask)
    _check_against_model(spec, recipe, manifest, problems)
    if problems:
        raise InvalidInputError(problems)
    keep = spec.keep or spec.count
    return Order(
        recipe=recipe,
        persona=persona,
        count=spec.count,
        keep=keep,
        priority=spec.priority,
        source=source,
        mask=mask,
    )


def _recipe(
    spec: JobSpec, model: DiffusionModel, manifest: ModelManifest, *, persona: Persona | None, chosen_seed: int
) -> Recipe:
    prompt = spec.prompt.strip()
    return Recipe(
        model=model.name,
        model_revision=manifest.revision,
        prompt=prompt,
        resolved_prompt=f"{prompt}, {persona.style}" if persona and persona.style else prompt,
        negative_prompt=spec.negative.strip() or (persona.negative_prompt if persona else ""),
        seed=chosen_seed if spec.seed in {None, -1} else int(spec.seed or 0),
        width=_or(spec.width, manifest.width),
        height=_or(spec.height, manifest.height),
        steps=_or(spec.steps, manifest.steps),
        guidance_scale=_or(spec.guidance, manifest.guidance_scale),
        sampler=_or(spec.sampler, manifest.sampler),
        guide=_or(spec.guide, manifest.guide) if manifest.sketch else None,
        persona=persona.slug if persona else None,
    )


def _painted_over(
    recipe: Recipe, spec: JobSpec, manifest: ModelManifest, *, source: ChosenPicture, mask: ChosenPicture | None
) -> Recipe:
    """The recipe with its source instead of a sketch, at the size of the source where none was asked for."""
    asked_size = spec.width is not None or spec.height is not None
    width, height = (recipe.width, recipe.height) if asked_size else size_over(source, manifest)
    return replace(
        recipe,
        source=source.sha256,
        mask=mask.sha256 if mask else None,
        strength=_or(spec.strength, limits.DEFAULT_STRENGTH),
        guide=None,
        width=width,
        height=height,
    )


def size_over(source: ChosenPicture, manifest: ModelManifest) -> tuple[int, int]:
    """The size at which a picture is painted over: an artwork's own where the model paints that, else its shape.

    A brought picture is painted at about as many pixels as the model paints best.
    """
    step = side_step(manifest)
    sides = (source.width, source.height)
    if source.artwork and all(limits.MIN_SIDE <= side <= limits.MAX_SIDE and side % step == 0 for side in sides):
        return sides
    scale = math.sqrt(manifest.width * manifest.height / (source.width * source.height))
    width, height = (_side(side * scale, step) for side in sides)
    return width, height


def side_step(manifest: ModelManifest) -> int:
    """Sides are multiples of this."""
    return max(limits.SIDE_STEP, manifest.size_multiple)


def _side(wanted: float, step: int) -> int:
    least, most = -(-limits.MIN_SIDE // step) * step, limits.MAX_SIDE // step * step
    return min(most, max(least, round(wanted / step) * step))


def _or(asked: T | None, default: T) -> T:
    return default if asked is None else asked


def _model_of(
    spec: JobSpec, lookups: Lookups, problems: dict[str, str]
) -> tuple[DiffusionModel | None, ModelManifest | None]:
    model = lookups.model(spec.model)
    if model is None:
        known = ", ".join(DiffusionModel.objects.values_list("name", flat=True)) or "none"
        problems["model"] = f"There is no model “{spec.model or 'default'}” here. Known models: {known}."
        return None, None
    try:
        return model, model_manifest(model)
    except EngineError as error:
        problems["model"] = str(error)
        return model, None


def _persona_of(spec: JobSpec, lookups: Lookups, problems: dict[str, str]) -> Persona | None:
    if spec.persona is None:
        return None
    persona = lookups.persona(spec.persona)
    if persona is None:
        problems["persona"] = f"There is no persona “{spec.persona}” here."
    return persona


def _pictures_of(
    spec: JobSpec, lookups: Lookups, problems: dict[str, str]
) -> tuple[ChosenPicture | None, ChosenPicture | None]:
    """The source and the mask, where they are there for this person and go together."""
    if spec.source is None:
        for name in ("mask", "strength"):
            if getattr(spec, name) is not None:
                problems[name] = f"`{name}` belongs to a picture that is painted over: name that in `source`."
        return None, None
    source = _picture_of("source", spec.source, lookups, problems=problems)
    mask = None if spec.mask is None else _picture_of("mask", spec.mask, lookups, problems=problems)
    if source and mask and not same_shape(source, mask):
        problems["mask"] = (
            f"`mask` must have the proportions of `source`, which is {source.width} by {source.height}; "
            f"it is {mask.width} by {mask.height}."
        )
    return source, mask


def _picture_of(field: str, name: str, lookups: Lookups, *, problems: dict[str, str]) -> ChosenPicture | None:
    picture = lookups.picture(name, field=field)
    if picture is None:
        problems[field] = (
            f"There is no picture for `{field}` by that name. Send the id of an artwork, "
            "or the SHA-256 of a picture that you have uploaded."
        )
    return picture


def _check_text(spec: JobSpec, problems: dict[str, str]) -> None:
    if not spec.prompt.strip():
        problems["prompt"] = "Say what to paint: the prompt is empty."
    for name, text, most in (
        ("prompt", spec.prompt, limits.MAX_PROMPT),
        ("negative", spec.negative, limits.MAX_NEGATIVE),
    ):
        if len(text) > most:
            problems[name] = f"Keep `{name}` to {most:,} characters; this has {len(text):,}."
        elif any(unicodedata.category(mark) in {"Cc", "Cs"} and mark not in "\n\r\t" for mark in text):
            problems[name] = f"Remove the control characters from `{name}`."


def _check_not_yet(spec: JobSpec, problems: dict[str, str]) -> None:
    problems.update({name: sentence for name, sentence in NOT_YET.items() if getattr(spec, name) not in {None, ()}})
    if spec.keep is not None and spec.keep != spec.count:
        problems["keep"] = "Keeping only the best of a job is not possible yet. Leave `keep` out."


def _check_numbers(spec: JobSpec, problems: dict[str, str]) -> None:
    def between(name: str, value: float | None, least: float, most: float) -> None:
        if value is not None and not (math.isfinite(value) and least <= value <= most):
            problems[name] = f"`{name}` must be between {least:,g} and {most:,g}."

    between("width", spec.width, limits.MIN_SIDE, limits.MAX_SIDE)
    between("height", spec.height, limits.MIN_SIDE, limits.MAX_SIDE)
    between("steps", spec.steps, 1, limits.MAX_STEPS)
    between("guidance", spec.guidance, 0, limits.MAX_GUIDANCE)
    between("count", spec.count, 1, limits.MAX_COUNT)
    between("priority", spec.priority, -limits.MAX_PRIORITY, limits.MAX_PRIORITY)
    if spec.seed is not None and not -1 <= spec.seed <= limits.MAX_SEED:
        problems["seed"] = f"`seed` must be between 0 and {limits.MAX_SEED}, or -1 for a fresh one."
    if spec.guide is not None and not 0 < spec.guide <= 1:
        problems["guide"] = "`guide` must be above 0 and at most 1."
    if spec.strength is not None and not 0 < spec.strength <= 1:
        problems["strength"] = "`strength` must be above 0 and at most 1."


def _check_against_model(spec: JobSpec, recipe: Recipe, manifest: ModelManifest, problems: dict[str, str]) -> None:
    step = side_step(manifest)
    for name, side in (("width", recipe.width), ("height", recipe.height)):
        if name not in problems and side % step:
            problems[name] = f"`{name}` must be a multiple of {step} for this model: {side // step * step} would do."
    if recipe.sampler not in {*SAMPLER_NAMES, DEFAULT_SAMPLER}:
        problems["sampler"] = f"There is no sampler “{recipe.sampler}”. Known: {', '.join(SAMPLER_NAMES)}."
    if spec.guide is not None and spec.source is not None:
        problems["guide"] = "`guide` covers a composition sketch, and `source` takes its place. Leave one of them out."
    elif spec.guide is not None and not manifest.sketch:
        problems["guide"] = "This model has no composition sketch. Leave `guide` out."
    if recipe.source is not None and manifest.family not in PAINTS_OVER:
        problems["source"] = "This model cannot paint over a picture yet. Leave `source` out, or choose another model."
    if not problems and recipe.width * recipe.height * recipe.steps * spec.count > limits.PIXEL_STEP_BUDGET:
        problems["count"] = "This is more than one job may take: ask for fewer pictures, fewer steps or a smaller size."
