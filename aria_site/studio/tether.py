"""Starts a command that ends when its supervisor does.

Run as a script, `tether.py SUPERVISOR_PID NICENESS COMMAND...`, before anything of Aria is imported: between fork and
exec of a process with threads only little is safe, so the child ties itself. Linux ends the command by itself when
the supervisor is gone; elsewhere, and for whatever the command started, the leash does (see `leash.py`).
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(supervisor: int, niceness: int, command: list[str]) -> None:
    """Tie this process to its supervisor and become the command. Never returns."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != supervisor:
        # It died before the tie was there.
        sys.exit(1)
    os.nice(niceness)
    os.execvp(command[0], command)  # noqa: S606  the command is one of Aria's own roles


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
