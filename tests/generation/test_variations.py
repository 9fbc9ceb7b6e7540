"""Ordering paintings over pictures: what names a picture, what is frozen into the recipe, and who is the parent."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from aria_site.accounts.models import User
from aria_site.kernel.problems import InvalidInputError
from gallery.metadata import parameters_text
from gallery.models import Artwork
from generation.engine.contract import EngineError, PaintingEngine
from generation.engine.fake import FakeEngine
from generation.models import DiffusionModel, Job, StoredPicture
from generation.picture_files import picture_pixels, picture_read
from generation.picture_intake import PictureKind
from generation.services import job_submit, picture_store
from generation.specs import JobSpec
from generation.worker import StudioWorker
from tests.support.model_folders import write_model_folder
from tests.support.pictures import hang
from tests.support.uploads import encoded, gradient

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter_model", "rings")]

NOBODYS = "6a3f0e43-7f0c-4b0c-9d57-6d2f0d1f0a01"


def spec(**asked: Any) -> JobSpec:
    return JobSpec(**{"prompt": "a boat", "seed": 1, **asked})


def refusals(owner: User, **asked: Any) -> dict[str, str]:
    """The sentences; nothing is queued and nothing is stored."""
    before = StoredPicture.objects.count()
    with pytest.raises(InvalidInputError) as refused:
        job_submit(owner=owner, spec=spec(**asked))
    assert (Job.objects.count(), StoredPicture.objects.count()) == (0, before)
    return refused.value.errors


def brought(owner: User, width: int = 64, height: int = 64, kind: PictureKind = PictureKind.PICTURE) -> str:
    return picture_store(owner=owner, data=encoded(gradient(width, height)), kind=kind).sha256


def test_an_artwork_enters_the_recipe_by_the_hash_of_its_file(alice: User) -> None:
    work = hang(alice, width=256, height=192)

    job = job_submit(owner=alice, spec=spec(source=str(work.pk), strength=0.4))

    recipe = job.recipe
    assert (recipe.source, recipe.mask, recipe.strength, recipe.guide) == (work.sha256, None, 0.4, None)
    assert (recipe.width, recipe.height) == (256, 192)
    assert job.parent == work


def test_a_brought_picture_and_its_mask_enter_the_recipe_by_their_hashes(alice: User) -> None:
    source, mask = brought(alice), brought(alice, 32, 32, PictureKind.MASK)

    job = job_submit(owner=alice, spec=spec(source=source.upper(), mask=mask))

    assert (job.recipe.source, job.recipe.mask, job.recipe.strength) == (source, mask, 0.6)
    assert job.parent is None


def test_anybodys_work_on_the_wall_can_be_painted_over(alice: User, bob: User) -> None:
    work = hang(alice)

    job = job_submit(owner=bob, spec=spec(source=str(work.pk)))

    assert (job.owner, job.parent) == (bob, work)
    assert list(StoredPicture.objects.values_list("owner", "sha256")) == [(bob.pk, work.sha256)]


def test_an_artwork_stays_paintable_when_it_is_gone_from_the_wall_and_the_disk(alice: User, media: Path) -> None:
    work = hang(alice)
    master = (media / work.file).read_bytes()
    job = job_submit(owner=alice, spec=spec(source=str(work.pk)))

    shutil.rmtree(media / "artworks")
    Artwork.objects.all().delete()

    job.refresh_from_db()
    assert job.parent is None
    assert picture_read(work.sha256) == master
    assert picture_pixels(work.sha256).shape == (192, 256, 3)


@pytest.mark.parametrize(
    ("size", "painted"),
    [((64, 64), (256, 256)), ((128, 64), (352, 192)), ((4000, 3000), (288, 224)), ((640, 16), (1632, 128))],
)
def test_a_brought_picture_is_painted_in_its_own_shape_at_the_models_own_number_of_pixels(
    alice: User, size: tuple[int, int], painted: tuple[int, int]
) -> None:
    recipe = job_submit(owner=alice, spec=spec(source=brought(alice, *size))).recipe

    assert (recipe.width, recipe.height) == painted


def test_a_size_that_is_asked_for_is_the_one_that_is_painted(alice: User) -> None:
    recipe = job_submit(owner=alice, spec=spec(source=brought(alice), width=512, height=320)).recipe

    assert (recipe.width, recipe.height) == (512, 320)


def test_what_another_person_brought_is_told_like_what_is_not_there(alice: User, mallory: User) -> None:
    picture, trashed = brought(alice), hang(alice)
    Artwork.objects.update(state=Artwork.State.TRASHED)
    names = (picture, str(trashed.pk), trashed.sha256, "0" * 64, NOBODYS, "my holiday")

    sentences = {str(refusals(mallory, source=name)) for name in names}

    assert len(sentences) == 1
    assert "There is no picture for `source` by that name." in sentences.pop()


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"mask": "0" * 64}, "mask"),
        ({"strength": 0.5}, "strength"),
        ({"source": "PICTURE", "guide": 0.5}, "guide"),
        ({"source": "PICTURE", "strength": 0.0}, "strength"),
        ({"source": "PICTURE", "strength": 1.5}, "strength"),
        ({"source": "PICTURE", "strength": float("nan")}, "strength"),
        ({"source": "PICTURE", "mask": "0" * 64}, "mask"),
        ({"source": "PICTURE", "mask": "WIDE"}, "mask"),
        ({"source": "PICTURE", "reference": "PICTURE"}, "reference"),
    ],
)
def test_what_does_not_go_together_is_refused_by_name(alice: User, asked: dict[str, Any], field: str) -> None:
    names = {"PICTURE": brought(alice), "WIDE": brought(alice, 64, 32)}

    errors = refusals(alice, **{name: names.get(str(value), value) for name, value in asked.items()})

    assert list(errors) == [field]
    assert errors[field].endswith(".")


def test_a_mask_may_be_off_by_the_pixel_that_was_rounded_away(alice: User) -> None:
    source, mask = brought(alice, 301, 200), brought(alice, 150, 100, PictureKind.MASK)

    assert job_submit(owner=alice, spec=spec(source=source, mask=mask)).recipe.mask == mask


def test_a_model_of_another_family_paints_over_nothing(
    alice: User, starter_model: DiffusionModel, tmp_path: Path
) -> None:
    folder = write_model_folder(tmp_path / "flow", sketch=False, guide=None)
    index = folder / "model_index.json"
    index.write_text(index.read_text().replace("StableDiffusionPipeline", "PixArtSigmaPipeline"))
    starter_model.folder = str(folder)
    starter_model.save()

    assert list(refusals(alice, source=brought(alice))) == ["source"]


def test_an_artwork_whose_file_is_gone_is_refused(alice: User, media: Path) -> None:
    work = hang(alice)
    (media / work.file).unlink()

    assert refusals(alice, source=str(work.pk)) == {
        "source": "The file of the artwork in `source` is gone. Choose another one."
    }


def test_the_same_request_under_one_key_is_one_job_also_when_the_artwork_is_gone_by_then(alice: User) -> None:
    asked = spec(source=str(hang(alice).pk))
    first = job_submit(owner=alice, spec=asked, idempotency_key="k")
    Artwork.objects.update(state=Artwork.State.TRASHED)

    assert job_submit(owner=alice, spec=asked, idempotency_key="k") == first


@pytest.fixture
def worker(worker_of: Callable[[PaintingEngine], StudioWorker], fake_engine: FakeEngine) -> StudioWorker:
    return worker_of(fake_engine)


def test_variations_hang_as_children_of_the_work_they_are_painted_over(alice: User, worker: StudioWorker) -> None:
    work = hang(alice)
    job_submit(owner=alice, spec=spec(source=str(work.pk), count=2))

    worker.paint_claimable()

    children = list(work.children.all())
    assert len(children) == 2
    assert {child.recipe.source for child in children} == {work.sha256}


def test_a_parent_that_is_removed_meanwhile_leaves_a_work_without_one(alice: User, worker: StudioWorker) -> None:
    work = hang(alice)
    job_submit(owner=alice, spec=spec(source=str(work.pk)))
    Artwork.objects.all().delete()

    worker.paint_claimable()

    assert Artwork.objects.get().parent is None


def test_other_tools_read_the_strength_in_the_file(alice: User) -> None:
    recipe = job_submit(owner=alice, spec=spec(source=brought(alice), strength=0.35)).recipe

    assert "Denoising strength: 0.35" in parameters_text(recipe)


def test_the_engine_gets_the_pixels_that_were_brought(alice: User) -> None:
    assert np.array_equal(picture_pixels(brought(alice)), np.asarray(gradient(64, 64)))


@pytest.mark.parametrize("damage", ["gone", "changed"])
def test_the_engine_hears_a_sentence_about_a_picture_that_is_not_what_it_was(
    alice: User, media: Path, damage: str
) -> None:
    sha256 = brought(alice)
    path = media / "pictures" / sha256[:2] / f"{sha256}.png"
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(encoded(gradient(32, 32)))

    with pytest.raises(EngineError) as caught:
        picture_pixels(sha256)

    assert caught.value.code == "source_missing"
