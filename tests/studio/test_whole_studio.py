"""`manage.py studio` as people start it: the real site, workers, beat and Valkey, on a data folder of its own."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

import psutil
import pytest

from tests.support.waiting import wait_until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400), pytest.mark.xdist_group(name="whole-studio")]

PATIENCE_S = 150.0
"""Everything starts at once; on a machine with much else to do that takes its time."""


@dataclass
class WholeStudio:
    """A running `manage.py studio` and what it said."""

    port: int
    environment: dict[str, str]
    process: "subprocess.Popen[str]"
    said: list[str] = field(default_factory=list)

    def listen(self) -> None:
        """Collect its lines as they come."""
        assert self.process.stdout is not None
        with self.process.stdout as stream:
            for line in stream:
                self.said.append(line)

    def line(self, start: str) -> str:
        """The first line that starts so, once it is said."""
        return wait_until(
            lambda: next((said for said in self.said if said.startswith(start)), ""), timeout_s=PATIENCE_S
        )

    def get(self, path: str) -> tuple[int, str, bytes]:
        """Ask the site for a page: its status, where it leads, and what it says."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as connection:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.getheader("Location", ""), answer.read()

    def role(self, words: str) -> psutil.Process:
        """The child whose command line holds these words, once it runs, and is not its tether still."""

        def is_it(child: psutil.Process) -> bool:
            command = _command(child)
            return words in command and "tether.py" not in command

        return wait_until(lambda: next((child for child in self.children() if is_it(child)), None))

    def children(self) -> list[psutil.Process]:
        """Everybody below the supervisor."""
        return psutil.Process(self.process.pid).children(recursive=True)


def _command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def start(data: Path) -> WholeStudio:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "ARIA_DATA": str(data),
        "ARIA_PORT": str(port),
        "ARIA_PRELOAD": "",
        "DJANGO_SETTINGS_MODULE": "aria_site.settings",
    }
    process = subprocess.Popen(
        [sys.executable, "manage.py", "studio"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment,
    )
    studio = WholeStudio(port=port, environment=environment, process=process)
    Thread(target=studio.listen, daemon=True).start()
    return studio


def end(studio: WholeStudio) -> int:
    studio.process.send_signal(signal.SIGINT)
    return studio.process.wait(timeout=60)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of the studio; short, as sockets want it."""
    return tmp_path_factory.mktemp("s")


@pytest.fixture(scope="module")
def studio(data: Path) -> Iterator[WholeStudio]:
    """One studio that the tests of this file share, ready to paint."""
    studio = start(data)
    try:
        studio.line("Ready to paint")
        yield studio
    finally:
        end(studio)


def test_it_says_where_it_is_and_how_to_get_in_and_nothing_more(studio: WholeStudio) -> None:
    assert len([line for line in studio.said if line.startswith("Aria is at ")]) == 1
    assert len([line for line in studio.said if line.startswith("Sign in once with ")]) == 1
    assert studio.line("Aria is at ") == f"Aria is at http://127.0.0.1:{studio.port}/\n"


def test_the_link_opens_the_studio_once(studio: WholeStudio) -> None:
    path = re.findall(r"(/enter/\S+/)", studio.line("Sign in once with "))[0]

    first, second = studio.get(path), studio.get(path)

    assert first[:2] == (302, "/studio/")
    assert second[0] == 404


def test_the_wall_is_open_to_anyone(studio: WholeStudio) -> None:
    assert studio.get("/")[0] == 200


def test_the_founder_has_three_paintings_to_paint_or_has_painted_them(studio: WholeStudio) -> None:
    command = "from generation.models import Job; print(Job.objects.count())"

    count = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", command],
        env=studio.environment,
        capture_output=True,
        text=True,
        check=True,
    )

    assert count.stdout == "3\n"


def test_the_web_process_is_small_and_polite_to_the_painter(studio: WholeStudio) -> None:
    web, painter = studio.role("daphne"), studio.role("-Q gpu")

    assert web.memory_info().rss < 200 * 1024**2
    assert painter.nice() - web.nice() == 10


def test_a_second_studio_on_the_same_data_is_refused(studio: WholeStudio, data: Path) -> None:
    second = subprocess.run(
        [sys.executable, "manage.py", "studio"], env=studio.environment, capture_output=True, text=True, check=False
    )

    assert second.returncode == 1
    assert second.stderr == f"Aria already runs on {data} (process {studio.process.pid}): stop her there first.\n"


def test_a_second_studio_on_the_same_port_is_refused(studio: WholeStudio, tmp_path: Path) -> None:
    second = subprocess.run(
        [sys.executable, "manage.py", "studio"],
        env={**studio.environment, "ARIA_DATA": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert second.returncode == 1
    assert second.stderr.startswith(f"Port {studio.port} is busy: ")


@pytest.mark.parametrize("words", ["-Q gpu", "valkey-server", "daphne"])
def test_whoever_is_killed_comes_back(studio: WholeStudio, words: str) -> None:
    first = studio.role(words)

    first.kill()

    wait_until(lambda: not first.is_running() and studio.role(words).pid != first.pid)
    wait_until(lambda: _readiness(studio).get("broker") and _readiness(studio).get("worker"), timeout_s=PATIENCE_S)


def _readiness(studio: WholeStudio) -> dict[str, bool]:
    """Which checks are green; none while the site itself is away."""
    try:
        checks = json.loads(studio.get("/health/ready")[2])["checks"]
    except (OSError, http.client.HTTPException):
        return {}
    return {name: check["ok"] for name, check in checks.items()}


def test_killing_the_supervisor_ends_everybody_and_the_next_start_is_clean(tmp_path: Path) -> None:
    first = start(tmp_path)
    first.line("Sign in once with ")
    everybody = first.children()

    first.process.kill()
    first.process.wait()

    assert psutil.wait_procs(everybody, timeout=30)[1] == []
    second = start(tmp_path)
    second.line("Sign in once with ")
    everybody = second.children()
    assert len(everybody) >= 6
    assert end(second) == 0
    assert psutil.wait_procs(everybody, timeout=5)[1] == []
