"""One round of chaos: people order pictures while processes are killed at random, then everything is counted."""

import json
import os
import random
import sys
import time
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from tests.chaos.studio import StudioUnderFire
from tests.support.waiting import wait_until

ACCEPTED, OVER = 202, frozenset({"succeeded", "failed", "cancelled"})
BACK_S = 300.0
"""The longest pause before a child that keeps dying is started again, and its start on a busy machine."""
MOMENT_S = 60.0
MOMENTS = {
    "claimed": "SELECT 1 FROM generation_job WHERE state = 'running' LIMIT 1",
    "painting": "SELECT 1 FROM generation_job WHERE state = 'running' AND stage = 'step' LIMIT 1",
    "storing": "SELECT 1 FROM generation_job WHERE state = 'running' AND stage IN ('decode', 'store') LIMIT 1",
}
"""When a worker is killed, as the database tells it; a fourth one is just after a job was over."""
ONE_IN = 8
"""One in so many jobs is cancelled by its owner."""


@dataclass(frozen=True, kw_only=True)
class Round:
    """What is done to a studio. The seed decides who is killed, when, and who orders what."""

    seed: int
    people: int
    jobs: int
    kills: dict[str, int]
    """How often each role is killed."""
    patience_s: float
    """How long after the last kill everything must be over."""


@dataclass
class Tally:
    """What came of it."""

    accepted: dict[str, int] = field(default_factory=dict)
    """The accepted jobs and how many pictures each asked for."""
    killed: Counter[str] = field(default_factory=Counter)
    revived: list[str] = field(default_factory=list)
    """Jobs that were over and later were in another state; nobody asks for that."""
    seconds: float = 0.0

    def __str__(self) -> str:
        kills = ", ".join(f"{role} {count}" for role, count in sorted(self.killed.items()))
        return f"{len(self.accepted)} jobs accepted, {self.killed.total()} kills ({kills}) in {self.seconds:.0f} s"


class Chaos:
    """A round being played on a studio that runs."""

    def __init__(self, rules: Round, studio: StudioUnderFire) -> None:
        self.rules, self.studio = rules, studio
        self.tally = Tally()
        self._chance = random.Random(rules.seed)
        self._keys: list[str] = json.loads(studio.script("tests.chaos.people", str(rules.people)))
        self._last_seen: dict[str, str] = {}

    def play(self) -> Tally:
        """Kill and order until both are done and every job is over. Raises TimeoutError where that never comes."""
        began = time.monotonic()
        victims = [role for role, count in self.rules.kills.items() for _ in range(count)]
        self._chance.shuffle(victims)
        orders = [self._chance.randrange(2**31) for _ in range(self.rules.jobs)]
        kills = len(victims)
        with ThreadPoolExecutor(self.rules.people) as pool:
            asked: list[Future[None]] = []
            for number in range(kills):
                due = orders[number * len(orders) // kills : (number + 1) * len(orders) // kills]
                asked += [pool.submit(self._order, seed) for seed in due]
                self._kill_one(victims)
                self._look_back()
            for future in asked:
                future.result(timeout=BACK_S)
        wait_until(self._all_is_over, timeout_s=self.rules.patience_s)
        self._look_back()
        self.tally.seconds = time.monotonic() - began
        return self.tally

    def _kill_one(self, victims: list[str]) -> None:
        """Kill the first of them who is there, at a moment nobody expects; a worker while it paints, if it does."""

        def is_there() -> str | None:
            return next((role for role in victims if self.studio.who_plays(role)), None)

        role = wait_until(is_there, timeout_s=BACK_S)
        if role == "worker":
            self._wait_for_a_moment()
        time.sleep(self._chance.uniform(0.0, 0.5))
        victims.remove(role)
        try:
            self.studio.kill(role)
        except (LookupError, psutil.NoSuchProcess):
            # It died by itself just now, as a child of a broker that went does.
            victims.append(role)
            self._kill_one(victims)
            return
        self.tally.killed[role] += 1

    def _order(self, seed: int) -> None:
        """Ask until the job is accepted, as a program does that knows how to ask again; some are cancelled then."""
        chance = random.Random(seed)
        key, count = chance.choice(self._keys), chance.randint(1, 2)
        side = chance.choice([128, 160])
        body = {"prompt": "a cat", "seed": seed, "width": side, "height": side, "steps": chance.randint(1, 6)}

        def ask() -> dict[str, Any] | None:
            order = body | {"count": count}
            status, job = self.studio.ask(key, "POST", "/api/v1/jobs", order, Idempotency_Key=f"chaos-{seed}")
            if 400 <= status < 500 and status != 429:
                raise AssertionError(f"The order was refused with {status}: {job}")
            return job if status == ACCEPTED else None

        job = wait_until(ask, timeout_s=BACK_S)
        self.tally.accepted[job["id"]] = count
        if chance.randrange(ONE_IN) == 0:
            self.studio.ask(key, "POST", f"/api/v1/jobs/{job['id']}/cancel")

    def _wait_for_a_moment(self) -> None:
        """Return when the worker is in the midst of something, or has nothing to do, or takes too long to get there."""
        moment, over = self._chance.choice([*MOMENTS, "over"]), self._count_over()

        def is_now() -> bool:
            if self._all_is_over():
                return True
            return bool(self.studio.rows(MOMENTS[moment])) if moment in MOMENTS else self._count_over() > over

        with suppress(TimeoutError):
            wait_until(is_now, timeout_s=MOMENT_S)

    def _count_over(self) -> int:
        return int(self.studio.rows("SELECT COUNT(*) FROM generation_job WHERE state = 'succeeded'")[0][0])

    def _all_is_over(self) -> bool:
        return not self.studio.rows("SELECT id FROM generation_job WHERE state IN ('queued', 'running') LIMIT 1")

    def _look_back(self) -> None:
        """Compare every job with how it was at the last look: what was over stays as it was."""
        now: dict[str, str] = dict(self.studio.rows("SELECT id, state FROM generation_job"))
        was_over = {job: state for job, state in self._last_seen.items() if state in OVER}
        self.tally.revived += [job for job, state in was_over.items() if now.get(job) != state]
        self._last_seen = now


def chaos_play(rules: Round, data: Path) -> tuple[Tally, StudioUnderFire]:
    """Play a round on a fresh studio, which is stopped afterwards."""
    sys.stdout.write(f"chaos: seed {rules.seed}, data in {data}\n")
    data.mkdir(parents=True)
    studio = StudioUnderFire(data)
    try:
        studio.start()
        tally = Chaos(rules, studio).play()
        sys.stdout.write(f"chaos: {tally}\n")
    except BaseException:
        if studio.process is not None:
            studio.process.kill()
        raise
    assert studio.stop() == 0
    return tally, studio


def nothing_is_lost_and_nothing_twice(tally: Tally, studio: StudioUnderFire) -> None:
    """Count the jobs, rows and files of a studio that was stopped. Raises AssertionError at the first that is wrong."""
    wait_until(lambda: not studio.survivors(), timeout_s=30)
    jobs = {str(pk): state for pk, state in studio.rows("SELECT id, state FROM generation_job")}
    accepted = {job.replace("-", ""): count for job, count in tally.accepted.items()}
    ordered = studio.rows("SELECT COUNT(*) FROM generation_job WHERE idempotency_key LIKE 'chaos-%'")
    assert ordered == [(len(accepted),)], "a job was accepted twice, or none was stored"
    assert accepted.keys() <= jobs.keys(), "an accepted job is gone"
    assert set(jobs.values()) <= {"succeeded", "cancelled"}, Counter(jobs.values())
    assert tally.revived == [], "a job that was over changed again"
    _pictures_belong_to_jobs(studio, {job: accepted[job] for job in accepted if jobs[job] == "succeeded"})
    _files_belong_to_rows(studio)


def _pictures_belong_to_jobs(studio: StudioUnderFire, painted: dict[str, int]) -> None:
    keys = Counter(key for (key,) in studio.rows("SELECT origin_key FROM gallery_artwork"))
    assert set(keys.values()) <= {1}, "a picture hangs twice"
    found = {key.replace("-", "") for key in keys}
    due = {f"job:{job}:{index}" for job, count in painted.items() for index in range(count)}
    assert due <= found, "a picture is missing"
    mine = {key for key in found if key.split(":")[1] in painted}
    assert mine == due, "a picture hangs that nobody asked for"
    cancelled = {str(job) for (job,) in studio.rows("SELECT id FROM generation_job WHERE state = 'cancelled'")}
    assert not {key for key in found if key.split(":")[1] in cancelled}, "a cancelled job has a picture"
    assert studio.rows("SELECT id FROM generation_gputime WHERE ended_at IS NULL") == [], "a lease is still counted"


def _files_belong_to_rows(studio: StudioUnderFire) -> None:
    """After one pass of the reaper, to which every file is old, nothing is left over and nothing is missing."""
    media = studio.data / "media"
    for path in media.rglob("*"):
        os.utime(path, (0, 0))
    studio.manage("reap")
    verdict = json.loads(studio.manage("verify", "--json"))
    assert verdict["findings"] == []
    assert list(media.rglob(".tmp-*")) == []
    assert list((studio.data / "checkpoints").iterdir()) == []
