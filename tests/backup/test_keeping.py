"""The backup of the day, how long backups stay, and what else goes with age."""

import os
import shutil
import time
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from uuid import uuid4

import pytest
import time_machine
from django.conf import settings as django_settings
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.utils import timezone
from pytest_django import Settings

from aria_site import tasks
from aria_site.accounts.models import SignInToken, User
from aria_site.backup import pruning
from aria_site.backup.folders import DRAFT_PREFIX, backups_all, backups_prune
from aria_site.backup.manifest import Kind, Manifest, manifest_write
from aria_site.backup.pruning import PruneReport, old_things_prune
from aria_site.backup.taking import backup_take, backup_take_daily
from aria_site.celery import app
from generation.models import GpuDay, GpuTime, Worker
from generation.services import job_cancel, job_claim
from tests.support.rows import make_job

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)


def put_backup(created_at: datetime, kind: Kind = Kind.DAILY) -> str:
    """A backup of that moment, without any content. Returns its name."""
    folder = Path(django_settings.BACKUP_DIR) / f"{created_at:%m-%dT%H}-{kind}"
    folder.mkdir(parents=True)
    manifest = Manifest(
        kind=kind,
        created_at=created_at.isoformat(),
        aria="0.1.0",
        engine="sqlite",
        database="database.sqlite3",
        key_mark="",
        migrations=(),
        tables={},
        files={},
    )
    manifest_write(folder, manifest)
    return folder.name


def names() -> list[str]:
    return [backup.folder.name for backup in backups_all()]


def test_the_newest_backup_of_each_of_the_last_days_is_kept(settings: Settings) -> None:
    settings.BACKUPS_KEPT = 3
    daily = [put_backup(NOW - timedelta(days=day)) for day in range(5)]
    early = put_backup(NOW - timedelta(hours=6))

    removed = backups_prune()

    assert sorted(removed) == sorted([*daily[3:], early])
    assert names() == [daily[2], daily[1], daily[0]]


def test_backups_that_a_person_asked_for_are_never_pruned(settings: Settings) -> None:
    settings.BACKUPS_KEPT = 1
    manual = [put_backup(NOW - timedelta(days=day), Kind.MANUAL) for day in (300, 200, 100)]

    assert backups_prune() == []
    assert names() == manual


def test_of_a_day_every_backup_from_before_a_restore_is_kept(settings: Settings) -> None:
    settings.BACKUPS_KEPT = 1
    points = [put_backup(NOW - timedelta(hours=hours), Kind.BEFORE_RESTORE) for hours in (26, 2, 1)]

    assert backups_prune() == points[:1]
    assert names() == points[1:]


def test_with_nothing_to_keep_nothing_is_taken_and_nothing_removed(settings: Settings) -> None:
    settings.BACKUPS_KEPT = 0
    kept = put_backup(NOW - timedelta(days=400))

    assert backup_take_daily() is None
    assert backups_prune() == []
    assert names() == [kept]


def test_the_task_takes_one_backup_a_day(settings: Settings) -> None:
    old = put_backup(timezone.now() - timedelta(days=8))
    settings.BACKUPS_KEPT = 1

    tasks.back_up()
    tasks.back_up()

    assert [backup.manifest.kind for backup in backups_all()] == [Kind.DAILY]
    assert old not in names()


def test_a_backup_by_hand_does_not_stand_for_the_one_of_the_day() -> None:
    backup_take()

    assert backup_take_daily() is not None


def test_a_backup_that_fails_is_an_error_in_the_log(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    settings.BACKUP_DIR.parent.mkdir(exist_ok=True)
    settings.BACKUP_DIR.write_text("a file where the folder should be")

    tasks.back_up()

    assert "the backup of the day was not taken" in caplog.text


def test_the_remains_of_a_killed_backup_go_with_the_next_one(data: Path) -> None:
    remains = data / "backups" / f"{DRAFT_PREFIX}2026"
    remains.mkdir(parents=True)

    backup_take()

    assert not remains.exists()


@pytest.mark.parametrize("task", ["aria_site.back_up", "aria_site.prune"])
def test_beat_has_a_row_for_the_task_and_workers_know_it(task: str) -> None:
    app.loader.import_default_modules()

    assert [row["task"] for row in django_settings.CELERY_BEAT_SCHEDULE.values()].count(task) == 1
    assert task in app.tasks


def aged(path: Path, days: float) -> Path:
    """The file, last written so many days ago; so is its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    for each in (path, path.parent):
        os.utime(each, (time.time() - days * 86400,) * 2)
    return path


def test_old_things_go_and_young_ones_stay(alice: User, data: Path, settings: Settings) -> None:
    settings.DAYS_KEPT = 30
    now = timezone.now()
    paths = [aged(data / "logs" / f"{days}.log", days) for days in (29, 31)]
    paths += [aged(Path(settings.CHECKPOINT_DIR) / str(uuid4()) / "0.safetensors", days) for days in (29, 31)]
    for days in (29, 31):
        moment = now - timedelta(days=days)
        Worker.objects.create(boot_id=f"gpu0/{days}", name="gpu0", host="here", seen_at=moment)
        SignInToken.objects.create(user=alice, digest=f"{days}", expires_at=moment)
    for seconds in (-60, 60):
        Session.objects.create(session_key=f"s{seconds}", session_data="", expire_date=now + timedelta(seconds=seconds))

    report = old_things_prune()

    assert report == PruneReport(logs=1, checkpoints=1, sessions=1, sign_in_links=1, workers=1, ledger_lines=0)
    assert [path.exists() for path in paths] == [True, False, True, False]
    assert old_things_prune() == PruneReport(
        logs=0, checkpoints=0, sessions=0, sign_in_links=0, workers=0, ledger_lines=0
    )


def test_a_checkpoint_that_goes_while_it_is_looked_at_holds_nothing_up(
    data: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    going = aged(Path(settings.CHECKPOINT_DIR) / str(uuid4()) / "0.safetensors", 40).parent
    Session.objects.create(session_key="ended", session_data="", expire_date=timezone.now() - timedelta(seconds=1))
    listed = pruning._inside

    def list_and_end_the_job(folder: Path) -> list[Path]:
        found = listed(folder)
        if going in found:
            shutil.rmtree(going)
        return found

    monkeypatch.setattr(pruning, "_inside", list_and_end_the_job)

    assert (old_things_prune().checkpoints, Session.objects.count()) == (0, 0)


def test_can_be_pruned_by_hand() -> None:
    out = StringIO()

    call_command("prune", stdout=out)

    assert out.getvalue() == (
        "Removed: 0 logs, 0 checkpoints, 0 sessions, 0 sign in links, 0 workers, 0 ledger lines.\n"
    )


def test_old_lines_of_the_ledger_go_and_what_everybody_used_by_day_stays(alice: User, settings: Settings) -> None:
    settings.LEDGER_DAYS_KEPT, now = 90, timezone.now()
    for days in (200, 91, 89):
        with time_machine.travel(now - timedelta(days=days), tick=False) as clock:
            make_job(alice)
            taken = job_claim(worker="gpu0/1", device="cpu", can_take=lambda _job: True)
            clock.shift(5)
            assert taken
            job_cancel(job=taken.job)
    forgotten = {"worker": "gpu0/1", "owner": alice, "job": None, "ended_at": None}
    young, held = now - timedelta(days=1), now - timedelta(days=100)
    for started_at, job in ((held, None), (young, None), (held, make_job(alice))):
        GpuTime.objects.create(**{**forgotten, "job": job}, started_at=started_at)

    assert old_things_prune().ledger_lines == 3
    assert old_things_prune().ledger_lines == 0

    left = GpuTime.objects.order_by("pk").values_list("started_at", flat=True)
    assert list(left) == [now - timedelta(days=89), young, held]
    assert sum(GpuDay.objects.values_list("seconds", flat=True)) == 15
