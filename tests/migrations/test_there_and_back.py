"""Every migration runs forwards, backwards and forwards again, and people's rows come through."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from aria_site.accounts.models import User
from gallery.models import Artwork
from generation.models import DiffusionModel, GpuDay, GpuTime, Job
from personas.models import Persona
from tests.support.recipes import make_recipe

pytestmark = pytest.mark.django_db(transaction=True)

APPS = ("generation", "gallery", "personas", "accounts")


def migrate(*targets: tuple[str, str | None]) -> None:
    """Bring the apps to these migrations."""
    executor = MigrationExecutor(connection)
    executor.migrate(list(targets))


def latest() -> list[tuple[str, str | None]]:
    """The newest migration of every app: others build on Aria's people and are undone with them."""
    return list(MigrationExecutor(connection).loader.graph.leaf_nodes())


@pytest.fixture(autouse=True)
def everything_is_back() -> Iterator[None]:
    """Whatever a test did, the next one finds the newest schema."""
    yield
    migrate(*latest())


def test_all_of_them_can_be_undone_and_done_again() -> None:
    migrate(*((app, None) for app in APPS))
    assert not set(connection.introspection.table_names()) & {"gallery_artwork", "generation_job", "accounts_user"}

    migrate(*latest())

    assert Persona.objects.get().slug == "aria"
    assert DiffusionModel.objects.get().name == "starter"


def test_rows_of_people_survive_the_way_back_to_the_first_schema_and_forth() -> None:
    recipe = make_recipe()
    owner = User.objects.create_user("alice")
    job = Job.objects.create(owner=owner, recipe_data=recipe.to_dict(), recipe_fingerprint=recipe.fingerprint())
    work = Artwork.objects.create(
        owner=owner,
        origin_key=job.origin_key(0),
        recipe_data=recipe.to_dict(),
        recipe_fingerprint=recipe.fingerprint(),
        file="artworks/a.png",
        sha256="0" * 64,
        bytes=1,
        width=1,
        height=1,
    )

    migrate(*((app, "0001_initial") for app in APPS))
    migrate(*latest())

    assert Job.objects.get().recipe == recipe
    assert Artwork.objects.get() == work
    assert Persona.objects.get().slug == "aria"


def test_what_the_ledger_held_before_there_were_days_is_summed_up() -> None:
    migrate(("generation", named("quotas")))
    owner = User.objects.create_user("alice")
    midnight = datetime(2026, 3, 2, tzinfo=UTC)
    for began, ended, seconds in ((-600, -590, 4.0), (-30, 10, 8.0), (10, None, 0.0)):
        GpuTime.objects.create(
            owner=owner,
            worker="gpu0/1",
            started_at=midnight + timedelta(seconds=began),
            ended_at=None if ended is None else midnight + timedelta(seconds=ended),
            seconds=seconds,
        )
    assert not GpuDay.objects.exists()

    migrate(*latest())

    days = GpuDay.objects.order_by("day").values_list("owner", "day", "seconds", "leases")
    assert list(days) == [(owner.pk, date(2026, 3, 1), 10.0, 2), (owner.pk, date(2026, 3, 2), 2.0, 1)]


def named(name: str) -> str:
    """The migration of generation by its name without the number."""
    nodes = MigrationExecutor(connection).loader.graph.nodes
    return next(full for app, full in nodes if app == "generation" and full.split("_", 1)[1] == name)
