"""Running a tier: every script runs, the table names each claim, and one missed goal is enough to fail."""

import ast
import sys
from pathlib import Path
from typing import Any

import pytest

import bench
from bench import __main__ as tier
from bench.__main__ import CPU_TIER, GPU_TIER, Outcome, main, table

FOLDER = Path(bench.__file__).parent


def outcome(script: str, *ratios: dict[str, Any], passed: bool = True) -> Outcome:
    """A script that came to its end."""
    return Outcome(script, 1.0, {"passed": passed, "ratios": list(ratios), "skipped": []})


def ratio(name: str, value: float, *, passed: bool = True) -> dict[str, Any]:
    """One claim of at most 2."""
    return {"name": name, "value": value, "low": value, "high": value + 1, "op": "<=", "bound": 2, "passed": passed}


def test_the_table_has_a_line_for_each_claim_and_for_a_broken_script() -> None:
    lines = table([outcome("speed", ratio("a_over_b", 1.5)), Outcome("broken", 1.0, None)])

    assert [line.split() for line in lines[1:]] == [
        ["speed", "a_over_b", "1.5", "1.5", "to", "2.5", "<=", "2", "PASS"],
        ["broken", "ended", "without", "figures", "FAIL"],
    ]


def test_goes_on_after_a_failure_and_names_what_was_missed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ran: list[str] = []

    def run(script: str, **_: Any) -> Outcome:
        ran.append(script)
        return outcome(script, ratio("claim", 9, passed=script != "cancel"), passed=script != "cancel")

    monkeypatch.setattr(tier, "run", run)

    status = main([])

    assert ran == list(CPU_TIER)
    assert status == 1
    assert capsys.readouterr().out.splitlines()[-1] == "Missed: cancel: claim"


def test_ends_well_when_every_goal_is_met(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tier, "run", lambda script, **_: outcome(script, ratio("claim", 1)))

    assert main(["--only", "cancel", "preview"]) == 0


def test_a_script_that_breaks_is_an_outcome_without_figures(capsys: pytest.CaptureFixture[str]) -> None:
    broken = tier.run("no_such_script")

    assert not broken.passed
    assert broken.missed == ["no_such_script: ended without figures"]
    assert "No module named" in capsys.readouterr().out


def test_a_script_that_does_not_end_is_ended_with_all_that_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "python"
    script.write_text("#!/bin/sh\nsleep 60 &\nwait\n")
    script.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(script))

    endless = tier.run("endless", longest_s=1)

    assert endless.answer is None
    assert endless.seconds < 30


def scripts() -> list[str]:
    """Modules of the folder that state a claim."""
    return sorted(path.stem for path in FOLDER.glob("*.py") if (claim(path) or "").startswith("Claim: "))


def claim(path: Path) -> str | None:
    """The docstring of a module."""
    return ast.get_docstring(ast.parse(path.read_text("utf-8")))


def test_every_script_that_states_a_claim_is_in_the_tier() -> None:
    assert sorted(CPU_TIER) == scripts()
    assert set(GPU_TIER) <= set(CPU_TIER)


def test_no_figure_depends_on_the_tests() -> None:
    assert [path.name for path in FOLDER.glob("*.py") if "from tests" in path.read_text("utf-8")] == []
