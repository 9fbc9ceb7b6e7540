"""Is Aria alive, and is she ready to paint: each check with its reason, and no secrets in any of them."""

import shutil
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import QuerySet
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from aria_site.clocks import ClockWatch
from aria_site.kernel.valkey import AWAY, valkey
from gallery.storage import media_storage
from generation.models import Worker
from generation.selectors import WORKER_SEEN_WITHIN, names_to_preload, workers_alive, workers_starting

LEAST_DISK = 1024**3
LEAST_MEMORY = 256 * 1024**2
MEMINFO = Path("/proc/meminfo")
_CLOCKS = ClockWatch()


class NotReadyError(Exception):
    """Something a painting needs is missing; the message is the reason."""


@never_cache
@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """The web process answers."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """Everything a painting needs is there: 200 when it is, else 503. Each check has its own reason."""
    checks = {name: _verdict(check) for name, check in CHECKS.items()}
    is_ready = all(check["ok"] for check in checks.values())
    body = {"status": "ok" if is_ready else "not ready", "checks": checks}
    return JsonResponse(body, status=200 if is_ready else 503)


def _verdict(check: Callable[[], str]) -> dict[str, bool | str]:
    """Run one check. Messages of libraries may hold addresses and passwords, so only their kind is told."""
    try:
        return {"ok": True, "reason": check()}
    except NotReadyError as error:
        return {"ok": False, "reason": str(error)}
    except (DatabaseError, OSError) as error:
        return {"ok": False, "reason": f"It could not be found out ({type(error).__name__})."}


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        raise NotReadyError(f"The database does not answer ({type(error).__name__}).") from None
    return "The database answers."


def _migrations() -> str:
    missing = known_migrations() - set(MigrationRecorder(connection).applied_migrations())
    if missing:
        raise NotReadyError(f"{len(missing)} migrations are not applied: run `manage.py migrate`.")
    return "All migrations are applied."


@lru_cache(maxsize=1)
def known_migrations() -> frozenset[tuple[str, str]]:
    """Every migration in the code; it does not change while the process runs."""
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)


def _broker() -> str:
    try:
        valkey().ping()
    except AWAY as error:
        raise NotReadyError(f"Valkey does not answer ({type(error).__name__}); paintings wait.") from None
    return "Valkey answers."


def _worker() -> str:
    names = sorted(workers_alive().values_list("name", flat=True))
    if names:
        return f"{len(names)} at work: {', '.join(names)}."
    if starting := _names(workers_starting()):
        raise NotReadyError(f"Being started: {starting}; paintings wait.")
    seconds = int(WORKER_SEEN_WITHIN.total_seconds())
    raise NotReadyError(f"No GPU worker was seen within {seconds} seconds; paintings wait.")


def _names(workers: QuerySet[Worker]) -> str:
    return ", ".join(sorted(set(workers.values_list("name", flat=True))))


def _disk() -> str:
    free = shutil.disk_usage(settings.DATA_DIR).free
    if free < LEAST_DISK:
        raise NotReadyError(f"Only {free // 2**20} MB of disk are free; {LEAST_DISK // 2**20} MB are needed.")
    return f"{free // 2**20} MB of disk are free."


def _memory() -> str:
    available = _available_memory()
    if available is None:
        return "Not measured on this system."
    if available < LEAST_MEMORY:
        raise NotReadyError(f"Only {available // 2**20} MB of memory are free; {LEAST_MEMORY // 2**20} MB are needed.")
    return f"{available // 2**20} MB of memory are free."


def _available_memory() -> int | None:
    """What the system could still give to a process, where it says so (Linux)."""
    if not MEMINFO.exists():
        return None
    facts = dict(line.split(":", 1) for line in MEMINFO.read_text().splitlines())
    return int(facts["MemAvailable"].split()[0]) * 1024


def _media() -> str:
    try:
        media_storage().probe()
    except OSError as error:
        raise NotReadyError(f"The {_media_place()} cannot be written to ({error.strerror}).") from None
    return f"The {_media_place()} can be written to."


def _media_place() -> str:
    return f"bucket {settings.ENV.aria_s3_bucket}" if settings.ENV.aria_s3_bucket else "media folder"


def _pool() -> str:
    """A worker has loaded what it was told to; without that the first painting would wait for it."""
    alive = list(workers_alive())
    in_memory = ", ".join(sorted({model["name"] for worker in alive for model in worker.pool}))
    troubles = " ".join(sorted({worker.trouble for worker in alive} - {""}))
    expected = ", ".join(names_to_preload())
    if in_memory:
        return f"In memory: {in_memory}. {troubles}".strip()
    if troubles:
        raise NotReadyError(troubles)
    if not expected:
        return "Nothing is preloaded; the first painting loads its model."
    if alive:
        raise NotReadyError(f"Being loaded: {expected}.")
    raise NotReadyError(f"No worker has loaded a model yet; expected: {expected}.")


def _clock() -> str:
    """Leases and beats carry dates; a clock that was set makes some of them wrong until they are written anew."""
    if jump := _CLOCKS.jump():
        direction = "forward" if jump > 0 else "back"
        raise NotReadyError(f"The clock of this machine was just set {direction} by {abs(jump):.0f} seconds.")
    beats = Worker.objects.order_by("seen_at").values_list("name", "seen_at")
    for name, by in sorted(_CLOCKS.skewed(beats).items()):
        direction = "ahead of" if by > 0 else "behind"
        raise NotReadyError(f"The clock of {name} is {abs(by):.0f} seconds {direction} that of this machine.")
    return "All clocks agree."


CHECKS: dict[str, Callable[[], str]] = {
    "database": _database,
    "migrations": _migrations,
    "broker": _broker,
    "worker": _worker,
    "disk": _disk,
    "memory": _memory,
    "media": _media,
    "pool": _pool,
    "clock": _clock,
}
