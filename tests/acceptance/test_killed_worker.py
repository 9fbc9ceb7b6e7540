"""A worker killed without warning loses no job and paints none twice."""

import random
import time

import pytest

from tests.support.running_studio import RunningStudio
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

JOBS, KILLS = 5, 3


def status_of(studio: RunningStudio, job: str) -> str:
    """The state of a job as programs see it."""
    return str(studio.call("GET", f"/api/v1/jobs/{job}")["status"])


def kill_worker_while_it_paints(studio: RunningStudio, jobs: list[str], pause_s: float) -> None:
    """Wait for a running job, let it run for `pause_s`, then kill -9 the process that paints it."""
    wait_until(lambda: any(status_of(studio, job) == "running" for job in jobs), timeout_s=60)
    time.sleep(pause_s)
    worker = studio.child("gpu0@")
    assert worker is not None
    worker.kill()
    worker.wait(10)


def test_every_job_is_finished_once_after_kill_9(studio: RunningStudio) -> None:
    chance = random.Random(5)
    asked = [{"prompt": f"a lighthouse, number {number}", "seed": number, "steps": 60} for number in range(JOBS)]
    jobs = [studio.call("POST", "/api/v1/jobs", body)["id"] for body in asked]

    for _ in range(KILLS):
        kill_worker_while_it_paints(studio, jobs, chance.uniform(0.1, 1.0))
    over = {"succeeded", "failed", "cancelled"}
    wait_until(lambda: all(status_of(studio, job) in over for job in jobs), timeout_s=180)

    answers = [studio.call("GET", f"/api/v1/jobs/{job}") for job in jobs]
    assert [answer["status"] for answer in answers] == ["succeeded"] * JOBS
    assert [len(answer["artworks"]) for answer in answers] == [1] * JOBS
    assert list((studio.data / "media").rglob(".tmp-*")) == []
