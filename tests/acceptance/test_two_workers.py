"""Two workers of one machine, each with a device of its own, share the queue; both end together."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.support.running_studio import PROJECT, environment_of
from tests.support.valkey import running_valkey
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

JOBS = 8
SUBMIT = f"""
from aria_site.accounts.services import owner_ensure
from generation.services import job_submit
from generation.specs import JobSpec
for number in range({JOBS}):
    job_submit(owner=owner_ensure(), spec=JobSpec(prompt="a cat", seed=number, steps=20, count=4))
"""
UNFINISHED = "SELECT id FROM generation_job WHERE state IN ('queued', 'running')"


class Workers:
    """`manage.py gpu_workers --devices cpu,cpu` on a data folder."""

    def __init__(self, data: Path, process: "subprocess.Popen[bytes]") -> None:
        self.data = data
        self.process = process

    def manage(self, *arguments: str) -> str:
        """What a management command prints."""
        return managed(self.data, *arguments)

    def rows(self, query: str) -> list[Any]:
        """What the database says. A management command would cost seconds of the processor that paints."""
        with closing(sqlite3.connect(self.data / "aria.sqlite3", timeout=20)) as database:
            return database.execute(query).fetchall()

    def ready(self) -> list[str]:
        """The names of the workers that have the model in their memory."""
        return [name for (name,) in self.rows("SELECT name FROM generation_worker WHERE pool != '[]' ORDER BY name")]

    def children(self) -> list[psutil.Process]:
        """The Celery processes of the workers."""
        family = psutil.Process(self.process.pid).children(recursive=True)
        return [child for child in family if "celery" in words_of(child)]


def words_of(process: psutil.Process) -> str:
    """The command line of a process; nothing of one that has ended."""
    with suppress(psutil.NoSuchProcess):
        return " ".join(process.cmdline())
    return ""


def managed(data: Path, *arguments: str) -> str:
    command = [sys.executable, "manage.py", *arguments]
    environment = environment_of(data, 8000) | {"ARIA_LOG_LEVEL": "WARNING"}
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@contextmanager
def gpu_workers(data: Path, devices: str) -> Iterator[Workers]:
    """Start the command and wait until each device has a worker with the model in its memory."""
    command = [sys.executable, "manage.py", "gpu_workers", "--devices", devices]
    with (data / "workers.log").open("w") as log:
        process = subprocess.Popen(command, cwd=PROJECT, env=environment_of(data, 8000), stdout=log, stderr=log)
    workers = Workers(data, process)
    try:
        wait_until(lambda: len(workers.ready()) == len(devices.split(",")), timeout_s=240)
        yield workers
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


@pytest.fixture(scope="module")
def workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workers]:
    """Two workers on one processor, and the Valkey between them."""
    data = tmp_path_factory.mktemp("workers")
    (data / "run").mkdir()
    managed(data, "migrate", "--verbosity=0")
    with running_valkey(data / "run" / "valkey.sock"), gpu_workers(data, "cpu,cpu") as running:
        yield running


def test_both_paint_and_every_picture_names_its_worker_and_device(workers: Workers) -> None:
    names = workers.ready()
    assert [name.partition("@")[0] for name in names] == ["gpu0", "gpu1"]

    workers.manage("shell", "-c", SUBMIT)
    wait_until(lambda: not workers.rows(UNFINISHED), timeout_s=240)

    assert workers.rows("SELECT state, max(attempts), count(*) FROM generation_job GROUP BY state") == [
        ("succeeded", 1, JOBS)
    ]
    facts = [json.loads(text) for (text,) in workers.rows("SELECT facts FROM gallery_artwork")]
    assert len(facts) == 4 * JOBS
    assert sorted({one["worker"] for one in facts}) == names
    assert {one["device"] for one in facts} == {"cpu"}


def test_a_second_set_on_the_same_folder_is_refused(workers: Workers) -> None:
    environment = environment_of(workers.data, 8000)
    command = [sys.executable, "manage.py", "gpu_workers", "--devices", "cpu"]

    ended = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)

    assert ended.returncode == 1
    assert ended.stderr.strip() == (
        f"GPU workers already run on {workers.data} (process {workers.process.pid}): stop them there first."
    )


def test_a_killed_worker_comes_back_and_sigterm_ends_them_all(workers: Workers) -> None:
    before = {child.pid for child in workers.children()}
    killed = next(child for child in workers.children() if "gpu1@" in words_of(child))
    os.kill(killed.pid, signal.SIGKILL)

    wait_until(lambda: {child.pid for child in workers.children()} - before, timeout_s=60)
    after = workers.children()
    workers.process.send_signal(signal.SIGTERM)
    workers.process.wait(30)

    assert all(not child.is_running() for child in after)
