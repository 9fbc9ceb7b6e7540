"""Ends the children of a supervisor that was killed; works on every Unix.

Run as a script, `leash.py LOCK_FILE`. The supervisor writes `+PID` and `-PID` lines as process groups come and go; the
end of the input means that it is gone, and every group still noted is ended. The lock is held meanwhile, so that the
next studio on the same folder can wait until the last one is really over.
"""

import contextlib
import fcntl
import os
import signal
import sys
import time
from collections.abc import Iterable
from pathlib import Path

GRACE_S = 6.0
"""From the polite signal to the last one."""


def main(lock_file: Path, lines: Iterable[str]) -> None:
    """Note the groups until the input ends, then end those that are left."""
    # Ctrl-C and hang-ups are meant for the supervisor, which then tells its children itself.
    for ignored in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(ignored, signal.SIG_IGN)
    with lock_file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        end_groups(noted_groups(lines))


def noted_groups(lines: Iterable[str]) -> set[int]:
    """The groups that were noted and not struck off when the input ended."""
    groups: set[int] = set()
    for line in lines:
        sign, group = line[0], int(line[1:])
        if sign == "+":
            groups.add(group)
        else:
            groups.discard(group)
    return groups


def end_groups(groups: set[int], grace_s: float = GRACE_S) -> None:
    """Ask every group to end, and kill what is still there after the grace."""
    left = {group for group in groups if signal_group(group, signal.SIGTERM)}
    deadline = time.monotonic() + grace_s
    while left and time.monotonic() < deadline:
        time.sleep(0.05)
        left = {group for group in left if signal_group(group, 0)}
    for group in left:
        signal_group(group, signal.SIGKILL)


def signal_group(group: int, number: int) -> bool:
    """Send a signal to a process group (0 only looks). Returns whether the group is there."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
        return True
    return False


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.stdin)
