"""What a script prints and keeps, and how it ends."""

import json
import sys
from pathlib import Path

import pytest

from bench.machine import Machine, this_machine
from bench.measuring import Estimate, at_least, at_most, exactly
from bench.reporting import JSON_MARK, Report, run_script

MACHINE = Machine(
    processor="Fast Processor (R) 9",
    cores=2,
    device="cpu",
    torch="2",
    diffusers="0",
    python="3",
    load=0.5,
    date="2026-03-01",
)


@pytest.fixture
def report() -> Report:
    """An empty report of a script called `speed`."""
    return Report(script="speed", machine=MACHINE)


def test_says_each_ratio_in_one_line(report: Report, capsys: pytest.CaptureFixture[str]) -> None:
    report.goal("first_over_fifth", Estimate(1.02345, 1.0, 1.05), at_most(1.05))
    report.goal("calls", 11, exactly(10))

    assert capsys.readouterr().out.splitlines() == [
        "RATIO first_over_fifth 1.023 [1,1.05] GOAL <= 1.05 PASS",
        "RATIO calls 11 [11,11] GOAL == 10 FAIL",
    ]


def test_one_missed_goal_fails_the_script(report: Report) -> None:
    report.goal("one", 1, exactly(1))
    assert report.passed

    report.goal("two", Estimate(1, 1, 1), at_least(2))

    assert not report.passed


def test_a_script_that_measured_nothing_has_failed(report: Report) -> None:
    assert not report.passed


def test_a_script_that_says_why_it_measured_nothing_has_not_failed(report: Report) -> None:
    report.skip("There is no GPU here.")

    assert report.passed


def test_the_results_name_the_machine_and_every_figure(report: Report, tmp_path: Path) -> None:
    report.goal("one", Estimate(1.5, 1.4, 1.6), at_most(2))
    report.figure("job", 41.4142, "ms")

    path = report.save(tmp_path)

    assert path == tmp_path / "fast-processor-r-9-2-cores" / "speed.json"
    saved = json.loads(path.read_text())
    assert saved.pop("seconds") >= 0
    assert saved.pop("machine")["processor"] == "Fast Processor (R) 9"
    assert saved == {
        "script": "speed",
        "passed": True,
        "ratios": [{"name": "one", "value": 1.5, "low": 1.4, "high": 1.6, "op": "<=", "bound": 2, "passed": True}],
        "figures": {"job": "41.41 ms"},
        "skipped": [],
    }


def test_results_on_a_gpu_lie_under_its_name() -> None:
    machine = Machine(
        processor="any", cores=16, device="NVIDIA H200", torch="2", diffusers="0", python="3", load=0, date=""
    )

    assert machine.folder_name == "nvidia-h200-16-cores"


def test_this_machine_is_named_without_its_host() -> None:
    machine = this_machine()

    assert machine.cores >= 1
    assert machine.processor
    assert machine.device == "cpu"


@pytest.mark.parametrize(("calls", "status"), [(10, 0), (11, 1)])
def test_a_script_ends_by_its_goals(
    calls: int, status: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["speed"])

    with pytest.raises(SystemExit) as ended:
        run_script("/bench/speed.py", lambda report, device: report.goal(f"calls_on_{device}", calls, exactly(10)))

    assert ended.value.code == status
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith(JSON_MARK)
    assert json.loads(last.removeprefix(JSON_MARK))["ratios"][0]["name"] == "calls_on_cpu"
