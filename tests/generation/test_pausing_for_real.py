"""A painting that was paused goes on from its checkpoint, and ends with the picture that it would have been anyway."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connections
from PIL import Image

from aria_site.accounts.models import User
from gallery.models import Artwork
from generation.engine.contract import PaintingEngine
from generation.engine.engine import Engine
from generation.models import DiffusionModel, GpuTime, Job
from generation.services import job_pause, job_resume, job_submit
from generation.specs import JobSpec
from generation.worker import StudioWorker
from tests.generation.engine.conftest import CallCounter
from tests.generation.engine.paintings import REAL, source_in
from tests.support.model_folders import write_model_folder
from tests.support.tiny_pipeline import SIZE, tiny_stable_diffusion

pytestmark = [pytest.mark.django_db(transaction=True), *REAL]

STEPS, PAUSED_IN = 12, 5
SPEC = JobSpec(prompt="a cat", seed=1, steps=STEPS, width=4 * SIZE, height=4 * SIZE, guide=1, sampler="DPM++ 2M")


@pytest.fixture
def model_calls(monkeypatch: pytest.MonkeyPatch) -> CallCounter:
    """Every forward pass of a UNet."""
    from diffusers import UNet2DConditionModel

    counter = CallCounter()
    monkeypatch.setattr(UNet2DConditionModel, "forward", counter.wrap(UNet2DConditionModel.forward))
    return counter


def test_it_goes_on_where_it_was_paused_and_every_pixel_is_the_same(
    alice: User,
    worker_of: Callable[[PaintingEngine], StudioWorker],
    starter_model: DiffusionModel,
    tmp_path: Path,
    model_calls: CallCounter,
) -> None:
    write_model_folder(Path(starter_model.folder), size_multiple=8)
    models = source_in(tiny_stable_diffusion(tmp_path / "tiny"), "0123456789ab")
    worker = worker_of(Engine(models=models, threads=1, device="cpu", dtype="float32"))
    job_submit(owner=alice, spec=SPEC)
    worker.paint_claimable()
    unhindered, calls = Artwork.objects.get(), model_calls.count

    paused = job_submit(owner=alice, spec=SPEC)
    pause_in_call(model_calls, calls + PAUSED_IN, paused, worker)
    worker.paint_claimable()

    paused.refresh_from_db()
    assert (paused.state, paused.held, Artwork.objects.count()) == ("queued", True, 1)
    assert (settings.CHECKPOINT_DIR / str(paused.pk)).is_dir()
    assert model_calls.count == calls + PAUSED_IN
    assert worker.paint_claimable() == 0

    job_resume(job=paused)
    worker.paint_claimable()

    paused.refresh_from_db()
    assert (paused.state, paused.held) == ("succeeded", False)
    assert model_calls.count == 2 * calls
    work = Artwork.objects.get(origin_key=paused.origin_key(0))
    assert pixels_of(work) == pixels_of(unhindered)
    assert GpuTime.objects.filter(job=paused).exclude(ended_at=None).count() == 2


def pixels_of(work: Artwork) -> bytes:
    """Every pixel of a picture that hangs."""
    with default_storage.open(work.file) as file, Image.open(file) as image:
        return image.convert("RGB").tobytes()


def pause_in_call(counter: CallCounter, call: int, job: Job, worker: StudioWorker) -> None:
    """Have the job paused while the model is called for that time; the worker's next beat finds its lease gone."""

    def on_call(number: int) -> None:
        if number == call:
            person = threading.Thread(target=press)
            person.start()
            person.join()

    def press() -> None:
        job_pause(job=job)
        worker.beat()
        connections.close_all()

    counter.on_call = on_call
