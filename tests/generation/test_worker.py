"""The GPU worker: claims, paints with an engine, stores, and lets go when it must."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest
from django.conf import settings
from django.db import connections
from django.utils import timezone

from aria_site.accounts.models import User
from aria_site.kernel.hashing import sha256_hex
from gallery.models import Artwork
from gallery.services import FinishedPicture, StoredFiles, artwork_files_write
from generation.engine.contract import EngineError, PaintingEngine, Stage
from generation.engine.fake import FakeEngine, StepGate
from generation.live import read_frame
from generation.models import Job, Worker
from generation.selectors import job_artworks, workers_alive
from generation.services import job_begin, job_cancel, job_claim, job_submit
from generation.services.requeueing import requeue
from generation.specs import JobSpec
from generation.worker import STAGE_BUDGET_S, StudioWorker, _Watched
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("starter_model")]

WorkerOf: TypeAlias = Callable[[PaintingEngine], StudioWorker]


def queue(owner: User, *, prompt: str = "a cat", count: int = 1) -> Job:
    """A queued job."""
    return job_submit(owner=owner, spec=JobSpec(prompt=prompt, seed=1, count=count))


def in_background(worker: StudioWorker) -> threading.Thread:
    """Let the worker paint on a thread of its own, as Celery does."""

    def paint() -> None:
        worker.paint_claimable()
        connections.close_all()

    thread = threading.Thread(target=paint, daemon=True)
    thread.start()
    return thread


def test_paints_everything_that_waits(alice: User, fake_engine: FakeEngine, worker_of: WorkerOf) -> None:
    first, second = queue(alice, count=3), queue(alice)

    assert worker_of(fake_engine).paint_claimable() == 2

    assert [Job.objects.get(pk=job.pk).state for job in (first, second)] == ["succeeded", "succeeded"]
    assert [work.recipe.seed for work in job_artworks(first)] == [1, 2, 3]
    assert Artwork.objects.count() == 4


def test_every_stored_file_is_the_one_its_row_speaks_of(
    alice: User, fake_engine: FakeEngine, worker_of: WorkerOf, media: Path
) -> None:
    queue(alice, count=2)
    worker_of(fake_engine).paint_claimable()

    works = list(Artwork.objects.all())
    assert {work.sha256 for work in works} == {sha256_hex((media / work.file).read_bytes()) for work in works}
    named = {work.file for work in works} | {name for work in works for name in work.thumbnails.values()}
    assert {str(path.relative_to(media)) for path in media.rglob("*") if path.is_file()} == named


def test_keeps_what_it_was_painted_with(alice: User, fake_engine: FakeEngine, worker_of: WorkerOf) -> None:
    queue(alice)
    worker_of(fake_engine).paint_claimable()

    assert Artwork.objects.get().facts["device"] == "fake"
    assert Job.objects.get().device == "fake"


@pytest.mark.parametrize(("guide", "unread"), [(0.5, ["fox"]), (1.0, [])])
def test_keeps_which_words_its_sketch_could_not_read(
    alice: User, fake_engine: FakeEngine, worker_of: WorkerOf, guide: float, unread: list[str]
) -> None:
    job_submit(owner=alice, spec=JobSpec(prompt="a red fox at dusk", guide=guide))
    worker_of(fake_engine).paint_claimable()

    assert Artwork.objects.get().words_unread == unread


def test_leaves_no_checkpoint_behind(alice: User, fake_engine: FakeEngine, worker_of: WorkerOf) -> None:
    queue(alice)
    worker_of(fake_engine).paint_claimable()

    assert list(settings.CHECKPOINT_DIR.iterdir()) == []


def test_an_engine_error_ends_the_job_with_its_sentence_and_the_next_one_runs(alice: User, worker_of: WorkerOf) -> None:
    broken, fine = queue(alice, prompt="broken"), queue(alice, prompt="fine")
    engine = FakeEngine(failures={"broken": EngineError("The model cannot be read.", code="model_refused")})

    worker_of(engine).paint_claimable()

    broken.refresh_from_db()
    assert (broken.state, broken.error, broken.error_code) == ("failed", "The model cannot be read.", "model_refused")
    assert Job.objects.get(pk=fine.pk).state == "succeeded"


def test_a_passing_trouble_is_tried_three_times(alice: User, worker_of: WorkerOf) -> None:
    job = queue(alice)
    engine = FakeEngine(failures={"*": EngineError("Out of memory.", code="out_of_memory", retryable=True)})

    worker_of(engine).paint_claimable()

    job.refresh_from_db()
    assert (job.state, job.attempts, len(engine.submitted)) == ("failed", 3, 3)


def test_what_may_have_ended_the_last_worker_is_painted_alone(alice: User, worker_of: WorkerOf) -> None:
    begun, waiting = queue(alice, prompt="begun"), queue(alice, prompt="waiting")
    for _job in (begun, waiting):
        claim = job_claim(worker="gpu0/1", device="cpu", can_take=lambda _job: True)
        assert claim
        if claim.job == begun:
            job_begin(claim, stage="step")
    requeue(Job.objects.all())
    engine = FakeEngine()

    worker_of(engine).paint_claimable()

    assert {order.recipe.prompt: order.alone for order in engine.submitted} == {"begun": True, "waiting": False}


def test_cancelling_a_running_job_leaves_no_artwork(alice: User, worker_of: WorkerOf) -> None:
    gate = StepGate(hold_at=2)
    job, worker = queue(alice), worker_of(FakeEngine(steps_gate=gate))
    thread = in_background(worker)
    gate.wait_until_held()

    job_cancel(job=job)
    worker.beat()
    gate.release()
    thread.join(10)

    assert Job.objects.get(pk=job.pk).state == "cancelled"
    assert Artwork.objects.count() == 0


def test_a_heartbeat_prolongs_the_lease_of_a_painting_that_moves(alice: User, worker_of: WorkerOf) -> None:
    gate = StepGate(hold_at=2)
    queue(alice)
    worker = worker_of(FakeEngine(steps_gate=gate))
    thread = in_background(worker)
    gate.wait_until_held()
    Job.objects.update(lease_expires_at=timezone.now())

    worker.beat()

    assert Job.objects.filter(lease_expires_at__gt=timezone.now()).count() == 1
    gate.release()
    thread.join(10)


def test_a_stopped_worker_gives_its_job_back_and_another_finishes_it_once(alice: User, worker_of: WorkerOf) -> None:
    gate = StepGate(hold_at=2)
    job = queue(alice)
    leaving = worker_of(FakeEngine(steps_gate=gate))
    thread = in_background(leaving)
    gate.wait_until_held()

    leaving.stop()
    thread.join(10)
    assert Job.objects.get(pk=job.pk).state == "queued"
    worker_of(FakeEngine()).paint_claimable()

    assert Job.objects.get(pk=job.pk).state == "succeeded"
    assert Artwork.objects.count() == 1


def test_shows_the_newest_frame_to_whoever_looks(alice: User, worker_of: WorkerOf) -> None:
    gate = StepGate(hold_at=2)
    job = queue(alice)
    assert read_frame(job.pk) is None
    thread = in_background(worker_of(FakeEngine(steps_gate=gate)))
    gate.wait_until_held()

    wait_until(lambda: read_frame(job.pk) is not None)
    frame = read_frame(job.pk)

    assert frame is not None
    assert (frame.number, frame.jpeg[:2]) == (1, b"\xff\xd8")
    gate.release()
    thread.join(10)


def test_draws_no_frame_that_nobody_looks_for(
    alice: User, fake_engine: FakeEngine, worker_of: WorkerOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[object] = []
    monkeypatch.setattr("generation.painting.keep_frame", lambda job_id, _frame: drawn.append(job_id))
    _unseen, seen = queue(alice), queue(alice)
    read_frame(seen.pk)

    worker_of(fake_engine).paint_claimable()

    assert set(drawn) == {seen.pk}


def test_paints_on_while_nobody_can_be_told(
    alice: User, fake_engine: FakeEngine, worker_of: WorkerOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "REDIS_URL", "unix:///nowhere/valkey.sock")
    queue(alice)

    worker_of(fake_engine).paint_claimable()

    assert Job.objects.get().state == "succeeded"


def test_is_seen_from_its_start_to_its_stop(fake_engine: FakeEngine, worker_of: WorkerOf) -> None:
    worker = worker_of(fake_engine)

    worker.start()
    assert [seen.name for seen in workers_alive()] == ["gpu0@test"]

    worker.stop()
    assert Worker.objects.count() == 0


def test_a_painting_that_stands_still_beyond_its_stages_budget_is_not_moving(alice: User, worker_of: WorkerOf) -> None:
    class Still:
        stage, progress = Stage.STEP, 4

    class Painting:
        ticket = Still()

    now = 0.0
    watched = _Watched(Painting(), clock=lambda: now)  # type: ignore[arg-type]  # only the ticket is looked at

    assert watched.is_moving()
    now = STAGE_BUDGET_S[Stage.STEP] - 1
    assert watched.is_moving()
    now = STAGE_BUDGET_S[Stage.STEP] + 1
    assert not watched.is_moving()
    Still.progress = 5
    assert watched.is_moving()


def test_rings_for_another_hand_while_its_engine_has_room(alice: User, worker_of: WorkerOf, rings: list[str]) -> None:
    queue(alice)
    queue(alice)
    gate = StepGate(hold_at=2)
    thread = in_background(worker_of(FakeEngine(steps_gate=gate, slots=2)))
    gate.wait_until_held()

    assert len(rings) == 2 + 1
    gate.release()
    thread.join(10)


def test_rings_once_the_device_is_free_and_before_it_stores(
    alice: User, worker_of: WorkerOf, rings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rung_before_storing: list[int] = []

    def write(picture: FinishedPicture) -> StoredFiles:
        rung_before_storing.append(len(rings))
        return artwork_files_write(picture)

    monkeypatch.setattr("generation.painting.artwork_files_write", write)
    queue(alice)
    queue(alice)

    worker_of(FakeEngine(slots=1)).paint_claimable()

    assert rung_before_storing == [2 + 1, 2 + 1]


def test_rings_for_nobody_when_nothing_waits(
    alice: User, fake_engine: FakeEngine, worker_of: WorkerOf, rings: list[str]
) -> None:
    queue(alice)

    worker_of(fake_engine).paint_claimable()

    assert rings == ["generation.ring"]


def test_a_job_with_a_recipe_of_a_newer_aria_fails_with_a_sentence_and_the_next_one_runs(
    alice: User, fake_engine: FakeEngine, worker_of: WorkerOf
) -> None:
    strange, fine = queue(alice), queue(alice)
    Job.objects.filter(pk=strange.pk).update(recipe_data={**strange.recipe_data, "version": 99})

    worker_of(fake_engine).paint_claimable()

    strange.refresh_from_db()
    assert (strange.state, strange.error_code) == ("failed", "recipe_unreadable")
    assert "version 99" in strange.error
    assert Job.objects.get(pk=fine.pk).state == "succeeded"
