"""What is not restored, each with its sentence; and that nothing was changed then."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from aria_site.accounts.models import User
from aria_site.backup import restoring
from aria_site.backup.errors import BackupError
from aria_site.backup.folders import Backup, backups_all, only_one_at_work
from aria_site.backup.manifest import Manifest, manifest_read, manifest_write
from aria_site.backup.progress import tell_nobody
from aria_site.backup.replacing import interrupted_restore_undo, journal_open, media_stage
from aria_site.backup.restoring import backup_restore
from aria_site.backup.taking import backup_take
from aria_site.studio.opening import Studio
from aria_site.studio.preparation import NotReadyError, folder_prepare, only_studio_here
from gallery.models import Artwork
from generation.models import Worker
from tests.support.pictures import hang
from tests.support.studios import files_of_studio, rows_of_studio

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def backup(alice: User) -> Backup:
    """A backup; another picture was hung since then."""
    hang(alice, key="job:1:0")
    taken = backup_take().backup
    hang(alice, key="job:2:0", seed=8)
    return taken


def refusal(backup: Backup, *, replace: bool = True) -> str:
    """The sentence of a restore that is refused and changes nothing."""
    before = rows_of_studio(), files_of_studio()
    with pytest.raises(BackupError) as refused:
        backup_restore(backup.folder.name, replace=replace)
    assert (rows_of_studio(), files_of_studio()) == before
    return str(refused.value)


def rewrite(backup: Backup, **changes: Any) -> None:
    """Change what the list of a backup says."""
    manifest = manifest_read(backup.folder)
    fields = {name: getattr(manifest, name) for name in Manifest.__dataclass_fields__}
    manifest_write(backup.folder, Manifest(**{**fields, **changes}))


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def flipped(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(bytes([content[0] ^ 1]) + content[1:])


@pytest.mark.parametrize("spoil", [truncated, flipped, Path.unlink])
@pytest.mark.parametrize("which", ["database", "picture", "key"])
def test_a_damaged_file_is_found_before_anything_is_touched(
    backup: Backup, which: str, spoil: Callable[[Path], None]
) -> None:
    picture = next(name for name in backup.manifest.files if name.endswith(".png"))
    name = {"database": backup.manifest.database, "picture": picture, "key": "secret_key"}[which]
    spoil(backup.folder / name)

    assert refusal(backup) == f"The backup {backup.folder.name} is damaged: {name}. Nothing was changed."


@pytest.mark.parametrize("spoil", [truncated, flipped])
def test_a_damaged_list_is_refused(backup: Backup, spoil: Callable[[Path], None]) -> None:
    spoil(backup.folder / "manifest.json")

    assert refusal(backup) == f"The manifest.json of {backup.folder} is damaged."


@pytest.mark.parametrize("content", ["[]", "7", "null", ""])
def test_a_list_of_another_form_is_refused_and_hides_no_other_backup(backup: Backup, content: str) -> None:
    other = backup_take().backup
    (backup.folder / "manifest.json").write_text(content)

    assert refusal(backup) == f"The manifest.json of {backup.folder} is damaged."
    assert [found.folder for found in backups_all()] == [other.folder]


def test_a_changed_list_is_refused(backup: Backup) -> None:
    path = backup.folder / "manifest.json"
    content = json.loads(path.read_text())
    content["tables"]["gallery_artwork"] = 7
    path.write_text(json.dumps(content))

    assert refusal(backup) == f"The manifest.json of {backup.folder} is damaged."


def test_a_list_that_leads_out_of_the_backup_is_refused(backup: Backup) -> None:
    file = next(iter(backup.manifest.files.values()))
    rewrite(backup, files={**backup.manifest.files, "media/../../secret": file})

    assert refusal(backup).startswith("The backup names a file that would lie outside of it")


def test_a_newer_aria_is_refused(backup: Backup) -> None:
    rewrite(backup, aria="99.0.0")

    assert refusal(backup).startswith("The backup was taken by Aria 99.0.0, and this is ")


def test_newer_migrations_are_refused(backup: Backup) -> None:
    rewrite(backup, migrations=(*backup.manifest.migrations, ("gallery", "9999_of_the_future")))

    assert "with 1 newer migrations" in refusal(backup)


def test_the_other_kind_of_database_is_refused(backup: Backup) -> None:
    rewrite(backup, engine="oracle")

    assert refusal(backup).startswith("The backup holds a oracle database")


def test_a_studio_that_is_there_is_not_replaced_unasked(backup: Backup) -> None:
    assert "With --replace the backup takes its place" in refusal(backup, replace=False)


def test_a_running_studio_is_left_alone(backup: Backup, data: Path) -> None:
    folder_prepare(data)

    with only_studio_here(data):
        assert "stop her there first" in refusal(backup)


def test_a_worker_that_still_reports_is_left_alone(backup: Backup) -> None:
    Worker.objects.create(boot_id="gpu0@far/1", name="gpu0@far", host="far", seen_at=timezone.now())

    assert "gpu0@far" in refusal(backup)


def test_a_backup_at_work_is_left_alone(backup: Backup) -> None:
    with only_one_at_work():
        assert "Another backup or restore is at work" in refusal(backup)


def test_a_folder_without_a_list_is_no_backup(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="is no backup"):
        backup_restore(str(tmp_path))


@pytest.mark.parametrize("step", ["media_stage", "media_swap", "_counts_check", "database_prepare", "secret_key_put"])
def test_a_restore_that_fails_on_its_way_is_undone(backup: Backup, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    real = getattr(restoring, step)

    def fail(*arguments: object) -> None:
        real(*arguments)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(restoring, step, fail)

    assert refusal(backup) == "The restore failed (No space left on device) and was undone."


def test_copies_of_a_restore_that_was_killed_before_it_replaced_anything_are_removed(backup: Backup) -> None:
    before = files_of_studio()
    media_stage(backup, tell_nobody)
    assert files_of_studio() != before

    assert not interrupted_restore_undo()

    assert files_of_studio() == before


@pytest.mark.parametrize("step", ["media_swap", "_counts_check"])
def test_a_restore_that_was_killed_on_its_way_is_undone_by_whoever_comes_next(
    backup: Backup, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    before = rows_of_studio(), files_of_studio()
    real = getattr(restoring, step)

    def die(*arguments: object) -> None:
        real(*arguments)
        raise KeyboardInterrupt

    monkeypatch.setattr(restoring, step, die)
    monkeypatch.setattr(restoring, "interrupted_restore_undo", lambda: False)
    with pytest.raises(KeyboardInterrupt):
        backup_restore(backup.folder.name, replace=True)
    assert rows_of_studio() != before[0] or files_of_studio() != before[1]

    assert interrupted_restore_undo()

    assert (rows_of_studio(), files_of_studio()) == before
    assert not interrupted_restore_undo()


def test_a_studio_that_starts_says_that_it_undid_a_restore(backup: Backup) -> None:
    folder_prepare(settings.DATA_DIR)
    journal_open(backup)
    said: list[str] = []

    Studio(said.append)._undo_an_interrupted_restore()
    Studio(said.append)._undo_an_interrupted_restore()

    assert said == ["A restore was interrupted. What was here before is back; restore again if you like."]
    assert Artwork.objects.count() == 1


def test_a_restore_that_cannot_be_undone_stops_the_start(backup: Backup) -> None:
    journal_open(backup)
    truncated(backup.folder / "manifest.json")

    with pytest.raises(NotReadyError, match="A restore was interrupted and cannot be undone: The manifest"):
        Studio(lambda _line: None)._undo_an_interrupted_restore()
