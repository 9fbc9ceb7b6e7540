"""Leases and the heartbeat of workers."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.utils import timezone

from generation.engine.contract import EngineStatus
from generation.models import Job, Worker
from generation.selectors import WORKER_SEEN_WITHIN
from generation.services.claiming import LEASE
from generation.services.requeueing import requeue


def leases_renew(tokens: Sequence[UUID]) -> set[UUID]:
    """Prolong the leases that are still held, in one update. Returns the tokens that are lost."""
    held = Job.objects.filter(state=Job.State.RUNNING, lease_token__in=tokens)
    if held.update(lease_expires_at=timezone.now() + LEASE) == len(tokens):
        return set()
    return set(tokens) - set(held.values_list("lease_token", flat=True))


def worker_seen(boot_id: str, **facts: Any) -> None:
    """Note that the worker lives and what it holds in memory."""
    Worker.objects.update_or_create(boot_id=boot_id, defaults={**facts, "seen_at": timezone.now()})


def worker_starts(boot_id: str, *, name: str, host: str) -> None:
    """Note that a worker is being started; it does not live before its first beat."""
    never = timezone.now() - 2 * WORKER_SEEN_WITHIN
    Worker.objects.create(boot_id=boot_id, name=name, host=host, seen_at=never)


def worker_trouble_note(boot_id: str, sentence: str) -> None:
    """Note what keeps a worker from having loaded what it should."""
    longest = Worker._meta.get_field("trouble").max_length
    Worker.objects.filter(boot_id=boot_id).update(trouble=sentence[:longest])


def engine_facts(status: EngineStatus) -> dict[str, Any]:
    """What is stored of an engine with the row of its worker."""
    return {
        "device": status.device,
        "device_name": status.device_name,
        "orders": status.orders,
        "pool": [asdict(model) for model in status.models],
        "loads": {**status.loads, **({"from_ram": status.returns_total} if status.returns_total else {})},
        "evictions": [asdict(eviction) for eviction in status.evictions],
        "budget_bytes": status.budget_bytes,
        "parking_bytes": status.parking_bytes,
    }


def worker_left(boot_id: str) -> None:
    """Strike a worker off that ended in good order."""
    Worker.objects.filter(boot_id=boot_id).delete()


def worker_leases_free(name: str) -> int:
    """Give back at once whatever a dead worker of that name held. Returns how many jobs that were."""
    boots = Worker.objects.filter(name=name).values_list("boot_id", flat=True)
    return requeue(Job.objects.filter(state=Job.State.RUNNING, worker__in=list(boots)))
