"""Registering a model: everything is looked at and hashed once, and the row says what must be there from then on."""

import json
import pickle
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from aria_site.accounts.models import User
from generation.catalogue import model_memory, model_source
from generation.engine.model_hash import hash_of, stamp_of
from generation.models import DiffusionModel
from generation.services import model_make_default, model_rehash
from tests.support.model_folders import add_weights, write_model_folder

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A whole model of 600 numbers."""
    return add_weights(write_model_folder(tmp_path / "Mine 2"), unet=[10, 50], vae=[100])


def add(folder: Path, *arguments: str) -> str:
    output = StringIO()
    call_command("model_add", str(folder), *arguments, stdout=output)
    return output.getvalue()


def test_keeps_the_hash_the_stamp_and_what_people_want_to_know(folder: Path) -> None:
    said = add(folder, "--title", "My model", "--licence", "CC0-1.0")

    model = DiffusionModel.objects.get(name="mine-2")
    assert (model.title, model.licence, model.folder, model.revision) == (
        "My model", "CC0-1.0", str(folder), "0123456789ab",
    )  # fmt: skip
    assert (model.sha256, model.stamp) == (hash_of(folder), stamp_of(folder))
    assert (model.is_default, DiffusionModel.objects.get(is_default=True).name) == (False, "starter")
    assert f"mine-2 is registered: revision 0123456789ab, SHA-256 {model.sha256}." in said


def test_hands_the_hash_to_whoever_loads_it(folder: Path) -> None:
    add(folder)

    source = model_source("mine-2")
    assert (source.sha256, source.stamp) == (hash_of(folder), stamp_of(folder))


def test_can_become_the_default(folder: Path) -> None:
    add(folder, "--name", "other", "--default")

    assert DiffusionModel.objects.get(is_default=True).name == "other"


def test_a_taken_name_is_kept_unless_it_is_to_be_replaced(folder: Path) -> None:
    add(folder)
    (folder / "unet" / "config.json").write_text('{"in_channels": 4, "sample_size": 64}')

    with pytest.raises(CommandError, match="There is a model “mine-2” already"):
        add(folder)
    assert DiffusionModel.objects.get(name="mine-2").sha256 != hash_of(folder)

    add(folder, "--replace")
    assert DiffusionModel.objects.get(name="mine-2").sha256 == hash_of(folder)


def test_refuses_a_pickle_opens_it_never_and_registers_nothing(folder: Path, tmp_path: Path) -> None:
    class Canary:
        def __reduce__(self) -> tuple[object, ...]:
            return Path.touch, (tmp_path / "canary",)

    (folder / "unet" / "extra.bin").write_bytes(pickle.dumps(Canary()))

    with pytest.raises(CommandError, match="may hold pickled code"):
        add(folder)

    assert not DiffusionModel.objects.filter(name="mine-2").exists()
    assert not (tmp_path / "canary").exists()


def test_refuses_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="does not exist"):
        add(tmp_path / "nowhere")


def test_tells_the_memory_it_will_need(folder: Path) -> None:
    add(folder)

    memory = model_memory(DiffusionModel.objects.get(name="mine-2"))
    assert memory is not None
    assert (memory.weights_half, memory.weights_full) == (600 * 2, 600 * 4)
    assert memory.picture_half == 3 * 256 * 256 * 64 * 2


def test_an_administrator_can_trust_the_files_as_they_are_now(folder: Path) -> None:
    add(folder)
    model = DiffusionModel.objects.get(name="mine-2")
    assert not model_rehash(model=model)

    (folder / "aria.json").write_text(json.dumps({"resolution": 256}))

    assert model_rehash(model=model)
    model.refresh_from_db()
    assert (model.sha256, model.stamp) == (hash_of(folder), stamp_of(folder))
    assert model.revision != "0123456789ab"


def test_the_admin_shows_hash_and_memory_and_no_way_to_edit_the_hash(
    folder: Path, admin: User, client_of: Callable[[User], Client]
) -> None:
    add(folder)
    model = DiffusionModel.objects.get(name="mine-2")
    model_make_default(model=model)

    page = client_of(admin).get(f"/admin/generation/diffusionmodel/{model.pk}/change/").content.decode()

    assert model.sha256 in page
    assert "of VRAM, or" in page
    assert 'name="preload"' in page
    assert 'name="sha256"' not in page
