"""Traces played again: what is stored can be read, learned from and judged, and nothing of the future is known."""

from typing import Any

import pytest

from bench.replay import TRACES, Experience, replay, trace
from generation.forecasting.asking import Ask

NAMES = sorted(path.stem for path in TRACES.glob("*.json"))
ASK = {"model": "starter", "width": 256, "height": 256, "calls": 8, "rows": 1, "pictures": 1}
PAINTER = {"worker": "gpu0", "device": "cpu", "resident": {"starter": 1}, "pinned": [], "budget_bytes": 0}


def submitted(job: int, at: float) -> dict[str, Any]:
    """A job that a worker takes at once."""
    running = [[job, 1, "gpu0", 0.0, False, 0.0]]
    return {"at": at, "job": job, "studio": {"painters": [PAINTER], "running": running, "queue": []}}


def painted(job: int, at: float, taken_s: float) -> dict[str, Any]:
    """The end of a painting."""
    return {"at": at, "job": job, "device": "cpu", "share": 1.0, "taken_s": taken_s, "load_s": 0.0, "bytes": 0}


def test_a_job_is_foretold_from_what_was_painted_before_it_and_judged_by_what_it_took() -> None:
    events = [submitted(0, 0.0), painted(0, 4.0, 4.0), submitted(1, 10.0), painted(1, 15.0, 5.0)]

    (foretold,) = replay({"jobs": [ASK, ASK], "events": events}, Experience())

    assert foretold.job == 1
    assert (foretold.estimate_s, foretold.took_s, foretold.plain_s) == pytest.approx((4.0, 5.0, 4.0))
    assert foretold.error == pytest.approx(0.2)
    assert foretold.in_range


def test_what_comes_later_changes_nothing_of_what_was_foretold_before() -> None:
    before = [submitted(0, 0.0), painted(0, 4.0, 4.0), submitted(1, 10.0)]
    quick, slow = ([*before, painted(1, at, at - 10), submitted(2, 40.0), painted(2, 41.0, 1.0)] for at in (12, 30))

    first, second = (replay({"jobs": [ASK] * 3, "events": events}, Experience())[0] for events in (quick, slow))

    assert first.promise == second.promise


@pytest.mark.parametrize("name", NAMES)
def test_a_stored_trace_switches_models_and_can_be_played(name: str) -> None:
    document = trace(name)

    foretold = replay(document, Experience())

    loads = [event for event in document["events"] if event.get("load_s", 0) > 0]
    assert len(foretold) > 0.8 * len(document["jobs"])
    assert {Ask(**job).model for job in document["jobs"]} == {"starter", "broad"}
    assert len(loads) >= 5
