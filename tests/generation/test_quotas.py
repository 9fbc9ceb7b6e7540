"""Quotas: what people may use a day and have waiting, what of it is left, and refusals that say so."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils import timezone
from pytest_django import Settings

from aria_site.accounts.models import User
from aria_site.kernel.problems import LimitReachedError, QueueFullError, QuotaUsedUpError
from gallery.models import Artwork
from generation.batch_specs import BatchSpec
from generation.models import Batch, GpuDay, GpuTime, Job, Quota, StoredPicture
from generation.quotas import Limits, allowance_of, limits_of, places_of, seconds_expected, work_of
from generation.services import (
    batch_submit,
    first_paintings_submit,
    job_cancel,
    job_claim,
    job_give_back,
    job_retry,
    job_submit,
    job_succeed,
    reproduction_submit,
)
from generation.specs import JobSpec
from generation.studio_days import day_of
from personas.models import Persona
from tests.support.pictures import hang
from tests.support.recipes import make_recipe
from tests.support.rows import NOON, make_artwork, make_job

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter_model", "rings")]

QUOTA = 600


def submit(owner: User, **asked: Any) -> Job:
    """Queue a job through the door."""
    return job_submit(owner=owner, spec=JobSpec(**{"prompt": "x", **asked}))


def use(owner: User, seconds: float, *, day: datetime = NOON) -> None:
    """Let a person have used so much on a day."""
    GpuDay.objects.create(owner=owner, day=day_of(day), seconds=seconds)


def paint(owner: User, clock: time_machine.Traveller, *, seconds: float, **changes: Any) -> None:
    """Let one job of a recipe take so long."""
    make_job(owner, recipe_data=make_recipe(**changes).to_dict())
    taken = job_claim(worker="gpu0/1", device="cpu", can_take=lambda _job: True)
    assert taken is not None
    clock.shift(seconds)
    job_succeed(taken, [], device="cpu")


# What holds for whom ---------------------------------------------------------------------------------------------


def test_without_any_setting_gpu_seconds_are_free_and_fifty_jobs_may_wait(alice: User) -> None:
    assert limits_of(alice) == Limits(gpu_seconds=None, waiting=50)


def test_the_environment_sets_what_members_may_and_superusers_have_no_limit_of_seconds(
    settings: Settings, alice: User, admin: User
) -> None:
    settings.GPU_SECONDS_PER_DAY, settings.QUEUE_PER_PERSON = QUOTA, 7

    assert limits_of(alice) == Limits(gpu_seconds=QUOTA, waiting=7)
    assert limits_of(admin) == Limits(gpu_seconds=None, waiting=7)


def test_the_quota_of_a_role_takes_the_place_of_the_environments(settings: Settings, alice: User, admin: User) -> None:
    settings.GPU_SECONDS_PER_DAY = QUOTA
    Quota.objects.create(role=Quota.Role.MEMBER, gpu_seconds=60, waiting=3)
    Quota.objects.create(role=Quota.Role.SUPERUSER, gpu_seconds=90)

    assert limits_of(alice) == Limits(gpu_seconds=60, waiting=3)
    assert limits_of(admin) == Limits(gpu_seconds=90, waiting=3)


def test_of_all_that_hold_the_most_generous_wins(settings: Settings, alice: User, bob: User) -> None:
    settings.GPU_SECONDS_PER_DAY = QUOTA
    for name, seconds, waiting in (("night", 100, 80), ("guests", 900, None), ("all", None, 2)):
        Quota.objects.create(group=Group.objects.create(name=name), gpu_seconds=seconds, waiting=waiting)
    alice.groups.set(Group.objects.all())

    assert limits_of(alice) == Limits(gpu_seconds=900, waiting=80)
    assert limits_of(bob) == Limits(gpu_seconds=QUOTA, waiting=50)


def test_zero_is_no_limit_and_nothing_is_more_generous(settings: Settings, alice: User) -> None:
    settings.GPU_SECONDS_PER_DAY = QUOTA
    alice.is_staff = True
    Quota.objects.create(role=Quota.Role.STAFF, gpu_seconds=0, waiting=0)

    assert limits_of(alice) == Limits(gpu_seconds=None, waiting=None)


def test_a_quota_is_for_a_role_or_for_a_group_and_once() -> None:
    group = Group.objects.create(name="night")
    Quota.objects.create(role=Quota.Role.STAFF)

    for wrong in (Quota(), Quota(role="member", group=group), Quota(role="staff")):
        with pytest.raises(ValidationError) as refusal:
            wrong.full_clean()
        assert len(refusal.value.messages) == 1
    with pytest.raises(IntegrityError):
        Quota.objects.create(role=Quota.Role.STAFF)


# Places in the queue ---------------------------------------------------------------------------------------------


def test_the_last_place_is_given_and_the_next_job_is_refused_with_what_is_left(settings: Settings, alice: User) -> None:
    settings.QUEUE_PER_PERSON = 3
    for _ in range(3):
        submit(alice)

    with pytest.raises(QueueFullError) as refusal:
        submit(alice)

    assert str(refusal.value) == (
        "Your queue is full: 3 of 3 places are taken, 0 are left. "
        "One is free again as soon as a job of yours begins or is cancelled."
    )
    assert (refusal.value.status, refusal.value.retry_after) == (429, 30)
    assert Job.objects.count() == 3


def test_a_refused_order_rings_nobody_and_copies_no_file(settings: Settings, alice: User, rings: list[str]) -> None:
    settings.QUEUE_PER_PERSON = 1
    work = hang(alice)
    make_job(alice)
    rings.clear()

    with pytest.raises(QueueFullError):
        submit(alice, source=str(work.pk))

    assert rings == []
    assert not StoredPicture.objects.exists()
    assert not list((settings.MEDIA_ROOT / "pictures").rglob("*"))


def test_what_is_painted_or_over_takes_no_place(settings: Settings, alice: User) -> None:
    settings.QUEUE_PER_PERSON = 1
    submit(alice)
    assert job_claim(worker="gpu0/1", device="cpu", can_take=lambda _job: True)
    job_cancel(job=submit(alice))

    assert submit(alice).state == Job.State.QUEUED
    assert places_of(alice, 1).left == 0


def test_one_persons_queue_takes_no_place_of_anothers(settings: Settings, alice: User, bob: User) -> None:
    settings.QUEUE_PER_PERSON = 1
    submit(alice)

    assert submit(bob).state == Job.State.QUEUED


def test_the_studio_as_a_whole_is_full_at_some_point(settings: Settings, alice: User, bob: User) -> None:
    settings.QUEUE_IN_ALL = 2
    submit(alice)
    submit(alice)

    with pytest.raises(QueueFullError) as refusal:
        submit(bob)

    assert str(refusal.value).startswith("The studio's queue is full: 2 of 2 places are taken, 0 are left.")


def test_a_job_that_is_queued_again_needs_a_place(settings: Settings, alice: User) -> None:
    settings.QUEUE_PER_PERSON = 1
    over = make_job(alice, state=Job.State.CANCELLED)
    submit(alice)

    with pytest.raises(QueueFullError):
        job_retry(job=over)

    over.refresh_from_db()
    assert over.state == Job.State.CANCELLED


def test_what_a_worker_gives_back_needs_none(settings: Settings, alice: User) -> None:
    settings.QUEUE_PER_PERSON = 1
    submit(alice)
    taken = job_claim(worker="gpu0/1", device="cpu", can_take=lambda _job: True)
    submit(alice)

    assert taken
    assert job_give_back(taken)
    assert places_of(alice, 1).taken == 2


def test_painting_an_artwork_again_needs_a_place(settings: Settings, alice: User) -> None:
    settings.QUEUE_PER_PERSON = 1
    submit(alice)

    with pytest.raises(QueueFullError):
        reproduction_submit(artwork=make_artwork(alice), owner=alice)

    assert Job.objects.count() == 1


def test_the_same_request_under_one_key_needs_no_second_place(settings: Settings, alice: User) -> None:
    settings.QUEUE_PER_PERSON = 1
    first = job_submit(owner=alice, spec=JobSpec(prompt="x"), idempotency_key="k")

    assert job_submit(owner=alice, spec=JobSpec(prompt="x"), idempotency_key="k") == first


def test_the_first_paintings_that_find_no_place_come_later(settings: Settings, admin: User) -> None:
    Persona.objects.get_or_create(slug="aria", defaults={"name": "Aria"})
    settings.QUEUE_PER_PERSON = 2

    assert first_paintings_submit(owner=admin) == 2
    settings.QUEUE_PER_PERSON = 3
    assert first_paintings_submit(owner=admin) == 1


# GPU-seconds -----------------------------------------------------------------------------------------------------


def test_who_has_used_up_the_day_is_told_what_is_left_and_when_it_renews(settings: Settings, alice: User) -> None:
    settings.GPU_SECONDS_PER_DAY = QUOTA
    with time_machine.travel(NOON + timedelta(hours=7), tick=False):
        use(alice, 600.4)

        with pytest.raises(QuotaUsedUpError) as refusal:
            submit(alice)

    assert str(refusal.value) == "You have 0 of 600 GPU-seconds left today; this renews at 00:00 UTC (in 5 h)."
    assert (refusal.value.status, refusal.value.retry_after) == (429, 5 * 3600)
    assert Job.objects.count() == 0


def test_an_order_that_needs_more_than_is_left_is_refused_and_a_smaller_one_is_not(
    settings: Settings, alice: User, bob: User
) -> None:
    settings.GPU_SECONDS_PER_DAY = QUOTA
    with time_machine.travel(NOON, tick=False) as clock:
        paint(bob, clock, seconds=16, steps=8, width=256, height=256)
        use(alice, 560)

        with pytest.raises(QuotaUsedUpError) as refusal:
            submit(alice, count=3, steps=8)
        submit(alice, count=2, steps=8)

    assert str(refusal.value) == (
        "You have 40 of 600 GPU-seconds left today, and this needs about 48; this renews at 00:00 UTC (in 12 h)."
    )


def test_what_waits_counts_as_it_is_expected_to_cost(settings: Settings, alice: User, bob: User) -> None:
    settings.GPU_SECONDS_PER_DAY = QUOTA
    with time_machine.travel(NOON, tick=False) as clock:
        paint(bob, clock, seconds=16, steps=8, width=256, height=256)
        use(alice, 500)
        for _ in range(6):
            submit(alice, steps=8)

        with pytest.raises(QuotaUsedUpError) as refusal:
            submit(alice, steps=8)
        allowance = allowance_of(alice, QUOTA)

    assert str(refusal.value).startswith("You have 4 of 600 GPU-seconds left today, with what waits counted, and this")
    assert (allowance.used, allowance.under_way) == (500, 0)
    assert allowance.waiting == pytest.approx(96)


def test_what_is_under_way_counts_at_its_present_share(settings: Settings, alice: User, bob: User) -> None:
    settings.GPU_SECONDS_PER_DAY = QUOTA
    with time_machine.travel(NOON, tick=False) as clock:
        for owner, worker in ((alice, "gpu0/1"), (bob, "gpu0/1"), (alice, "gpu1/1")):
            make_job(owner)
            assert job_claim(worker=worker, device="cpu", can_take=lambda _job: True)
        clock.shift(10)

        allowance = allowance_of(alice, QUOTA)

    assert (allowance.under_way, allowance.left) == (15, 585)


def test_a_lease_over_midnight_counts_from_midnight_on(settings: Settings, alice: User) -> None:
    settings.GPU_SECONDS_PER_DAY = QUOTA
    with time_machine.travel(datetime(2026, 3, 1, 23, 59, 50, tzinfo=UTC), tick=False) as clock:
        make_job(alice)
        taken = job_claim(worker="gpu0/1", device="cpu", can_take=lambda _job: True)
        clock.shift(14)
        assert allowance_of(alice, QUOTA).under_way == 4
        assert taken
        job_succeed(taken, [], device="cpu")

        assert allowance_of(alice, QUOTA).used == 4
    assert list(GpuDay.objects.order_by("day").values_list("day__day", "seconds", "leases")) == [(1, 10, 1), (2, 4, 1)]
    assert GpuTime.objects.get().seconds == 14


def test_a_new_day_begins_at_midnight_where_the_studio_is(settings: Settings, alice: User) -> None:
    settings.TIME_ZONE, settings.GPU_SECONDS_PER_DAY = "Europe/Berlin", QUOTA
    before_midnight = datetime(2026, 3, 28, 22, 30, tzinfo=UTC)
    with time_machine.travel(before_midnight, tick=False) as clock:
        use(alice, QUOTA, day=before_midnight)
        with pytest.raises(QuotaUsedUpError) as refusal:
            submit(alice)
        clock.shift(refusal.value.retry_after)

        submit(alice)
        renews_at = allowance_of(alice, QUOTA).renews_at
    assert str(refusal.value).endswith("this renews at 00:00 CET (in 30 min).")
    assert renews_at == datetime(2026, 3, 29, 22, tzinfo=UTC), "the clock is set forward on that day"


def test_the_first_order_of_a_day_is_let_in_however_much_it_needs(settings: Settings, alice: User, bob: User) -> None:
    settings.GPU_SECONDS_PER_DAY = 10
    with time_machine.travel(NOON, tick=False) as clock:
        paint(bob, clock, seconds=16, steps=8, width=256, height=256)

        submit(alice, count=64)
        with pytest.raises(QuotaUsedUpError):
            submit(alice)


def test_a_model_that_never_painted_is_expected_to_cost_what_others_do(alice: User) -> None:
    fresh = work_of(make_recipe(model="fresh", steps=16, width=256, height=256).to_dict(), 2)
    assert seconds_expected([fresh]) == 0
    with time_machine.travel(NOON, tick=False) as clock:
        paint(alice, clock, seconds=16, steps=8, width=256, height=256)

    assert seconds_expected([fresh]) == pytest.approx(64)
    assert seconds_expected([work_of({}, 4), work_of({"model": "x", "width": "wide"}, 1)]) == 0


def test_who_has_no_limit_is_never_refused_for_seconds(settings: Settings, admin: User) -> None:
    settings.GPU_SECONDS_PER_DAY = 1
    use(admin, 10**6, day=timezone.now())

    assert submit(admin).state == Job.State.QUEUED


def test_both_refusals_are_of_one_kind() -> None:
    assert issubclass(QueueFullError, LimitReachedError)
    assert issubclass(QuotaUsedUpError, LimitReachedError)
    assert Artwork.objects.count() == 0


# Batches ------------------------------------------------------------------------------------------------------------


def batch_of(*prompts: str) -> BatchSpec:
    """A list of prompts."""
    return BatchSpec(kind="list", recipes=tuple(JobSpec(prompt=prompt) for prompt in prompts))


def test_the_jobs_of_a_batch_take_one_place_of_their_owner(alice: User) -> None:
    batch_submit(owner=alice, spec=batch_of("a", "b", "c"))
    submit(alice)

    assert places_of(alice, 50).taken == 2


def test_a_batch_for_which_there_is_no_room_stores_nothing(settings: Settings, alice: User) -> None:
    settings.QUEUE_IN_ALL = 2

    with pytest.raises(QueueFullError):
        batch_submit(owner=alice, spec=batch_of("a", "b", "c"))

    assert (Batch.objects.count(), Job.objects.count()) == (0, 0)


def test_a_batch_is_weighed_as_a_whole_against_what_is_left_of_the_day(alice: User, time_machine: Any) -> None:
    time_machine.move_to(NOON, tick=False)
    Quota.objects.create(role=Quota.Role.MEMBER, gpu_seconds=QUOTA)
    paint(alice, time_machine, seconds=100)

    with pytest.raises(QuotaUsedUpError):
        batch_submit(owner=alice, spec=batch_of(*(f"{number}" for number in range(12))))

    assert Batch.objects.count() == 0
