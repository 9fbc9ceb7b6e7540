"""The life of jobs as a state machine: whatever comes in whatever order, a job ends once and is painted once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar
from unittest.mock import patch
from uuid import UUID

import numpy as np
import pytest
import time_machine
from django.conf import settings as django_settings
from django.db import transaction
from django.db.models import Count
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from aria_site.accounts.models import User
from gallery.models import Artwork
from gallery.services import FinishedPicture, artwork_files_delete, artwork_files_write
from generation.engine.contract import EngineError
from generation.limits import MAX_ATTEMPTS
from generation.models import TRANSITIONS, GpuTime, Job
from generation.services import (
    Claim,
    LeaseWatch,
    claiming,
    job_begin,
    job_cancel,
    job_claim,
    job_fail,
    job_give_back,
    job_pause,
    job_progress_note,
    job_resume,
    job_retry,
    job_submit,
    job_succeed,
    jobs_reap,
    leases_renew,
    requeueing,
    worker_leases_free,
    worker_seen,
)
from generation.services.claiming import LEASE
from generation.services.endings import LeaseLostError
from generation.services.lease_watch import STILL_S
from generation.specs import JobSpec
from tests.support.rows import NOON
from tests.support.steady_clock import SteadyClock

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.timeout(3600)]

State = Job.State
Race = Callable[..., object]
"""Called with the arguments of the function that it comes before."""
WORKERS = ("gpu0", "gpu1")
JOBS_AT_MOST = 3
LATE = 3
IS_DEEP = settings.get_current_profile_name() == "deep"
SETTINGS = settings(
    max_examples=1000 if IS_DEEP else 60,
    stateful_step_count=60 if IS_DEEP else 40,
    derandomize=not IS_DEEP,
    phases=tuple(Phase) if IS_DEEP else (Phase.generate,),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
DEEDS = (
    *("submit", "cancel", "retry", "retry", "pause", "resume", "resume"),
    *("claim", "claim", "claim", "claim_while_a_person_cancels", "claim_while_another_does"),
    *("begin", "begin", "note_progress", "note_progress", "attempt", "attempt", "finish", "fail", "give_back"),
    *("beat", "die", "come_late", "come_late"),
    *("wait", "set_the_clock", "reap", "reap_while_a_job_changes_hands"),
)


@dataclass
class Known:
    """What a job must look like by the rules of the contract."""

    count: int
    state: State = State.QUEUED
    token: UUID | None = None
    worker: str = ""
    attempts: int = 0
    best: float = 0.0
    begun_at: float = 0.0
    """`best` when the last attempt began."""
    held: bool = False
    waits_for_the_device: bool = True
    renewed: float = 0.0
    """When its lease last got a date, by the steady clock."""
    changes: list[State] = field(default_factory=lambda: [State.QUEUED])

    def become(self, state: State, token: UUID | None = None) -> None:
        """Note a change of state."""
        self.state, self.token, self.held = state, token, False
        self.changes.append(state)

    def claimed(self, claim: Claim, worker: str, now: float) -> None:
        """Note a claim."""
        self.become(State.RUNNING, claim.token)
        self.worker, self.renewed, self.waits_for_the_device = worker, now, True

    def begun(self) -> None:
        """Note that the device turned to it. After an attempt that came further than any, the count starts anew."""
        self.attempts = 1 if self.best > self.begun_at else self.attempts + 1
        self.begun_at, self.waits_for_the_device = self.best, False

    def taken_back(self) -> None:
        """Note that it goes back into the queue, or ends after three attempts in vain."""
        in_vain = self.attempts >= MAX_ATTEMPTS and self.best <= self.begun_at
        self.become(State.FAILED if in_vain else State.QUEUED)


class JobLife(RuleBasedStateMachine):
    """Two people, two workers, a reaper and a clock that somebody sets. `owners` is given by the test."""

    owners: ClassVar[list[User]]

    @initialize()
    def open(self) -> None:
        """A studio at noon, with one job."""
        self.known: dict[UUID, Known] = {}
        self.claims: list[Claim] = []
        """Every claim there ever was: a late worker comes with an old one."""
        self.begun: set[UUID] = set()
        """The claims that were begun; none is begun twice."""
        self.steady = SteadyClock()
        self.watch = LeaseWatch(self.steady.read)
        self.first_seen: dict[tuple[UUID, float], float] = {}
        self.boots = dict.fromkeys(WORKERS, 0)
        self.files = set(files_of_studio())
        self.travel = time_machine.travel(NOON, tick=False)
        self.clock = self.travel.start()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        for name in WORKERS:
            self.boot(name)
        self.submit(1)

    def teardown(self) -> None:
        """Forget everything."""
        if hasattr(self, "transaction"):
            transaction.set_rollback(True)
            self.transaction.__exit__(None, None, None)
            self.travel.stop()
            for path in files_of_studio() - self.files:
                Path(django_settings.MEDIA_ROOT, path).unlink()

    @rule(deed=st.sampled_from(DEEDS), number=st.integers(0, 3))
    def something_happens(self, deed: str, number: int) -> None:
        """One rule for all, as the machine would leave out half of many rules in each of its stories."""
        getattr(self, deed)(number)

    # What people do

    def submit(self, number: int) -> None:
        if len(self.known) == JOBS_AT_MOST:
            return
        self.pass_time(0.001)
        count = 1 + number % 3
        job = job_submit(owner=self.owners[number % 2], spec=JobSpec(prompt="a cat", seed=1, count=count))
        self.known[job.pk] = Known(count=count)

    def cancel(self, number: int) -> None:
        pk = self.a_job(number)
        is_open = self.known[pk].state in {State.QUEUED, State.RUNNING}
        assert job_cancel(job=Job(pk=pk)) == is_open
        if is_open:
            self.known[pk].become(State.CANCELLED)

    def retry(self, number: int) -> None:
        pk = self.a_job(number)
        known = self.known[pk]
        is_lost = known.state in {State.FAILED, State.CANCELLED}
        assert job_retry(job=Job.objects.get(pk=pk)) == is_lost
        if is_lost:
            known.become(State.QUEUED)
            known.attempts, known.best, known.begun_at = 0, 0.0, 0.0

    def pause(self, number: int) -> None:
        pk = self.a_job(number)
        known = self.known[pk]
        is_open = known.state in {State.QUEUED, State.RUNNING} and not known.held
        assert job_pause(job=Job.objects.get(pk=pk)) == is_open
        if not is_open:
            return
        if known.state == State.RUNNING:
            # The attempt that a pause ends is not held against the job.
            known.attempts -= int(known.attempts > 0 and not known.waits_for_the_device)
            known.become(State.QUEUED)
        known.held = True

    def resume(self, number: int) -> None:
        pk = self.a_job(number)
        known = self.known[pk]
        assert job_resume(job=Job.objects.get(pk=pk)) == known.held
        known.held = False

    # What workers do, some of them with a claim that is not theirs any more

    def claim(self, number: int, only: UUID | None = None) -> None:
        """The next job, if any waits; it waited, and was the only one to be taken."""
        worker = self.a_worker(number)
        claim = job_claim(worker=worker, device="cpu", can_take=lambda _job: True, only=only)
        waiting = [pk for pk, known in self.known.items() if known.state == State.QUEUED and not known.held]
        assert (claim is not None) == bool(waiting if only is None else only in waiting)
        if claim is not None:
            known = self.known[claim.job.pk]
            assert known.state == State.QUEUED
            known.claimed(claim, worker, self.steady.read())
            self.claims.append(claim)

    def claim_while_a_person_cancels(self, number: int) -> None:
        with run_before(claiming, "_take", lambda *_: self.cancel(number)):
            self.claim(number)

    def claim_while_another_does(self, number: int) -> None:
        with run_before(claiming, "_take", lambda *_: self.claim(number + 1)):
            self.claim(number)

    def attempt(self, number: int) -> None:
        """Whole attempts that end as those of a worker do that has to go, with progress or without."""
        for _ in range(1 + number):
            self.claim(number)
            self.begin(0)
            if number % 2:
                self.note_progress(0)
            self.give_back(0)

    def begin(self, number: int) -> None:
        for claim in self.a_claim(number):
            if claim.token not in self.begun:
                self.begun.add(claim.token)
                assert job_begin(claim, stage="load") == self.holds(claim)
                if self.holds(claim):
                    self.known[claim.job.pk].begun()

    def note_progress(self, number: int) -> None:
        for claim in self.a_claim(number):
            known = self.known[claim.job.pk]
            further = min(0.9, known.best + 0.1)
            assert job_progress_note(claim, progress=further, stage="step") == self.holds(claim)
            if self.holds(claim):
                known.best, known.waits_for_the_device = further, False

    def finish(self, number: int) -> None:
        for claim in self.a_claim(number):
            files = [artwork_files_write(picture_of(claim, index)) for index in range(claim.job.count)]
            try:
                job_succeed(claim, files, device="cpu")
            except LeaseLostError:
                for stored in files:
                    artwork_files_delete(stored)
                assert not self.holds(claim)
            else:
                assert self.holds(claim)
                self.known[claim.job.pk].become(State.SUCCEEDED)

    def fail(self, number: int) -> None:
        for claim in self.a_claim(number):
            try:
                job_fail(claim, EngineError("No.", code="no"))
            except LeaseLostError:
                assert not self.holds(claim)
            else:
                assert self.holds(claim)
                self.known[claim.job.pk].become(State.FAILED)

    def come_late(self, number: int) -> None:
        """A worker comes with what it did, or with it once more, while the job may be another one's."""
        (self.finish, self.fail, self.give_back, self.note_progress)[number](LATE)

    def give_back(self, number: int) -> None:
        for claim in self.a_claim(number):
            self.give_back_this(claim)

    def give_back_this(self, claim: Claim) -> None:
        assert job_give_back(claim) == self.holds(claim)
        if self.holds(claim):
            self.known[claim.job.pk].taken_back()

    def beat(self, number: int) -> None:
        worker, now = self.a_worker(number), self.steady.read()
        held = {known.token: known for known in self.known.values() if known.token and known.worker == worker}
        lost = {claim.token for claim in self.a_claim(number) if not self.holds(claim)}
        assert leases_renew([*held, *lost]) == lost
        for known in held.values():
            known.renewed = now

    def die(self, number: int) -> None:
        """The supervisor frees what a dead child held, whichever of its boots held it."""
        name = WORKERS[number % 2]
        held = [known for known in self.known.values() if known.token and known.worker.startswith(name)]
        assert worker_leases_free(name) == len(held)
        for known in held:
            known.taken_back()
        self.boot(name)

    # What time does

    def wait(self, number: int) -> None:
        self.pass_time([1, 3, 7, 16][number])

    def set_the_clock(self, number: int) -> None:
        self.clock.shift([-600, 600][number % 2])

    def reap(self, number: int, meanwhile: Race = lambda *_: None) -> None:
        """One pass. It takes nothing that was renewed within STILL_S, and all that it saw stand still for a LEASE."""
        now = self.steady.read()
        held = {pk: known.token for pk, known in self.known.items() if known.token}
        renewed = {pk: self.known[pk].renewed for pk in held}
        leases = zip(held.values(), renewed.values(), strict=True)
        self.first_seen = {lease: self.first_seen.get(lease, now) for lease in leases}
        with run_before(requeueing, "_release", meanwhile):
            jobs_reap(self.watch)
        rows = Job.objects.in_bulk(held)
        for pk, token in held.items():
            if rows[pk].lease_token == token:
                assert now - self.first_seen[token, renewed[pk]] < LEASE.total_seconds()
            elif self.known[pk].token == token:
                assert now - renewed[pk] >= STILL_S
                self.known[pk].taken_back()

    def reap_while_a_job_changes_hands(self, number: int) -> None:
        """A worker gives a job back that the reaper is about to take, and another one has it at once."""

        def change_hands(pk: UUID, token: UUID) -> None:
            self.give_back_this(next(claim for claim in self.claims if claim.token == token))
            self.claim(number, only=pk)

        self.reap(number)
        self.pass_time(16)
        self.reap(number, change_hands)

    # What must hold

    @invariant()
    def rows_are_what_the_contract_says(self) -> None:
        if not hasattr(self, "known"):
            return
        rows = Job.objects.in_bulk()
        assert rows.keys() == self.known.keys()
        for pk, known in self.known.items():
            row = rows[pk]
            assert (row.state, row.lease_token, row.attempts) == (known.state, known.token, known.attempts)
            assert row.held == known.held
            assert (row.best_progress, row.claimed_progress) == (known.best, known.begun_at)
            assert (row.lease_expires_at is not None) == (row.state == State.RUNNING)
            assert (row.finished_at is not None) == row.is_terminal
            assert row.attempts <= MAX_ATTEMPTS

    @invariant()
    def only_the_listed_transitions_happened(self) -> None:
        for known in getattr(self, "known", {}).values():
            for before, after in zip(known.changes, known.changes[1:], strict=False):
                assert after in TRANSITIONS[before]
            known.changes = known.changes[-1:]

    @invariant()
    def a_job_has_all_its_pictures_once_it_succeeded_and_none_before(self) -> None:
        if not hasattr(self, "known"):
            return
        due = sorted(
            f"job:{pk}:{index}"
            for pk, known in self.known.items()
            if known.state == State.SUCCEEDED
            for index in range(known.count)
        )
        works = list(Artwork.objects.all())
        assert sorted(work.origin_key for work in works) == due
        named = {name for work in works for name in (work.file, *work.thumbnails.values())}
        assert files_of_studio() - self.files == named

    @invariant()
    def the_ledger_has_one_open_line_for_each_lease(self) -> None:
        if not hasattr(self, "known"):
            return
        lines = GpuTime.objects.filter(ended_at=None).values_list("job").annotate(Count("pk"))
        assert dict(lines) == {pk: 1 for pk, known in self.known.items() if known.token}

    # How it is done

    def boot(self, name: str) -> None:
        """A worker starts under an id of its own."""
        self.boots[name] += 1
        worker_seen(f"{name}/{self.boots[name]}", name=name, host="here")

    def pass_time(self, seconds: float) -> None:
        self.clock.shift(seconds)
        self.steady.shift(seconds)

    def a_worker(self, number: int) -> str:
        name = WORKERS[number % 2]
        return f"{name}/{self.boots[name]}"

    def a_job(self, number: int) -> UUID:
        return list(self.known)[number % len(self.known)]

    def a_claim(self, number: int) -> list[Claim]:
        """One of the claims, if there is any: it holds its job, or comes too late, best while another one holds it."""
        held = [claim for claim in self.claims if self.holds(claim)]
        late = [claim for claim in self.claims if not self.holds(claim)]
        worst = [claim for claim in late if self.known[claim.job.pk].token]
        choice = (worst or late) if number == LATE else held
        return [choice[-1 - number % len(choice)]] if choice else []

    def holds(self, claim: Claim) -> bool:
        return self.known[claim.job.pk].token == claim.token


@contextmanager
def run_before(module: object, name: str, action: Race) -> Iterator[None]:
    """A race: the action happens once, just before the function is called for the first time."""
    function = getattr(module, name)
    actions = [action]

    def raced(*arguments: object, **named: object) -> object:
        if actions:
            actions.pop()(*arguments)
        return function(*arguments, **named)

    with patch.object(module, name, raced):
        yield


def picture_of(claim: Claim, index: int) -> FinishedPicture:
    """One finished picture of a claimed job."""
    pixels = np.full((16, 16, 3), 90, dtype=np.uint8)
    return FinishedPicture(pixels=pixels, recipe=claim.job.recipe, origin_key=claim.job.origin_key(index), facts={})


def files_of_studio() -> set[str]:
    """The names of all files in the media folder."""
    root = Path(django_settings.MEDIA_ROOT)
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}


@pytest.mark.usefixtures("starter_model")
def test_whatever_happens_a_job_ends_once_and_is_painted_once(alice: User, bob: User) -> None:
    JobLife.owners = [alice, bob]

    run_state_machine_as_test(JobLife, settings=SETTINGS)
