"""What the reaper sweeps, and what it leaves alone."""

import os
import time
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from pytest_django import Settings

from aria_site.accounts.models import User
from generation.models import Job
from generation.services import job_cancel, job_submit, jobs_reap, worker_seen
from generation.services.reaping import STRAY_AGE_S
from generation.specs import JobSpec

pytestmark = pytest.mark.usefixtures("starter_model")


def checkpoint_of(settings: Settings, name: str) -> Path:
    """A checkpoint folder with something in it."""
    folder = Path(settings.CHECKPOINT_DIR, name)
    folder.mkdir(parents=True)
    (folder / "0.safetensors").write_bytes(b"latents")
    return folder


def aged(path: Path, seconds: float) -> Path:
    """The file, last written so long ago."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"half")
    os.utime(path, (time.time() - seconds,) * 2)
    return path


def test_checkpoints_of_jobs_that_are_over_or_gone_go(alice: User, settings: Settings) -> None:
    waiting, over = (job_submit(owner=alice, spec=JobSpec(prompt=prompt)) for prompt in ("a cat", "a dog"))
    job_cancel(job=over)
    kept = checkpoint_of(settings, str(waiting.pk))
    gone = [checkpoint_of(settings, str(over.pk)), checkpoint_of(settings, "00000000-0000-4000-8000-000000000000")]
    strange = checkpoint_of(settings, "notes")

    assert jobs_reap().checkpoints_swept == 2

    assert [folder.exists() for folder in (kept, strange, *gone)] == [True, True, False, False]


def test_unfinished_files_go_when_nobody_can_still_be_writing_them(media: Path) -> None:
    old = aged(media / "artworks" / "ab" / ".tmp-old", STRAY_AGE_S + 60)
    fresh = aged(media / "artworks" / "ab" / ".tmp-fresh", 60)
    finished = aged(media / "artworks" / "ab" / "picture.png", STRAY_AGE_S + 60)

    assert jobs_reap().strays_swept == 1

    assert [path.exists() for path in (old, fresh, finished)] == [False, True, True]


@pytest.mark.parametrize(("alive", "expected"), [(True, ["generation.ring"]), (False, [])])
def test_rings_for_what_waits_only_where_somebody_hears_it(
    alice: User,
    rings: list[str],
    django_capture_on_commit_callbacks: Callable[..., Any],
    alive: bool,
    expected: list[str],
) -> None:
    job_submit(owner=alice, spec=JobSpec(prompt="a cat"))
    if alive:
        worker_seen("gpu0/1", name="gpu0@here", host="here")

    with django_capture_on_commit_callbacks(execute=True):
        jobs_reap()

    assert rings == expected


def test_can_be_run_by_hand(alice: User) -> None:
    job_submit(owner=alice, spec=JobSpec(prompt="a cat"))
    Job.objects.update(
        state="running", lease_token="00000000-0000-4000-8000-000000000000", lease_expires_at="2020-01-01T00:00Z"
    )
    out = StringIO()

    call_command("reap", stdout=out)

    assert out.getvalue() == "1 jobs taken back, 0 checkpoints and 0 unfinished files removed.\n"
