"""Files that are there completely or not at all."""

import os
import secrets
from pathlib import Path

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage

STRAY_PREFIX = ".tmp-"
"""Unfinished files start with this; the sweep removes those that a killed process left."""


class AtomicFileSystemStorage(FileSystemStorage):
    """A media folder whose files appear under their final name only once every byte is on the disk."""

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
