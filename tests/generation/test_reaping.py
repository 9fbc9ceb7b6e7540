"""What the reaper takes back and sweeps, and what it leaves alone, whatever the clock of the machine says."""

import os
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from pytest_django import Settings

from aria_site.accounts.models import User
from generation.models import Job
from generation.services import (
    Claim,
    LeaseWatch,
    job_cancel,
    job_claim,
    job_submit,
    jobs_reap,
    jobs_reap_by_hand,
    leases_renew,
    worker_seen,
)
from generation.services.claiming import LEASE
from generation.services.lease_watch import STILL_S
from generation.specs import JobSpec
from tests.support.rows import NOON
from tests.support.steady_clock import SteadyClock

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


def claimed(owner: User) -> Claim:
    """A job that a worker holds."""
    job_submit(owner=owner, spec=JobSpec(prompt="a cat"))
    claim = job_claim(worker="gpu0/1", device="cpu", can_take=lambda _job: True)
    assert claim is not None
    return claim


@pytest.mark.parametrize("jump", [timedelta(minutes=10), -timedelta(minutes=10)], ids=["forward", "back"])
def test_a_clock_that_is_set_takes_nothing_from_a_worker_that_lives(alice: User, jump: timedelta) -> None:
    steady = SteadyClock()
    watch = LeaseWatch(steady.read)
    with time_machine.travel(NOON, tick=False) as clock:
        claim = claimed(alice)
        jobs_reap(watch)
        clock.shift(jump)

        for _ in range(8):
            assert jobs_reap(watch).requeued == 0
            assert leases_renew([claim.token]) == set()
            clock.shift(3)
            steady.shift(3)

    assert Job.objects.get().lease_token == claim.token


@pytest.mark.parametrize("jump", [timedelta(minutes=10), -timedelta(minutes=10)], ids=["forward", "back"])
def test_a_dead_workers_lease_is_taken_back_in_time_though_the_clock_is_set(alice: User, jump: timedelta) -> None:
    steady = SteadyClock()
    watch = LeaseWatch(steady.read)
    with time_machine.travel(NOON, tick=False) as clock:
        claimed(alice)
        jobs_reap(watch)
        clock.shift(jump)
        clock.shift(LEASE)
        steady.shift(LEASE.total_seconds())

        assert jobs_reap(watch).requeued == 1


def test_a_lease_that_ran_out_is_taken_back_once_it_was_seen_to_stand_still(alice: User) -> None:
    steady = SteadyClock()
    watch = LeaseWatch(steady.read)
    with time_machine.travel(NOON, tick=False) as clock:
        claimed(alice)
        clock.shift(LEASE + timedelta(seconds=1))

        first = jobs_reap(watch)
        steady.shift(STILL_S - 0.1)
        second = jobs_reap(watch)
        steady.shift(0.1)
        third = jobs_reap(watch)

    assert [(report.requeued, report.doubtful) for report in (first, second, third)] == [(0, 1), (0, 1), (1, 0)]


def test_a_worker_whose_clock_is_behind_keeps_what_it_paints(alice: User) -> None:
    steady = SteadyClock()
    watch = LeaseWatch(steady.read)
    with time_machine.travel(NOON, tick=False) as clock:
        claim = claimed(alice)
        for _ in range(8):
            clock.shift(-timedelta(minutes=10))
            leases_renew([claim.token])
            clock.shift(timedelta(minutes=10))
            assert jobs_reap(watch).requeued == 0
            clock.shift(3)
            steady.shift(3)

    assert Job.objects.get().state == "running"


def test_half_written_checkpoints_of_a_job_that_goes_on_are_swept_when_they_are_old(
    alice: User, settings: Settings
) -> None:
    waiting = job_submit(owner=alice, spec=JobSpec(prompt="a cat"))
    folder = checkpoint_of(settings, str(waiting.pk))
    young, old = folder / ".checkpoint-a", folder / ".checkpoint-b"
    for draft in (young, old):
        draft.write_bytes(b"half")
    os.utime(old, (0, 0))

    jobs_reap()

    assert sorted(path.name for path in folder.iterdir()) == [".checkpoint-a", "0.safetensors"]


def test_by_hand_it_looks_twice_before_it_takes_a_job_back(alice: User) -> None:
    steady = SteadyClock()
    claimed(alice)
    Job.objects.update(lease_expires_at="2020-01-01T00:00Z")

    report = jobs_reap_by_hand(LeaseWatch(steady.read), rest=steady.shift)

    assert (report.requeued, report.doubtful, steady.read()) == (1, 0, STILL_S)


def test_by_hand_it_rests_for_nobody_where_no_lease_looks_dead(alice: User) -> None:
    claimed(alice)
    steady = SteadyClock()

    assert jobs_reap_by_hand(LeaseWatch(steady.read), rest=steady.shift).requeued == 0

    assert steady.read() == 0


def test_by_hand_it_sweeps_stray_files_as_well(media: Path, db: None) -> None:
    stray = media / "artworks" / "ab" / ".tmp-0123"
    stray.parent.mkdir(parents=True)
    stray.write_bytes(b"half a picture")
    os.utime(stray, (0, 0))
    out = StringIO()

    call_command("reap", stdout=out)

    assert out.getvalue() == "0 jobs taken back, 0 stale checkpoints and 1 stray files removed.\n"
    assert not stray.exists()
