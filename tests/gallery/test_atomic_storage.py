"""Files are there completely or not at all."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.base import ContentFile, File

from gallery.storage import AtomicFileSystemStorage


class TornFile(ContentFile):
    """Breaks off in the middle, as a full disk does."""

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """The first half, then an error."""
        yield b"half"
        raise OSError(28, "No space left on device")


@pytest.fixture
def storage(tmp_path: Path) -> AtomicFileSystemStorage:
    return AtomicFileSystemStorage(location=tmp_path)


def test_stores_the_bytes_under_the_name(storage: AtomicFileSystemStorage, tmp_path: Path) -> None:
    name = storage.save("ab/picture.png", ContentFile(b"pixels"))

    assert name == "ab/picture.png"
    assert (tmp_path / name).read_bytes() == b"pixels"


def test_a_write_that_breaks_off_leaves_nothing(storage: AtomicFileSystemStorage, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No space left"):
        storage.save("ab/picture.png", TornFile(b""))

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_name_that_is_taken_is_not_overwritten(storage: AtomicFileSystemStorage) -> None:
    first = storage.save("picture.png", ContentFile(b"first"))

    second = storage.save("picture.png", ContentFile(b"second"))

    assert second != first
    opened: File[bytes] = storage.open(first)
    with opened:
        assert opened.read() == b"first"
