"""The life of a job: who may claim it, how it ends, and what no two workers can both do."""

from datetime import timedelta
from uuid import uuid4

import numpy as np
import pytest
from django.db import IntegrityError
from django.utils import timezone

from aria_site.accounts.models import User
from gallery.models import Artwork
from gallery.services import FinishedPicture, StoredFiles, artwork_files_write
from generation.engine.contract import EngineError
from generation.models import TRANSITIONS, Job
from generation.services import (
    Claim,
    job_begin,
    job_cancel,
    job_claim,
    job_fail,
    job_give_back,
    job_progress_note,
    job_retry,
    job_submit,
    job_succeed,
    leases_renew,
    worker_leases_free,
    worker_seen,
)
from generation.services.endings import LeaseLostError
from generation.specs import JobSpec
from tests.support.reaping import reaped

pytestmark = pytest.mark.usefixtures("starter_model")


def queue(owner: User, prompt: str = "a cat") -> Job:
    """A queued job."""
    return job_submit(owner=owner, spec=JobSpec(prompt=prompt, seed=1))


def claim(worker: str = "gpu0/1") -> Claim:
    """The next job, claimed."""
    taken = job_claim(worker=worker, device="cpu", can_take=lambda _job: True)
    assert taken is not None
    return taken


def written(claimed: Claim, index: int = 0) -> StoredFiles:
    """The stored files of one picture of the claimed job."""
    return artwork_files_write(
        FinishedPicture(
            pixels=np.full((32, 32, 3), 90, dtype=np.uint8),
            recipe=claimed.job.recipe,
            origin_key=claimed.job.origin_key(index),
            facts={},
        )
    )


def state_of(job: Job) -> str:
    """The state as the database has it."""
    return Job.objects.get(pk=job.pk).state


def lease_left(job: Job) -> timedelta:
    """How long the lease of a running job still holds."""
    assert job.lease_expires_at is not None
    return job.lease_expires_at - timezone.now()


def test_claiming_takes_the_oldest_job_under_a_fresh_lease(alice: User) -> None:
    first, second = queue(alice), queue(alice)

    taken = claim()

    stored = Job.objects.get(pk=first.pk)
    assert taken.job == first
    assert (stored.state, stored.worker, stored.device, stored.attempts) == ("running", "gpu0/1", "cpu", 0)
    assert stored.lease_token == taken.token
    assert lease_left(stored) > timedelta(seconds=13)
    assert state_of(second) == "queued"


def test_higher_priority_is_claimed_first(alice: User) -> None:
    queue(alice)
    urgent = queue(alice)
    Job.objects.filter(pk=urgent.pk).update(priority=1)

    assert claim().job == urgent


def test_a_job_is_claimed_once(alice: User) -> None:
    queue(alice)
    claim()

    assert job_claim(worker="gpu1/1", device="cpu", can_take=lambda _job: True) is None


def test_a_worker_passes_by_what_it_cannot_take(alice: User) -> None:
    queue(alice, "a dog")
    cat = queue(alice, "a cat")

    taken = job_claim(worker="gpu0/1", device="cpu", can_take=lambda job: job.recipe.prompt == "a cat")

    assert taken is not None
    assert taken.job == cat


def test_a_finished_job_hangs_its_pictures_and_ends(alice: User) -> None:
    job = queue(alice)
    taken = claim()

    job_succeed(taken, [written(taken)], device="cpu")

    assert state_of(job) == "succeeded"
    assert [work.origin_key for work in Artwork.objects.all()] == [f"job:{job.pk}:0"]
    assert Artwork.objects.get().owner == alice


def test_a_worker_that_lost_its_lease_stores_nothing(alice: User) -> None:
    job = queue(alice)
    taken = claim()
    job_cancel(job=job)

    with pytest.raises(LeaseLostError):
        job_succeed(taken, [written(taken)], device="cpu")

    assert (state_of(job), Artwork.objects.count()) == ("cancelled", 0)


def test_a_picture_that_is_there_already_takes_the_whole_ending_back(alice: User) -> None:
    job = queue(alice)
    taken = claim()
    files = written(taken)

    with pytest.raises(IntegrityError):
        job_succeed(taken, [files, files], device="cpu")

    assert (state_of(job), Artwork.objects.count()) == ("running", 0)


def test_a_failed_job_tells_why(alice: User) -> None:
    job = queue(alice)

    job_fail(claim(), EngineError("The device ran out of memory.", code="out_of_memory"))

    job.refresh_from_db()
    assert (job.state, job.error, job.error_code) == ("failed", "The device ran out of memory.", "out_of_memory")


def test_what_is_given_back_waits_for_the_next_worker(alice: User) -> None:
    job = queue(alice)
    taken = claim()

    assert job_give_back(taken)

    assert state_of(job) == "queued"
    assert not job_give_back(taken)


@pytest.mark.parametrize("running", [False, True], ids=["queued", "running"])
def test_cancelling_works_once(alice: User, running: bool) -> None:
    job = queue(alice)
    if running:
        claim()

    assert [job_cancel(job=job), job_cancel(job=job)] == [True, False]
    assert state_of(job) == "cancelled"


def test_a_failed_job_can_be_queued_again_with_a_clean_slate(alice: User) -> None:
    job = queue(alice)
    job_fail(claim(), EngineError("No.", code="no"))

    assert job_retry(job=job)

    job.refresh_from_db()
    assert (job.state, job.attempts, job.error, job.finished_at) == ("queued", 0, "", None)


def test_a_job_that_succeeded_cannot_be_queued_again(alice: User) -> None:
    job = queue(alice)
    taken = claim()
    job_succeed(taken, [written(taken)], device="cpu")

    assert not job_retry(job=job)
    assert state_of(job) == "succeeded"


def test_leases_that_are_lost_are_told_apart_from_those_that_are_held(alice: User) -> None:
    queue(alice)
    held, strange = claim().token, uuid4()

    assert leases_renew([held, strange]) == {strange}


def test_renewing_prolongs_the_lease(alice: User) -> None:
    queue(alice)
    taken = claim()
    Job.objects.update(lease_expires_at=timezone.now())

    assert leases_renew([taken.token]) == set()
    assert lease_left(Job.objects.get()) > timedelta(seconds=13)


def test_the_reaper_takes_back_what_ran_out_and_leaves_the_rest(alice: User) -> None:
    expired, held = queue(alice), queue(alice)
    claim(), claim()
    Job.objects.filter(pk=expired.pk).update(lease_expires_at=timezone.now() - timedelta(seconds=1))

    assert reaped() == 1
    assert (state_of(expired), state_of(held)) == ("queued", "running")


def test_a_job_that_gets_nowhere_is_given_up_after_three_attempts(alice: User) -> None:
    job = queue(alice)

    states = []
    for _attempt in range(3):
        taken = claim()
        job_begin(taken, stage="load")
        job_give_back(taken)
        states.append(state_of(job))

    job.refresh_from_db()
    assert states == ["queued", "queued", "failed"]
    assert (job.error_code, job.attempts) == ("given_up", 3)


def test_a_hundred_kills_do_not_end_a_job_that_gets_further_each_time(alice: User) -> None:
    job = queue(alice)

    for attempt in range(1, 101):
        taken = claim()
        job_begin(taken, stage="load")
        job_progress_note(taken, progress=attempt / 101, stage="step")
        job_give_back(taken)

    job.refresh_from_db()
    assert (job.state, job.attempts) == ("queued", 1)


def test_a_job_that_waits_for_the_device_counts_no_attempt_of_a_worker_that_dies(alice: User) -> None:
    job = queue(alice)

    for _death in range(5):
        job_give_back(claim())

    job.refresh_from_db()
    assert (job.state, job.attempts, job.is_suspect) == ("queued", 0, False)


def test_a_job_is_a_suspect_until_it_gets_further_than_before(alice: User) -> None:
    job = queue(alice)
    taken = claim()
    job_begin(taken, stage="load")
    job_give_back(taken)
    job.refresh_from_db()
    assert job.is_suspect

    taken = claim()
    job_begin(taken, stage="load")
    job_progress_note(taken, progress=0.1, stage="step")

    job.refresh_from_db()
    assert not job.is_suspect


def test_a_lost_lease_begins_no_attempt(alice: User) -> None:
    job = queue(alice)
    taken = claim()
    job_cancel(job=job)

    assert not job_begin(taken, stage="load")
    assert Job.objects.get().attempts == 0


def test_progress_of_a_lost_lease_is_not_noted(alice: User) -> None:
    job = queue(alice)
    taken = claim()
    job_cancel(job=job)

    assert not job_progress_note(taken, progress=0.5, stage="step")
    assert Job.objects.get().progress == 0


def test_a_dead_workers_jobs_are_free_at_once(alice: User) -> None:
    mine, other = queue(alice), queue(alice)
    worker_seen("gpu0/1", name="gpu0@here", host="here")
    worker_seen("gpu1/1", name="gpu1@here", host="here")
    claim("gpu0/1"), claim("gpu1/1")

    assert worker_leases_free("gpu0@here") == 1
    assert (state_of(mine), state_of(other)) == ("queued", "running")


@pytest.mark.parametrize("before", list(Job.State))
@pytest.mark.parametrize("after", list(Job.State))
def test_only_the_listed_transitions_happen(alice: User, before: Job.State, after: Job.State) -> None:
    job = queue(alice)
    taken = bring_to(job, before)

    changed = change_to(job, taken, after)

    assert changed == (after in TRANSITIONS[before])
    assert state_of(job) == (after if changed else before)


def bring_to(job: Job, state: Job.State) -> Claim:
    """Put the job into a state through the services alone; returns the claim it had on the way."""
    taken = claim()
    match state:
        case Job.State.QUEUED:
            job_give_back(taken)
            Job.objects.update(attempts=0)
        case Job.State.SUCCEEDED:
            job_succeed(taken, [written(taken)], device="cpu")
        case Job.State.FAILED:
            job_fail(taken, EngineError("No.", code="no"))
        case Job.State.CANCELLED:
            job_cancel(job=job)
    return taken


def change_to(job: Job, taken: Claim, state: Job.State) -> bool:
    """Try the one service that leads to the state. True when it says that it changed the job."""
    match state:
        case Job.State.RUNNING:
            return job_claim(worker="gpu0/2", device="cpu", can_take=lambda _job: True) is not None
        case Job.State.CANCELLED:
            return job_cancel(job=job)
        case Job.State.QUEUED:
            return job_give_back(taken) or job_retry(job=job)
        case Job.State.SUCCEEDED | Job.State.FAILED:
            return ends(taken, state)


def ends(taken: Claim, state: Job.State) -> bool:
    """Try to end the job with an old claim."""
    try:
        if state == Job.State.SUCCEEDED:
            job_succeed(taken, [written(taken, index=1)], device="cpu")
        else:
            job_fail(taken, EngineError("No.", code="no"))
    except LeaseLostError:
        return False
    return True
