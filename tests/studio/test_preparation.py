"""What stops a start, each with one sentence; and what a second start does not do again."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from pytest_django import Settings

from aria_site.studio import preparation
from aria_site.studio.preparation import NotReadyError


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A port that another program listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_makes_the_folders_of_a_new_studio(tmp_path: Path) -> None:
    preparation.folder_prepare(tmp_path / "new" / "data")

    made = sorted(path.name for path in (tmp_path / "new" / "data").iterdir())
    assert made == ["checkpoints", "logs", "media", "run"]


def test_a_folder_below_a_file_is_refused_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(NotReadyError) as refusal:
        preparation.folder_prepare(tmp_path / "file" / "data")

    folder = tmp_path / "file" / "data"
    assert (
        str(refusal.value) == f"Aria cannot write to {folder} (Not a directory): set ARIA_DATA to a folder of your own."
    )


def test_a_full_disk_is_refused_with_what_is_needed(tmp_path: Path) -> None:
    with pytest.raises(NotReadyError, match=r"^The disk of .* is full: \d+ MB are free, Aria needs 1099511627776 MB"):
        preparation.folder_prepare(tmp_path, least_free=2**60)


def test_a_busy_port_is_refused_with_a_way_out(taken_port: int) -> None:
    with pytest.raises(NotReadyError) as refusal:
        preparation.port_check("127.0.0.1", taken_port)

    assert str(refusal.value) == (
        f"Port {taken_port} is busy: stop the program that uses it, or choose another port, "
        f"as in ARIA_PORT={taken_port + 1}."
    )


def test_a_free_port_is_left_free(taken_port: int) -> None:
    free = taken_port
    with socket.create_server(("127.0.0.1", 0)) as other:
        free = other.getsockname()[1]

    preparation.port_check("127.0.0.1", free)
    with socket.create_server(("127.0.0.1", free)):
        pass


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(NotReadyError, match=r"^Aria cannot listen on 192\.0\.2\.1:8000 \(.*\): change ARIA_HOST\.$"):
        preparation.port_check("192.0.2.1", 8000)


def test_a_second_studio_on_the_same_folder_is_refused_by_the_pid_of_the_first(tmp_path: Path) -> None:
    preparation.folder_prepare(tmp_path)

    with preparation.only_studio_here(tmp_path):
        with pytest.raises(NotReadyError) as refusal, preparation.only_studio_here(tmp_path):
            pass
        assert str(refusal.value) == f"Aria already runs on {tmp_path} (process {os.getpid()}): stop her there first."

    with preparation.only_studio_here(tmp_path):
        pass


@pytest.mark.django_db(transaction=True)
def test_missing_migrations_are_applied() -> None:
    recorder = MigrationRecorder(connection)
    founder = ("personas", "0002_founder")  # nothing builds on it, so it can be missing alone
    recorder.record_unapplied(*founder)

    try:
        preparation.database_prepare()

        assert founder in recorder.applied_migrations()
    finally:
        if founder not in recorder.applied_migrations():
            recorder.record_applied(*founder)


def test_static_files_are_collected_once_and_again_when_the_manner_changes(settings: Settings, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path / "static"

    preparation.static_prepare()
    logo = settings.STATIC_ROOT / "aria_site" / "tokens.css"
    logo.unlink()
    preparation.static_prepare()
    assert not logo.exists()

    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage", "OPTIONS": {}},
    }
    preparation.static_prepare()
    assert logo.exists()


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"ARIA_DATA": "/proc/aria"}, "Aria cannot write to /proc/aria ("),
        ({"ARIA_PORT": "eighty"}, "Aria cannot start:\n  ARIA_PORT: "),
        ({"ARIA_DEVICE": "toaster"}, "Aria cannot start:\n  ARIA_DEVICE: "),
    ],
)
def test_wrong_variables_end_the_command_with_a_sentence(
    tmp_path: Path, variables: dict[str, str], sentence: str
) -> None:
    environment = {
        **os.environ,
        "ARIA_DATA": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "aria_site.settings",
        **variables,
    }

    ended = subprocess.run(
        [sys.executable, "manage.py", "studio"], capture_output=True, text=True, env=environment, check=False
    )

    assert ended.returncode == 1
    assert ended.stderr.startswith(sentence)
    assert "Traceback" not in ended.stderr
