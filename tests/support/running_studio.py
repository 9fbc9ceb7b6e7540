"""A whole studio as people run it: `manage.py studio` on a data folder and a port of its own."""

import json
import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from tests.support.waiting import wait_until

PROJECT = Path(__file__).resolve().parents[2]
START_S = 120.0


@dataclass
class RunningStudio:
    """A studio under test. Talks to it as a program does: over HTTP, with a key."""

    data: Path
    port: int
    process: subprocess.Popen[bytes]
    key: str = ""

    @property
    def url(self) -> str:
        """Where it is reached."""
        return f"http://127.0.0.1:{self.port}"

    def manage(self, *arguments: str) -> str:
        """What a management command prints, run beside the studio on the same data."""
        command = [sys.executable, "manage.py", *arguments]
        environment = environment_of(self.data, self.port)
        return subprocess.run(
            command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=True
        ).stdout.strip()

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """One request with the key; returns the JSON of the answer. Raises urllib.error.HTTPError."""
        request = urllib.request.Request(  # noqa: S310  always our own address
            f"{self.url}{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
            return json.load(answer)

    def child(self, name: str) -> psutil.Process | None:
        """The running child whose command line holds `name`, e.g. `gpu0@`."""
        for process in psutil.process_iter(["cmdline", "environ"]):
            words, environment = process.info["cmdline"] or [], process.info["environ"] or {}
            mine = environment.get("ARIA_DATA") == str(self.data)
            if mine and any(name in word for word in words) and "celery" in " ".join(words):
                return process
        return None


def environment_of(data: Path, port: int) -> dict[str, str]:
    """The environment of a studio's processes."""
    return {
        **os.environ,
        "ARIA_DATA": str(data),
        "ARIA_PORT": str(port),
        "DJANGO_SETTINGS_MODULE": "aria_site.settings",
    }


@contextmanager
def running_studio(data: Path) -> Iterator[RunningStudio]:
    """Start a studio and wait until it answers; end it with Ctrl-C's signal."""
    port = free_port()
    data.mkdir(parents=True)
    with (data / "studio.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "studio"],
            cwd=PROJECT,
            env=environment_of(data, port),
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    studio = RunningStudio(data=data, port=port, process=process)
    try:
        wait_until(lambda: _answers(studio), timeout_s=START_S)
        studio.key = studio.manage("api_key", "create", "test")
        yield studio
    finally:
        process.terminate()
        process.wait(30)


def _answers(studio: RunningStudio) -> bool:
    if studio.process.poll() is not None:
        raise RuntimeError(f"The studio ended: {(studio.data / 'studio.log').read_text()}")
    try:
        return bool(studio.call("GET", "/health/live"))
    except OSError:
        return False


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
