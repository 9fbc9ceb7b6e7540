"""What becomes of a batch: its jobs fail, end and are stopped each by itself, and together they tell how far it is."""

import threading
from collections.abc import Callable
from typing import TypeAlias

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from aria_site.accounts.models import User
from gallery.models import Artwork
from generation.batch_specs import BatchSpec
from generation.batches import BatchState, batch_jobs, batch_state, batch_states, batches_page
from generation.engine.contract import EngineError, PaintingEngine
from generation.engine.fake import FakeEngine, StepGate
from generation.models import Batch, Job
from generation.selectors import artworks_of_jobs
from generation.services import batch_cancel, batch_retry, batch_submit, job_submit
from generation.specs import JobSpec
from generation.worker import StudioWorker

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("starter_model")]

WorkerOf: TypeAlias = Callable[[PaintingEngine], StudioWorker]
BROKEN = EngineError("The model cannot be read.", code="model_refused")


def order(owner: User, *prompts: str, count: int = 1) -> Batch:
    """A queued batch."""
    recipes = tuple(JobSpec(prompt=prompt, seed=1, count=count) for prompt in prompts)
    return batch_submit(owner=owner, spec=BatchSpec(kind="list", recipes=recipes))


def states(batch: Batch) -> list[str]:
    """The states of its jobs in the order asked for."""
    return list(batch_jobs(batch).values_list("state", flat=True))


def in_background(worker: StudioWorker) -> threading.Thread:
    """Let the worker paint on a thread of its own, as Celery does."""

    def paint() -> None:
        worker.paint_claimable()
        connections.close_all()

    thread = threading.Thread(target=paint, daemon=True)
    thread.start()
    return thread


def test_results_keep_the_order_asked_for(alice: User, fake_engine: FakeEngine, worker_of: WorkerOf) -> None:
    batch = order(alice, "zebra", "ant", "mole", count=2)
    # Painted from the back, as a worker with other models in its memory might.
    last_first = list(batch_jobs(batch))[::-1]
    worker = worker_of(fake_engine)

    for job in last_first:
        worker.paint_claimable(job.pk)

    works = artworks_of_jobs(list(batch_jobs(batch)))
    told = [[work.recipe.prompt for work in works[job.pk]] for job in batch_jobs(batch)]
    assert told == [["zebra", "zebra"], ["ant", "ant"], ["mole", "mole"]]


def test_a_job_that_fails_leaves_the_others_to_succeed(alice: User, worker_of: WorkerOf) -> None:
    batch = order(alice, "fine", "broken", "good")

    worker_of(FakeEngine(failures={"broken": BROKEN})).paint_claimable()

    assert states(batch) == ["succeeded", "failed", "succeeded"]
    assert batch_state(batch) == BatchState(succeeded=2, failed=1, progress=1.0)
    assert (batch_state(batch).status, Artwork.objects.count()) == ("failed", 2)


def test_stopping_all_stops_what_waits_and_what_is_being_painted_and_keeps_what_hangs(
    alice: User, fake_engine: FakeEngine, worker_of: WorkerOf, rings: list[str]
) -> None:
    batch, other = order(alice, "done", "a", "b", "c"), job_submit(owner=alice, spec=JobSpec(prompt="other"))
    worker_of(fake_engine).paint_claimable(batch_jobs(batch)[0].pk)
    gate = StepGate(hold_at=2)
    worker = worker_of(FakeEngine(steps_gate=gate))
    thread = in_background(worker)
    gate.wait_until_held()

    stopped = batch_cancel(batch=batch)
    worker.beat()
    gate.release()
    thread.join(10)

    assert stopped == 3
    assert states(batch) == ["succeeded", "cancelled", "cancelled", "cancelled"]
    assert batch_state(batch).status == "cancelled"
    other.refresh_from_db()
    assert (other.state, Artwork.objects.count()) == ("succeeded", 2)


def test_stopping_what_is_over_does_nothing(alice: User, fake_engine: FakeEngine, worker_of: WorkerOf) -> None:
    batch = order(alice, "a")
    worker_of(fake_engine).paint_claimable()

    assert batch_cancel(batch=batch) == 0
    assert states(batch) == ["succeeded"]


def test_what_failed_is_queued_again_and_nothing_else_is(alice: User, worker_of: WorkerOf, rings: list[str]) -> None:
    batch = order(alice, "fine", "broken", "broken", "stopped")
    Job.objects.filter(recipe_data__prompt="stopped").update(state=Job.State.CANCELLED)
    worker_of(FakeEngine(failures={"broken": BROKEN})).paint_claimable()
    rings.clear()

    retried = batch_retry(batch=batch)

    assert (retried, set(rings)) == (2, {"generation.ring"})
    assert states(batch) == ["succeeded", "queued", "queued", "cancelled"]
    again = batch_jobs(batch)[1]
    assert (again.error, again.error_code, again.attempts, again.finished_at) == ("", "", 0, None)


def test_what_was_stopped_is_queued_again_when_that_is_asked_for(alice: User, rings: list[str]) -> None:
    batch = order(alice, "a", "b")
    batch_cancel(batch=batch)

    assert batch_retry(batch=batch) == 0
    assert batch_retry(batch=batch, state=Job.State.CANCELLED) == 2
    assert states(batch) == ["queued", "queued"]


@pytest.mark.parametrize("state", ["queued", "running", "succeeded"])
def test_nothing_else_can_be_queued_again(alice: User, state: str) -> None:
    batch = order(alice, "a")

    with pytest.raises(ValueError, match="cannot be queued again"):
        batch_retry(batch=batch, state=Job.State(state))


STATES = {
    "all wait": ({"queued": 3}, "queued", 0),
    "one is being painted": ({"queued": 2, "running": 1}, "running", 0),
    "one is done and others wait": ({"queued": 2, "succeeded": 1}, "running", 1),
    "one has failed and others wait": ({"queued": 2, "failed": 1}, "running", 1),
    "all are done": ({"succeeded": 3}, "succeeded", 3),
    "one failed": ({"succeeded": 1, "cancelled": 1, "failed": 1}, "failed", 3),
    "one was stopped": ({"succeeded": 2, "cancelled": 1}, "cancelled", 3),
}


@pytest.mark.parametrize(("counts", "status", "over"), STATES.values(), ids=STATES.keys())
def test_one_word_says_how_it_is(counts: dict[str, int], status: str, over: int) -> None:
    state = BatchState(**counts)

    assert (state.status, state.total, state.over) == (status, 3, over)


def test_progress_counts_what_is_over_as_done(alice: User) -> None:
    batch = order(alice, "a", "b", "c", "d")
    first, second, *_ = batch_jobs(batch)
    Job.objects.filter(pk=first.pk).update(state=Job.State.FAILED, progress=0.2)
    Job.objects.filter(pk=second.pk).update(progress=0.5)

    assert batch_state(batch).progress == (1 + 0.5) / 4


def test_a_batch_without_jobs_is_done(alice: User) -> None:
    batch = order(alice, "a")
    Job.objects.all().delete()

    assert batch_state(batch) == BatchState()
    assert (batch_state(batch).status, batch_state(batch).progress) == ("succeeded", 1.0)


def test_a_page_of_batches_costs_two_queries_however_long_it_is(alice: User, bob: User) -> None:
    order(bob, "not hers")
    counts = []
    for many in (2, 12):
        for _ in range(many):
            order(alice, "a", "b")
        with CaptureQueriesContext(connection) as queries:
            page = batches_page(alice, limit=50).items
            told = batch_states(page)
        assert {state.queued for state in told.values()} == {2}
        counts.append((len(told), len(queries)))

    assert counts == [(2, 2), (14, 2)]
