"""A data folder of its own for every test, with the folders that backups touch."""

from pathlib import Path

import pytest
from pytest_django import Settings

from tests.generation.conftest import rings, starter_model, worker_of  # noqa: F401  fixtures of the workers


@pytest.fixture(autouse=True)
def data(settings: Settings, tmp_path: Path) -> Path:
    """An empty data folder, with media and backups in it."""
    settings.DATA_DIR = tmp_path / "data"
    settings.MEDIA_ROOT = settings.DATA_DIR / "media"
    settings.LOG_DIR = settings.DATA_DIR / "logs"
    settings.BACKUP_DIR = settings.DATA_DIR / "backups"
    settings.MEDIA_ROOT.mkdir(parents=True)
    (settings.DATA_DIR / "secret_key").write_text("the key of then")
    return tmp_path / "data"
