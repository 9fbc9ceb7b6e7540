"""The supervisor with real processes: nobody is lost, and nobody is left behind."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from tests.support.waiting import wait_until

SLEEPER = ["sleep", "600"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(15, signal.SIG_IGN); print(1, flush=True); time.sleep(600)",
]
PARENT = ["sh", "-c", "sleep 600 & sleep 600"]
SCRIPT = Path(__file__).parent.parent / "support" / "small_studio.py"


def is_leash(process: psutil.Process) -> bool:
    """Whether this is the leash; what has just died is nobody any more."""
    try:
        return "leash.py" in " ".join(process.cmdline())
    except psutil.Error:
        return False


@dataclass(frozen=True)
class SmallStudio:
    """A running supervisor of small commands."""

    folder: Path
    process: "subprocess.Popen[str]"

    def children(self) -> dict[str, psutil.Process]:
        """The processes of the roles by the name of their command; the leash is left out."""
        found = psutil.Process(self.process.pid).children()
        return {child.name(): child for child in found if not is_leash(child)}

    def everybody(self) -> list[psutil.Process]:
        """All processes below the supervisor, the leash and grandchildren too."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def child(self, name: str) -> psutil.Process:
        """The process of a command, once it runs."""
        return wait_until(lambda: self.children().get(name))


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Callable[..., SmallStudio]]:
    """Starts a supervisor for the given commands; ends it, whatever the test did."""
    running: list[subprocess.Popen[str]] = []

    def start(**roles: list[str]) -> SmallStudio:
        command = [sys.executable, str(SCRIPT), str(tmp_path), json.dumps(roles)]
        environment = {**os.environ, "PYTHONPATH": str(SCRIPT.parents[2])}
        with (tmp_path / "errors").open("w") as errors:
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, env=environment)
        running.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "started\n"
        return SmallStudio(folder=tmp_path, process=process)

    yield start
    for process in running:
        process.terminate()
        process.communicate(timeout=30)


def gone(processes: list[psutil.Process], *, timeout_s: float = 20) -> bool:
    return psutil.wait_procs(processes, timeout=timeout_s)[1] == []


def test_every_child_has_a_group_of_its_own_and_its_niceness(studio: Callable[..., SmallStudio]) -> None:
    child = studio(a=SLEEPER).child("sleep")

    assert os.getpgid(child.pid) == child.pid
    assert child.nice() == psutil.Process().nice() + 3


def test_a_child_that_was_killed_is_started_again_and_the_log_says_why(studio: Callable[..., SmallStudio]) -> None:
    small = studio(a=SLEEPER)
    first = small.child("sleep")

    first.send_signal(signal.SIGKILL)
    wait_until(lambda: small.children().get("sleep") not in (None, first))

    assert "a ended with signal SIGKILL; starting it again in 0.5 s" in (small.folder / "errors").read_text()
    assert (small.folder / "a.mourned").read_text() == "x"


def test_a_child_that_keeps_failing_is_started_with_growing_patience(studio: Callable[..., SmallStudio]) -> None:
    small = studio(a=["sh", "-c", "echo no paint left; exit 3"])

    errors = wait_until(lambda: _third_death(small.folder / "errors"))

    pauses = [line.split("again in ")[1].split(" s")[0] for line in errors.splitlines() if "exit code 3" in line]
    assert pauses[:3] == ["0.5", "1.0", "2.0"]


def _third_death(path: Path) -> str:
    text = path.read_text()
    return text if text.count("exit code 3") >= 3 else ""


def test_the_last_words_of_a_child_that_gave_up_reach_the_terminal(studio: Callable[..., SmallStudio]) -> None:
    small = studio(a=["sh", "-c", "echo no paint left; exit 3"])

    assert small.process.stdout is not None
    assert small.process.stdout.readline() == "a: no paint left\n"


def test_warnings_reach_the_terminal_and_chatter_does_not(studio: Callable[..., SmallStudio]) -> None:
    small = studio(a=["sh", "-c", "echo level=info event=hello; echo level=warning event=careful; sleep 600"])

    assert small.process.stdout is not None
    assert small.process.stdout.readline() == "a: level=warning event=careful\n"
    assert (small.folder / "a.log").read_text() == "level=info event=hello\nlevel=warning event=careful\n"


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_ending_the_supervisor_ends_everybody_in_good_order(
    studio: Callable[..., SmallStudio], how: signal.Signals
) -> None:
    small = studio(a=SLEEPER, b=PARENT)
    small.child("sleep")
    wait_until(lambda: len(small.everybody()) >= 5)
    everybody = small.everybody()

    small.process.send_signal(how)

    assert small.process.wait(timeout=20) == 0
    assert gone(everybody)


def test_a_child_that_does_not_listen_is_killed_after_the_grace(studio: Callable[..., SmallStudio]) -> None:
    small = studio(a=STUBBORN)
    wait_until((small.folder / "a.log").read_text)
    everybody = small.everybody()

    small.process.terminate()

    assert small.process.wait(timeout=30) == 0
    assert gone(everybody)


def test_a_second_ctrl_c_ends_the_patience(studio: Callable[..., SmallStudio]) -> None:
    small = studio(a=STUBBORN)
    wait_until((small.folder / "a.log").read_text)

    small.process.send_signal(signal.SIGINT)
    with pytest.raises(subprocess.TimeoutExpired):
        small.process.wait(timeout=1)
    small.process.send_signal(signal.SIGINT)

    assert small.process.wait(timeout=5) == 0


def test_killing_the_supervisor_leaves_nobody_behind(studio: Callable[..., SmallStudio]) -> None:
    small = studio(a=STUBBORN, b=PARENT, c=SLEEPER)
    wait_until((small.folder / "a.log").read_text)
    wait_until(lambda: len(small.everybody()) >= 6)
    everybody = small.everybody()

    small.process.kill()

    assert gone(everybody)


def test_a_leash_that_was_killed_is_replaced_and_still_holds(studio: Callable[..., SmallStudio]) -> None:
    small = studio(b=PARENT)
    first = wait_until(lambda: _leash(small))
    assert first is not None
    first.kill()
    wait_until(lambda: _leash(small) not in (None, first))
    everybody = small.everybody()

    small.process.kill()

    assert gone(everybody)


def _leash(small: SmallStudio) -> psutil.Process | None:
    return next(filter(is_leash, small.everybody()), None)
