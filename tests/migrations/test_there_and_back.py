"""Every migration runs forwards, backwards and forwards again, and people's rows come through."""

from collections.abc import Iterator

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from aria_site.accounts.models import User
from gallery.models import Artwork
from generation.models import DiffusionModel, Job
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
