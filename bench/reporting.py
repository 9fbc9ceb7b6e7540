"""What a script says: one line a figure while it measures, JSON at the end, and an exit status by its goals."""

import argparse
import json
import logging
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from bench.machine import Machine, has_gpu, this_machine
from bench.measuring import Estimate, Goal

RESULTS = Path(__file__).parent / "results"
JSON_MARK = "JSON "
"""Begins the last line of every script."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """One measured claim."""

    name: str
    estimate: Estimate
    goal: Goal

    @property
    def passed(self) -> bool:
        """Whether the goal is met."""
        return self.goal.is_met_by(self.estimate)

    def line(self) -> str:
        """`RATIO name value [lo,hi] GOAL op x PASS|FAIL`."""
        value, low, high = (format(part, ".4g") for part in asdict(self.estimate).values())
        verdict = "PASS" if self.passed else "FAIL"
        return f"RATIO {self.name} {value} [{low},{high}] GOAL {self.goal.op} {self.goal.bound:g} {verdict}"

    def to_json(self) -> dict[str, Any]:
        """The same for programs."""
        return {
            "name": self.name,
            **asdict(self.estimate),
            "op": self.goal.op.value,
            "bound": self.goal.bound,
            "passed": self.passed,
        }


@dataclass(slots=True, kw_only=True)
class Report:
    """The figures of one script, printed as they come."""

    script: str
    machine: Machine
    ratios: list[Ratio] = field(default_factory=list)
    figures: dict[str, str] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)
    started: float = field(default_factory=time.monotonic)

    @property
    def passed(self) -> bool:
        """Whether every goal is met, and there was one at all or a reason for none."""
        return all(ratio.passed for ratio in self.ratios) and bool(self.ratios or self.skipped)

    def goal(self, name: str, measured: Estimate | float, goal: Goal) -> None:
        """State a measured claim; a bare number is an exact count."""
        estimate = measured if isinstance(measured, Estimate) else Estimate.exactly(measured)
        ratio = Ratio(name=name, estimate=estimate, goal=goal)
        self.ratios.append(ratio)
        _say(ratio.line())

    def figure(self, name: str, value: float, unit: str) -> None:
        """State something worth knowing that has no goal."""
        self.figures[name] = f"{value:.4g} {unit}"
        _say(f"FIGURE {name} {value:.4g} {unit}")

    def skip(self, sentence: str) -> None:
        """State what could not be measured here, and why."""
        self.skipped.append(sentence)
        _say(f"SKIPPED {sentence}")

    def to_json(self) -> dict[str, Any]:
        """Everything that was measured, and on what."""
        return {
            "script": self.script,
            "passed": self.passed,
            "machine": asdict(self.machine),
            "seconds": round(time.monotonic() - self.started, 1),
            "ratios": [ratio.to_json() for ratio in self.ratios],
            "figures": self.figures,
            "skipped": self.skipped,
        }

    def save(self, results: Path = RESULTS) -> Path:
        """Write the JSON to `<results>/<machine>/<script>.json`."""
        path = results / self.machine.folder_name / f"{self.script}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(self.to_json(), indent=2) + "\n", "utf-8")
        return path


def run_script(file: str, measure: Callable[[Report, str], None]) -> None:
    """Run one script from the command line and end the process by its goals.

    `measure` takes the report and the device ("cpu" or "cuda"). `--save` keeps the JSON under bench/results.
    """
    script = Path(file).stem
    options = _options(script)
    device = options.device if options.device == "cpu" or has_gpu() else "cpu"
    report = Report(script=script, machine=this_machine(device))
    if device == options.device:
        with _without_chatter():
            measure(report, device)
    else:
        report.skip("There is no GPU here, so its part was not run.")
    _say(JSON_MARK + json.dumps(report.to_json()))
    if options.save:
        report.save()
    sys.exit(0 if report.passed else 1)


@contextmanager
def _without_chatter() -> Iterator[None]:
    """Libraries warn and report progress; between figures nobody wants to read that."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        logging.disable(logging.WARNING)
        try:
            yield
        finally:
            logging.disable(logging.NOTSET)


def _options(script: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=f"python -m bench.{script}")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu", help="what paints")
    parser.add_argument("--save", action="store_true", help="keep the figures under bench/results")
    return parser.parse_args()


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
