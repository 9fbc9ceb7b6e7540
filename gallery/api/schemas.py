"""What programs read about artworks."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from pydantic import BaseModel, Field

from aria_site.kernel.recipe import Recipe
from gallery.labels import file_url, recipe_or_none
from gallery.models import Artwork


class LoraOut(BaseModel):
    """A LoRA as it was applied."""

    name: str
    weight: float


class RecipeOut(BaseModel):
    """Everything that decides the pixels of one picture."""

    version: int = Field(description="Version of the recipe format.", examples=[1])
    model: str = Field(examples=["starter"])
    model_revision: str
    prompt: str = Field(description="The prompt as it was written.", examples=["a lighthouse at dusk"])
    resolved_prompt: str = Field(description="The prompt as it was painted, with the persona's words.")
    negative_prompt: str
    seed: int = Field(description="Seed of the first picture; picture `i` of a job has `seed + i`.", examples=[7])
    width: int = Field(examples=[256])
    height: int = Field(examples=[256])
    steps: int = Field(examples=[20])
    guidance_scale: float = Field(examples=[5.0])
    sampler: str = Field(examples=["DPM++ 2M"])
    guide: float | None
    loras: list[LoraOut]
    source: str | None = Field(description="SHA-256 of the picture that was painted over.")
    mask: str | None = Field(description="SHA-256 of the mask; white was repainted.")
    strength: float | None
    reference: str | None
    persona: str | None
    base_image_version: str | None

    @classmethod
    def of(cls, recipe: Recipe) -> "RecipeOut":
        """The recipe as programs see it: every field of it, under its own name."""
        return cls.model_validate(recipe.to_dict())


class ArtistOut(BaseModel):
    """The persona who painted it."""

    slug: str = Field(examples=["aria"])
    name: str = Field(examples=["Aria"])


class PaintedOnOut(BaseModel):
    """What painted it. Empty where an older Aria wrote nothing down."""

    device: str = Field(examples=["cuda:0"])
    dtype: str = Field(description="Number format of the model.", examples=["bfloat16"])
    worker: str = Field(description="Without its host, which is nobody's business.", examples=["gpu0"])
    model_revision: str = Field(description="Of the model that painted, whatever was registered at the order.")

    @classmethod
    def of(cls, facts: dict[str, Any]) -> "PaintedOnOut":
        """The facts as programs see them."""
        told = {name: str(facts.get(name, "")) for name in cls.model_fields}
        return cls(**{**told, "worker": told["worker"].partition("@")[0]})


class ArtworkLinks(BaseModel):
    """Where this artwork is."""

    self: str = Field(description="This document.", examples=["/api/v1/artworks/0b0f4a3e-7f0d-4a52-9a4e-0d8a4b3d7c11"])
    page: str = Field(description="Its page for people.", examples=["/artworks/0b0f4a3e-7f0d-4a52-9a4e-0d8a4b3d7c11/"])


class ArtworkOut(BaseModel):
    """One finished picture."""

    id: UUID
    title: str = Field(examples=["A lighthouse at dusk"])
    alt: str = Field(description="What a screen reader says of it.")
    persona: ArtistOut | None
    parent: UUID | None = Field(description="The artwork that it was painted over, if it is a variation of one.")
    recipe: RecipeOut | None = Field(description="Null only where a newer Aria wrote it in a way this one cannot read.")
    painted_on: PaintedOnOut
    words_unread: list[str] = Field(
        description="Words that steered nothing in the composition sketch.", examples=[["fox"]]
    )
    file: str = Field(description="Address of the PNG master.", examples=["/media/artworks/0b/0b0f-4d1c.png"])
    thumbnails: dict[str, str] = Field(description="Width in pixels to the address of a WebP of that width.")
    width: int
    height: int
    created_at: datetime
    score: float | None = Field(description="The curator's score in [0, 1]; null until she has looked at it.")
    verdict: str | None
    reasons: list[str]
    links: ArtworkLinks

    @classmethod
    def of(cls, artwork: Artwork) -> "ArtworkOut":
        """The artwork as programs see it. Reads no further rows when its persona is loaded."""
        recipe, persona = recipe_or_none(artwork), artwork.persona
        return cls(
            id=artwork.pk,
            title=artwork.title,
            alt=artwork.alt,
            persona=ArtistOut(slug=persona.slug, name=persona.name) if persona else None,
            parent=artwork.parent_id,
            recipe=RecipeOut.of(recipe) if recipe else None,
            painted_on=PaintedOnOut.of(artwork.facts),
            words_unread=artwork.words_unread,
            file=file_url(artwork.file),
            thumbnails={width: file_url(name) for width, name in artwork.thumbnails.items()},
            width=artwork.width,
            height=artwork.height,
            created_at=artwork.created_at,
            score=artwork.score,
            verdict=artwork.verdict or None,
            reasons=artwork.reasons,
            links=ArtworkLinks(self=reverse("api:artwork", args=[artwork.pk]), page=artwork.get_absolute_url()),
        )


class ArtworkPage(BaseModel):
    """One page of the wall, newest first."""

    items: list[ArtworkOut]
    next: str | None = Field(description="Send it as `after` for the page behind; null at the end.")
