"""Checkpoints: all that a painting is between two steps, in one safetensors file, so that it goes on byte for byte."""

import json
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor

from aria_site.kernel.recipe import Recipe
from generation.engine.checkpoint_files import checkpoint_path, checkpoints_in, metadata_read, write_atomically
from generation.engine.stepper import Painting

logger = logging.getLogger(__name__)

FORMAT = 1
CONSTANTS = frozenset({"_internal_dict"})
"""Attributes of a scheduler that its constructor sets and nothing changes."""


class CheckpointError(Exception):
    """A scheduler holds something that cannot be kept: resuming would not give the same picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaintingKey:
    """What must be the same for a checkpoint to be gone on with."""

    recipe: Recipe
    indices: tuple[int, ...]
    revision: str
    device: str
    dtype: str
    libraries: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        """One spelling per key, without the indices."""
        libraries = " ".join(f"{name}={version}" for name, version in self.libraries)
        return f"{FORMAT} {self.recipe.fingerprint()} {self.revision} {self.device} {self.dtype} {libraries}"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A painting copied out of the way of the next step."""

    path: Path
    tensors: dict[str, Tensor]
    metadata: dict[str, str]


def snapshot(painting: Painting, key: PaintingKey, folder: Path) -> Snapshot:
    """Copy all that decides the rest of a painting. Raises CheckpointError where the scheduler cannot be kept."""
    tensors = {"latents": _copy(painting.latents)}
    for number, generator in enumerate(painting.generators):
        tensors[f"generator.{number}"] = generator.get_state()
    scheduler = {
        name: _pack(value, f"scheduler.{name}", tensors)
        for name, value in vars(painting.scheduler).items()
        if name not in CONSTANTS
    }
    metadata = {
        "key": str(key),
        "indices": json.dumps(key.indices),
        "call": str(painting.call),
        "step": str(painting.step * len(key.indices)),
        "complete": str(int(painting.done)),
        "scheduler": json.dumps(scheduler),
        "scheduler_class": type(painting.scheduler).__name__,
    }
    return Snapshot(checkpoint_path(folder, key.indices), tensors, metadata)


def restore(painting: Painting, key: PaintingKey, folder: Path) -> bool:
    """Bring a fresh painting to where its checkpoint stands. False where there is none that fits, or it is damaged."""
    path = checkpoint_path(folder, key.indices)
    metadata = metadata_read(path)
    if metadata is None:
        return _restore_from_finished(painting, key, folder)
    if metadata.get("key") != str(key):
        logger.info("Checkpoint %s was made by another recipe or another Aria; the painting starts anew", path.name)
        return False
    try:
        _apply(painting, load_file(path), metadata)
    except (SafetensorError, OSError, KeyError, ValueError, RuntimeError) as error:
        logger.warning("Checkpoint %s cannot be read (%s); the painting starts anew", path.name, error)
        return False
    return True


def _apply(painting: Painting, tensors: dict[str, Tensor], metadata: dict[str, str]) -> None:
    device = painting.latents.device
    latents = tensors["latents"].to(device)
    states = [tensors[f"generator.{number}"] for number in range(len(painting.generators))]
    if latents.shape != painting.latents.shape or metadata["scheduler_class"] != type(painting.scheduler).__name__:
        raise ValueError("it holds another kind of painting")
    scheduler = {name: _unpack(packed, tensors, device) for name, packed in json.loads(metadata["scheduler"]).items()}
    painting.latents, painting.call = latents, int(metadata["call"])
    for generator, state in zip(painting.generators, states, strict=True):
        generator.set_state(state)
    vars(painting.scheduler).update(scheduler)


def _restore_from_finished(painting: Painting, key: PaintingKey, folder: Path) -> bool:
    """Take single pictures out of a finished checkpoint of more: some of a job were stored before a crash."""
    for path, metadata in checkpoints_in(folder):
        kept = json.loads(metadata.get("indices", "[]"))
        fits = metadata.get("key") == str(key) and metadata.get("complete") == "1" and set(key.indices) <= set(kept)
        if not fits:
            continue
        try:
            latents = load_file(path)["latents"]
        except (SafetensorError, OSError, KeyError):
            continue
        rows = latents[[kept.index(index) for index in key.indices]]
        painting.latents, painting.call = rows.to(painting.latents.device), painting.calls
        return True
    return False


def _copy(tensor: Tensor) -> Tensor:
    return tensor.detach().to("cpu", copy=True).contiguous()


def _pack(value: Any, name: str, tensors: dict[str, Tensor]) -> Any:
    """A JSON spelling of one attribute; tensors go into `tensors` under its name."""
    if value is None or isinstance(value, bool | int | float | str):
        return {"value": value}
    if isinstance(value, np.generic):
        return {"value": value.item()}
    if isinstance(value, Tensor):
        tensors[name] = _copy(value)
        return {"tensor": name, "host": value.device.type == "cpu"}
    if isinstance(value, np.ndarray):
        tensors[name] = torch.from_numpy(value.copy())
        return {"array": name}
    if isinstance(value, list | tuple):
        items = [_pack(item, f"{name}.{number}", tensors) for number, item in enumerate(value)]
        return {"list": items, "tuple": isinstance(value, tuple)}
    raise CheckpointError(f"The attribute {name} is a {type(value).__name__}, which no checkpoint can hold.")


def _unpack(packed: Any, tensors: dict[str, Tensor], device: torch.device) -> Any:
    if "value" in packed:
        return packed["value"]
    if "tensor" in packed:
        tensor = tensors[packed["tensor"]]
        return tensor if packed["host"] else tensor.to(device)
    if "array" in packed:
        return tensors[packed["array"]].numpy()
    items = [_unpack(item, tensors, device) for item in packed["list"]]
    return tuple(items) if packed["tuple"] else items


class CheckpointWriter:
    """Writes snapshots on a thread of its own; of several for one file only the newest is written."""

    def __init__(self, every_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._every_s = every_s
        self._clock = clock
        self._kept_at: dict[Path, float] = {}
        self._waiting: dict[Path, Snapshot] = {}
        self._writing = Path()
        self._closed = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="checkpoints", daemon=True)
        self._thread.start()

    def start(self, path: Path) -> None:
        """A painting begins: its first checkpoint is due one interval from now."""
        self._kept_at[path] = self._clock()

    def due(self, path: Path) -> bool:
        """Whether the last snapshot of this painting is old enough for another one."""
        return self._clock() - self._kept_at.get(path, self._clock()) >= self._every_s

    def keep(self, taken: Snapshot) -> None:
        """Have a snapshot written soon."""
        self._kept_at[taken.path] = self._clock()
        with self._changed:
            self._waiting[taken.path] = taken
            self._changed.notify_all()

    def flush(self, folder: Path) -> None:
        """Return once everything that was to be kept in a folder is on the disk: from then on it is the caller's."""
        with self._changed:
            self._changed.wait_for(lambda: all(path.parent != folder for path in (*self._waiting, self._writing)))
        for path in [path for path in self._kept_at if path.parent == folder]:
            del self._kept_at[path]

    def close(self) -> None:
        """Write what waits and end the thread."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._thread.join()

    def _run(self) -> None:
        while (taken := self._next()) is not None:
            try:
                write_atomically(taken.path, save(taken.tensors, taken.metadata))
            except OSError:
                logger.exception("The checkpoint %s could not be written; the painting goes on", taken.path.name)
            with self._changed:
                self._writing = Path()
                self._changed.notify_all()

    def _next(self) -> Snapshot | None:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed)
            if not self._waiting:
                return None
            self._writing = next(iter(self._waiting))
            return self._waiting.pop(self._writing)
