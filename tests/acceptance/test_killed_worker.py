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


def painted(studio: RunningStudio, jobs: list[str]) -> float:
    """How much of all jobs is painted, 1 for each."""
    return sum(float(studio.call("GET", f"/api/v1/jobs/{job}")["progress"]) for job in jobs)


def kill_worker_while_it_paints(studio: RunningStudio, jobs: list[str], pause_s: float) -> None:
    """Wait until the worker gets further, let it run for `pause_s`, then kill -9 its process."""
    before = painted(studio, jobs)
    wait_until(lambda: painted(studio, jobs) > before, timeout_s=60)
    time.sleep(pause_s)
    worker = studio.child("gpu0@")
    assert worker is not None
    worker.kill()
    worker.wait(10)


def test_every_job_is_finished_once_after_kill_9(studio: RunningStudio) -> None:
    chance = random.Random(5)
    asked = [{"prompt": f"a lighthouse, number {number}", "seed": number, "steps": 120} for number in range(JOBS)]
    jobs = [studio.call("POST", "/api/v1/jobs", body)["id"] for body in asked]

    for _ in range(KILLS):
        kill_worker_while_it_paints(studio, jobs, chance.uniform(0.1, 1.0))
    over = {"succeeded", "failed", "cancelled"}
    wait_until(lambda: all(status_of(studio, job) in over for job in jobs), timeout_s=180)

    answers = [studio.call("GET", f"/api/v1/jobs/{job}") for job in jobs]
    assert [answer["status"] for answer in answers] == ["succeeded"] * JOBS
    assert [len(answer["artworks"]) for answer in answers] == [1] * JOBS
    assert list((studio.data / "media").rglob(".tmp-*")) == []
