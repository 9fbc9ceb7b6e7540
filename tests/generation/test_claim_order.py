"""Whom a worker paints next: the most urgent, the oldest, and within bounds whoever suits it best."""

from collections.abc import Sequence
from datetime import timedelta

from generation.models import Job
from generation.services.claiming import order_of_claim
from tests.support.recipes import make_recipe
from tests.support.rows import minutes_after_noon


def queued(*jobs: tuple[str, int]) -> list[Job]:
    """A queue of jobs as (model, seconds after noon)."""
    noon = minutes_after_noon(0)
    return [
        Job(recipe_data=make_recipe(model=model).to_dict(), created_at=noon + timedelta(seconds=seconds))
        for model, seconds in jobs
    ]


def models(jobs: Sequence[Job]) -> list[str]:
    """The models of jobs."""
    return [job.recipe.model for job in jobs]


def test_the_queue_decides_where_a_worker_takes_everything() -> None:
    queue = queued(("one", 0), ("two", 1), ("three", 2))

    assert order_of_claim(queue, can_take=lambda _: True, prefers=lambda _: False) == queue


def test_what_suits_the_worker_goes_first_while_the_others_are_hardly_older() -> None:
    queue = queued(("cold", 0), ("warm", 14), ("cold", 15))

    order = order_of_claim(queue, can_take=lambda _: True, prefers=lambda job: job.recipe.model == "warm")

    assert models(order) == ["warm", "cold", "cold"]


def test_no_preference_makes_an_old_job_wait() -> None:
    queue = queued(("cold", 0), ("warm", 16))

    order = order_of_claim(queue, can_take=lambda _: True, prefers=lambda job: job.recipe.model == "warm")

    assert models(order) == ["cold", "warm"]


def test_a_job_that_cannot_be_taken_is_passed_by_those_of_its_age_alone() -> None:
    queue = queued(("wide", 0), ("square", 10), ("square", 15), ("square", 16))

    order = order_of_claim(queue, can_take=lambda job: job.recipe.model == "square", prefers=lambda _: False)

    assert [job.created_at.second for job in order] == [10, 15]


def test_nobody_passes_a_more_urgent_job() -> None:
    queue = queued(("wide", 5), ("square", 0))
    queue[0].priority = 1

    assert order_of_claim(queue, can_take=lambda job: job.recipe.model == "square", prefers=lambda _: False) == []
    assert order_of_claim(queue, can_take=lambda _: True, prefers=lambda job: job.recipe.model == "square") == queue


def of(owner_id: int, *jobs: Job) -> list[Job]:
    """The jobs, owned by somebody."""
    for job in jobs:
        job.owner_id = owner_id
    return list(jobs)


def test_a_turn_of_somebody_else_is_passed_over_while_it_is_fresh() -> None:
    queue = [*of(1, *queued(("cold", 20))), *of(2, *queued(("warm", 0)))]

    def order(seconds: int) -> list[str]:
        now = minutes_after_noon(0) + timedelta(seconds=seconds)
        warm_first = order_of_claim(
            queue, can_take=lambda _: True, prefers=lambda job: job.recipe.model == "warm", now=now
        )
        return models(warm_first)

    assert order(35) == ["warm", "cold"]
    assert order(36) == ["cold", "warm"]


def test_jobs_that_were_queued_early_do_not_pass_a_turn_that_cannot_be_taken_for_ever() -> None:
    queue = [*of(1, *queued(("wide", 20))), *of(2, *queued(("square", 0), ("square", 1)))]

    def order(seconds: int) -> list[str]:
        now = minutes_after_noon(0) + timedelta(seconds=seconds)
        takeable = order_of_claim(
            queue, can_take=lambda job: job.recipe.model == "square", prefers=lambda _: False, now=now
        )
        return models(takeable)

    assert order(35) == ["square", "square"]
    assert order(36) == []
