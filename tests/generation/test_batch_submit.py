"""Taking a batch: all of it or nothing."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from aria_site.accounts.models import User
from aria_site.kernel.problems import ConflictError, InvalidInputError
from generation import limits
from generation.batch_specs import AxisAsk, BatchSpec
from generation.batches import batch_jobs
from generation.models import Batch, Job, StoredPicture
from generation.services import batch_submit, batching
from generation.services.claiming import jobs_in_turn
from generation.specs import JobSpec
from personas.models import Persona
from tests.support.pictures import hang

pytestmark = [pytest.mark.usefixtures("starter_model")]


def listed(*prompts: str, **more: Any) -> BatchSpec:
    """A list of prompts."""
    return BatchSpec(kind="list", recipes=tuple(JobSpec(prompt=prompt, **more) for prompt in prompts))


def refused(owner: User, spec: BatchSpec) -> dict[str, str]:
    """The faults of a batch that is refused."""
    with pytest.raises(InvalidInputError) as refusal:
        batch_submit(owner=owner, spec=spec)
    return refusal.value.errors


def test_a_list_becomes_queued_jobs_in_the_order_asked_for(alice: User) -> None:
    batch = batch_submit(owner=alice, spec=listed("c", "a", "b"))

    jobs = list(batch_jobs(batch))
    assert [(job.batch_index, job.prompt, job.state, job.owner) for job in jobs] == [
        (0, "c", "queued", alice),
        (1, "a", "queued", alice),
        (2, "b", "queued", alice),
    ]
    assert (batch.kind, batch.title, batch.axes, batch.owner) == ("list", "c, and 2 more", {}, alice)
    assert len({job.recipe.seed for job in jobs}) == 3
    assert all(job.recipe_fingerprint == job.recipe.fingerprint() for job in jobs)


def test_they_are_painted_in_the_order_asked_for(alice: User) -> None:
    batch = batch_submit(owner=alice, spec=listed(*"gbzaq"))

    turns = jobs_in_turn(batch.created_at, limit=5)

    assert [job.prompt for job in turns] == list("gbzaq")


def test_a_grid_keeps_its_axes_and_one_seed(alice: User) -> None:
    x, y = AxisAsk(field="steps", values=(4, 8)), AxisAsk(field="size", values=("256x256", "512x256"))

    spec = BatchSpec(kind="grid", recipe=JobSpec(prompt="a cat"), title=" Cats ", x=x, y=y)
    batch = batch_submit(owner=alice, spec=spec)

    recipes = [job.recipe for job in batch_jobs(batch)]
    assert [(one.width, one.steps) for one in recipes] == [(256, 4), (256, 8), (512, 4), (512, 8)]
    assert len({one.seed for one in recipes}) == 1
    assert batch.title == "Cats"
    assert batch.axes == {
        "x": {"field": "steps", "label": "Steps", "values": ["4", "8"]},
        "y": {"field": "size", "label": "Size", "values": ["256 by 256", "512 by 256"]},
    }


def test_a_long_prompt_is_shortened_to_a_title(alice: User) -> None:
    batch = batch_submit(owner=alice, spec=listed("a\ncat " + "x" * 200, "a dog", "a dog"))

    assert len(batch.title) == limits.MAX_BATCH_TITLE
    assert batch.title.startswith("a cat xxx")
    assert batch.title.endswith("x…, and 1 more")


@pytest.mark.django_db(transaction=True)
def test_rings_once_for_all_of_them(alice: User, rings: list[str]) -> None:
    batch_submit(owner=alice, spec=listed("a", "b", "c"))

    assert rings == ["generation.ring"]


def test_a_list_that_is_half_bad_names_each_place_and_stores_nothing(alice: User, rings: list[str]) -> None:
    recipes = (JobSpec(prompt="a"), JobSpec(prompt=""), JobSpec(prompt="b", steps=0, width=513), JobSpec(prompt="c"))

    faults = refused(alice, BatchSpec(kind="list", recipes=recipes))

    assert faults == {
        "recipes[1].prompt": "Say what to paint: the prompt is empty.",
        "recipes[2].steps": "`recipes[2].steps` must be between 1 and 150.",
        "recipes[2].width": "`recipes[2].width` must be a multiple of 32 for this model: 512 would do.",
    }
    assert (Batch.objects.count(), Job.objects.count(), rings) == (0, 0, [])


def test_a_bad_value_of_an_axis_is_named_by_its_place(alice: User) -> None:
    x, y = AxisAsk(field="steps", values=(4, 8, 1000)), AxisAsk(field="sampler", values=("Euler", "Ghost"))

    faults = refused(alice, BatchSpec(kind="grid", recipe=JobSpec(prompt="a cat", count=0), x=x, y=y))

    assert list(faults) == ["recipe.count", "x.values[2]", "y.values[1]"]
    assert faults["x.values[2]"] == "`x.values[2]` must be between 1 and 150."
    assert Job.objects.count() == 0


TOO_MUCH = {
    "65 jobs": listed(*["x"] * 65),
    "257 pictures": BatchSpec(kind="list", recipes=(*[JobSpec(prompt="x", count=64)] * 4, JobSpec(prompt="x"))),
    "more than a batch may take": listed(*["x"] * 64, width=2048, height=2048, steps=31),
}


@pytest.mark.parametrize("spec", TOO_MUCH.values(), ids=TOO_MUCH.keys())
def test_too_much_is_refused_as_a_whole(alice: User, spec: BatchSpec) -> None:
    assert list(refused(alice, spec)) == ["recipes"]
    assert (Batch.objects.count(), Job.objects.count()) == (0, 0)


def test_sixty_four_are_taken(alice: User) -> None:
    batch = batch_submit(owner=alice, spec=listed(*["x"] * 64, width=2048, height=2048, steps=30))

    assert [job.batch_index for job in batch_jobs(batch)] == list(range(64))


@pytest.mark.parametrize("title", ["x" * 121, "a\nb", "a\x00b", "a\ud800", "a\u2028b"])
def test_a_title_that_cannot_be_shown_is_refused(alice: User, title: str) -> None:
    assert list(refused(alice, BatchSpec(kind="list", recipes=(JobSpec(prompt="a"),), title=title))) == ["title"]


def test_a_title_in_any_writing_is_taken(alice: User) -> None:
    title = "\u200f灯台 👩\u200d🎨"

    batch = batch_submit(owner=alice, spec=BatchSpec(kind="list", recipes=(JobSpec(prompt="a"),), title=title))

    assert Batch.objects.get(pk=batch.pk).title == title


def test_a_picture_that_all_of_them_paint_over_is_kept_once(alice: User, media: Path) -> None:
    work = hang(alice)

    batch = batch_submit(owner=alice, spec=listed("a", "b", source=str(work.pk)))

    assert [(job.recipe.source, job.parent) for job in batch_jobs(batch)] == [(work.sha256, work)] * 2
    assert [picture.sha256 for picture in StoredPicture.objects.all()] == [work.sha256]


def test_a_picture_whose_file_is_gone_is_named_by_its_place(alice: User, media: Path) -> None:
    work = hang(alice)
    (media / work.file).unlink()
    recipes = (JobSpec(prompt="a"), JobSpec(prompt="b", source=str(work.pk)))

    assert list(refused(alice, BatchSpec(kind="list", recipes=recipes))) == ["recipes[1].source"]
    assert Job.objects.count() == 0


def test_the_same_request_under_one_key_is_one_batch(alice: User) -> None:
    first = batch_submit(owner=alice, spec=listed("a", "b"), idempotency_key="k")

    assert batch_submit(owner=alice, spec=listed("a", "b"), idempotency_key="k") == first
    assert (Batch.objects.count(), Job.objects.count()) == (1, 2)


def test_another_request_under_the_same_key_is_a_conflict(alice: User) -> None:
    batch_submit(owner=alice, spec=listed("a", "b"), idempotency_key="k")

    with pytest.raises(ConflictError):
        batch_submit(owner=alice, spec=listed("b", "a"), idempotency_key="k")
    assert Job.objects.count() == 2


def test_a_key_that_made_nothing_is_not_swallowed(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    batch_submit(owner=alice, spec=listed("a"), idempotency_key="k")
    monkeypatch.setattr(batching, "_batch_under_key", lambda *_asked: None)

    with pytest.raises(IntegrityError):
        batch_submit(owner=alice, spec=listed("a"), idempotency_key="k")


@pytest.mark.django_db(transaction=True)
def test_two_at_once_under_one_key_are_one_batch(alice: User, rings: list[str]) -> None:
    start = Barrier(4)

    def submit(_number: int) -> Batch:
        start.wait()
        try:
            return batch_submit(owner=alice, spec=listed("a", "b"), idempotency_key="k")
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        batches = set(threads.map(submit, range(4)))

    assert batches == {Batch.objects.get()}
    assert (Job.objects.count(), rings) == (2, ["generation.ring"])


def test_taking_many_costs_the_queries_of_taking_few(alice: User) -> None:
    persona, work = Persona.objects.create(slug="mira", name="Mira"), hang(alice)
    costs = []
    for many in (8, 24):
        with CaptureQueriesContext(connection) as queries:
            batch_submit(owner=alice, spec=listed(*["x"] * many, persona=persona.slug, source=str(work.pk)))
        costs.append(len([query for query in queries if "SAVEPOINT" not in query["sql"]]))

    assert costs == [21, 21]


def test_a_place_in_a_batch_is_held_once(alice: User) -> None:
    job = batch_jobs(batch_submit(owner=alice, spec=listed("a"))).get()

    with pytest.raises(IntegrityError):
        Job.objects.create(
            owner=alice, recipe_data=job.recipe_data, recipe_fingerprint="f", batch=job.batch, batch_index=0
        )


@pytest.mark.parametrize("place", [{"batch": None, "batch_index": 0}, {"batch_index": None}], ids=str)
def test_a_place_without_a_batch_is_none(alice: User, place: dict[str, Any]) -> None:
    job = batch_jobs(batch_submit(owner=alice, spec=listed("a"))).get()

    with pytest.raises(IntegrityError):
        Job.objects.filter(pk=job.pk).update(**place)
