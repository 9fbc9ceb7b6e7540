"""The warm pool: each model has one place in memory, within a byte budget, and every eviction says why."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

import torch

from generation.engine.contract import EngineError, ModelSource, ResidentModel
from generation.engine.devices import DevicePlan, memory_release
from generation.engine.manifest import STABLE_DIFFUSION, STABLE_DIFFUSION_XL, ModelManifest, manifest_read
from generation.engine.model_folder import elements_of, folder_check, refusal

logger = logging.getLogger(__name__)

CONSTRUCTION = threading.Lock()
"""Held while a pipeline is built: building patches torch for the whole process, so two at once spoil each other."""
CONVOLUTIONAL = frozenset({STABLE_DIFFUSION, STABLE_DIFFUSION_XL})
"""Families whose weights are laid out with channels last, which decodes 1.4 times as fast on a processor."""


@dataclass(slots=True, kw_only=True)
class WarmModel:
    """A pipeline in memory."""

    source: ModelSource
    manifest: ModelManifest
    pipeline: Any
    """The diffusers pipeline; its library has no types."""
    bytes: int
    load_s: float
    loaded_at: float
    used_at: float = field(default=0.0)
    pinned: bool = False


@dataclass(frozen=True, slots=True)
class Eviction:
    """A model that had to go, and why."""

    name: str
    reason: str
    at: float


class Pool:
    """The models in memory. Only the device thread loads and evicts; any thread may read the snapshot."""

    def __init__(self, plan: DevicePlan, clock: Callable[[], float] = time.time) -> None:
        self._plan = plan
        self._clock = clock
        self._models: dict[str, WarmModel] = {}
        self._pins: set[str] = set()
        self._lock = threading.Lock()
        self.loads_total = 0
        self.evictions: deque[Eviction] = deque(maxlen=50)

    def get(self, source: ModelSource) -> WarmModel:
        """The warm model, loaded first where it is not there. Raises EngineError where it cannot be had."""
        model = self._models.get(source.name)
        if model is not None and model.source != source:
            self._evict(model, f"{source.name} was replaced by revision {source.revision}")
            model = None
        if model is None:
            model = self._load(source)
        model.used_at = self._clock()
        return model

    def is_warm(self, source: ModelSource) -> bool:
        """Whether `get` would return at once."""
        model = self._models.get(source.name)
        return model is not None and model.source == source

    def pin(self, name: str) -> None:
        """Never evict this model."""
        self._pins.add(name)
        if name in self._models:
            self._models[name].pinned = True

    def make_room(self, keep: str) -> None:
        """Evict everything but one model and the pinned ones: a picture did not fit."""
        for model in list(self._models.values()):
            if model.source.name != keep and not model.pinned:
                self._evict(model, f"a picture of {keep} did not fit beside it")
        memory_release(self._plan.device)

    def residents(self) -> tuple[ResidentModel, ...]:
        """A snapshot of what is in memory, in the order of loading."""
        with self._lock:
            models = list(self._models.values())
        return tuple(self._resident(model) for model in models)

    def _resident(self, model: WarmModel) -> ResidentModel:
        return ResidentModel(
            name=model.source.name,
            revision=model.source.revision,
            device=str(self._plan.device),
            dtype=self._plan.dtype_name,
            bytes=model.bytes,
            loaded_at=model.loaded_at,
            used_at=model.used_at,
            pinned=model.pinned,
        )

    def _load(self, source: ModelSource) -> WarmModel:
        started = time.perf_counter()
        folder_check(source.folder)
        manifest = manifest_read(source.folder)
        self._fit(source.name, elements_of(source.folder) * self._plan.dtype.itemsize)
        pipeline = self._construct(source, manifest.family)
        model = WarmModel(
            source=source,
            manifest=manifest,
            pipeline=pipeline,
            bytes=_bytes_of(pipeline),
            load_s=time.perf_counter() - started,
            loaded_at=self._clock(),
            pinned=source.name in self._pins,
        )
        with self._lock:
            self._models[source.name] = model
        self.loads_total += 1
        logger.info("Loaded %s (%d bytes) in %.2f s", source.name, model.bytes, model.load_s)
        return model

    def _construct(self, source: ModelSource, family: str) -> Any:
        diffusers: Any = import_module("diffusers")
        import_module("transformers").utils.logging.disable_progress_bar()
        messages = diffusers.utils.logging
        messages.disable_progress_bar()
        # Its warnings repeat words of prompts, which belong in no log.
        messages.set_verbosity_error()
        with CONSTRUCTION:
            try:
                pipeline = diffusers.DiffusionPipeline.from_pretrained(
                    str(source.folder),
                    use_safetensors=True,
                    local_files_only=True,
                    trust_remote_code=False,
                    dtype=self._plan.dtype,
                )
            except (OSError, ValueError, KeyError, TypeError, AttributeError, ImportError) as error:
                raise refusal(f"The model {source.name!r} cannot be loaded: {_first_line(error)}.") from error
        pipeline.set_progress_bar_config(disable=True)
        if family in CONVOLUTIONAL:
            pipeline.unet.to(memory_format=torch.channels_last)
            pipeline.vae.to(memory_format=torch.channels_last)
        return pipeline.to(self._plan.device)

    def _fit(self, name: str, needed: int) -> None:
        budget = self._plan.budget_bytes
        while sum(model.bytes for model in self._models.values()) + needed > budget:
            loose = [model for model in self._models.values() if not model.pinned]
            if not loose:
                raise EngineError(
                    f"The model {name!r} needs {_gigabytes(needed)} and does not fit into the {_gigabytes(budget)} "
                    "that Aria may use for models.",
                    code="model_too_large",
                )
            oldest = min(loose, key=lambda model: model.used_at)
            self._evict(oldest, f"{name} needed its place, and {oldest.source.name} was unused for longest")

    def _evict(self, model: WarmModel, reason: str) -> None:
        with self._lock:
            del self._models[model.source.name]
        self.evictions.append(Eviction(model.source.name, reason, self._clock()))
        logger.info("Evicted %s: %s", model.source.name, reason)
        memory_release(self._plan.device)


def _bytes_of(pipeline: Any) -> int:
    modules = [part for part in pipeline.components.values() if isinstance(part, torch.nn.Module)]
    tensors = [tensor for module in modules for tensor in (*module.parameters(), *module.buffers())]
    return sum(tensor.numel() * tensor.element_size() for tensor in tensors)


def _gigabytes(count: int) -> str:
    return f"{count / 1e9:.1f} GB"


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")
