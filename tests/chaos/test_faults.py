"""Faults of a studio on PostgreSQL: each is named by `/health/ready`, loses nothing, and needs no restart."""

import json
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import redis

from tests.chaos.studio import ROLES, StudioUnderFire
from tests.support.postgres import Server, running_server
from tests.support.waiting import wait_until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.postgres,
    pytest.mark.timeout(900),
    pytest.mark.xdist_group(name="whole-studio"),
]

SEEN_S = 60.0
"""A fault is told within this time."""
OVER_S = 400.0


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A PostgreSQL that the tests may stop."""
    with running_server() as server:
        yield server


@pytest.fixture(scope="module")
def studio(server: Server) -> Iterator[StudioUnderFire]:
    """A studio on it, with everything awake; its folder is short, as sockets want it."""
    with tempfile.TemporaryDirectory(prefix="aria-f-") as name:
        studio = StudioUnderFire(Path(name), database_url=server.address)
        try:
            studio.start()
            wait_until(lambda: red(studio) == {}, timeout_s=OVER_S)
            yield studio
        finally:
            studio.stop()


@pytest.fixture(scope="module")
def key(studio: StudioUnderFire) -> str:
    """The key of a person."""
    keys: list[str] = json.loads(studio.script("tests.chaos.people", "1"))
    return keys[0]


def red(studio: StudioUnderFire) -> dict[str, str] | None:
    """What is not well, and why; None while nobody answers."""
    document = studio.ask("", "GET", "/health/ready")[1]
    return document and {name: check["reason"] for name, check in document["checks"].items() if not check["ok"]}


def submitted(studio: StudioUnderFire, key: str, *, seed: int, steps: int = 2) -> tuple[int, Any]:
    """The answer to an order."""
    order = {"prompt": "a cat", "seed": seed, "width": 128, "height": 128, "steps": steps}
    return studio.ask(key, "POST", "/api/v1/jobs", order, Idempotency_Key=f"fault-{seed}")


def accepted(studio: StudioUnderFire, key: str, *, seeds: range, steps: int = 2) -> list[str]:
    """The jobs of orders that are all accepted."""
    answers = [submitted(studio, key, seed=seed, steps=steps) for seed in seeds]
    assert [status for status, _ in answers] == [202] * len(answers)
    return [job["id"] for _, job in answers]


def states(studio: StudioUnderFire, key: str, jobs: list[str]) -> list[str]:
    """How jobs stand; an empty word for those that cannot be asked for now."""
    answers = [studio.ask(key, "GET", f"/api/v1/jobs/{job}") for job in jobs]
    return [document["status"] if status == 200 else "" for status, document in answers]


def all_painted_once(studio: StudioUnderFire, key: str, jobs: list[str]) -> None:
    """Wait until the jobs are over; each succeeded with one picture."""
    wait_until(lambda: set(states(studio, key, jobs)) <= {"succeeded", "failed", "cancelled"}, timeout_s=OVER_S)
    answers = [studio.ask(key, "GET", f"/api/v1/jobs/{job}")[1] for job in jobs]
    assert [(answer["status"], len(answer["artworks"])) for answer in answers] == [("succeeded", 1)] * len(jobs)


@contextmanager
def frozen(studio: StudioUnderFire, role: str) -> Iterator[None]:
    """Somebody who is there and does nothing, for as long as the block lasts."""
    process = wait_until(lambda: studio.who_plays(role))
    process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        process.send_signal(signal.SIGCONT)


def everybody(studio: StudioUnderFire) -> dict[str, int]:
    """Who plays which role."""
    return {role: wait_until(lambda: studio.who_plays(role)).pid for role in ROLES}  # noqa: B023  called at once


def test_a_broker_that_does_not_answer_keeps_nobody_from_ordering(studio: StudioUnderFire, key: str) -> None:
    before = everybody(studio)

    with frozen(studio, "broker"):
        jobs = accepted(studio, key, seeds=range(1, 4))
        reason = wait_until(lambda: (red(studio) or {}).get("broker"), timeout_s=SEEN_S)

    assert reason.startswith("Valkey does not answer (")
    all_painted_once(studio, key, jobs)
    wait_until(lambda: red(studio) == {}, timeout_s=SEEN_S)
    assert everybody(studio) == before


def test_a_broker_that_forgot_everything_loses_no_job(studio: StudioUnderFire, key: str) -> None:
    with frozen(studio, "worker"):
        jobs = accepted(studio, key, seeds=range(11, 14))
        redis.Redis(unix_socket_path=str(studio.data / "run" / "valkey.sock")).flushall()

    all_painted_once(studio, key, jobs)


def test_a_database_that_crashes_and_comes_back_loses_nothing_and_needs_no_restart(
    studio: StudioUnderFire, key: str, server: Server
) -> None:
    before = everybody(studio)
    jobs = accepted(studio, key, seeds=range(21, 27), steps=60)
    wait_until(lambda: "running" in states(studio, key, jobs), timeout_s=OVER_S)

    server.stop("immediate")
    try:
        reason = wait_until(lambda: (red(studio) or {}).get("database"), timeout_s=SEEN_S)
        refused = submitted(studio, key, seed=99)
    finally:
        server.start()

    assert reason == "The database does not answer (OperationalError)."
    assert refused[0] == 503
    all_painted_once(studio, key, jobs)
    wait_until(lambda: red(studio) == {}, timeout_s=SEEN_S)
    assert everybody(studio) == before


def test_a_worker_that_is_gone_is_told_from_one_that_is_being_started(studio: StudioUnderFire, key: str) -> None:
    with frozen(studio, "worker"):
        missing = wait_until(lambda: (red(studio) or {}).get("worker"), timeout_s=SEEN_S)
    wait_until(lambda: red(studio) == {}, timeout_s=SEEN_S)

    assert missing == "No GPU worker was seen within 15 seconds; paintings wait."
