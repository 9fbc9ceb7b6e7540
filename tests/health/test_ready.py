"""`/health/ready`: green with everything there, red with one reason for each thing that is not."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from model_bakery import baker
from pytest_django import Settings

from aria_site import health
from aria_site.clocks import ClockWatch
from generation.models import Worker
from generation.services import worker_starts
from tests.support.rows import NOON
from tests.support.steady_clock import SteadyClock

POOL = [{"name": "starter"}]


@pytest.fixture
def worker(db: None) -> Worker:
    """A GPU worker that was seen just now with the starter model in memory."""
    return baker.make(Worker, name="gpu0@here", seen_at=timezone.now(), beats=9, pool=POOL)


def readiness(client: Client) -> tuple[int, dict[str, dict[str, Any]]]:
    answer = client.get(reverse("health-ready"))
    return answer.status_code, answer.json()["checks"]


def red(checks: dict[str, dict[str, Any]]) -> dict[str, str]:
    return {name: check["reason"] for name, check in checks.items() if not check["ok"]}


def test_is_green_with_everything_there(worker: Worker, client: Client) -> None:
    status, checks = readiness(client)

    assert red(checks) == {}
    assert status == 200
    assert set(checks) == {"database", "migrations", "broker", "worker", "disk", "memory", "media", "pool", "clock"}
    assert checks["worker"]["reason"] == "1 at work: gpu0@here."
    assert checks["pool"]["reason"] == "In memory: starter."


def test_a_worker_not_seen_for_fifteen_seconds_is_gone(worker: Worker, client: Client) -> None:
    Worker.objects.update(seen_at=timezone.now() - timedelta(seconds=16))

    status, checks = readiness(client)

    assert status == 503
    assert red(checks) == {
        "worker": "No GPU worker was seen within 15 seconds; paintings wait.",
        "pool": "No worker has loaded a model yet; expected: starter.",
    }


def test_a_worker_that_is_being_started_is_told_from_one_that_is_missing(client: Client, db: None) -> None:
    worker_starts("gpu0/1", name="gpu0@here", host="here")

    status, checks = readiness(client)

    assert status == 503
    assert red(checks) == {
        "worker": "Being started: gpu0@here; paintings wait.",
        "pool": "No worker has loaded a model yet; expected: starter.",
    }


def test_a_start_that_takes_longer_than_three_minutes_is_none(client: Client, db: None) -> None:
    with time_machine.travel(timezone.now() - timedelta(minutes=4)):
        worker_starts("gpu0/1", name="gpu0@here", host="here")

    assert red(readiness(client)[1])["worker"] == "No GPU worker was seen within 15 seconds; paintings wait."


def test_a_model_that_is_being_loaded_is_named(worker: Worker, client: Client) -> None:
    Worker.objects.update(pool=[])

    status, checks = readiness(client)

    assert status == 503
    assert red(checks) == {"pool": "Being loaded: starter."}


def test_a_model_that_cannot_be_loaded_is_red_with_the_reason(worker: Worker, client: Client) -> None:
    Worker.objects.update(pool=[], trouble="The model starter is not preloaded: Its folder is gone.")

    status, checks = readiness(client)

    assert status == 503
    assert red(checks) == {"pool": "The model starter is not preloaded: Its folder is gone."}


def test_a_model_that_is_missing_beside_others_is_told_and_keeps_nobody_away(worker: Worker, client: Client) -> None:
    Worker.objects.update(trouble="The model other is not preloaded: Its folder is gone.")

    status, checks = readiness(client)

    assert status == 200
    assert checks["pool"]["reason"] == "In memory: starter. The model other is not preloaded: Its folder is gone."


@pytest.mark.parametrize(("minutes", "direction"), [(10, "forward"), (-10, "back")])
def test_a_clock_that_was_set_is_red_for_a_minute(
    worker: Worker, client: Client, monkeypatch: pytest.MonkeyPatch, minutes: int, direction: str
) -> None:
    steady = SteadyClock()
    monkeypatch.setattr(health, "_CLOCKS", ClockWatch(steady.read))
    with time_machine.travel(NOON, tick=False) as clock:
        Worker.objects.update(seen_at=timezone.now())
        readiness(client)
        clock.shift(timedelta(minutes=minutes))
        Worker.objects.update(seen_at=timezone.now())

        at_once = red(readiness(client)[1])
        clock.shift(60)
        steady.shift(60)
        Worker.objects.update(seen_at=timezone.now())
        afterwards = red(readiness(client)[1])

    assert at_once == {"clock": f"The clock of this machine was just set {direction} by 600 seconds."}
    assert afterwards == {}


@pytest.mark.parametrize(("minutes", "direction"), [(10, "ahead of"), (-10, "behind")])
def test_a_worker_with_another_clock_is_named(
    worker: Worker, client: Client, monkeypatch: pytest.MonkeyPatch, minutes: int, direction: str
) -> None:
    steady = SteadyClock()
    monkeypatch.setattr(health, "_CLOCKS", ClockWatch(steady.read))
    with time_machine.travel(NOON, tick=False) as clock:
        for _ in range(2):
            clock.shift(3)
            steady.shift(3)
            Worker.objects.update(seen_at=timezone.now() + timedelta(minutes=minutes))
            checks = readiness(client)[1]

    assert checks["clock"]["reason"] == f"The clock of gpu0@here is 600 seconds {direction} that of this machine."


def test_a_worker_that_is_gone_has_no_wrong_clock(
    worker: Worker, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    steady = SteadyClock()
    monkeypatch.setattr(health, "_CLOCKS", ClockWatch(steady.read))
    with time_machine.travel(NOON, tick=False) as clock:
        Worker.objects.update(seen_at=timezone.now())
        readiness(client)
        Worker.objects.update(seen_at=timezone.now() + timedelta(seconds=30))
        clock.shift(100)
        steady.shift(100)

        assert readiness(client)[1]["clock"]["ok"]


def test_an_empty_pool_is_fine_where_nothing_is_preloaded(worker: Worker, client: Client, settings: Settings) -> None:
    settings.ARIA_PRELOAD = ()
    Worker.objects.update(pool=[])

    assert readiness(client)[0] == 200


def test_a_broker_that_is_down_is_named_without_its_password(
    worker: Worker, client: Client, settings: Settings
) -> None:
    settings.REDIS_URL = "redis://:hunter2@127.0.0.1:1/0"

    status, checks = readiness(client)

    assert status == 503
    assert red(checks) == {"broker": "Valkey does not answer (ConnectionError); paintings wait."}
    assert "hunter2" not in str(checks)


def test_a_missing_migration_is_counted(worker: Worker, client: Client) -> None:
    MigrationRecorder(connection).record_unapplied("gallery", "0001_initial")

    status, checks = readiness(client)

    assert status == 503
    assert red(checks) == {"migrations": "1 migrations are not applied: run `manage.py migrate`."}


def test_a_database_that_does_not_answer_is_red_and_answers_all_the_same(
    worker: Worker, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise DatabaseError("password=hunter2")

    with monkeypatch.context() as trouble:
        trouble.setattr(connection, "cursor", refuse)
        status, checks = readiness(client)

    assert status == 503
    assert set(red(checks)) == {"database", "migrations", "worker", "pool", "clock"}
    assert "hunter2" not in str(checks)


def test_a_media_folder_that_cannot_be_written_is_red(worker: Worker, client: Client, settings: Settings) -> None:
    settings.MEDIA_ROOT = Path("/proc/aria")

    status, checks = readiness(client)

    assert status == 503
    assert list(red(checks)) == ["media"]
    assert red(checks)["media"].startswith("The media folder cannot be written to (")


def test_the_probe_leaves_no_file_behind(worker: Worker, client: Client, media: Path) -> None:
    readiness(client)

    assert list(media.iterdir()) == []


@pytest.mark.parametrize(("name", "limit"), [("disk", "LEAST_DISK"), ("memory", "LEAST_MEMORY")])
def test_scarce_disk_or_memory_is_red(
    worker: Worker, client: Client, monkeypatch: pytest.MonkeyPatch, name: str, limit: str
) -> None:
    monkeypatch.setattr(health, limit, 2**60)

    status, checks = readiness(client)

    assert status == 503
    assert list(red(checks)) == [name]
    assert red(checks)[name].startswith("Only ")


def test_memory_is_not_guessed_where_the_system_does_not_tell(
    worker: Worker, client: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(health, "MEMINFO", tmp_path / "not there")

    status, checks = readiness(client)

    assert (status, checks["memory"]) == (200, {"ok": True, "reason": "Not measured on this system."})
