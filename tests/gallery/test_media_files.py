"""Files: for whoever may see the work, by the row and never by the path."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from aria_site.accounts.models import User
from gallery.models import Artwork
from tests.support.pictures import hang


def test_serves_the_bytes_of_the_master(client: Client, alice: User, media: Path) -> None:
    work = hang(alice)

    answer = client.get(f"/media/{work.file}")

    assert (answer.status_code, answer.content) == (200, (media / work.file).read_bytes())
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Content-Length"] == str(work.bytes)


def test_serves_thumbnails_as_webp(client: Client, alice: User) -> None:
    work = hang(alice)

    answer = client.get(f"/media/{work.thumbnails['256']}")

    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/webp")
    assert answer.content[8:12] == b"WEBP"


def test_what_the_browser_has_is_not_sent_again(client: Client, alice: User) -> None:
    work = hang(alice)
    etag = client.get(f"/media/{work.file}").headers["ETag"]

    again = client.get(f"/media/{work.file}", headers={"If-None-Match": etag})

    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", etag)


def test_master_and_thumbnail_have_tags_of_their_own(client: Client, alice: User) -> None:
    work = hang(alice)

    tags = {client.get(f"/media/{name}").headers["ETag"] for name in (work.file, work.thumbnails["256"])}

    assert len(tags) == 2


@pytest.mark.parametrize(
    "name",
    [
        "../aria.sqlite3",
        "artworks/../../aria.sqlite3",
        "artworks/%2e%2e/%2e%2e/secret_key",
        "/etc/passwd",
        "artworks/00/nothing.png",
        "artworks/00/00000000000000000000000000000000-00000000.png",
        "artworks/00/00000000000000000000000000000000-00000000.png\n",
        "artworks/00/00000000000000000000000000000000-00000000.png%00.html",
        "a" * 5000,
    ],
)
@pytest.mark.django_db
def test_a_name_no_row_knows_is_nothing(client: Client, media: Path, name: str) -> None:
    (media / "secret_key").write_text("secret")

    assert client.get(f"/media/{name}").status_code == 404


def test_a_file_in_the_folder_that_is_not_in_the_row_is_nothing(client: Client, alice: User, media: Path) -> None:
    work = hang(alice)
    other = work.file.replace(work.sha256[:8], "0" * 8)
    (media / other).write_bytes(b"not in any row")

    assert client.get(f"/media/{other}").status_code == 404


def test_files_of_a_cut_work_are_its_owners_alone_and_stay_out_of_caches(
    client: Client, client_of: Callable[[User], Client], alice: User, mallory: User
) -> None:
    work = hang(alice)
    Artwork.objects.update(state=Artwork.State.CUT)
    names = [work.file, *work.thumbnails.values()]

    for name in names:
        assert client.get(f"/media/{name}").status_code == 404
        assert client_of(mallory).get(f"/media/{name}").status_code == 404
        own = client_of(alice).get(f"/media/{name}")
        assert (own.status_code, own.headers["Cache-Control"]) == (200, "private, no-cache")


def test_a_file_lost_from_the_disk_is_a_plain_404(client: Client, alice: User, media: Path) -> None:
    work = hang(alice)
    (media / work.file).unlink()

    assert client.get(f"/media/{work.file}").status_code == 404


def test_files_are_only_ever_read(client: Client, alice: User) -> None:
    work = hang(alice)

    assert client.post(f"/media/{work.file}").status_code == 405
