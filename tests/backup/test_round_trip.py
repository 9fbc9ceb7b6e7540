"""What is backed up while Aria works comes back: every row, every file, every field."""

import errno
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest
from django.conf import settings
from django.db import connections
from pytest_django import Settings

from aria_site.accounts.keys import api_key_create
from aria_site.accounts.models import Scope, User
from aria_site.backup.checking import backup_damage
from aria_site.backup.errors import BackupError
from aria_site.backup.folders import backups_all
from aria_site.backup.manifest import manifest_read
from aria_site.backup.restoring import backup_restore
from aria_site.backup.taking import backup_take
from aria_site.backup.verifying import files_verify
from gallery.models import Artwork
from generation.engine.contract import PaintingEngine
from generation.engine.fake import FakeEngine, StepGate
from generation.models import Job, Worker
from generation.services import job_submit
from generation.specs import JobSpec
from generation.worker import StudioWorker
from tests.support.pictures import hang
from tests.support.studios import files_of_studio, rows_of_studio, wipe_rows

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("starter_model", "rings")]

WorkerOf: TypeAlias = Callable[[PaintingEngine], StudioWorker]
AT_ONCE = 10


def painting(worker: StudioWorker) -> threading.Thread:
    """The worker, painting what waits on a thread of its own."""

    def paint() -> None:
        worker.paint_claimable()
        connections.close_all()

    thread = threading.Thread(target=paint, daemon=True)
    thread.start()
    return thread


def wipe() -> None:
    """The disk is lost: no rows, no files, no key."""
    wipe_rows()
    shutil.rmtree(settings.MEDIA_ROOT)
    (settings.DATA_DIR / "secret_key").unlink()


def test_a_quiet_studio_comes_back_field_by_field(alice: User, bob: User, data: Path) -> None:
    hang(alice, key="job:1:0")
    hang(bob, key="job:2:0", seed=8)
    api_key_create(user=alice, name="a program", scopes=[Scope.READ])
    rows, files = rows_of_studio(), files_of_studio()
    name = backup_take().backup.folder.name
    wipe()

    report = backup_restore(name)

    assert rows_of_studio() == rows
    assert files_of_studio() == files
    assert (data / "secret_key").read_text() == "the key of then"
    assert (data / "secret_key").stat().st_mode & 0o777 == 0o600
    assert (report.kept, report.other_key) == (None, False)
    assert len(backups_all()) == 1


def test_a_backup_taken_while_ten_jobs_write_comes_back_whole(alice: User, worker_of: WorkerOf) -> None:
    gate = StepGate(hold_at=2)
    for number in range(AT_ONCE):
        job_submit(owner=alice, spec=JobSpec(prompt=f"cat {number}", seed=number, count=4))
    worker = worker_of(FakeEngine(slots=AT_ONCE, steps_gate=gate))
    threads = [painting(worker) for _ in range(AT_ONCE)]
    gate.wait_until_held()
    gate.release()

    names = [backup_take().backup.folder for _ in range(3)]

    for thread in threads:
        thread.join(30)
    assert Artwork.objects.count() == AT_ONCE * 4
    for folder in names:
        manifest = manifest_read(folder)
        wipe()
        Worker.objects.all().delete()
        backup_restore(folder.name)
        counts = {label: len(rows) for label, rows in rows_of_studio().items()}
        assert counts["gallery.Artwork"] == manifest.tables["gallery_artwork"]
        assert counts["generation.Job"] == manifest.tables["generation_job"] == AT_ONCE
        assert files_of_studio() == {name: file.sha256 for name, file in manifest.media.items()}
        assert (manifest.missing, manifest.damaged) == ((), ())
        assert [finding for finding in files_verify().findings if finding.trouble != "orphaned"] == []


def test_what_is_replaced_is_kept_and_can_be_brought_back(alice: User) -> None:
    first = hang(alice, key="job:1:0")
    then = backup_take().backup.folder.name
    second = hang(alice, key="job:2:0", seed=8)
    rows, files = rows_of_studio(), files_of_studio()

    report = backup_restore(then, replace=True)

    assert [work.pk for work in Artwork.objects.all()] == [first.pk]
    assert report.kept is not None
    backup_restore(report.kept.folder.name, replace=True)
    assert rows_of_studio() == rows
    assert files_of_studio() == files
    assert Artwork.objects.filter(pk=second.pk).exists()


def test_a_second_backup_shares_the_files_of_the_first(alice: User) -> None:
    hang(alice, key="job:1:0")
    first = backup_take()
    files = len(first.backup.manifest.media)
    hang(alice, key="job:2:0", seed=8)

    second = backup_take()

    assert (first.copied, first.linked) == (files, 0)
    assert (second.copied, second.linked) == (files, files)
    name = next(iter(first.backup.manifest.media))
    inodes = {(taken.backup.folder / "media" / name).stat().st_ino for taken in (first, second)}
    assert inodes != {(Path(settings.MEDIA_ROOT) / name).stat().st_ino}
    assert len(inodes) == 1


def test_on_a_disk_that_knows_no_second_names_a_second_backup_copies(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    hang(alice)
    files = backup_take().copied

    def refuse(_path: Path, _target: Path) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", refuse)

    second = backup_take()

    assert (second.copied, second.linked) == (files, 0)
    assert backup_damage(second.backup) == []


def test_nothing_is_copied_twice_because_another_file_is_missing_for_good(alice: User, data: Path) -> None:
    gone, work = hang(alice, key="job:1:0"), hang(alice, key="job:2:0", seed=8)
    (data / "media" / gone.file).unlink()
    copied_at: list[list[int]] = []

    def look(what: str, done: int, total: int) -> None:
        if (what, done) == ("database", 0):
            copies = (data / "backups").rglob(Path(work.file).name)
            copied_at.append([path.stat().st_ctime_ns for path in copies])

    folder = backup_take(tell=look).backup.folder

    assert copied_at == [[], [(folder / "media" / work.file).stat().st_ctime_ns]]


def test_pictures_that_go_while_files_are_copied_are_in_neither_part_of_the_backup(alice: User, data: Path) -> None:
    first, last, stays = (hang(alice, key=f"job:{number}:0", seed=number) for number in (1, 2, 3))

    def remove(what: str, done: int, total: int) -> None:
        """One goes before it is copied, and one after it was."""
        for work, moment in ((first, 0), (last, total)):
            if (what, done) == ("files", moment) and Artwork.objects.filter(pk=work.pk).delete()[0]:
                (data / "media" / work.file).unlink()

    backup = backup_take(tell=remove).backup

    masters = [path.relative_to(backup.folder / "media") for path in backup.folder.rglob("*.png")]
    assert masters == [Path(stays.file)]
    assert (backup.manifest.missing, backup.manifest.tables["gallery_artwork"]) == ((), 1)
    assert backup_damage(backup) == []


def test_a_backup_says_what_was_missing_and_damaged_already(alice: User, data: Path) -> None:
    gone, spoilt = hang(alice, key="job:1:0"), hang(alice, key="job:2:0", seed=8)
    (data / "media" / gone.file).unlink()
    (data / "media" / spoilt.file).write_bytes(b"spoilt")

    manifest = backup_take().backup.manifest

    assert (manifest.missing, manifest.damaged) == ((gone.file,), (spoilt.file,))


def test_jobs_that_wait_are_backed_up_and_painted_after_the_restore(alice: User, worker_of: WorkerOf) -> None:
    job = job_submit(owner=alice, spec=JobSpec(prompt="a cat", seed=1))
    name = backup_take().backup.folder.name
    wipe()
    backup_restore(name)

    worker_of(FakeEngine()).paint_claimable()

    assert Job.objects.get(pk=job.pk).state == "succeeded"


def test_another_secret_key_is_told(alice: User, settings: Settings) -> None:
    (settings.DATA_DIR / "secret_key").unlink()
    name = backup_take().backup.folder.name
    settings.SECRET_KEY = "another one"

    assert backup_restore(name, replace=True).other_key


def test_a_full_disk_leaves_nothing_behind(alice: User, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hang(alice)
    monkeypatch.setattr("aria_site.backup.taking.LEAST_FREE", 2**62)

    with pytest.raises(BackupError, match="set ARIA_BACKUPS to a folder elsewhere"):
        backup_take()

    assert [path.name for path in (data / "backups").iterdir()] == [".lock"]
