"""The warm pool: each model has one place in memory, within a byte budget, and every eviction says why."""

import logging
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any

import torch

from generation.engine.contract import EngineError, EngineStatus, Eviction, LoadCause, ModelSource, ResidentModel
from generation.engine.devices import DevicePlan, memory_release
from generation.engine.eviction import Candidate, least_costly
from generation.engine.manifest import STABLE_DIFFUSION, STABLE_DIFFUSION_XL, ModelManifest, manifest_read
from generation.engine.model_folder import absent_parts, elements_of, folder_check, refusal
from generation.engine.model_hash import hash_check

logger = logging.getLogger(__name__)

CONSTRUCTION = threading.Lock()
"""Held while a pipeline is built: building patches torch for the whole process, so two at once spoil each other."""
CONVOLUTIONAL = frozenset({STABLE_DIFFUSION, STABLE_DIFFUSION_XL})
"""Families whose weights are laid out with channels last, which decodes 1.4 times as fast on a processor."""
EVICTIONS_KEPT = 50


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
    used_at: float = 0.0
    cause: LoadCause = LoadCause.FIRST_USE

    @property
    def candidate(self) -> Candidate:
        """This model as the eviction rule sees it."""
        return Candidate(name=self.source.name, bytes=self.bytes, load_s=self.load_s, used_at=self.used_at)


class Pool:
    """The models in memory. Only the device thread loads and evicts; any thread may read the snapshots.

    A model has one place: on the device, or parked in RAM when it had to leave a GPU and the plan has room there.
    Which models leave is decided by `least_costly`; pinned models never do.
    A painting that rests does not hold its model here: it comes back with the painting.
    """

    def __init__(self, plan: DevicePlan, clock: Callable[[], float] = time.time) -> None:
        self._plan = plan
        self._clock = clock
        self._models: dict[str, WarmModel] = {}
        self._parked: dict[str, WarmModel] = {}
        self._pins: set[str] = set()
        self._evicted: set[str] = set()
        self._lock = threading.Lock()
        self._loads: Counter[str] = Counter()
        self._returns_total = 0
        self._evictions: deque[Eviction] = deque(maxlen=EVICTIONS_KEPT)

    def get(self, source: ModelSource, *, preload: bool = False) -> WarmModel:
        """The warm model, fetched first where it is not there. Raises EngineError where it cannot be had.

        What was loaded counts as preloaded, or else as first used.
        """
        cause = self._drop_other_revision(source) or (LoadCause.PRELOAD if preload else None)
        model = self._models.get(source.name) or self._unpark(source.name)
        if model is None:
            model = self._load(source, cause or self._cause_of(source.name))
        model.used_at = self._clock()
        return model

    def is_warm(self, source: ModelSource) -> bool:
        """Whether `get` would return at once."""
        model = self._models.get(source.name)
        return model is not None and model.source == source

    def pin(self, name: str) -> None:
        """Never evict this model."""
        self._pins.add(name)

    def make_room(self, keep: str) -> None:
        """Evict everything but one model and the pinned ones: a picture did not fit."""
        for model in list(self._models.values()):
            if model.source.name not in {keep, *self._pins}:
                self._evict(model, f"a picture of {keep} did not fit beside it")
        memory_release(self._plan.device)

    def status(self, *, orders: int = 0, stuck: bool = False) -> EngineStatus:
        """A snapshot of what is in memory and of how it got there. What is parked in RAM comes last."""
        with self._lock:
            here, parked = list(self._models.values()), list(self._parked.values())
            return EngineStatus(
                device=self._plan.label,
                device_name=self._plan.device_name,
                models=(*(self._resident(model) for model in here), *(self._in_ram(model) for model in parked)),
                orders=orders,
                loads_total=self._loads.total(),
                stuck=stuck,
                loads=dict(self._loads),
                returns_total=self._returns_total,
                evictions=tuple(self._evictions),
                budget_bytes=self._plan.budget_bytes,
                parking_bytes=self._plan.parking_bytes,
            )

    def _resident(self, model: WarmModel) -> ResidentModel:
        return ResidentModel(
            name=model.source.name,
            revision=model.source.revision,
            device=self._plan.label,
            dtype=self._plan.dtype_name,
            bytes=model.bytes,
            loaded_at=model.loaded_at,
            used_at=model.used_at,
            pinned=model.source.name in self._pins,
            load_s=model.load_s,
            cause=model.cause,
        )

    def _in_ram(self, model: WarmModel) -> ResidentModel:
        return replace(self._resident(model), device="cpu", parked=True)

    def _cause_of(self, name: str) -> LoadCause:
        return LoadCause.AFTER_EVICTION if name in self._evicted else LoadCause.FIRST_USE

    def _drop_other_revision(self, source: ModelSource) -> LoadCause | None:
        """Forget the model where it is another revision than is wanted now; that is then why it is loaded."""
        model = self._models.get(source.name) or self._parked.get(source.name)
        if model is None or model.source == source:
            return None
        self._evict(model, f"{source.name} was replaced by revision {source.revision}", park=False)
        return LoadCause.NEW_REVISION

    def _load(self, source: ModelSource, cause: LoadCause) -> WarmModel:
        started = time.perf_counter()
        folder_check(source.folder)
        hash_check(source)
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
            cause=cause,
        )
        with self._lock:
            self._models[source.name] = model
            self._loads[cause.value] += 1
        logger.info("Loaded %s (%d bytes, %s) in %.2f s", source.name, model.bytes, cause.value, model.load_s)
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
                    # Some classes count a part that a model was published without as missing, unless told.
                    **dict.fromkeys(absent_parts(source.folder)),
                )
            except (OSError, ValueError, KeyError, TypeError, AttributeError, ImportError) as error:
                raise refusal(f"The model {source.name!r} cannot be loaded: {_first_line(error)}.") from error
        pipeline.set_progress_bar_config(disable=True)
        if family in CONVOLUTIONAL and self._plan.capability.channels_last:
            pipeline.unet.to(memory_format=torch.channels_last)
            pipeline.vae.to(memory_format=torch.channels_last)
        return pipeline.to(self._plan.device)

    def _fit(self, name: str, needed: int) -> None:
        """Evict what it takes for `needed` bytes more to fit. Raises EngineError, and evicts nothing, if that fails."""
        over = sum(model.bytes for model in self._models.values()) + needed - self._plan.budget_bytes
        loose = [model for model in self._models.values() if model.source.name not in self._pins]
        if over > sum(model.bytes for model in loose):
            raise self._too_large(name, needed)
        now = self._clock()
        for chosen in least_costly([model.candidate for model in loose], needed=over, now=now):
            unused = f"unused for {_duration(now - chosen.used_at)}"
            reason = f"{name} needed its place; {chosen.name}, {unused}, is back in {chosen.load_s:.1f} s if wanted"
            self._evict(self._models[chosen.name], reason)

    def _too_large(self, name: str, needed: int) -> EngineError:
        kept = sorted(self._pins & self._models.keys())
        beside = f" beside {', '.join(kept)}, which must stay," if kept else ""
        return EngineError(
            f"The model {name!r} needs {_gigabytes(needed)} and does not fit{beside} into the "
            f"{_gigabytes(self._plan.budget_bytes)} that Aria may use for models.",
            code="model_too_large",
        )

    def _evict(self, model: WarmModel, reason: str, *, park: bool = True) -> None:
        name = model.source.name
        parked = park and self._make_place_in_ram(model.bytes)
        if parked:
            model.pipeline.to("cpu")
        with self._lock:
            self._models.pop(name, None)
            self._parked.pop(name, None)
            if parked:
                self._parked[name] = model
            else:
                self._evicted.add(name)
            self._evictions.append(
                Eviction(name=name, bytes=model.bytes, reason=reason, at=self._clock(), parked=parked)
            )
        logger.info("Evicted %s%s: %s", name, " to RAM" if parked else "", reason)
        memory_release(self._plan.device)

    def _make_place_in_ram(self, needed: int) -> bool:
        """Drop parked models until one more fits; False where it never would."""
        if needed > self._plan.parking_bytes:
            return False
        over = sum(model.bytes for model in self._parked.values()) + needed - self._plan.parking_bytes
        parked = [model.candidate for model in self._parked.values()]
        for chosen in least_costly(parked, needed=over, now=self._clock()):
            self._evict(self._parked[chosen.name], "its place in RAM was needed", park=False)
        return True

    def _unpark(self, name: str) -> WarmModel | None:
        """Bring a parked model back to the device."""
        model = self._parked.get(name)
        if model is None:
            return None
        with self._lock:
            # Out of RAM first, so that whoever has to leave the device for it finds the place.
            del self._parked[name]
        try:
            self._fit(name, model.bytes)
        except EngineError:
            with self._lock:
                self._parked[name] = model
            raise
        model.pipeline.to(self._plan.device)
        with self._lock:
            self._models[name] = model
            self._returns_total += 1
        logger.info("Brought %s back from RAM", name)
        return model


def _bytes_of(pipeline: Any) -> int:
    modules = [part for part in pipeline.components.values() if isinstance(part, torch.nn.Module)]
    tensors = [tensor for module in modules for tensor in (*module.parameters(), *module.buffers())]
    return sum(tensor.numel() * tensor.element_size() for tensor in tensors)


def _gigabytes(count: int) -> str:
    return f"{count / 1e9:.1f} GB"


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")


def _duration(seconds: float) -> str:
    """A time as people say it: "40 s", "12 min", "3 h"."""
    if seconds < 120:
        return f"{max(0.0, seconds):.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.0f} h"
