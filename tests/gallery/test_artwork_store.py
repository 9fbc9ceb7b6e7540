"""Storing pictures: file and row together, or neither."""

from pathlib import Path

import numpy as np
import pytest
from django.db import IntegrityError
from PIL import Image

from aria_site.accounts.models import User
from gallery.models import Artwork
from gallery.services import FinishedPicture, artwork_annotate, artwork_store
from personas.models import Persona
from tests.support.recipes import make_recipe


def picture(origin_key: str = "job:1:0", level: int = 90) -> FinishedPicture:
    """A grey picture."""
    pixels = np.full((192, 256, 3), level, dtype=np.uint8)
    return FinishedPicture(pixels=pixels, recipe=make_recipe(), origin_key=origin_key, facts={"device": "cpu"})


def files_in(media: Path) -> int:
    return sum(path.is_file() for path in media.rglob("*"))


def test_the_row_tells_what_the_file_is(alice: User, media: Path) -> None:
    work = artwork_store(picture(), owner=alice, persona=Persona.objects.get(slug="aria"))

    with Image.open(media / work.file) as image:
        assert image.size == (work.width, work.height) == (256, 192)
    assert (media / work.file).stat().st_size == work.bytes
    assert (work.title, work.colour, work.facts) == ("A lighthouse at dusk", "#5a5a5a", {"device": "cpu"})
    assert (work.recipe, work.state, str(work.persona)) == (make_recipe(), "hung", "Aria")
    assert list(work.thumbnails) == ["256"]


def test_file_names_tell_nothing_of_the_prompt(alice: User) -> None:
    work = artwork_store(picture(), owner=alice)

    assert work.file == f"artworks/{work.pk.hex[:2]}/{work.pk.hex}-{work.sha256[:8]}.png"


def test_the_same_origin_is_stored_once_and_leaves_no_second_file(alice: User, media: Path) -> None:
    artwork_store(picture(), owner=alice)
    before = files_in(media)

    with pytest.raises(IntegrityError):
        artwork_store(picture(level=91), owner=alice)

    assert (Artwork.objects.count(), files_in(media)) == (1, before)


def test_upper_apps_write_their_findings(alice: User) -> None:
    work = artwork_store(picture(), owner=alice)

    artwork_annotate(work, score=0.8, verdict="hang", reasons=["sharp"])

    stored = Artwork.objects.get()
    assert (stored.score, stored.verdict, stored.reasons) == (0.8, "hang", ["sharp"])


def test_nobody_rewrites_how_it_was_made(alice: User) -> None:
    work = artwork_store(picture(), owner=alice)

    with pytest.raises(ValueError, match="Not an annotation: file, recipe_data"):
        artwork_annotate(work, recipe_data={}, file="x")
