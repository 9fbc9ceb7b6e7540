"""What must be there before the first process starts; whatever is missing is one sentence."""

import errno
import fcntl
import hashlib
import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TextIO

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from aria_site.environment import unwritable

LEAST_FREE_BYTES = 256 * 1024 * 1024
"""Below this not even the database can be trusted to grow; health complains earlier."""


class NotReadyError(Exception):
    """The studio cannot start; the message is the whole sentence for the person who tried."""


def folder_prepare(folder: Path, *, least_free: int = LEAST_FREE_BYTES) -> None:
    """Make the data folder and what belongs in it. Raises NotReadyError when it cannot be written to, or is full."""
    try:
        for part in (folder, folder / "run", folder / "logs", folder / "media", folder / "checkpoints"):
            part.mkdir(parents=True, exist_ok=True)
        probe = folder / "run" / ".probe"
        probe.write_bytes(b"aria")
        probe.unlink()
        free = shutil.disk_usage(folder).free
    except OSError as error:
        raise NotReadyError(_folder_sentence(folder, error)) from None
    if free < least_free:
        raise NotReadyError(
            f"The disk of {folder} is full: {free // 2**20} MB are free, Aria needs {least_free // 2**20} MB to start."
        )


def _folder_sentence(folder: Path, error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        return f"The disk of {folder} is full: free some space, or set ARIA_DATA to a folder elsewhere."
    return unwritable(folder, error.strerror)


def socket_folder_prepare(folder: Path) -> None:
    """Make the folder of the Valkey socket, for this person alone. Raises NotReadyError where it is somebody else's."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        folder.chmod(0o700)
    except PermissionError:
        raise NotReadyError(
            f"{folder} belongs to somebody else; set ARIA_DATA to a shorter path of your own."
        ) from None


def port_check(host: str, port: int) -> None:
    """Raise NotReadyError when the web server could not listen there."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with closing(socket.socket(family, kind, protocol)) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise NotReadyError(_port_sentence(host, port, error)) from None


def _port_sentence(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} is busy: stop the program that uses it, or choose another port, as in ARIA_PORT={port + 1}."
        )
    if error.errno == errno.EACCES:
        return f"Port {port} is not for ordinary people: choose one above 1023, as in ARIA_PORT=8000."
    return f"Aria cannot listen on {host}:{port} ({error.strerror}): change ARIA_HOST."


@contextmanager
def only_studio_here(folder: Path) -> Iterator[None]:
    """Hold the data folder for this studio. Raises NotReadyError while another studio has it."""
    with _only_one(folder / "run" / "studio.lock", f"Aria already runs on {folder}{{}}: stop her there first."):
        yield


@contextmanager
def only_workers_here(folder: Path) -> Iterator[None]:
    """Hold this machine's place for GPU workers on a data folder. Raises NotReadyError while others have it.

    Two sets would bear the same names, and each would take back what the other paints.
    """
    path = folder / "run" / f"workers-{socket.gethostname()}.lock"
    with _only_one(path, f"GPU workers already run on {folder}{{}}: stop them there first."):
        yield


@contextmanager
def _only_one(path: Path, sentence: str) -> Iterator[None]:
    """Hold a lock. Raises NotReadyError with the sentence, its gap filled with who holds it."""
    with path.open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NotReadyError(sentence.format(_holder(lock))) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def _holder(lock: TextIO) -> str:
    lock.seek(0)
    pid = lock.read().strip()
    return f" (process {pid})" if pid else ""


def database_prepare() -> None:
    """Apply missing migrations."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", verbosity=0, interactive=False)


def static_prepare() -> None:
    """Collect static files when any of them changed since the last time."""
    mark = settings.STATIC_ROOT / ".fingerprint"
    fingerprint = _static_fingerprint()
    if mark.exists() and mark.read_text() == fingerprint:
        return
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    mark.write_text(fingerprint)


def _static_fingerprint() -> str:
    digest = hashlib.sha256(repr(settings.STORAGES["staticfiles"]).encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            facts = Path(storage.path(name)).stat()
            digest.update(f"{name} {facts.st_size} {facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()
