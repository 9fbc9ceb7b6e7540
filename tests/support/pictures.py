"""Artworks with real files, stored as the worker stores them."""

from typing import Any

import numpy as np

from aria_site.accounts.models import User
from gallery.models import Artwork
from gallery.services import FinishedPicture, artwork_store
from personas.models import Persona
from tests.support.recipes import make_recipe


def hang(owner: User, *, key: str = "job:1:0", persona: Persona | None = None, **recipe: Any) -> Artwork:
    """A grey picture on the wall; `recipe` replaces fields of its recipe."""
    made = make_recipe(**recipe)
    pixels = np.full((made.height, made.width, 3), 90, dtype=np.uint8)
    picture = FinishedPicture(pixels=pixels, recipe=made, origin_key=key, facts={"device": "cpu"})
    return artwork_store(picture, owner=owner, persona=persona)
