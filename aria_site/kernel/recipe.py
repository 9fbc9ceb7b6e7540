"""The Recipe: an immutable, versioned record of everything that decides the pixels of one picture."""

import hashlib
import json
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Self

RECIPE_VERSION = 1


class RecipeError(ValueError):
    """A stored recipe cannot be read. The message is a sentence fit for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoraUse:
    """One LoRA as it was applied: its registered name and its weight."""

    name: str
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What one picture is painted from. Two equal recipes on one machine give the same picture.

    A job stores the recipe of its first picture; picture `index` of the job uses `for_picture(index)`.
    """

    model: str
    model_revision: str
    prompt: str
    resolved_prompt: str
    seed: int
    width: int
    height: int
    steps: int
    guidance_scale: float
    sampler: str
    negative_prompt: str = ""
    guide: float | None = None
    """Noise level in (0, 1] from which diffusion paints over the composition sketch; None or 1 means no sketch."""
    loras: tuple[LoraUse, ...] = ()
    source: str | None = None
    """SHA-256 of the picture that img2img and inpainting start from."""
    mask: str | None = None
    """SHA-256 of the inpainting mask; white is repainted."""
    strength: float | None = None
    """Share of the schedule that is repainted over `source`, in (0, 1]."""
    reference: str | None = None
    """SHA-256 of the picture whose likeness is wanted."""
    persona: str | None = None
    base_image_version: str | None = None
    version: int = RECIPE_VERSION

    def for_picture(self, index: int) -> Self:
        """The recipe of picture `index` of a job: the same in all but the seed, which is `seed + index`."""
        return replace(self, seed=self.seed + index)

    def to_dict(self) -> dict[str, Any]:
        """The recipe as JSON types, every field present."""
        return {**asdict(self), "loras": [asdict(lora) for lora in self.loras]}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """Read a stored recipe. Raises RecipeError on a newer version, unknown fields or missing ones."""
        if data.get("version") != RECIPE_VERSION:
            raise RecipeError(
                f"This recipe has version {data.get('version')}; this Aria reads version {RECIPE_VERSION}."
            )
        unknown = sorted(data.keys() - {field.name for field in fields(cls)})
        if unknown:
            raise RecipeError(f"This recipe has fields that this Aria does not know: {', '.join(unknown)}.")
        try:
            return cls(**{**data, "loras": tuple(LoraUse(**lora) for lora in data.get("loras", ()))})
        except TypeError as error:
            raise RecipeError("This recipe lacks fields that this Aria needs.") from error

    def canonical_json(self) -> str:
        """One spelling per recipe: sorted keys, no spaces, UTF-8 kept."""
        return json.dumps(self.to_dict(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    def fingerprint(self) -> str:
        """SHA-256 of the canonical JSON, in hexadecimal."""
        return hashlib.sha256(self.canonical_json().encode()).hexdigest()

    def changes_from(self, earlier: "Recipe") -> dict[str, tuple[Any, Any]]:
        """The fields that differ, as `{field: (earlier value, value here)}` in field order."""
        before, after = earlier.to_dict(), self.to_dict()
        return {name: (before[name], after[name]) for name in after if before[name] != after[name]}
