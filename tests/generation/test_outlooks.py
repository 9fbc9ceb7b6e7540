"""Places and times of jobs, read from queue, workers and what was learned; and what is written down of them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from aria_site.accounts.models import User
from generation.engine.contract import EngineError, PaintingEngine, PaintingFacts
from generation.engine.fake import FakeEngine
from generation.forecasting.ranges import ENOUGH, Kind
from generation.models import Forecast, GpuTime, Job, LoadPace, PaintPace, Worker
from generation.services import (
    Claim,
    forecast_note,
    forecasts_note,
    job_claim,
    job_fail,
    job_retry,
    job_submit,
    job_succeed,
    outlooks_of,
    painting_learn,
)
from generation.services.claiming import jobs_in_turn
from generation.services.learning import share_held
from generation.services.outlooks import AHEAD
from generation.specs import JobSpec
from generation.worker import StudioWorker
from tests.support.recipes import make_recipe
from tests.support.rows import NOON, make_job

pytestmark = pytest.mark.django_db
BOOT = "gpu0@here/1"


@pytest.fixture
def clock() -> Any:
    """A clock that stands still at noon until it is moved."""
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def awake(clock: Any) -> Worker:
    """A worker with the model in memory."""
    pool = [{"name": "starter", "bytes": 10, "used_at": 0.0, "pinned": False, "parked": False}]
    return Worker.objects.create(boot_id=BOOT, name="gpu0@here", host="here", device="cpu", pool=pool, budget_bytes=15)


def claim() -> Claim:
    """The next job, claimed."""
    taken = job_claim(worker=BOOT, device="cpu", can_take=lambda _job: True)
    assert taken is not None
    return taken


def facts(seconds: float, **changes: Any) -> PaintingFacts:
    """How a painting of so many seconds went."""
    return PaintingFacts(**{"device": "cpu", "dtype": "float32", "paint_s": seconds, **changes})


def paint(clock: Any, taken: Claim, seconds: float, **changes: Any) -> None:
    """Let a claimed job be painted and learned from."""
    clock.shift(seconds + changes.get("load_s", 0.0))
    job_succeed(taken, [], device="cpu")
    painting_learn(taken, facts(seconds, **changes), stored_s=0.0)


def learn(clock: Any, owner: User, seconds: float = 10.0, **recipe: Any) -> None:
    """Let one job have been painted before."""
    wanted = make_recipe(**recipe)
    make_job(owner, recipe_data=wanted.to_dict(), created_at=timezone.now())
    paint(clock, claim(), seconds)
    Worker.objects.update(seen_at=timezone.now())


def queued(owner: User, **changes: Any) -> Job:
    """One more job at the end of the line."""
    return make_job(owner, created_at=timezone.now(), **changes)


def test_nothing_is_foretold_before_anything_was_painted(awake: Worker, alice: User) -> None:
    job = queued(alice)

    outlook = outlooks_of([job])[job.pk]

    assert (outlook.place, outlook.promise, forecast_note(job)) == (1, None, None)
    assert not Forecast.objects.exists()


def test_nothing_is_foretold_while_nobody_is_awake(awake: Worker, clock: Any, alice: User) -> None:
    learn(clock, alice)
    job = queued(alice)
    clock.shift(60)

    outlook = outlooks_of([job])[job.pk]

    assert (outlook.place, outlook.promise) == (1, None)


def test_the_same_again_takes_as_long_as_before_within_half_and_twice(awake: Worker, clock: Any, alice: User) -> None:
    learn(clock, alice, 10.0)
    job = queued(alice)

    promise = outlooks_of([job])[job.pk].promise

    assert promise is not None
    assert (promise.low, promise.seconds, promise.high) == pytest.approx((5.0, 10.0, 20.0), rel=0.01)


def test_what_was_done_of_a_running_job_is_not_counted_again(awake: Worker, clock: Any, alice: User) -> None:
    learn(clock, alice, 10.0)
    queued(alice)
    running = claim().job
    Job.objects.filter(pk=running.pk).update(progress=0.8, stage="step")
    running.refresh_from_db()

    outlook = outlooks_of([running])[running.pk]

    assert (outlook.place, outlook.kind) == (None, Kind.AT_ONCE)
    assert outlook.estimate_s == pytest.approx(2.0, rel=0.01)


def test_places_are_those_in_which_jobs_would_be_claimed(awake: Worker, clock: Any, alice: User, bob: User) -> None:
    jobs = []
    for number in range(6):
        clock.shift(1)
        jobs.append(queued(alice if number < 4 else bob, priority=number % 2))

    outlooks = outlooks_of(jobs)

    in_turn = [job.pk for job in jobs_in_turn(timezone.now(), limit=10)]
    assert [outlooks[pk].place for pk in in_turn] == [1, 2, 3, 4, 5, 6]


def test_far_behind_the_place_is_counted_and_the_time_goes_on_at_the_same_pace(
    awake: Worker, clock: Any, alice: User, bob: User
) -> None:
    learn(clock, alice, 10.0)
    recipe = make_recipe()
    Job.objects.bulk_create(
        Job(
            owner=alice,
            recipe_data=recipe.to_dict(),
            recipe_fingerprint=recipe.fingerprint(),
            count=8,
            created_at=timezone.now() + timedelta(milliseconds=number),
        )
        for number in range(AHEAD + 100)
    )
    jobs = list(Job.objects.filter(state=Job.State.QUEUED).order_by("created_at"))

    outlooks = outlooks_of([jobs[AHEAD - 1], jobs[-1]])

    near, far = outlooks[jobs[AHEAD - 1].pk], outlooks[jobs[-1].pk]
    assert (near.place, far.place) == (AHEAD, AHEAD + 100)
    assert near.estimate_s is not None
    assert far.estimate_s == pytest.approx(near.estimate_s * 1.5, rel=0.01)


def test_what_it_costs_to_look_does_not_grow_with_the_queue(awake: Worker, clock: Any, alice: User) -> None:
    learn(clock, alice)
    counts = []
    for _ in range(2):
        jobs = [queued(alice) for _ in range(10)]
        with CaptureQueriesContext(connection) as queries:
            assert len(outlooks_of(jobs)) == 10
        counts.append(len(queries))

    assert counts == [7, 7]


def test_jobs_that_are_over_have_no_outlook_and_cost_nothing(alice: User) -> None:
    job = make_job(alice, state=Job.State.FAILED)

    with CaptureQueriesContext(connection) as queries:
        assert outlooks_of([job]) == {}
    assert len(queries) == 0


def test_a_submitted_job_has_its_forecast_written_down_and_settled_when_it_is_done(
    awake: Worker, clock: Any, alice: User, starter_model: object, rings: list[str]
) -> None:
    learn(clock, alice, 10.0, width=512, height=512)
    job = job_submit(owner=alice, spec=JobSpec(prompt="a red boat", width=512, height=512, steps=8, guidance=5.0))
    clock.shift(3)

    paint(clock, claim(), 12.0)

    forecast = Forecast.objects.get(job=job)
    assert (forecast.kind, forecast.before) == ("at_once", 0)
    assert (forecast.low, forecast.estimate_s, forecast.high) == pytest.approx((5.0, 10.0, 20.0), rel=0.05)
    assert forecast.took_s == pytest.approx(15.0)
    assert forecast.settled_at == timezone.now()


def test_several_jobs_are_foretold_in_one_look(awake: Worker, clock: Any, alice: User) -> None:
    learn(clock, alice)
    counts = []
    for many in (2, 20):
        jobs = [queued(alice) for _ in range(many)]
        with CaptureQueriesContext(connection) as queries:
            assert len(forecasts_note(jobs)) == many
        counts.append(len(queries))

    assert counts[0] == counts[1]
    assert Forecast.objects.count() == 22


def test_a_job_that_failed_settles_nothing_and_its_retry_is_foretold_anew(
    awake: Worker, clock: Any, alice: User, rings: list[str]
) -> None:
    learn(clock, alice)
    job = queued(alice)
    forecast_note(job)
    job_fail(claim(), EngineError("Out of paint.", code="failed"))
    clock.shift(5)
    unsettled = Forecast.objects.get(job=job)
    Worker.objects.update(seen_at=timezone.now())

    job_retry(job=job)

    assert (unsettled.took_s, unsettled.settled_at) == (None, None)
    assert Forecast.objects.get(job=job).made_at == timezone.now()


def test_ranges_follow_how_wrong_forecasts_were(awake: Worker, clock: Any, alice: User) -> None:
    learn(clock, alice, 10.0)
    for number in range(ENOUGH):
        done = make_job(alice, state=Job.State.SUCCEEDED)
        Forecast.objects.create(
            job=done, made_at=NOON, kind=Kind.AT_ONCE, before=0, estimate_s=10.0, seconds=10.0, low=5.0, high=20.0,
            took_s=11.0 + 0.01 * number, settled_at=timezone.now(),
        )  # fmt: skip
    job = queued(alice)

    promise = outlooks_of([job])[job.pk].promise

    assert promise is not None
    assert (promise.low, promise.seconds, promise.high) == pytest.approx((11.0, 11.05, 11.1), rel=0.01)


def test_a_load_is_learned_and_counted_where_the_model_is_not_in_memory(awake: Worker, clock: Any, alice: User) -> None:
    make_job(alice)
    paint(clock, claim(), 10.0, load_s=4.0)
    Worker.objects.update(seen_at=timezone.now(), pool=[])
    job = queued(alice)

    outlook = outlooks_of([job])[job.pk]

    load = LoadPace.objects.get()
    assert (load.model, load.device, load.seconds, load.bytes, load.loads) == ("starter", "cpu", 4.0, 10, 1)
    assert outlook.estimate_s == pytest.approx(14.0, rel=0.01)


def test_one_pace_is_kept_for_each_model_device_and_size(awake: Worker, clock: Any, alice: User) -> None:
    for _ in range(3):
        learn(clock, alice)
    learn(clock, alice, width=512, height=512)
    make_job(alice)
    paint(clock, claim(), 5.0, device_name="Painter 9000")

    rows = PaintPace.objects.values_list("model", "device", "paintings")

    assert sorted(rows) == [("starter", "Painter 9000", 1), ("starter", "cpu", 1), ("starter", "cpu", 3)]


def test_a_painting_that_went_on_from_a_checkpoint_tells_nothing(awake: Worker, clock: Any, alice: User) -> None:
    make_job(alice, best_progress=0.5)

    paint(clock, claim(), 5.0)

    assert not PaintPace.objects.exists()


def test_only_the_time_of_the_painting_itself_is_shared_with_its_company(alice: User, bob: User) -> None:
    lease = {"worker": BOOT, "pictures": 1, "ended_at": NOON + timedelta(seconds=10)}
    mine = GpuTime.objects.create(owner=alice, started_at=NOON, seconds=7, **lease)
    GpuTime.objects.create(owner=bob, started_at=NOON + timedelta(seconds=4), seconds=3, **lease)

    shares = [share_held(mine, seconds) for seconds in (10.0, 6.0, 8.0)]

    assert shares == pytest.approx([7 / 10, 1 / 2, 5 / 8])


def test_a_worker_learns_from_what_it_paints(
    alice: User, worker_of: Callable[[PaintingEngine], StudioWorker], starter_model: object, rings: list[str]
) -> None:
    make_job(alice)
    worker = worker_of(FakeEngine(facts={"paint_s": 3.0, "load_s": 2.0}))

    worker.paint_claimable()

    assert PaintPace.objects.values_list("device", "paintings").get() == ("fake", 1)
    assert LoadPace.objects.values_list("device", "seconds").get() == ("fake", 2.0)
