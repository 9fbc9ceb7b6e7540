"""The embedded Valkey: found, started, relieved, and its words kept."""

import subprocess
from pathlib import Path

import pytest
import redis
from pytest_django import Settings

from aria_site.studio import valkey
from aria_site.studio.preparation import NotReadyError, socket_folder_prepare


@pytest.fixture
def data(settings: Settings, tmp_path: Path) -> Path:
    """Settings that keep Valkey in a folder of this test."""
    settings.DATA_DIR = tmp_path
    settings.VALKEY_SOCKET = tmp_path / "v.sock"
    return tmp_path


def test_the_socket_is_the_only_way_in(data: Path) -> None:
    command = valkey.valkey_role().command

    assert Path(command[0]).name == "valkey-server"
    assert command[1:5] == ("--port", "0", "--unixsocket", str(data / "v.sock"))


def test_what_was_written_survives_a_relief(data: Path) -> None:
    socket = data / "v.sock"
    first = subprocess.Popen(valkey.valkey_role().command, stdout=subprocess.DEVNULL)
    valkey.wait_for_valkey(socket)
    with redis.Redis(unix_socket_path=str(socket)) as client:
        client.set("painting", "waits")

    valkey.valkey_relieve(socket)
    assert first.wait(timeout=10) == 0
    assert not valkey.valkey_answers(socket)

    second = subprocess.Popen(valkey.valkey_role().command, stdout=subprocess.DEVNULL)
    valkey.wait_for_valkey(socket)
    with redis.Redis(unix_socket_path=str(socket)) as client:
        assert client.get("painting") == b"waits"
    second.terminate()
    assert second.wait(timeout=10) == 0


def test_relieving_nobody_does_nothing(data: Path) -> None:
    valkey.valkey_relieve(data / "v.sock")


def test_a_server_that_does_not_start_is_a_sentence(data: Path) -> None:
    with pytest.raises(NotReadyError, match=r"^Valkey did not start within 0 seconds; see .*valkey\.log$"):
        valkey.wait_for_valkey(data / "v.sock", timeout_s=0.1)


def test_the_folder_of_the_socket_is_for_its_owner_alone(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir(mode=0o755)

    socket_folder_prepare(tmp_path / "run")

    assert (tmp_path / "run").stat().st_mode & 0o777 == 0o700
