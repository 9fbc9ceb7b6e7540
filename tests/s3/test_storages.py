"""What is asked of a place for pictures, of the media folder and of a bucket alike."""

import errno
import time
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from pytest_django import Settings

from gallery.s3_storage import S3MediaStorage
from gallery.storage import AtomicFileSystemStorage
from tests.support.s3 import bucket_make, storages_in


@pytest.fixture(params=["folder", "bucket"])
def storage(request: pytest.FixtureRequest, media: Path, endpoint: str) -> AtomicFileSystemStorage | S3MediaStorage:
    """An empty one of either kind, as settings make the one for brought pictures."""
    if request.param == "folder":
        return AtomicFileSystemStorage(allow_overwrite=True)
    bucket_make(endpoint)
    return S3MediaStorage(**storages_in(endpoint)["pictures"]["OPTIONS"])


def test_what_was_written_is_read_and_listed(storage: AtomicFileSystemStorage | S3MediaStorage) -> None:
    before = time.time()

    name = storage.save("artworks/0a/one.png", ContentFile(b"one"))
    storage.save("artworks/0b/deep/two.png", ContentFile(b"two and"))
    storage.save("artworks-of-others/three.png", ContentFile(b"three"))

    assert name == "artworks/0a/one.png"
    with storage.open(name) as stream:
        assert stream.read() == b"one"
    listed = sorted(storage.files_in("artworks"))
    assert [file[:2] for file in listed] == [("artworks/0a/one.png", 3), ("artworks/0b/deep/two.png", 7)]
    assert all(before - 2 < file.written_at <= time.time() + 1 for file in listed)
    assert (storage.size(name), storage.exists(name)) == (3, True)
    assert abs(storage.written_at(name) - listed[0].written_at) < 1
    assert storage.address(name).endswith("artworks/0a/one.png")


def test_the_same_name_again_is_the_same_file(storage: AtomicFileSystemStorage | S3MediaStorage) -> None:
    for content in (b"one", b"other"):
        assert storage.save("pictures/0a/one.png", ContentFile(content)) == "pictures/0a/one.png"

    with storage.open("pictures/0a/one.png") as stream:
        assert stream.read() == b"other"


def test_what_is_not_there_is_not_found_and_can_be_deleted_all_the_same(
    storage: AtomicFileSystemStorage | S3MediaStorage,
) -> None:
    storage.save("artworks/0a/one.png", ContentFile(b"one"))
    storage.delete("artworks/0a/one.png")
    storage.delete("artworks/0a/one.png")

    for ask in (storage.open, storage.size, storage.written_at):
        with pytest.raises(FileNotFoundError):
            ask("artworks/0a/one.png")
    assert list(storage.files_in("artworks")) == []


def test_a_place_that_can_be_written_to_says_nothing(storage: AtomicFileSystemStorage | S3MediaStorage) -> None:
    storage.probe()

    assert list(storage.files_in("artworks")) == []


def test_a_bucket_that_is_not_there_is_an_error_of_the_disk_and_no_missing_file(endpoint: str) -> None:
    storage = S3MediaStorage(**storages_in(endpoint, bucket="nowhere")["default"]["OPTIONS"])

    for ask in (storage.probe, lambda: storage.open("x"), lambda: storage.save("x", ContentFile(b"x"))):
        with pytest.raises(OSError, match="NoSuchBucket") as refusal:
            ask()
        assert (refusal.value.errno, type(refusal.value)) == (errno.EIO, OSError)


def test_a_server_that_is_not_there_is_an_error_of_the_disk() -> None:
    storage = S3MediaStorage(**storages_in("http://127.0.0.1:9")["default"]["OPTIONS"])

    with pytest.raises(OSError, match="cannot be reached"):
        storage.probe()


def test_nothing_in_a_bucket_is_for_the_public(bucket: object, settings: Settings) -> None:
    settings.AWS_DEFAULT_ACL = "public-read"

    storages["default"].save("artworks/0a/one.png", ContentFile(b"one"))

    grants = bucket.Object("aria/artworks/0a/one.png").Acl().grants  # type: ignore[attr-defined]  # boto3 is untyped
    assert [grant["Grantee"]["Type"] for grant in grants] == ["CanonicalUser"]
