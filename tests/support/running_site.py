"""The web half of a studio for a browser: real daphne, real Valkey, and a painter that needs no torch."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from tests.support.running_studio import PROJECT, environment_of, free_port
from tests.support.valkey import running_valkey
from tests.support.waiting import wait_until

START_S = 60.0


@dataclass(frozen=True)
class RunningSite:
    """A site under test, in processes of its own."""

    url: str
    data: Path

    def manage(self, *arguments: str) -> str:
        """What a management command prints, run on the site's data."""
        return _run(self.data, "manage.py", *arguments)

    def script(self, module: str, *arguments: str) -> str:
        """What a module of the tests prints, run on the site's data."""
        return _run(self.data, "-m", module, *arguments)


@contextmanager
def running_site(data: Path) -> Iterator[RunningSite]:
    """Prepare `data`, start everything, wait until the site answers; end it all afterwards."""
    port = free_port()
    site = RunningSite(url=f"http://127.0.0.1:{port}", data=data)
    site.manage("migrate", "--verbosity=0")
    site.manage("collectstatic", "--noinput", "--verbosity=0")
    with ExitStack() as stack:
        stack.enter_context(running_valkey(data / "run" / "valkey.sock"))
        stack.enter_context(_process(data, "-m", "tests.support.fake_painter"))
        daphne = ("-m", "daphne", "--bind", "127.0.0.1", "--port", str(port), "aria_site.asgi:application")
        stack.enter_context(_process(data, *daphne))
        wait_until(lambda: _answers(site.url), timeout_s=START_S)
        yield site


@contextmanager
def _process(data: Path, *arguments: str) -> Iterator[None]:
    """A Python process for as long as the block lasts; what it says goes to a log in `data`."""
    with (data / "processes.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, *arguments], cwd=PROJECT, env=environment_of(data, 8000), stdout=log, stderr=log
        )
        try:
            yield
        finally:
            process.terminate()
            process.wait(20)


def _run(data: Path, *arguments: str) -> str:
    command = [sys.executable, *arguments]
    done = subprocess.run(
        command, cwd=PROJECT, env=environment_of(data, 8000), capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def _answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=5) as answer:  # noqa: S310  our own address
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False
