"""The media folder as backups see it: every finished file in it, by its path."""

from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core.files.storage import FileSystemStorage, storages


def media_is_local() -> bool:
    """Whether pictures lie in a folder of this machine; elsewhere, whoever keeps them backs them up."""
    return isinstance(storages["default"], FileSystemStorage)


def media_files() -> Iterator[tuple[str, Path]]:
    """Every file under its final name. Names that begin with a dot are unfinished, or a restore's own."""
    root = Path(settings.MEDIA_ROOT)
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root)
        if path.is_file() and not path.is_symlink() and not any(part.startswith(".") for part in name.parts):
            yield name.as_posix(), path
