"""What the workers hold in memory, in words: for the admin and for `manage.py engine_status`."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.timesince import timesince

from generation.catalogue import model_memory
from generation.models import DiffusionModel, Worker

RESIDENT_COLUMNS = ("model", "revision", "where", "size", "loaded", "used", "took", "because", "pinned")
EVICTION_COLUMNS = ("model", "size", "when", "why")
CAUSES = {
    "preload": "preloaded",
    "first_use": "first use",
    "after_eviction": "evicted before",
    "new_revision": "new revision",
    "from_ram": "back from RAM",
}


def resident_rows(worker: Worker) -> list[tuple[str, ...]]:
    """The models in a worker's memory, one row for each, in the order of RESIDENT_COLUMNS."""
    return [_resident_row(model, worker) for model in worker.pool]


def eviction_rows(worker: Worker) -> list[tuple[str, ...]]:
    """The models that had to leave, newest first, in the order of EVICTION_COLUMNS."""
    return [
        (
            str(eviction.get("name", "")),
            size_text(eviction.get("bytes", 0)),
            ago(eviction.get("at", 0.0)),
            str(eviction.get("reason", "")) + (" (kept in RAM)" if eviction.get("parked") else ""),
        )
        for eviction in reversed(worker.evictions)
    ]


def loads_text(worker: Worker) -> str:
    """How often models were loaded since the worker's start, and why: "2 preloaded, 1 first use"."""
    counted = [f"{count} {CAUSES.get(cause, cause)}" for cause, count in worker.loads.items()]
    return ", ".join(counted) or "none"


def budget_text(worker: Worker) -> str:
    """How much of its budget the models fill: "0.9 GB of 12.0 GB"."""
    filled = sum(model.get("bytes", 0) for model in worker.pool if not model.get("parked"))
    place = f"{size_text(filled)} of {size_text(worker.budget_bytes)}"
    return place + (f", and {size_text(worker.parking_bytes)} of RAM beside it" if worker.parking_bytes else "")


def estimate_text(model: DiffusionModel) -> str:
    """What a model is likely to take: on a GPU, and on a processor."""
    memory = model_memory(model)
    if memory is None:
        return "-"
    return f"{size_text(memory.vram)} of VRAM, or {size_text(memory.ram)} of RAM"


def worker_document(worker: Worker) -> dict[str, Any]:
    """The row of a worker for programs. Times are UNIX seconds."""
    return {
        "name": worker.name,
        "host": worker.host,
        "device": worker.device,
        "started_at": worker.started_at.timestamp(),
        "seen_at": worker.seen_at.timestamp(),
        "orders": worker.orders,
        "budget_bytes": worker.budget_bytes,
        "parking_bytes": worker.parking_bytes,
        "model_loads_total": worker.loads,
        "models": worker.pool,
        "evictions": worker.evictions,
    }


def model_document(model: DiffusionModel) -> dict[str, Any]:
    """What a registered model is likely to take, for programs."""
    memory = model_memory(model)
    estimate = {"vram_bytes": memory.vram, "ram_bytes": memory.ram} if memory else None
    return {"name": model.name, "preload": model.preload, "sha256": model.sha256 or None, "estimate": estimate}


def size_text(count: int) -> str:
    """A number of bytes as people read it."""
    return filesizeformat(count).replace("\xa0", " ")


def ago(seconds: float) -> str:
    """How long ago a UNIX time was: "3 minutes ago"."""
    if not seconds:
        return "-"
    return f"{timesince(datetime.fromtimestamp(seconds, UTC), timezone.now(), depth=1)} ago".replace("\xa0", " ")


def _resident_row(model: Mapping[str, Any], worker: Worker) -> tuple[str, ...]:
    parked = bool(model.get("parked"))
    return (
        str(model.get("name", "")),
        str(model.get("revision", "")),
        f"RAM beside {worker.device}" if parked else str(model.get("device", "")),
        size_text(model.get("bytes", 0)),
        ago(model.get("loaded_at", 0.0)),
        ago(model.get("used_at", 0.0)),
        f"{model.get('load_s', 0.0):.1f} s",
        CAUSES.get(str(model.get("cause", "")), ""),
        "yes" if model.get("pinned") else "no",
    )
