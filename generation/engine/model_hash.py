"""Whether a model folder still holds what was registered: its hash, computed again only where a file changed."""

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path

from generation.engine.contract import ModelSource
from generation.engine.model_folder import refusal

DECIDING = frozenset({".safetensors", ".json", ".txt", ".model"})
"""Weights, configurations and vocabularies: what decides the pixels."""
READERS = 4
"""Files read at once; hashing leaves Python's lock alone."""
SHOWN = 12
"""How much of a hash a sentence shows."""


def hash_of(folder: Path) -> str:
    """SHA-256 over the names and the whole content of the files that decide the pixels."""
    paths = list(_deciding_files(folder))
    with ThreadPoolExecutor(READERS) as readers:
        digests = list(readers.map(_digest, paths))
    whole = hashlib.sha256()
    for path, digest in zip(paths, digests, strict=True):
        whole.update(f"{path.relative_to(folder).as_posix()}\0{digest}\n".encode())
    return whole.hexdigest()


def stamp_of(folder: Path) -> str:
    """A word that changes when a file does: of names, sizes and times, the one that nobody can set back among them."""
    stamps = hashlib.sha256()
    for path in _deciding_files(folder):
        status = path.stat()
        shown = (path.relative_to(folder).as_posix(), status.st_size, status.st_mtime_ns, status.st_ctime_ns)
        stamps.update(f"{shown}\n".encode())
    return stamps.hexdigest()


def hash_check(source: ModelSource) -> None:
    """Make sure that the folder holds what was registered, where a hash was. Raises EngineError with the reason.

    Files that were not touched since the hash was computed are not read: a check of what is unchanged takes as long
    as looking at the folder does.
    """
    if not source.sha256:
        return
    stamp = stamp_of(source.folder)
    if stamp == source.stamp:
        return
    found = _hash_at(source.folder, stamp)
    if found != source.sha256:
        raise refusal(
            f"The model {source.name!r} is refused: its files hash to {found[:SHOWN]}…, "
            f"and {source.sha256[:SHOWN]}… was registered. Restore them, or register the folder again."
        )


@lru_cache(maxsize=256)
def _hash_at(folder: Path, stamp: str) -> str:
    """The hash of a folder, computed again when its stamp changes."""
    return hash_of(folder)


def _deciding_files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in DECIDING and path.is_file():
            yield path


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
