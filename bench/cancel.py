"""Claim: a withdrawn painting stops within one model call, decodes nothing, and leaves the next one untouched.

- UNet calls after the call in which it was withdrawn: at most 1;
- decodings: 0;
- the next order's picture, grey levels apart from the same order before: 0.

Counts alone; nothing here is timed.
"""

from importlib import import_module
from typing import Any

from bench.measuring import at_most, exactly
from bench.models import LAUNCH_BOUND_SIDE, launch_bound, model_folder, sources
from bench.paintings import counted, grey_levels_apart, order, outcome_of, paint, running_engine, wait_until_warm
from bench.reporting import Report, run_script
from generation.engine.contract import PaintingCancelledError, PaintOrder
from generation.engine.engine import Engine

WITHDRAWN_IN_CALL = 3
SAMPLERS = ("Euler", "DPM++ 2M", "Heun", "Euler a")


def measure(report: Report, device: str) -> None:
    """Withdraw one long painting per sampler and look at what still happens."""
    late_calls, decodings, apart = 0, 0, 0
    with (
        model_folder(launch_bound) as folder,
        running_engine(sources(small=folder), preload=("small",), device=device) as engine,
    ):
        for sampler in SAMPLERS:
            before = paint(engine, _order(4, sampler))
            calls, decoded = _withdrawn(engine, sampler)
            late_calls, decodings = max(late_calls, calls), decodings + decoded
            apart = max(apart, grey_levels_apart(before, paint(engine, _order(4, sampler))))
    report.goal("unet_calls_after_cancel", late_calls, at_most(1))
    report.goal("vae_calls_after_cancel", decodings, exactly(0))
    report.goal("next_picture_grey_levels_apart", apart, exactly(0))


def _withdrawn(engine: Engine, sampler: str) -> tuple[int, int]:
    """Withdraw an order inside a model call. Returns the model calls after that one, and the decodings."""
    library: Any = import_module("diffusers")
    with (
        counted(library.UNet2DConditionModel, "forward") as calls,
        counted(library.AutoencoderKL, "decode") as decodings,
    ):
        ticket = engine.submit(_order(50, sampler))
        calls.on_call = lambda _: ticket.cancel() if calls.count == WITHDRAWN_IN_CALL else None
        try:
            outcome_of(ticket)
        except PaintingCancelledError:
            # A refusal waits its turn, so whatever comes late has come when it is there.
            wait_until_warm(engine, ("small",))
            return calls.count - WITHDRAWN_IN_CALL, decodings.count
    raise RuntimeError("The painting was finished although it was withdrawn.")


def _order(steps: int, sampler: str) -> PaintOrder:
    return order("small", width=LAUNCH_BOUND_SIDE, height=LAUNCH_BOUND_SIDE, steps=steps, sampler=sampler)


if __name__ == "__main__":
    run_script(__file__, measure)
