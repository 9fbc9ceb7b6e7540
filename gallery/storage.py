"""Where pictures are kept: files that are there completely or not at all."""

import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, Protocol, cast

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, storages

STRAY_PREFIX = ".tmp-"
"""Unfinished files start with this; the sweep removes those that a killed process left."""


class KeptFile(NamedTuple):
    """A file as a storage lists it."""

    name: str
    bytes: int
    written_at: float
    """In seconds since 1970."""

    @property
    def is_unfinished(self) -> bool:
        """Whether it is there under a name for unfinished files."""
        return self.name.rsplit("/", 1)[-1].startswith(STRAY_PREFIX)


class MediaStorage(Protocol):
    """What Aria asks of a place for pictures beyond what Django does. What fails is an OSError everywhere."""

    def files_in(self, folder: str) -> Iterator[KeptFile]:
        """Every file in a folder and those in it, unfinished ones too."""
        ...

    def written_at(self, name: str) -> float:
        """When a file was written, in seconds since 1970. Raises FileNotFoundError."""
        ...

    def address(self, name: str) -> str:
        """Where a person finds the file."""
        ...

    def probe(self) -> None:
        """Raise OSError where nothing can be written."""
        ...

    def delete(self, name: str) -> None:
        """Remove a file; nothing happens where there is none."""
        ...


def media_storage(alias: str = "default") -> MediaStorage:
    """The place for pictures that the settings name."""
    return cast("MediaStorage", storages[alias])


class AtomicFileSystemStorage(FileSystemStorage):
    """A media folder whose files appear under their final name only once every byte is on the disk."""

    def files_in(self, folder: str) -> Iterator[KeptFile]:
        """Every file in a folder and those in it, unfinished ones too."""
        for path in Path(self.location, folder).rglob("*"):
            if not path.is_file():
                continue
            try:
                facts = path.stat()
            except FileNotFoundError:
                # It went, or got its final name, since the folder was read.
                continue
            yield KeptFile(path.relative_to(self.location).as_posix(), facts.st_size, facts.st_mtime)

    def written_at(self, name: str) -> float:
        """When a file was written, in seconds since 1970. Raises FileNotFoundError."""
        return Path(self.path(name)).stat().st_mtime

    def address(self, name: str) -> str:
        """Where a person finds the file."""
        return self.path(name)

    def probe(self) -> None:
        """Raise OSError where nothing can be written."""
        draft = Path(self.location) / f"{STRAY_PREFIX}health-{secrets.token_hex(4)}"
        draft.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(b"aria")
        draft.unlink()

    def _save(self, name: str, content: File) -> str:  # type: ignore[type-arg]  # django-stubs: File is generic there only
        target = Path(self.path(name))
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f"{STRAY_PREFIX}{secrets.token_hex(8)}")
        try:
            with draft.open("wb") as stream:
                for chunk in content.chunks():
                    stream.write(chunk)
                stream.flush()
                os.fsync(stream.fileno())
            draft.replace(target)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
        _sync_folder(target.parent)
        return name


def _sync_folder(folder: Path) -> None:
    """Make a rename survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
