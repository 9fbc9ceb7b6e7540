"""What the reaper sweeps, and what it leaves alone."""

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
from generation.specs import JobSpec

pytestmark = pytest.mark.usefixtures("starter_model")


def checkpoint_of(settings: Settings, name: str) -> Path:
    """A checkpoint folder with something in it."""
    folder = Path(settings.CHECKPOINT_DIR, name)
    folder.mkdir(parents=True)
    (folder / "0.safetensors").write_bytes(b"latents")
    return folder


def test_checkpoints_of_jobs_that_are_over_or_gone_go(alice: User, settings: Settings) -> None:
    waiting, over = (job_submit(owner=alice, spec=JobSpec(prompt=prompt)) for prompt in ("a cat", "a dog"))
    job_cancel(job=over)
    kept = checkpoint_of(settings, str(waiting.pk))
    gone = [checkpoint_of(settings, str(over.pk)), checkpoint_of(settings, "00000000-0000-4000-8000-000000000000")]
    strange = checkpoint_of(settings, "notes")

    assert jobs_reap().checkpoints_swept == 2

    assert [folder.exists() for folder in (kept, strange, *gone)] == [True, True, False, False]


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

    assert out.getvalue() == "1 jobs taken back, 0 stale checkpoints removed.\n"
