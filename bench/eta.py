"""Claim: people are told when their picture will be done, and in which range; both hold on recorded traces.

- forecasts at submit, median of their absolute error over what the job took: at most 0.15;
- jobs done within the range that was told, of all: 0.75 to 0.85.

Traces are real paintings (see `bench/record_trace.py`) of mixed sizes, steps and samplers by three people, with models
that are switched because they do not fit into memory together. Experience comes from the first trace alone, and then
from what was finished before each forecast; judged are the others. Told beside it is how far off the usual rule would
have been: the mean time of a job, times the jobs before it and itself.
"""

import os
import tempfile
from collections.abc import Sequence
from statistics import mean, median

from bench.measuring import at_least, at_most, mean_of, median_of
from bench.replay import TRACES, Experience, Foretold, as_claimed, replay, trace
from bench.reporting import Report, run_script
from bench.studio import join_studio

LEARNED_FROM = "switching-1"
ERROR, LEAST_COVERED, MOST_COVERED = 0.15, 0.75, 0.85


def measure(report: Report, device: str) -> None:
    """Learn from one trace, judge on the others."""
    with tempfile.TemporaryDirectory(prefix="aria-bench-") as folder:
        os.environ["ARIA_DATA"] = folder
        join_studio()
        choose = as_claimed()
    judged: list[Foretold] = []
    for name in sorted(path.stem for path in TRACES.glob("*.json") if path.stem != LEARNED_FROM):
        experience = Experience()
        replay(trace(LEARNED_FROM), experience, choose=choose)
        foretold = replay(trace(name), experience, choose=choose)
        report.figure(f"{name}_error", median(each.error for each in foretold), f"of {len(foretold)} jobs")
        report.figure(f"{name}_in_range", _covered(foretold), "of its jobs")
        judged += foretold
    report.goal("median_error_at_submit", median_of([each.error for each in judged]), at_most(ERROR))
    covered = mean_of([each.in_range for each in judged])
    report.goal("in_range_at_least", covered, at_least(LEAST_COVERED))
    report.goal("in_range_at_most", covered, at_most(MOST_COVERED))
    report.figure("usual_rule_error", median(each.plain_error for each in judged), f"of {len(judged)} jobs")
    report.figure("width_of_range", median(each.promise.high / each.promise.low for each in judged), "x")


def _covered(foretold: Sequence[Foretold]) -> float:
    return mean(each.in_range for each in foretold)


if __name__ == "__main__":
    run_script(__file__, measure)
