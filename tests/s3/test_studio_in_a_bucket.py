"""A studio whose pictures lie in a bucket: painting, showing, sweeping, verifying, backing up."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.checks import run_checks
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from aria_site.accounts.models import User
from aria_site.backup.taking import backup_take
from aria_site.backup.verifying import Trouble, files_verify
from aria_site.environment import PROJECT_DIR
from aria_site.health import ready
from gallery.models import Artwork
from gallery.sweeping import SweepReport, files_sweep
from generation.engine.fake import FakeEngine
from generation.models import Job, StoredPicture
from generation.picture_files import picture_read
from generation.services import PictureSweepReport, job_submit, picture_store, pictures_sweep
from generation.specs import JobSpec
from generation.worker import StudioWorker
from tests.support.pictures import hang
from tests.support.running_studio import environment_of
from tests.support.s3 import storages_in, variables_of
from tests.support.uploads import encoded, gradient

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter_model", "bucket")]

KeysIn = Callable[[], list[str]]


@pytest.mark.django_db(transaction=True)
def test_a_painting_goes_into_the_bucket_and_is_shown_from_there(
    alice: User, client: Client, keys_in: KeysIn, media: Path, fake_engine: FakeEngine
) -> None:
    job = job_submit(owner=alice, spec=JobSpec(prompt="a cat", seed=1))
    worker = StudioWorker(fake_engine, name="gpu0@test")

    assert worker.paint_claimable() == 1

    job.refresh_from_db()
    work = Artwork.objects.get()
    assert job.state == Job.State.SUCCEEDED
    assert keys_in() == sorted(f"aria/{name}" for name in (work.file, *work.thumbnails.values()))
    assert not [path for path in media.rglob("*") if path.is_file()]
    shown = client.get(f"/media/{work.file}")
    assert (shown.status_code, shown.headers["Content-Type"], len(shown.content)) == (200, "image/png", work.bytes)


def test_a_cut_work_is_still_its_owners_alone(alice: User, bob: User, client_of: Callable[[User], Client]) -> None:
    work = hang(alice)
    Artwork.objects.update(state=Artwork.State.CUT)

    statuses = [client_of(person).get(f"/media/{work.file}").status_code for person in (alice, bob)]

    assert statuses == [200, 404]


def test_a_file_that_is_gone_from_the_bucket_is_not_found(alice: User, client: Client) -> None:
    work = hang(alice)
    default_storage.delete(work.file)

    assert client.get(f"/media/{work.file}").status_code == 404


def test_a_picture_that_is_painted_over_is_copied_within_the_bucket(
    alice: User, keys_in: KeysIn, rings: list[str]
) -> None:
    work = hang(alice)

    job = job_submit(owner=alice, spec=JobSpec(prompt="x", source=str(work.pk)))

    sha256 = job.recipe.source
    assert f"aria/pictures/{work.sha256[:2]}/{work.sha256}.png" in keys_in()
    assert sha256 == work.sha256
    with default_storage.open(work.file) as stream:
        assert picture_read(sha256) == stream.read()


def test_sweeps_remove_from_the_bucket_what_no_row_names(alice: User, keys_in: KeysIn) -> None:
    work = hang(alice)
    brought = picture_store(owner=alice, data=encoded(gradient()))
    kept = keys_in()
    default_storage.save(f"artworks/ab/{'ab' * 16}-0123abcd.png", ContentFile(b"an orphan"))
    default_storage.save(f"pictures/cd/{'cd' * 32}.png", ContentFile(b"another"))
    assert (files_sweep(), pictures_sweep()) == (
        SweepReport(unfinished=0, orphans=0),
        PictureSweepReport(rows=0, files=0),
    )

    with time_machine.travel(time.time() + 2 * 3600):
        assert files_sweep() == SweepReport(unfinished=0, orphans=1)
        assert pictures_sweep() == PictureSweepReport(rows=0, files=1)

    assert keys_in() == kept
    StoredPicture.objects.update(used_at=timezone.now() - timedelta(days=2))
    with time_machine.travel(time.time() + 2 * 3600):
        assert pictures_sweep() == PictureSweepReport(rows=1, files=1)
    assert len(keys_in()) == len(kept) - 1
    assert not StoredPicture.objects.filter(sha256=brought.sha256).exists()
    assert default_storage.exists(work.file)


def test_verify_finds_what_is_wrong_in_the_bucket(alice: User, bucket: Any) -> None:
    missing, corrupt, short, whole = (hang(alice, key=f"job:{number}:0", seed=number) for number in range(4))
    default_storage.delete(missing.file)
    bucket.Object(f"aria/{corrupt.file}").put(Body=b"x" * corrupt.bytes)
    bucket.Object(f"aria/{short.file}").put(Body=b"x")
    default_storage.save(f"artworks/ab/{'ab' * 16}-0123abcd.png", ContentFile(b"an orphan"))

    with time_machine.travel(time.time() + 2 * 3600):
        found = {finding.name: finding.trouble for finding in files_verify().findings}

    assert found == {
        missing.file: Trouble.MISSING,
        corrupt.file: Trouble.CORRUPT,
        short.file: Trouble.WRONG_SIZE,
        f"artworks/ab/{'ab' * 16}-0123abcd.png": Trouble.ORPHANED,
    }
    assert whole.file not in found


@pytest.mark.django_db(transaction=True)
def test_a_backup_says_that_the_pictures_are_backed_up_elsewhere(
    alice: User, settings: Settings, tmp_path: Path
) -> None:
    settings.BACKUP_DIR = tmp_path / "backups"
    hang(alice)
    out = StringIO()

    call_command("backup", stdout=out)

    assert "Pictures lie in storage of their own and are not in it: back them up there." in out.getvalue()
    assert backup_take().backup.manifest.media == {}


def test_health_names_the_bucket_and_why_it_cannot_be_written_to(
    settings: Settings, endpoint: str, rf: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ENV = settings.ENV.model_copy(update={"aria_s3_bucket": "museum"})
    good = json.loads(ready(rf.get("/health/ready")).content)["checks"]["media"]
    settings.STORAGES = {**settings.STORAGES, **storages_in(endpoint, bucket="nowhere")}

    bad = json.loads(ready(rf.get("/health/ready")).content)["checks"]["media"]

    assert good["reason"] == "The bucket museum can be written to."
    assert bad["reason"].startswith("The bucket museum cannot be written to (the S3 server refused it: NoSuchBucket")


def test_a_bucket_without_its_packages_is_refused_at_the_start(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ENV = settings.ENV.model_copy(update={"aria_s3_bucket": "museum"})
    assert [found.id for found in run_checks() if found.id == "aria.E011"] == []

    monkeypatch.setattr("aria_site.checks.find_spec", lambda name: None)

    assert [found.id for found in run_checks() if found.id == "aria.E011"] == ["aria.E011"]


def python(code: str, data: Path, variables: dict[str, str]) -> str:
    """What a Python process of its own prints, set up as Aria's are."""
    program = f"import django; django.setup()\n{code}"
    environment = {**environment_of(data, 8000), **variables, "DJANGO_SETTINGS_MODULE": "aria_site.settings"}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=PROJECT_DIR, env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


WRITE = """
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages
name = default_storage.save("artworks/0a/one.png", ContentFile(b"one"))
print(name, storages["pictures"].size(name))
"""
LOADED = 'import sys; import aria_site.urls; print(sorted({"boto3", "botocore", "storages"} & sys.modules.keys()))'


def test_variables_alone_put_the_pictures_into_the_bucket(tmp_path: Path, endpoint: str, keys_in: KeysIn) -> None:
    assert python(WRITE, tmp_path, variables_of(endpoint)) == "artworks/0a/one.png 3"
    assert keys_in() == ["aria/artworks/0a/one.png"]


def test_without_a_bucket_nothing_that_knows_s3_is_loaded(tmp_path: Path) -> None:
    assert python(LOADED, tmp_path, {}) == "[]"
