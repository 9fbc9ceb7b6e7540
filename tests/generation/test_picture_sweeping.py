"""Which pictures the sweep removes, and which it leaves."""

import os
import time
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone

from aria_site.accounts.models import User
from aria_site.kernel.problems import InvalidInputError
from gallery.models import Artwork
from gallery.sweeping import STRAY_AGE_S
from generation.models import Job, StoredPicture
from generation.services import PictureSweepReport, job_submit, picture_store, pictures_sweep
from generation.services.pictures import UNUSED_FOR, pictures_use
from generation.sources import chosen_picture
from generation.specs import JobSpec
from tests.support.recipes import make_recipe
from tests.support.rows import make_artwork
from tests.support.uploads import encoded, gradient

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter_model", "rings")]

NOTHING = PictureSweepReport(rows=0, files=0)


@pytest.fixture
def brought(alice: User) -> StoredPicture:
    return picture_store(owner=alice, data=encoded(gradient()))


def path_of(media: Path, picture: StoredPicture) -> Path:
    return media / "pictures" / picture.sha256[:2] / f"{picture.sha256}.png"


def grow_old(media: Path) -> None:
    """Everything was brought, and used for the last time, longer ago than anything is kept."""
    StoredPicture.objects.update(used_at=timezone.now() - UNUSED_FOR - timedelta(minutes=1))
    for path in (media / "pictures").rglob("*"):
        if path.is_file():
            os.utime(path, (time.time() - STRAY_AGE_S - 60,) * 2)


def test_what_nobody_used_for_a_day_goes(media: Path, brought: StoredPicture) -> None:
    assert pictures_sweep() == NOTHING
    grow_old(media)

    assert pictures_sweep() == PictureSweepReport(rows=1, files=1)
    assert not path_of(media, brought).exists()
    assert pictures_sweep() == NOTHING


@pytest.mark.parametrize("state", Job.State.values)
def test_what_a_job_names_stays_whatever_became_of_it(
    alice: User, media: Path, brought: StoredPicture, state: str
) -> None:
    job = job_submit(owner=alice, spec=JobSpec(prompt="x", source=brought.sha256))
    lease = {"lease_token": job.pk, "lease_expires_at": timezone.now()} if state == Job.State.RUNNING else {}
    Job.objects.update(state=state, **lease)
    grow_old(media)

    assert pictures_sweep() == NOTHING
    assert path_of(media, brought).exists()


@pytest.mark.parametrize("field", ["source", "mask"])
def test_what_an_artwork_names_stays_when_its_job_is_gone(
    alice: User, media: Path, brought: StoredPicture, field: str
) -> None:
    recipe = make_recipe(**{"source": "0" * 64, "strength": 0.5, field: brought.sha256})
    make_artwork(alice, recipe_data=recipe.to_dict())
    grow_old(media)

    assert pictures_sweep() == NOTHING

    Artwork.objects.all().delete()
    assert pictures_sweep() == PictureSweepReport(rows=1, files=1)


def test_a_file_stays_as_long_as_one_of_several_people_uses_it(
    alice: User, bob: User, media: Path, brought: StoredPicture
) -> None:
    his = picture_store(owner=bob, data=encoded(gradient()))
    grow_old(media)
    StoredPicture.objects.filter(owner=bob).update(used_at=timezone.now())

    assert pictures_sweep() == PictureSweepReport(rows=1, files=0)
    assert StoredPicture.objects.get() == his
    assert path_of(media, his).exists()


def test_bringing_a_picture_again_makes_it_young(alice: User, media: Path, brought: StoredPicture) -> None:
    grow_old(media)

    again = picture_store(owner=alice, data=encoded(gradient(), "WEBP", lossless=True))

    assert again == brought
    assert pictures_sweep() == NOTHING
    assert path_of(media, brought).exists()


def test_a_job_that_is_ordered_while_the_sweep_runs_is_refused_and_not_left_without_its_picture(
    alice: User, brought: StoredPicture
) -> None:
    chosen = chosen_picture(alice, brought.sha256, field="source")
    StoredPicture.objects.all().delete()

    with pytest.raises(InvalidInputError) as refused:
        pictures_use(owner=alice, chosen=[chosen])

    assert refused.value.errors == {"source": "The picture in `source` is gone. Send it again."}


def test_unfinished_files_and_files_without_a_row_go(media: Path, brought: StoredPicture) -> None:
    StoredPicture.objects.all().delete()
    (media / "pictures" / ".tmp-dead").touch()
    (media / "pictures" / "notes.txt").touch()
    grow_old(media)
    fresh = media / "pictures" / ".tmp-fresh"
    fresh.touch()

    assert pictures_sweep() == PictureSweepReport(rows=0, files=2)
    assert sorted(path.name for path in (media / "pictures").rglob("*") if path.is_file()) == [
        ".tmp-fresh",
        "notes.txt",
    ]


def test_can_be_run_by_hand() -> None:
    out = StringIO()

    call_command("sweep_pictures", stdout=out)

    assert out.getvalue() == "0 unused pictures and 0 files of pictures removed.\n"
