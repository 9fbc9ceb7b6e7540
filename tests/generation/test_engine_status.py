"""What the workers hold in memory: stored with their rows, told by a command and shown in the admin."""

import json
from collections.abc import Callable
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from aria_site.accounts.models import User
from generation import worker_boot
from generation.engine.contract import EngineError, EngineStatus, Eviction, LoadCause, ResidentModel
from generation.engine.fake import FakeEngine
from generation.models import DiffusionModel, Worker
from generation.selectors import names_to_preload, sizes_painted
from generation.services import engine_facts, worker_seen
from generation.worker import StudioWorker
from tests.support.model_folders import write_model_folder
from tests.support.recipes import make_recipe
from tests.support.rows import make_job

pytestmark = pytest.mark.django_db


def status() -> EngineStatus:
    """An engine that loaded two models and could keep one."""
    now = timezone.now().timestamp()
    resident = ResidentModel(
        name="portraits",
        revision="0123456789ab",
        device="cuda:1",
        dtype="bfloat16",
        bytes=5 * 2**30,
        loaded_at=now - 7200,
        used_at=now - 180,
        pinned=True,
        load_s=12.34,
        cause=LoadCause.PRELOAD,
    )
    return EngineStatus(
        device="cuda:1",
        models=(resident, replace(resident, name="sketches", device="cpu", parked=True, pinned=False)),
        orders=2,
        loads_total=2,
        stuck=False,
        loads={"preload": 1, "first_use": 1},
        evictions=(Eviction(name="old", bytes=2**30, reason="portraits needed its place", at=now - 90, parked=False),),
        budget_bytes=20 * 2**30,
        parking_bytes=8 * 2**30,
    )


@pytest.fixture
def worker(db: None) -> Worker:
    """The row of a worker with that engine."""
    worker_seen("gpu1@host/1", name="gpu1@host", host="host", beats=1, **engine_facts(status()))
    return Worker.objects.get()


def told(*arguments: str) -> str:
    output = StringIO()
    call_command("engine_status", *arguments, stdout=output)
    return output.getvalue()


@pytest.mark.usefixtures("worker")
def test_tells_people_what_is_where_how_big_since_when_and_what_had_to_leave() -> None:
    lines = told().splitlines()

    assert lines[0] == (
        "gpu1@host paints on cuda:1: 5.0 GB of 20.0 GB, and 8.0 GB of RAM beside it, 2 under way, "
        "loads: 1 preloaded, 1 first use"
    )
    rows = [line.split("  ") for line in lines]
    cells = [[cell.strip() for cell in row if cell.strip()] for row in rows]
    resident = ["0123456789ab", "cuda:1", "5.0 GB", "2 hours ago", "3 minutes ago", "12.3 s", "preloaded", "yes"]
    assert ["portraits", *resident] in cells
    assert ["sketches", "0123456789ab", "RAM beside cuda:1", *resident[2:-1], "no"] in cells
    assert ["old", "1.0 GB", "1 minute ago", "portraits needed its place"] in cells


@pytest.mark.usefixtures("worker")
def test_tells_programs_the_same() -> None:
    document = json.loads(told("--json"))

    (worker,) = document["workers"]
    assert (worker["name"], worker["device"], worker["orders"]) == ("gpu1@host", "cuda:1", 2)
    assert worker["model_loads_total"] == {"preload": 1, "first_use": 1}
    assert [model["name"] for model in worker["models"]] == ["portraits", "sketches"]
    assert [eviction["reason"] for eviction in worker["evictions"]] == ["portraits needed its place"]
    assert [model["name"] for model in document["models"]] == ["starter"]
    assert document["models"][0]["estimate"]["vram_bytes"] > 10**7


def test_says_that_no_worker_is_alive() -> None:
    assert told().splitlines()[0] == "No worker is alive."


def test_the_admin_shows_the_same_tables(worker: Worker, admin: User, client_of: Callable[[User], Client]) -> None:
    address = f"/admin/generation/worker/{worker.pk.replace('/', '_2F')}/change/"
    page = client_of(admin).get(address).content.decode()

    for text in ("5.0 GB of 20.0 GB", "1 preloaded, 1 first use", "portraits needed its place", "<td>12.3 s</td>"):
        assert text in page, text


def test_a_heartbeat_stores_what_the_engine_says(
    fake_engine: FakeEngine, worker_of: Callable[..., StudioWorker]
) -> None:
    fake_engine.preload(("starter",))
    worker = worker_of(fake_engine)
    worker.beat()

    row = Worker.objects.get()
    assert [model["name"] for model in row.pool] == ["starter"]
    assert row.loads == {"preload": 1}


def test_models_marked_in_the_admin_are_preloaded_after_those_of_the_settings(settings: Settings) -> None:
    settings.ARIA_PRELOAD = ("starter", "first")
    for name in ("marked", "first"):
        DiffusionModel.objects.create(name=name, title=name, folder="nowhere", preload=True)
    DiffusionModel.objects.create(name="other", title="other", folder="nowhere")

    assert names_to_preload() == ["starter", "first", "marked"]


def test_sizes_are_warmed_in_the_order_of_how_often_they_were_asked_for(alice: User) -> None:
    for width, height in [(256, 320), (512, 512), (256, 320), (128, 128), (512, 512), (256, 320), (640, 640)]:
        make_job(alice, recipe_data=make_recipe(width=width, height=height).to_dict())
    make_job(alice, recipe_data=make_recipe(model="other", width=1024, height=1024).to_dict())

    assert sizes_painted("starter")[:2] == ((256, 320), (512, 512))
    assert len(sizes_painted("starter")) == 3
    assert sizes_painted("nobody") == ()


def test_a_model_that_cannot_be_had_keeps_no_other_from_being_preloaded(
    alice: User, settings: Settings, tmp_path: Path
) -> None:
    settings.ARIA_PRELOAD = ("gone", "starter")
    DiffusionModel.objects.filter(name="starter").update(folder=str(write_model_folder(tmp_path / "model")))
    make_job(alice, recipe_data=make_recipe(width=320, height=256).to_dict())
    engine = FakeEngine(failures={"gone": EngineError("Nobody knows it.", code="unknown_model")})

    worker = StudioWorker(engine, name="gpu0@test")
    worker_seen(worker.boot_id, name="gpu0@test", host="here")

    worker_boot.models_preload(worker)

    assert engine.preloaded == ["starter"]
    assert Worker.objects.get().trouble == "The model gone is not preloaded: Nobody knows it."
    assert engine.warm_sizes == {"starter": ((320, 256),)}
