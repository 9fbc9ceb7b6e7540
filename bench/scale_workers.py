"""Claim: workers do not stand in each other's way, and a dead one takes nothing with it.

- throughput of 2 simulated devices / 1: at least 1.95; of 8 / 1: at least 7.6;
- throughput of 2 processes that paint on one processor thread each / 1: at least 1.7;
- jobs lost when a worker is killed in the middle of one: 0, and none is painted twice.

Workers are real processes on one database and one Valkey. A simulated device sleeps through its steps, so that eight of
them fit into two cores; waiting behind strangers for the processor is not counted.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeAlias

from bench.measuring import at_least, exactly, median_of
from bench.reporting import Report, run_script
from bench.studio import end, hear, queue_job, somebody, studio_process, temporary_studio

if TYPE_CHECKING:
    from subprocess import Popen

DEVICES = (1, 2, 8)
GOALS = {2: 1.95, 8: 7.6}
JOBS_EACH = 2
SIMULATED_STEPS, SIMULATED_ROUNDS = 15, 3
"""One round takes ten seconds and varies by a hundredth, so there are few of them."""
REAL_STEPS, REAL_ROUNDS = 8, 5
KILL_JOBS = 5
WAIT_S = 30.0

Worker: TypeAlias = "Popen[str]"


def measure(report: Report, device: str) -> None:
    """Simulated devices, then a killed worker among them, then real processors."""
    with temporary_studio():
        with _workers(max(DEVICES), "simulated") as simulated:
            _scaling(report, simulated)
            _killing(report, simulated)
        with _workers(2, "cpu") as real:
            ratios = [_speedup(real, 2, REAL_STEPS) for _ in range(REAL_ROUNDS)]
            report.goal("two_cpu_processes_over_one", median_of(ratios), at_least(1.7))


def _scaling(report: Report, workers: list[Worker]) -> None:
    _paint(workers, jobs=len(workers), steps=1)
    rounds = [{size: _seconds(workers[:size], SIMULATED_STEPS) for size in DEVICES} for _ in range(SIMULATED_ROUNDS)]
    for size, least in GOALS.items():
        ratios = [size * times[1] / times[size] for times in rounds]
        report.goal(f"{size}_simulated_devices_over_one", median_of(ratios), at_least(least))
    report.figure("simulated_job", min(times[1] for times in rounds) / JOBS_EACH * 1000, "ms")


def _speedup(workers: list[Worker], size: int, steps: int) -> float:
    return size * _seconds(workers[:1], steps) / _seconds(workers[:size], steps)


def _seconds(workers: list[Worker], steps: int) -> float:
    return _paint(workers, jobs=JOBS_EACH * len(workers), steps=steps)


def _paint(workers: list[Worker], *, jobs: int, steps: int) -> float:
    """Queue jobs, let the workers paint them all, and return how long the last of them took."""
    owner = somebody()
    for number in range(jobs):
        queue_job(owner, seed=number, steps=steps, width=256, height=256, sampler="Euler", guide=1.0)
    for worker in workers:
        _start(worker)
    return max(float(hear(worker)) for worker in workers)


def _start(worker: Worker) -> None:
    if worker.stdin:
        worker.stdin.write("paint\n")
        worker.stdin.flush()


def _killing(report: Report, workers: list[Worker]) -> None:
    """Kill the first of two workers once it holds a job; what it held goes back as the studio's supervisor does it."""
    from generation.models import Job
    from generation.selectors import job_artworks
    from generation.services import worker_leases_free

    victim, survivor = workers[0], workers[1]
    owner = somebody()
    jobs = [queue_job(owner, seed=number, steps=SIMULATED_STEPS, width=256, height=256) for number in range(KILL_JOBS)]
    _start(victim)
    _wait_until(lambda: Job.objects.filter(worker__startswith="worker-0/", state="running", stage="step").exists())
    _start(survivor)
    victim.kill()
    victim.wait()
    freed = worker_leases_free("worker-0")
    hear(survivor)
    ended = Job.objects.filter(pk__in=[job.pk for job in jobs])
    report.goal("jobs_taken_back_from_the_killed_worker", freed, exactly(1))
    report.goal("jobs_lost", KILL_JOBS - ended.filter(state=Job.State.SUCCEEDED).count(), exactly(0))
    report.goal("pictures_painted", sum(len(job_artworks(job)) for job in ended), exactly(KILL_JOBS))


def _wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_S
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("The worker took no job.")
        time.sleep(0.02)


@contextmanager
def _workers(count: int, kind: str) -> Iterator[list[Worker]]:
    workers = [studio_process("paced_worker", f"worker-{number}", kind) for number in range(count)]
    try:
        for worker in workers:
            hear(worker)
        yield workers
    finally:
        for worker in workers:
            end(worker)


if __name__ == "__main__":
    run_script(__file__, measure)
