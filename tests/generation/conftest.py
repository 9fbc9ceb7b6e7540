"""A registered model that needs no weights, and workers that paint with the fake engine."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from celery import Celery

from generation.engine.contract import PaintingEngine
from generation.models import DiffusionModel
from generation.worker import StudioWorker
from tests.support.model_folders import write_model_folder


@pytest.fixture
def starter_model(db: None, tmp_path: Path) -> DiffusionModel:
    """The default model, lying in a folder without weights."""
    folder = write_model_folder(tmp_path / "model")
    defaults = {"title": "Starter", "licence": "CC0-1.0", "folder": str(folder), "is_default": True}
    return DiffusionModel.objects.update_or_create(name="starter", defaults=defaults)[0]


@pytest.fixture
def rings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the tasks that would go to the broker, in order."""
    sent: list[str] = []
    monkeypatch.setattr(Celery, "send_task", lambda _app, name, **_options: sent.append(name))
    return sent


@pytest.fixture
def worker_of() -> Iterator[Callable[[PaintingEngine], StudioWorker]]:
    """Makes workers without a heartbeat thread: a test beats by hand."""
    workers: list[StudioWorker] = []

    def make(engine: PaintingEngine) -> StudioWorker:
        workers.append(StudioWorker(engine, name=f"gpu{len(workers)}@test"))
        return workers[-1]

    yield make
    for worker in workers:
        worker.engine.close()
