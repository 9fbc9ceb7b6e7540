"""A studio whose processes can be killed one by one, and that is started again when its supervisor is."""

import http.client
import json
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from tests.support.running_studio import PROJECT, environment_of, free_port
from tests.support.waiting import wait_until

ROLES = {
    "worker": "-Q gpu",
    "web": "daphne",
    "broker": "valkey-server",
    "beat": "celery -A aria_site beat",
    "io": "-Q io",
}
"""Words in the command line of whoever plays a role."""
SUPERVISOR = "supervisor"
START_S = 240.0
"""Five processes start at once, on a machine that may have much else to do."""


@dataclass
class StudioUnderFire:
    """`manage.py studio` on a data folder of its own."""

    data: Path
    port: int = field(default_factory=free_port)
    database_url: str = ""
    """PostgreSQL, where it shall not be SQLite."""
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        """Start it and wait until the site answers."""
        with (self.data / "studio.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "studio"], cwd=PROJECT, env=self.environment, stdout=log, stderr=log
            )
        wait_until(self._answers, timeout_s=START_S)

    def stop(self) -> int:
        """End it in good order; returns its exit status."""
        if self.process is None:
            return 0
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=60)

    def kill(self, role: str) -> None:
        """SIGKILL to whoever plays the role; a studio without a supervisor is started again."""
        victim = self.who_plays(role)
        if victim is None:
            raise LookupError(f"Nobody plays {role}.")
        victim.kill()
        if role == SUPERVISOR and self.process is not None:
            self.process.wait()
            self.start()

    def who_plays(self, role: str) -> psutil.Process | None:
        """The process of the role; None while it is being started."""
        if self.process is None:
            return None
        supervisor = psutil.Process(self.process.pid)
        if role == SUPERVISOR:
            return supervisor
        return next((child for child in supervisor.children() if _plays(child, ROLES[role])), None)

    def ask(self, key: str, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """One request with a key: the status, 0 while nobody answers, and the document."""
        sent = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)) as connection:
            try:
                connection.request(method, path, json.dumps(body) if body is not None else None, sent)
                answer = connection.getresponse()
                return answer.status, json.loads(answer.read() or b"null")
            except (OSError, http.client.HTTPException, ValueError):
                return 0, None

    def rows(self, query: str) -> list[Any]:
        """What the database says. A management command would cost seconds of the processor that paints."""
        with closing(sqlite3.connect(self.data / "aria.sqlite3", timeout=30)) as database:
            return database.execute(query).fetchall()

    def manage(self, *arguments: str) -> str:
        """What a management command prints, whatever its exit status; raises where it prints nothing."""
        return self._run("manage.py", *arguments)

    def script(self, module: str, *arguments: str) -> str:
        """What a module of the tests prints."""
        return self._run("-m", module, *arguments)

    def survivors(self) -> list[psutil.Process]:
        """Every process that works on the data folder."""
        return [process for process in psutil.process_iter() if _works_on(process, self.data)]

    @property
    def environment(self) -> dict[str, str]:
        """The environment of all its processes: one small model, loaded by the first painting."""
        own = {"ARIA_PRELOAD": "", "ARIA_THREADS": "1", "DATABASE_URL": self.database_url}
        return environment_of(self.data, self.port) | own

    def _run(self, *arguments: str) -> str:
        command = [sys.executable, *arguments]
        environment = self.environment | {"ARIA_LOG_LEVEL": "ERROR"}
        done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)
        if not done.stdout:
            raise RuntimeError(done.stderr)
        return done.stdout.strip()

    def _answers(self) -> bool:
        if self.process is not None and self.process.poll() is not None:
            raise RuntimeError(f"The studio ended: {(self.data / 'studio.log').read_text()[-4000:]}")
        return self.ask("", "GET", "/health/live")[0] == http.client.OK


def _plays(process: psutil.Process, words: str) -> bool:
    try:
        command = " ".join(process.cmdline())
    except psutil.Error:
        return False
    return words in command and "tether.py" not in command


def _works_on(process: psutil.Process, data: Path) -> bool:
    try:
        return process.environ().get("ARIA_DATA") == str(data)
    except psutil.Error:
        return False
