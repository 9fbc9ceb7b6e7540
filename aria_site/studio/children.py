"""One child process and its fate: started under tether and leash, restarted with growing patience when it dies."""

import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from aria_site.studio import leash as leash_script
from aria_site.studio import tether as tether_script
from aria_site.studio.leash import signal_group
from aria_site.studio.logs import ChildLog
from aria_site.studio.role import Role

LEASH_LOCK = "leash.lock"
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 60.0
STEADY_AFTER_S = 60.0
"""A child that ran this long was well: its next death is its first again."""


class Leash:
    """The process that ends every child's group once the supervisor is gone, however it went."""

    def __init__(self, lock_file: Path) -> None:
        self._lock_file = lock_file
        self._groups: set[int] = set()
        self._process = self._start()

    def note(self, group: int) -> None:
        """From now on the group ends with the supervisor."""
        self._groups.add(group)
        self._write(f"+{group}\n")

    def strike(self, group: int) -> None:
        """The group has ended by itself."""
        self._groups.discard(group)
        self._write(f"-{group}\n")

    def tend(self) -> None:
        """Start a new leash where somebody ended the old one."""
        if self._process.poll() is not None:
            self._process = self._start()
            for group in self._groups:
                self._write(f"+{group}\n")

    def close(self) -> None:
        """Let go; whatever is still noted is ended."""
        if self._process.stdin:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()
        self._process.wait()

    def _start(self) -> "subprocess.Popen[str]":
        command = [sys.executable, leash_script.__file__, str(self._lock_file)]
        return subprocess.Popen(command, stdin=subprocess.PIPE, text=True, bufsize=1, start_new_session=True)  # noqa: S603  our own script

    def _write(self, line: str) -> None:
        # A leash that was killed is replaced at the next `tend`, which writes all groups again.
        if self._process.stdin:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.write(line)


def wait_for_the_last_one(run_folder: Path) -> None:
    """Children of a supervisor that was killed are still being ended by its leash, which holds a lock meanwhile."""
    with (run_folder / LEASH_LOCK).open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)


@dataclass(frozen=True, slots=True, kw_only=True)
class Death:
    """How a child ended, and when it is started again."""

    name: str
    code: int
    pause_s: float

    @property
    def reason(self) -> str:
        """The exit in words."""
        if self.code >= 0:
            return f"exit code {self.code}"
        return f"signal {signal.Signals(-self.code).name}"


class Child:
    """A role, the process that plays it now, and when it shall be started next."""

    def __init__(self, role: Role, log: ChildLog, leash: Leash, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.role = role
        self.log = log
        self.deaths_in_a_row = 0
        self._leash = leash
        self._clock = clock
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self._start_at = 0.0

    @property
    def pid(self) -> int | None:
        """The process id while it runs; the id of its group too."""
        return self._process.pid if self._process else None

    @property
    def is_due(self) -> bool:
        """Whether it should run, and its pause is over."""
        return self._process is None and self._clock() >= self._start_at

    def start(self) -> None:
        """Start the process in a group of its own, its words going to its log."""
        tether = (sys.executable, tether_script.__file__, str(os.getpid()), str(self.role.niceness))
        with self.log.path.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603  a command line of roles.py
                [*tether, *self.role.command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                process_group=0,
            )
        self._started_at = self._clock()
        self._leash.note(self._process.pid)

    def poll(self) -> Death | None:
        """Notice that it died: schedule the next start, end what it left in its group, and tell how it was."""
        if self._process is None:
            return None
        code = self._process.poll()
        if code is None:
            return None
        signal_group(self._process.pid, signal.SIGKILL)
        self._leash.strike(self._process.pid)
        self._process = None
        if self._clock() - self._started_at > STEADY_AFTER_S:
            self.deaths_in_a_row = 0
        pause = min(FIRST_PAUSE_S * 2**self.deaths_in_a_row, LONGEST_PAUSE_S)
        self.deaths_in_a_row += 1
        self._start_at = self._clock() + pause
        return Death(name=self.role.name, code=code, pause_s=pause)

    def signal(self, number: int) -> None:
        """Send a signal to its whole group."""
        if self._process is not None:
            signal_group(self._process.pid, number)

    def kill(self) -> bool:
        """End whatever is left of its group, at once and for good. Returns whether it was still there."""
        if self.has_ended() or self._process is None:
            return False
        signal_group(self._process.pid, signal.SIGKILL)
        self._process.wait()
        return self.has_ended()

    def has_ended(self) -> bool:
        """Whether it is gone, for good: it is not scheduled again."""
        if self._process is None:
            return True
        if self._process.poll() is None:
            return False
        signal_group(self._process.pid, signal.SIGKILL)
        self._leash.strike(self._process.pid)
        self._process = None
        return True
