"""Every page of the admin, with nothing in it and with everything."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin as django_admin
from django.contrib.auth.models import Group
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask
from model_bakery import baker

from aria_site.accounts.keys import api_key_create
from aria_site.accounts.models import User
from generation.models import DiffusionModel, Forecast, GpuDay, Job, LoadPace, Quota, Worker
from personas.models import Persona
from tests.support.pace import painted_before
from tests.support.rows import make_artwork, make_batch, make_finished_job, make_job

MODELS = sorted(django_admin.site._registry, key=lambda model: model._meta.label)
MOST_QUERIES = 12
ROWS = MOST_QUERIES + 2
"""A query for each row would be too many."""


def name_of(model: type[Model]) -> str:
    return model._meta.label


def address_of(model: type[Model]) -> str:
    return f"/admin/{model._meta.app_label}/{model._meta.model_name}/"


@pytest.fixture
def filled(admin: User, bob: User) -> None:
    """More rows of everything than a list may make queries."""
    persona = Persona.objects.create(slug="mira", name="Mira")
    baker.make(PeriodicTask, interval=baker.make(IntervalSchedule))
    for number in range(ROWS):
        make_finished_job(bob, persona=persona)
        make_job(bob, state=Job.State.FAILED, error="It failed.", error_code="x", recipe_data={})
        make_batch(bob, "queued", "failed")
        make_artwork(bob, persona=persona, thumbnails={}, reasons=["sharp"], score=0.5)
        baker.make(Worker, boot_id=f"boot-{number}", pool=[{"model": "starter"}], seen_at=timezone.now())
        baker.make(DiffusionModel, name=f"model-{number}", folder="/nowhere")
        painted_before(seconds=8.0, model=f"model-{number}", boot_id=f"gpu-{number}")
        LoadPace.objects.create(model=f"model-{number}", device="cpu", seconds=2.0)
        Forecast.objects.create(
            job=make_job(bob), made_at=timezone.now(), kind="soon", before=1, estimate_s=9, seconds=9, low=8, high=12
        )
        api_key_create(user=bob, name="k", scopes=["read"])
        baker.make(Quota, group=Group.objects.create(name=f"group {number}"), gpu_seconds=number)
        baker.make(GpuDay, owner=bob, day=timezone.localdate() - timedelta(days=number), seconds=number)


@pytest.fixture
def as_admin(admin: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(admin)


@pytest.mark.parametrize("model", MODELS, ids=name_of)
def test_empty_lists_and_forms_open(as_admin: Client, model: type[Model]) -> None:
    pages = [as_admin.get(address_of(model)), as_admin.get(f"{address_of(model)}add/")]

    assert pages[0].status_code == 200
    assert pages[1].status_code in {200, 403}


@pytest.mark.parametrize("model", MODELS, ids=name_of)
@pytest.mark.usefixtures("filled")
def test_filled_lists_open_in_few_queries(as_admin: Client, model: type[Model]) -> None:
    as_admin.get(address_of(model))

    with CaptureQueriesContext(connection) as queries:
        page = as_admin.get(address_of(model))

    assert page.status_code == 200
    assert len(queries) <= MOST_QUERIES, [query["sql"][:200] for query in queries]


@pytest.mark.parametrize("model", MODELS, ids=name_of)
@pytest.mark.usefixtures("filled")
def test_every_row_has_a_page_and_a_history(as_admin: Client, model: type[Model]) -> None:
    row = model._default_manager.first() or baker.make(model)

    pages = [as_admin.get(f"{address_of(model)}{row.pk}/{part}/") for part in ("change", "history")]

    assert [page.status_code for page in pages] == [200, 200]


@pytest.mark.parametrize("model", MODELS, ids=name_of)
@pytest.mark.usefixtures("filled")
def test_lists_can_be_searched_filtered_and_sorted(as_admin: Client, model: type[Model]) -> None:
    options: Any = django_admin.site._registry[model]
    asked = ["?q=x", *(f"?o={column}" for column in range(1, len(options.list_display) + 1))]

    for query in asked:
        assert as_admin.get(address_of(model) + query).status_code == 200, query


@pytest.mark.parametrize("model", MODELS, ids=name_of)
@pytest.mark.usefixtures("filled")
def test_members_see_none_of_it(bob: User, client_of: Callable[[User], Client], model: type[Model]) -> None:
    client = client_of(bob)
    row = model._default_manager.first()
    addresses = ["/admin/", address_of(model), f"{address_of(model)}add/"]
    addresses += [f"{address_of(model)}{row.pk}/change/"] if row else []

    answers = [client.get(address) for address in addresses]

    assert {answer.status_code for answer in answers} == {302}
    assert all(answer.headers["Location"].startswith("/admin/login/") for answer in answers)


@pytest.mark.usefixtures("filled")
def test_no_page_carries_inline_styles_or_scripts(as_admin: Client) -> None:
    for model in MODELS:
        row = model._default_manager.first()
        for part in ["", "add/", f"{row.pk}/change/" if row else ""]:
            text = as_admin.get(address_of(model) + part).content.decode()
            assert not re.search(r'\sstyle="|<style|\son[a-z]+="', text), (model, part)


def test_every_model_of_ours_is_there() -> None:
    ours = {
        model
        for app in ("accounts", "personas", "gallery", "generation")
        for model in apps.get_app_config(app).get_models()
    }

    assert ours - set(django_admin.site._registry) == set()
