"""What passes between the engine and the threads that wait on it: orders in, events out."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from aria_site.kernel.recipe import Recipe

Pixels: TypeAlias = NDArray[np.uint8]
"""One picture as (height, width, 3) RGB bytes."""

WarmSizes: TypeAlias = Mapping[str, tuple[tuple[int, int], ...]]
"""By the name of a model, the widths and heights it will be asked for besides its own."""

Sketcher: TypeAlias = Callable[[Recipe], Pixels]
"""Draws the composition sketch of a recipe, at the recipe's own size."""

Pictures: TypeAlias = Callable[[str], Pixels]
"""Finds a stored picture by its SHA-256. Raises EngineError where it is gone."""


class Stage(StrEnum):
    """Where a painting stands. The lease is renewed only while progress moves within the stage's budget."""

    WAIT = "wait"
    LOAD = "load"
    ENCODE = "encode"
    STEP = "step"
    DECODE = "decode"


class LoadCause(StrEnum):
    """Why a model was read from disk."""

    PRELOAD = "preload"
    FIRST_USE = "first_use"
    AFTER_EVICTION = "after_eviction"
    NEW_REVISION = "new_revision"


class EngineError(Exception):
    """A painting could not be made. The message is a sentence for the person who asked for it.

    `retryable` says whether the same order may succeed later; `code` is a stable word for programs.
    """

    def __init__(self, message: str, *, code: str, retryable: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.retryable = retryable


class PaintingCancelledError(Exception):
    """The order was withdrawn before it was finished; nothing is wrong with it."""


class DeviceFaultError(Exception):
    """The device itself failed: nothing more can be painted in this process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSource:
    """Where the weights of a registered model lie: a diffusers folder of safetensors and its revision."""

    name: str
    folder: Path
    revision: str
    batches: bool = True
    """Whether pictures of different orders share its model calls."""
    sha256: str = ""
    """What the folder must hash to; empty where no hash was registered."""
    stamp: str = field(default="", compare=False)
    """`stamp_of` the folder when that hash was computed."""
    warm_sizes: tuple[tuple[int, int], ...] = field(default=(), compare=False)
    """Widths and heights that a preload warms besides the model's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaintOrder:
    """Pictures of one job to be painted together. Picture `i` is painted from `recipe.for_picture(i)`."""

    job_id: str
    recipe: Recipe
    indices: tuple[int, ...]
    checkpoint_dir: Path | None = None
    """Folder of this job's checkpoints; None switches them off."""
    step_budget_s: float = 120.0
    """The longest time one step may take before the watchdog ends the painting."""
    priority: int = 0
    """The device goes to the highest one at the next step boundary."""
    watched: bool = True
    """Whether anybody looks when it begins; see Ticket."""
    alone: bool = False
    """Whether it shares no model call. What may have ended the process the last time takes nobody with it then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """One live frame: a small JPEG of the first picture of the order as it stands after `step`."""

    jpeg: bytes
    width: int
    height: int
    step: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StageEntered:
    """The order moved on to `stage`."""

    stage: Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Stepped:
    """One denoising step of `total` is done; `preview` is there at most four times a second."""

    step: int
    total: int
    preview: Preview | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Painted:
    """Picture `index` is decoded."""

    index: int
    pixels: Pixels


@dataclass(frozen=True, slots=True, kw_only=True)
class PaintingFacts:
    """How the order was painted, stored beside the recipe: what sameness between machines depends on."""

    device: str
    dtype: str
    device_name: str = ""
    """What its maker calls the device; empty for a processor."""
    model_revision: str = ""
    """The revision of the model that painted; the recipe tells the one that was registered when it was ordered."""
    instruction_set: str = ""
    """The vector instructions of the processor, as torch names them ("AVX512"); empty where there are none to tell."""
    libraries: dict[str, str] = field(default_factory=dict)
    load_s: float = 0.0
    paint_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """The last event of an order that went well."""

    facts: PaintingFacts


PaintEvent: TypeAlias = StageEntered | Stepped | Painted | Finished


class Ticket(Protocol):
    """A painting under way, held by the thread that waits for it."""

    watched: bool
    """Whether anybody looks now: without a viewer no frames are drawn."""

    def events(self) -> Iterator[PaintEvent]:
        """Yield events until Finished. Raises EngineError or PaintingCancelledError where it ends badly."""
        ...

    def cancel(self) -> None:
        """Withdraw the order; it ends within one step. Safe to call at any time, from any thread."""
        ...

    @property
    def stage(self) -> Stage:
        """Where the painting stands now."""
        ...

    @property
    def progress(self) -> int:
        """A counter that only grows; it stands still when the device does."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ResidentModel:
    """A model in memory: what the pool shows to the operator."""

    name: str
    revision: str
    device: str
    dtype: str
    bytes: int
    loaded_at: float
    used_at: float
    pinned: bool
    load_s: float = 0.0
    """How long it took to read and build it."""
    cause: LoadCause = LoadCause.FIRST_USE
    """Why it was loaded."""
    parked: bool = False
    """Whether it waits in the RAM beside its device instead of lying on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Eviction:
    """A model that had to leave the device, and why."""

    name: str
    bytes: int
    reason: str
    at: float
    parked: bool
    """Whether it was kept in RAM, from where it comes back without the disk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineStatus:
    """A snapshot of the engine for health, admin and metrics. Times are UNIX seconds."""

    device: str
    models: tuple[ResidentModel, ...]
    orders: int
    loads_total: int
    """Models read from disk since the start."""
    stuck: bool
    loads: dict[str, int] = field(default_factory=dict)
    """The same by LoadCause: `model_loads_total{source}`."""
    returns_total: int = 0
    """Models that came back from RAM."""
    evictions: tuple[Eviction, ...] = ()
    """The latest ones, oldest first."""
    budget_bytes: int = 0
    """What models may fill on the device."""
    parking_bytes: int = 0
    """What models that left the device may fill in RAM."""


class PaintingEngine(Protocol):
    """The whole of what the rest of Aria knows of an engine."""

    def submit(self, order: PaintOrder) -> Ticket:
        """Queue an order for the device thread and return at once."""
        ...

    def free_slots(self, recipe: Recipe, priority: int = 0) -> int:
        """How many more pictures of this shape and priority can be painted now, together with what is under way."""
        ...

    def preload(self, names: tuple[str, ...], sizes: WarmSizes | None = None) -> None:
        """Load and warm models before the first order needs them, at their own sizes and these."""
        ...

    def status(self) -> EngineStatus:
        """What is resident and what is being painted."""
        ...

    def close(self) -> None:
        """Withdraw all orders and end the device thread."""
        ...
