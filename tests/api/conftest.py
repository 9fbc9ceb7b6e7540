"""Programs with keys, a model without weights, rows to read, and a broker that is watched."""

from collections.abc import Callable
from pathlib import Path

import pytest
from celery import Celery

from aria_site.accounts.keys import api_key_create
from aria_site.accounts.models import Scope, User
from generation.models import DiffusionModel
from personas.models import Persona
from tests.support.model_folders import write_model_folder
from tests.support.programs import Program


@pytest.fixture
def program_of() -> Callable[..., Program]:
    """Makes a program of a person whose key has the given scopes; all when none are given."""

    def make(user: User, *scopes: str) -> Program:
        return Program(api_key_create(user=user, name="test", scopes=scopes or Scope.values)[1])

    return make


@pytest.fixture(autouse=True)
def starter_model(db: None, tmp_path: Path) -> DiffusionModel:
    """The default model, lying in a folder without weights; it takes every size that any model takes."""
    folder = write_model_folder(tmp_path / "model", size_multiple=8)
    defaults = {"title": "Starter", "licence": "CC0-1.0", "folder": str(folder), "is_default": True}
    return DiffusionModel.objects.update_or_create(name="starter", defaults=defaults)[0]


@pytest.fixture(autouse=True)
def founder(db: None) -> Persona:
    """The founding persona; tests that commit take her away with everything else."""
    return Persona.objects.get_or_create(slug="aria", defaults={"name": "Aria"})[0]


@pytest.fixture(autouse=True)
def rings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the tasks that would go to the broker, in order."""
    sent: list[str] = []
    monkeypatch.setattr(Celery, "send_task", lambda _app, name, **_options: sent.append(name))
    return sent
