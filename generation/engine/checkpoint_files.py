"""The names, headers and atomic writing of checkpoint files. Plain Python: services read progress through it."""

import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

HEADER_LIMIT = 16 * 1024 * 1024
"""No checkpoint has a header as long as this; a longer one is damage."""
STRAY_PREFIX = ".checkpoint-"
"""Checkpoints that are being written start with this."""


def checkpoint_path(folder: Path, indices: tuple[int, ...]) -> Path:
    """Where the checkpoint of these pictures of a job lies."""
    return folder / f"pictures-{'_'.join(map(str, indices))}.safetensors"


def metadata_read(path: Path) -> dict[str, str] | None:
    """The metadata of one checkpoint, or None where the file is missing, cut short or something else."""
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            if length > HEADER_LIMIT:
                return None
            header = json.loads(file.read(length))
    except (OSError, ValueError):
        return None
    metadata = header.get("__metadata__") if isinstance(header, dict) else None
    return metadata if isinstance(metadata, dict) else None


def checkpoints_in(folder: Path) -> Iterator[tuple[Path, dict[str, str]]]:
    """Every readable checkpoint of a job with its metadata, in the order of the names."""
    for path in sorted(folder.glob("pictures-*.safetensors")):
        metadata = metadata_read(path)
        if metadata is not None:
            yield path, metadata


def groups_kept(folder: Path) -> list[tuple[int, ...]]:
    """Which pictures of a job were painted together, for every checkpoint of it."""
    told = (json.loads(metadata.get("indices", "[]")) for _, metadata in checkpoints_in(folder))
    return [tuple(indices) for indices in told if indices]


def checkpoint_progress(folder: Path) -> int:
    """Denoising steps that a job would not have to repeat, over all its checkpoints: it grows while work is kept."""
    return sum(int(metadata.get("step", 0)) for _, metadata in checkpoints_in(folder))


def header_only(metadata: dict[str, str]) -> bytes:
    """A valid safetensors file that holds metadata and no tensor."""
    header = json.dumps({"__metadata__": metadata}, sort_keys=True).encode()
    header += b" " * (-len(header) % 8)
    return len(header).to_bytes(8, "little") + header


def write_atomically(path: Path, content: bytes) -> None:
    """Put `content` at `path` so that a reader finds the old file or the new one, whole, also after a power cut."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=STRAY_PREFIX)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
