"""A list costs the same number of queries, however long it is."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from aria_site.accounts.models import User
from gallery.models import Artwork
from generation.models import Batch, DiffusionModel, Job
from personas.models import Persona
from tests.support.programs import Program
from tests.support.rows import make_artwork, make_batch, make_finished_job


def artworks(alice: User, many: int) -> None:
    for number in range(many):
        make_artwork(alice, persona=Persona.objects.create(slug=f"artist-{number}", name="x"))


def jobs(alice: User, many: int) -> None:
    for _ in range(many):
        make_finished_job(alice, count=2)


def batches(alice: User, many: int) -> None:
    for _ in range(many):
        make_batch(alice, "queued", "succeeded")


def personas(alice: User, many: int) -> None:
    Persona.objects.bulk_create(Persona(slug=f"artist-{number}", name="x") for number in range(many))


def models(alice: User, many: int) -> None:
    folder = DiffusionModel.objects.values_list("folder", flat=True)[0]
    DiffusionModel.objects.bulk_create(DiffusionModel(name=f"model-{number}", folder=folder) for number in range(many))


@pytest.mark.parametrize(
    ("path", "fill", "most"),
    [
        ("/artworks", artworks, 1),
        ("/jobs", jobs, 2),
        ("/batches", batches, 2),
        ("/personas", personas, 1),
        ("/models", models, 1),
    ],
    ids=["artworks", "jobs", "batches", "personas", "models"],
)
def test_fifty_rows_cost_no_more_queries_than_ten(
    program_of: Callable[..., Program], alice: User, path: str, fill: Callable[[User, int], None], most: int
) -> None:
    program = program_of(alice)
    program.get("/me")
    counts = []
    for many in (10, 50):
        for model in (Batch, Job, Artwork, Persona):
            model.objects.all().delete()
        DiffusionModel.objects.exclude(name="starter").delete()
        fill(alice, many)
        with CaptureQueriesContext(connection) as queries:
            items = program.get(f"{path}?limit=50" if path in {"/artworks", "/batches", "/jobs"} else path).json()[
                "items"
            ]
        assert len(items) >= many
        counts.append(len(queries))

    # One more finds the key.
    assert counts == [most + 1, most + 1]


def test_a_batch_of_many_jobs_costs_no_more_queries_than_one_of_few(
    program_of: Callable[..., Program], alice: User
) -> None:
    program = program_of(alice)
    program.get("/me")
    counts = []
    for many in (4, 60):
        batch = make_batch(alice, *["succeeded"] * many)
        with CaptureQueriesContext(connection) as queries:
            assert len(program.get(f"/batches/{batch.pk}").json()["jobs"]) == many
        counts.append(len(queries))

    # The key, the batch, its state, its jobs, their artworks.
    assert counts == [5, 5]
