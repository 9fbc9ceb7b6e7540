"""Claim: the first job of a ready worker is as fast as its fifth, and the engine costs nothing beside diffusers.

- first job / fifth job of a ready worker: at most 1.05, each pair in a process of its own;
- a job in a fresh process of plain diffusers / a job of Aria: at least 20;
- a job of Aria / the bare warm pipeline, equal pictures: at most 1.10;
- model loads for 20 jobs: 1.

The job is a small one (4 steps, 16 pixels), where whatever surrounds the model weighs most.
"""

import gc
import resource
import subprocess
import sys
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

import numpy as np

from bench.measuring import at_least, at_most, exactly, median_of, paired_times, ratio_of, seconds
from bench.models import LAUNCH_BOUND_SIDE, launch_bound, model_folder, sources
from bench.paintings import PROMPT, grey_levels_apart, order, paint, running_engine
from bench.reporting import Report, run_script
from generation.engine.contract import PaintOrder, Pixels
from generation.engine.samplers import scheduler_for

READY_WORKERS = 15
FRESH_PROCESSES = 3
"""Fewer than the usual pairs: one takes seconds, and the ratio is some hundred."""
JOBS = 20

PLAIN_SCRIPT = f"""
import sys, torch
from diffusers import StableDiffusionPipeline
torch.set_num_threads(1)
pipeline = StableDiffusionPipeline.from_pretrained(sys.argv[1], use_safetensors=True, local_files_only=True)
pipeline({PROMPT!r}, width={LAUNCH_BOUND_SIDE}, height={LAUNCH_BOUND_SIDE}, num_inference_steps=4, guidance_scale=4.0)
"""


def measure(report: Report, device: str) -> None:
    """Everything that forks comes first: a process that has computed with torch must not."""
    _import_everything()
    with model_folder(_built_elsewhere) as folder:
        firsts = [_in_a_child(_first_and_fifth, folder, device) for _ in range(READY_WORKERS)]
        report.goal("first_over_fifth_job", ratio_of(firsts), at_most(1.05))
        fresh = [_fresh_process_seconds(folder) for _ in range(FRESH_PROCESSES)]
        _beside_the_bare_pipeline(report, folder, device, fresh)


def _beside_the_bare_pipeline(report: Report, folder: Path, device: str, fresh: list[float]) -> None:
    bare = _Bare(folder, device)
    with running_engine(sources(small=folder), preload=("small",), device=device) as engine:
        apart = grey_levels_apart(paint(engine, _job()), bare.paint())
        times = paired_times(lambda: paint(engine, _job()), bare.paint, pairs=2 * READY_WORKERS)
        for _ in range(JOBS):
            paint(engine, _job())
        loads = engine.status().loads_total
    ours = median(job for job, _ in times)
    report.goal("fresh_process_over_job", median_of([cold / ours for cold in fresh]), at_least(20))
    report.goal("job_over_bare_pipeline", ratio_of(times), at_most(1.10))
    report.goal("job_and_bare_grey_levels_apart", apart, at_most(1))
    report.goal("loads_in_20_jobs", loads, exactly(1))
    report.figure("job", ours * 1000, "ms of processor")
    report.figure("fresh_process", median(fresh), "s of processor")
    report.figure("load_and_paint_over_job", seconds(lambda: _Bare(folder, device).paint()) / ours, "x")


class _Bare:
    """The ceiling: the pipeline of diffusers itself, warm, with the same sampler and seed."""

    def __init__(self, folder: Path, device: str) -> None:
        import torch

        torch.set_num_threads(1)
        self._torch = torch
        library: Any = import_module("diffusers")
        pipeline = library.StableDiffusionPipeline.from_pretrained(
            str(folder), use_safetensors=True, local_files_only=True, dtype=torch.float32
        )
        pipeline.set_progress_bar_config(disable=True)
        pipeline.scheduler = scheduler_for("Euler", pipeline.scheduler)
        self._pipeline = pipeline.to(device)

    def paint(self) -> Pixels:
        """The same picture as Aria's job."""
        asked = _job().recipe
        picture = self._pipeline(
            asked.resolved_prompt,
            width=asked.width,
            height=asked.height,
            num_inference_steps=asked.steps,
            guidance_scale=asked.guidance_scale,
            generator=self._torch.Generator().manual_seed(asked.seed),
            output_type="np",
        ).images[0]
        pixels: Pixels = (picture * 255).round().astype(np.uint8)
        return pixels


def _job() -> PaintOrder:
    return order("small", width=LAUNCH_BOUND_SIDE, height=LAUNCH_BOUND_SIDE, steps=4)


def _import_everything() -> None:
    """Imports are not what is measured here, and children get them from their parent."""
    library: Any = import_module("diffusers")
    _ = library.StableDiffusionPipeline, library.EulerDiscreteScheduler


def _built_elsewhere(folder: Path) -> Path:
    built: Path = _in_a_child(launch_bound, folder)
    return built


def _first_and_fifth(folder: Path, device: str) -> tuple[float, float]:
    with running_engine(sources(small=folder), preload=("small",), device=device) as engine:
        jobs = [seconds(lambda: paint(engine, _job()), process_time) for _ in range(5)]
    return jobs[0], jobs[4]


def _in_a_child(work: Any, *arguments: Any) -> Any:
    """What `work` returns, computed in a forked process."""
    context = get_context("fork")
    ours, theirs = context.Pipe()
    child = context.Process(target=_answer, args=(theirs, work, arguments))
    child.start()
    theirs.close()
    answer = ours.recv()
    child.join()
    return answer


def _answer(pipe: Connection, work: Any, arguments: tuple[Any, ...]) -> None:
    # A forked process copies every page that it first writes to; a collection writes to those of all objects, so that
    # the copying is over before anything is timed.
    gc.collect()
    pipe.send(work(*arguments))


def _fresh_process_seconds(folder: Path) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-W", "ignore", "-c", PLAIN_SCRIPT, folder], check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    run_script(__file__, measure)
