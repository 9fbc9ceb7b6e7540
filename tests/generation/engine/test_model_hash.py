"""A registered hash is obeyed, and costs nothing where no file changed."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from generation.engine import model_hash
from generation.engine.contract import EngineError, ModelSource
from generation.engine.model_hash import hash_check, hash_of, stamp_of
from tests.support.model_folders import write_model_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A model folder with something like weights."""
    folder = write_model_folder(tmp_path / "model")
    (folder / "unet" / "weights.safetensors").write_bytes(b"weights " * 30_000)
    return folder


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The folders that were read in full, in order."""
    folders: list[Path] = []

    def noted(folder: Path) -> str:
        folders.append(folder)
        return hash_of(folder)

    monkeypatch.setattr(model_hash, "hash_of", noted)
    return folders


def registered(folder: Path, *, stamp: str = "") -> ModelSource:
    return ModelSource(name="mine", folder=folder, revision="1", sha256=hash_of(folder), stamp=stamp)


def change_one_byte_in_the_middle(folder: Path) -> None:
    path = folder / "unet" / "weights.safetensors"
    status = path.stat()
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    # As somebody would who does not want to be noticed.
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def rename_a_file(folder: Path) -> None:
    (folder / "unet" / "weights.safetensors").rename(folder / "unet" / "other.safetensors")


def edit_a_config(folder: Path) -> None:
    (folder / "unet" / "config.json").write_text("{}")


def add_a_file(folder: Path) -> None:
    (folder / "vae" / "more.safetensors").write_bytes(b"x")


@pytest.mark.parametrize("spoil", [change_one_byte_in_the_middle, rename_a_file, edit_a_config, add_a_file])
@pytest.mark.parametrize("trusted", [True, False], ids=["stamp kept", "no stamp"])
def test_refuses_what_is_not_what_was_registered(folder: Path, spoil: Callable[[Path], None], *, trusted: bool) -> None:
    source = registered(folder, stamp=stamp_of(folder) if trusted else "")
    hash_check(source)

    spoil(folder)

    with pytest.raises(EngineError, match=r"The model 'mine' is refused: its files hash to .*Restore them") as caught:
        hash_check(source)
    assert caught.value.code == "model_refused"


def test_what_does_not_decide_the_pixels_may_change(folder: Path) -> None:
    source = registered(folder)

    (folder / "README.md").write_text("Hello.")

    hash_check(source)


def test_reads_nothing_where_nothing_changed_since_the_registration(folder: Path, hashed: list[Path]) -> None:
    hash_check(registered(folder, stamp=stamp_of(folder)))

    assert hashed == []


def test_reads_an_unchanged_folder_once_in_a_process(folder: Path, hashed: list[Path]) -> None:
    source = registered(folder)
    for _ in range(3):
        hash_check(source)

    assert hashed == [folder]


def test_asks_for_nothing_where_no_hash_was_registered(folder: Path, hashed: list[Path]) -> None:
    hash_check(ModelSource(name="mine", folder=folder, revision="1"))

    assert hashed == []
