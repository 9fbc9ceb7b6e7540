"""A bucket in place of the media folder."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from pytest_django import Settings

from generation.models import DiffusionModel
from tests.support.model_folders import write_model_folder
from tests.support.s3 import bucket_make, running_s3, storages_in


@pytest.fixture(scope="session")
def endpoint() -> Iterator[str]:
    """The one S3 server of this test process."""
    with running_s3() as address:
        yield address


@pytest.fixture
def bucket(endpoint: str, settings: Settings) -> Any:
    """An empty bucket that holds Aria's pictures for this test."""
    settings.STORAGES = {**settings.STORAGES, **storages_in(endpoint)}
    return bucket_make(endpoint)


@pytest.fixture
def keys_in(bucket: Any) -> Callable[[], list[str]]:
    """The names of everything in the bucket, in order."""
    return lambda: sorted(entry.key for entry in bucket.objects.all())


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
