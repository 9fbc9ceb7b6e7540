"""What a real engine painted in company, it paints again alone."""

from collections.abc import Callable
from pathlib import Path

import pytest

from aria_site.accounts.models import User
from gallery.models import Artwork
from generation.engine.contract import PaintingEngine
from generation.engine.engine import Engine
from generation.models import DiffusionModel, Reproduction
from generation.services import job_submit, reproduction_submit
from generation.specs import JobSpec
from generation.worker import StudioWorker
from tests.generation.engine.paintings import REAL, source_in
from tests.support.model_folders import write_model_folder
from tests.support.tiny_pipeline import SIZE, tiny_stable_diffusion

pytestmark = [pytest.mark.django_db(transaction=True), *REAL]


def test_every_picture_of_a_batch_comes_out_the_same_alone(
    alice: User,
    worker_of: Callable[[PaintingEngine], StudioWorker],
    starter_model: DiffusionModel,
    tmp_path: Path,
) -> None:
    write_model_folder(Path(starter_model.folder), size_multiple=8)
    models = source_in(tiny_stable_diffusion(tmp_path / "tiny"), "0123456789ab")
    worker = worker_of(Engine(models=models, threads=1, device="cpu", dtype="float32"))
    spec = JobSpec(prompt="a cat", seed=1, count=3, steps=4, width=4 * SIZE, height=4 * SIZE, guide=1)
    job_submit(owner=alice, spec=spec)
    worker.paint_claimable()

    for artwork in Artwork.objects.all():
        reproduction_submit(artwork=artwork, owner=alice)
    worker.paint_claimable()

    done = list(Reproduction.objects.all())
    assert len(done) == 3
    assert {reproduction.verdict for reproduction in done} <= {"identical", "within_tolerance"}
    assert all((reproduction.largest_difference or 0) <= 1 for reproduction in done)
    assert {(reproduction.differing, reproduction.facts["model_revision"]) for reproduction in done} == {
        ("", "0123456789ab")
    }
