"""A studio for as long as a measurement lasts: a data folder, a database and a real Valkey of its own, no web server.

Nothing of Django is imported before the environment names that folder, so scripts import this first.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aria_site.accounts.models import User
    from generation.models import Job

END_S = 10.0


@contextmanager
def temporary_studio() -> Iterator[Path]:
    """Set Django up on an empty studio with a running Valkey, and give its data folder. Once a process."""
    with tempfile.TemporaryDirectory(prefix="aria-bench-") as folder:
        os.environ["ARIA_DATA"] = folder
        join_studio()
        from django.conf import settings
        from django.core.management import call_command

        from aria_site.studio.preparation import folder_prepare, socket_folder_prepare
        from aria_site.studio.valkey import valkey_role, wait_for_valkey

        folder_prepare(settings.DATA_DIR)
        socket_folder_prepare(settings.VALKEY_SOCKET.parent)
        call_command("migrate", verbosity=0)
        server = subprocess.Popen(valkey_role().command, stdout=subprocess.DEVNULL)
        try:
            wait_for_valkey(settings.VALKEY_SOCKET)
            yield Path(folder)
        finally:
            server.terminate()
            server.wait(END_S)


def join_studio() -> None:
    """Set Django up on the studio that ARIA_DATA names; nothing else of a developer's environment counts."""
    from aria_site.environment import Environment

    Environment.model_config["env_file"] = None
    for name in Environment.model_fields:
        if name != "aria_data":
            os.environ.pop(name.upper(), None)
    os.environ["DJANGO_SETTINGS_MODULE"] = "aria_site.settings"
    import django

    django.setup()


def studio_process(module: str, *arguments: str) -> subprocess.Popen[str]:
    """Start `python -m bench.<module>` beside this process on the same studio; it is spoken to line by line."""
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", f"bench.{module}", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )


def tell(process: subprocess.Popen[str], line: str) -> str:
    """Send a line to a process of this studio and return the line that it answers. Raises RuntimeError at its end."""
    stdin: Any = process.stdin
    stdin.write(line + "\n")
    stdin.flush()
    return hear(process)


def hear(process: subprocess.Popen[str]) -> str:
    """The next line that a process of this studio says. Raises RuntimeError where it ended instead."""
    stdout: Any = process.stdout
    line: str = stdout.readline()
    if not line:
        raise RuntimeError(f"{process.args!r} ended before it answered.")
    return line.strip()


def end(process: subprocess.Popen[str]) -> None:
    """Close the ear of a process and wait for its end."""
    if process.stdin:
        process.stdin.close()
    process.wait(END_S)


def somebody() -> "User":
    """The person for whom everything is painted."""
    from aria_site.accounts.models import User

    return User.objects.get_or_create(username="bench")[0]


def queue_job(owner: "User", **spec: Any) -> "Job":
    """Submit a job as the API does."""
    from generation.services import job_submit
    from generation.specs import JobSpec

    return job_submit(owner=owner, spec=JobSpec(prompt="a red sailboat, watercolour, sunset", **spec))
