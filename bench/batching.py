"""Claim: jobs of different people share model calls, and nobody can tell from the pictures.

- model calls for 8 compatible jobs of n steps: exactly n;
- throughput of 8 jobs at once / one after another, where calling operations costs more than computing: at least 3;
- processor time of a lone job on an engine that batches / on one that does not: at most 1.02;
- throughput of a mixed stream (sizes, samplers, steps, guidance) at once / one after another: at least 0.98;
- every picture, grey levels apart from the same recipe painted alone: at most 1.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from importlib import import_module
from itertools import cycle, islice
from typing import Any

from bench.measuring import at_least, at_most, exactly, paired_times, ratio_of
from bench.models import LAUNCH_BOUND_SIDE, launch_bound, model_folder, sources
from bench.paintings import counted, grey_levels_apart, held, order, outcome_of, paint, running_engine
from bench.reporting import Report, run_script
from generation.engine.contract import PaintOrder, Pixels
from generation.engine.engine import Engine

JOBS, STEPS = 8, 10
PAIRS = 15
MIXED_SAMPLERS = ("Euler", "DPM++ 2M", "Heun", "Euler a", "UniPC", "DDIM")
MIXED_STEPS = (4, 9, 6, 12)
MIXED_SIDES = (LAUNCH_BOUND_SIDE, LAUNCH_BOUND_SIDE, 2 * LAUNCH_BOUND_SIDE)
MIXED_GUIDANCE = (4.0, 1.0, 7.5)


def measure(report: Report, device: str) -> None:
    """Paint the same orders together and alone, on an engine that may batch and on one that may not."""
    with ExitStack() as stack:
        folder = stack.enter_context(model_folder(launch_bound))
        models = sources(small=folder)
        engine = stack.enter_context(running_engine(models, preload=("small",), device=device, pictures_together=JOBS))
        alone = stack.enter_context(running_engine(models, preload=("small",), device=device, pictures_together=1))
        _eight_alike(report, engine)
        _lone_job(report, engine, alone)
        _mixed_stream(report, engine)


def _eight_alike(report: Report, engine: Engine) -> None:
    orders = [_order(number) for number in range(JOBS)]
    library: Any = import_module("diffusers")
    with counted(library.UNet2DConditionModel, "forward") as calls:
        with held(engine, calls, _order(99, width=2 * LAUNCH_BOUND_SIDE, steps=1)):
            tickets = [engine.submit(asked) for asked in orders]
        together = [outcome_of(ticket).pixels[0] for ticket in tickets]
        report.goal("model_calls_of_8_jobs_of_10_steps", calls.count - 1, exactly(STEPS))
    report.goal("batched_grey_levels_apart", _apart(together, _one_by_one(engine, orders)), at_most(1))
    times = paired_times(lambda: _one_by_one(engine, orders), lambda: _at_once(engine, orders), pairs=PAIRS)
    report.goal("throughput_8_at_once_over_serial", ratio_of(times), at_least(3))


def _lone_job(report: Report, engine: Engine, alone: Engine) -> None:
    asked = _order(0)
    times = paired_times(lambda: paint(engine, asked), lambda: paint(alone, asked), pairs=2 * PAIRS)
    report.goal("lone_job_penalty", ratio_of(times), at_most(1.02))
    report.goal("lone_job_grey_levels_apart", grey_levels_apart(paint(engine, asked), paint(alone, asked)), at_most(1))


def _mixed_stream(report: Report, engine: Engine) -> None:
    orders = [
        _order(number, sampler=sampler, steps=steps, width=side, guidance_scale=guidance)
        for number, (sampler, steps, side, guidance) in enumerate(
            islice(
                zip(cycle(MIXED_SAMPLERS), cycle(MIXED_STEPS), cycle(MIXED_SIDES), cycle(MIXED_GUIDANCE), strict=False),
                len(MIXED_SAMPLERS) + len(MIXED_STEPS),
            )
        )
    ]
    times = paired_times(lambda: _one_by_one(engine, orders), lambda: _at_once(engine, orders), pairs=PAIRS)
    report.goal("throughput_mixed_stream_over_serial", ratio_of(times), at_least(0.98))
    report.goal("mixed_grey_levels_apart", _apart(_at_once(engine, orders), _one_by_one(engine, orders)), at_most(1))


def _order(number: int, **changes: Any) -> PaintOrder:
    """One person's job: a prompt and a seed of its own."""
    fields: dict[str, Any] = {
        "width": LAUNCH_BOUND_SIDE,
        "height": LAUNCH_BOUND_SIDE,
        "steps": STEPS,
        "seed": 1000 * number,
        "prompt": f"a red sailboat, number {number}",
    }
    return order("small", job_id=f"job-{number}", **(fields | changes))


def _one_by_one(engine: Engine, orders: Sequence[PaintOrder]) -> list[Pixels]:
    return [paint(engine, asked) for asked in orders]


def _at_once(engine: Engine, orders: Sequence[PaintOrder]) -> list[Pixels]:
    tickets = [engine.submit(asked) for asked in orders]
    return [outcome_of(ticket).pixels[0] for ticket in tickets]


def _apart(some: Sequence[Pixels], others: Sequence[Pixels]) -> int:
    return max(grey_levels_apart(one, other) for one, other in zip(some, others, strict=True))


if __name__ == "__main__":
    run_script(__file__, measure)
