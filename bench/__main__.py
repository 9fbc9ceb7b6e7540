"""Runs the scripts of a tier one after another, each in a process of its own, and prints one table at the end.

A script that fails does not keep the next one from running. Ends with 1 where any goal is missed or a script breaks.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from bench.reporting import JSON_MARK

CPU_TIER = (
    "cancel",
    "warm_pool",
    "batching",
    "preview",
    "save_path",
    "model_switch",
    "fanout",
    "scale_workers",
    "queue",
    "eta",
    "starter",
)
GPU_TIER = ("cancel", "warm_pool", "batching", "preview", "save_path", "model_switch")
"""What paints with a model of its own runs on any device; the others measure what surrounds it."""
LONGEST_S = 300.0
DEVICES = {"cpu": "cpu", "gpu": "cuda"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one script."""

    script: str
    seconds: float
    answer: dict[str, Any] | None
    """Its JSON; None where it broke before it could say anything."""
    lines: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether it came to its end and met its goals."""
        return self.answer is not None and bool(self.answer["passed"])

    @property
    def missed(self) -> list[str]:
        """The goals that were missed, or the script itself."""
        if self.answer is None:
            return [f"{self.script}: ended without figures"]
        return [f"{self.script}: {ratio['name']}" for ratio in self.answer["ratios"] if not ratio["passed"]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the tier and return the exit status."""
    options = _options(arguments)
    scripts = [script for script in _tier(options.tier) if not options.only or script in options.only]
    outcomes = []
    for script in scripts:
        _say(f"--- {script}")
        outcomes.append(run(script, device=DEVICES[options.tier], save=options.save))
    _say("\n".join(table(outcomes)))
    missed = [name for outcome in outcomes for name in outcome.missed]
    _say("Every goal is met." if not missed else "Missed: " + "; ".join(missed))
    return int(not all(outcome.passed for outcome in outcomes) or not outcomes)


def run(script: str, *, device: str = "cpu", save: bool = False, longest_s: float = LONGEST_S) -> Outcome:
    """Run one script, pass on what it prints, and return what came of it."""
    command = [sys.executable, "-W", "ignore", "-m", f"bench.{script}", "--device", device, *["--save"] * save]
    started = time.monotonic()
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        process_group=0,
    ) as process:
        try:
            printed, complaints = process.communicate(timeout=longest_s)
        except subprocess.TimeoutExpired:
            _end(process)
            printed, complaints = process.communicate()
        finally:
            _end(process)
    lines = printed.splitlines()
    answers = [line.removeprefix(JSON_MARK) for line in lines if line.startswith(JSON_MARK)]
    told = [line for line in lines if not line.startswith(JSON_MARK)]
    _say("\n".join(told if answers else [*told, *complaints.splitlines()[-20:]]))
    return Outcome(script, time.monotonic() - started, json.loads(answers[-1]) if answers else None, told)


def _end(process: "subprocess.Popen[str]") -> None:
    """End a script with everything that it started: workers and servers hold its pipes open."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def table(outcomes: Sequence[Outcome]) -> list[str]:
    """One line a claim, aligned, goals missed marked by their verdict."""
    rows = [("script", "claim", "measured", "interval", "goal", "verdict")]
    for outcome in outcomes:
        if outcome.answer is None:
            rows.append((outcome.script, "ended without figures", "", "", "", "FAIL"))
            continue
        rows += [(outcome.script, *_cells(ratio)) for ratio in outcome.answer["ratios"]]
        rows += [(outcome.script, sentence, "", "", "", "SKIPPED") for sentence in outcome.answer["skipped"]]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _cells(ratio: dict[str, Any]) -> tuple[str, str, str, str, str]:
    interval = f"{ratio['low']:.4g} to {ratio['high']:.4g}" if ratio["low"] != ratio["high"] else "exact"
    verdict = "PASS" if ratio["passed"] else "FAIL"
    return ratio["name"], f"{ratio['value']:.4g}", interval, f"{ratio['op']} {ratio['bound']:g}", verdict


def _tier(name: str) -> tuple[str, ...]:
    return CPU_TIER if name == "cpu" else GPU_TIER


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--tier", choices=sorted(DEVICES), default="cpu", help="what paints")
    parser.add_argument("--only", nargs="+", choices=CPU_TIER, help="only these scripts")
    parser.add_argument("--save", action="store_true", help="keep the figures under bench/results")
    return parser.parse_args(arguments)


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
