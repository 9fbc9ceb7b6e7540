"""A disk that is full and a database that is away: paintings wait or say why, and nothing is lost or hung twice."""

import errno
from collections import namedtuple
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError
from pytest_django import Settings

from aria_site.accounts.models import User
from gallery.models import Artwork
from gallery.storage import AtomicFileSystemStorage
from generation import painting, troubles
from generation.engine.contract import PaintingEngine
from generation.engine.fake import FakeEngine
from generation.models import Job
from generation.services import job_submit, job_succeed
from generation.specs import JobSpec
from generation.troubles import PATIENCE_S, patiently
from generation.worker import StudioWorker
from tests.support.steady_clock import SteadyClock

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("starter_model")]

WorkerOf = Callable[[PaintingEngine], StudioWorker]
Usage = namedtuple("Usage", "free")


class FullStorage(AtomicFileSystemStorage):
    """A media folder on a full disk: nothing fits but the first `room` files."""

    room = 0

    def _save(self, name: str, content: Any) -> str:
        if FullStorage.room == 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        FullStorage.room -= 1
        return super()._save(name, content)


@pytest.fixture
def full_disk(settings: Settings) -> type[FullStorage]:
    """Every write into the media folder fails, until the test makes room."""
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": f"{__name__}.FullStorage"}}
    FullStorage.room = 0
    return FullStorage


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rests cost no time."""
    monkeypatch.setattr(troubles, "REST_S", 0.0)


def queue(owner: User, count: int = 1) -> Job:
    """A queued job."""
    return job_submit(owner=owner, spec=JobSpec(prompt="a cat", seed=1, count=count))


def files_in(media: Path) -> list[Path]:
    return [path for path in media.rglob("*") if path.is_file()]


def test_a_disk_that_stays_full_ends_the_job_with_that_reason_and_leaves_no_file(
    alice: User, fake_engine: FakeEngine, worker_of: WorkerOf, full_disk: type[FullStorage], media: Path
) -> None:
    job = queue(alice, count=2)
    full_disk.room = 3

    worker_of(fake_engine).paint_claimable()

    job.refresh_from_db()
    assert (job.state, job.attempts, job.error_code) == ("failed", 3, "given_up")
    assert "The disk is full, so the picture could not be stored." in job.error
    assert (Artwork.objects.count(), [path for path in files_in(media) if not path.stat().st_size]) == (0, [])


def test_a_disk_that_has_room_again_gets_the_picture_without_a_restart(
    alice: User, fake_engine: FakeEngine, worker_of: WorkerOf, full_disk: type[FullStorage]
) -> None:
    job = queue(alice)
    worker = worker_of(fake_engine)
    worker.paint_claimable()
    assert Job.objects.get().state == "failed"
    full_disk.room = 1000
    Job.objects.update(state="queued", attempts=0, finished_at=None)

    worker.paint_claimable()

    job.refresh_from_db()
    assert (job.state, Artwork.objects.count()) == ("succeeded", 1)


def test_no_job_is_taken_while_the_disk_is_full_and_it_is_painted_afterwards(
    alice: User, fake_engine: FakeEngine, worker_of: WorkerOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue(alice)
    worker = worker_of(fake_engine)

    with monkeypatch.context() as trouble:
        trouble.setattr("shutil.disk_usage", lambda _folder: Usage(free=troubles.LEAST_ROOM - 1))
        assert worker.paint_claimable() == 0
    assert Job.objects.values_list("state", "attempts").get() == ("queued", 0)

    assert worker.paint_claimable() == 1


def test_progress_that_cannot_be_noted_stops_no_painting(
    alice: User, fake_engine: FakeEngine, worker_of: WorkerOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> bool:
        raise OperationalError("the server closed the connection")

    monkeypatch.setattr(painting, "job_progress_note", away)
    queue(alice)

    worker_of(fake_engine).paint_claimable()

    assert Job.objects.get().state == "succeeded"


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
@pytest.mark.usefixtures("impatient")
def test_a_picture_waits_for_a_database_that_is_away(
    alice: User,
    fake_engine: FakeEngine,
    worker_of: WorkerOf,
    monkeypatch: pytest.MonkeyPatch,
    error: type[Exception],
) -> None:
    troubled = [error("the server closed the connection")] * 3

    def succeed(*arguments: Any, **named: Any) -> list[Artwork]:
        if troubled:
            raise troubled.pop()
        return job_succeed(*arguments, **named)

    monkeypatch.setattr(painting, "job_succeed", succeed)
    queue(alice)

    worker_of(fake_engine).paint_claimable()

    assert (Job.objects.get().state, Artwork.objects.count(), len(fake_engine.submitted)) == ("succeeded", 1, 1)


@pytest.mark.usefixtures("impatient")
def test_a_commit_whose_answer_was_lost_keeps_its_files(
    alice: User, fake_engine: FakeEngine, worker_of: WorkerOf, monkeypatch: pytest.MonkeyPatch, media: Path
) -> None:
    lost = [OperationalError("the server closed the connection")]

    def succeed(*arguments: Any, **named: Any) -> list[Artwork]:
        works = job_succeed(*arguments, **named)
        if lost:
            raise lost.pop()
        return works

    monkeypatch.setattr(painting, "job_succeed", succeed)
    queue(alice)

    worker_of(fake_engine).paint_claimable()

    assert Job.objects.get().state == "succeeded"
    work = Artwork.objects.get()
    assert {path.relative_to(media).as_posix() for path in files_in(media)} == {work.file, *work.thumbnails.values()}


def test_patience_ends_after_a_minute() -> None:
    steady = SteadyClock()

    def away() -> None:
        raise OperationalError("the server is away")

    with pytest.raises(OperationalError):
        patiently(away, clock=steady.read, rest=steady.shift)

    assert steady.read() == PATIENCE_S


def test_a_painting_that_nobody_waits_for_is_withdrawn(
    alice: User, fake_engine: FakeEngine, worker_of: WorkerOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> bool:
        raise ValueError("nobody expected this")

    monkeypatch.setattr(painting, "job_progress_note", broken)
    queue(alice)
    worker = worker_of(fake_engine)

    with pytest.raises(ValueError, match="nobody expected this"):
        worker.paint_claimable()

    assert fake_engine._tickets[0].cancelled
