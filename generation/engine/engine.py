"""The engine: one thread owns torch and the device; orders come in, events go out. Importing it imports no torch."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from queue import SimpleQueue
from typing import TYPE_CHECKING, TypedDict, Unpack

from aria_site.kernel.recipe import Recipe
from generation.engine.company import Load, Shape, free_slots
from generation.engine.contract import (
    DeviceFaultError,
    EngineError,
    EngineStatus,
    ModelSource,
    PaintOrder,
    Pictures,
    Sketcher,
    Stage,
    Ticket,
    WarmSizes,
)
from generation.engine.tickets import QueueTicket
from generation.engine.watchdog import DeviceWatch, Watchdog, WatchdogThread, Watched

if TYPE_CHECKING:
    from generation.engine.floor import Floor
    from generation.engine.painter import Painter

logger = logging.getLogger(__name__)

STANDSTILL = "The painting device stands still; Aria starts anew."
CLOSE_S = 10.0
"""How long `close` waits for the device thread to come to its next step."""


class EngineOptions(TypedDict, total=False):
    """What may be set about an engine; see EngineSettings for the meanings and defaults."""

    device: str | None
    dtype: str | None
    threads: int | None
    ram_budget_bytes: int | None
    vram_budget_bytes: int | None
    pictures_together: int
    checkpoint_every_s: float
    preview_every_s: float
    load_budget_s: float
    device_label: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineSettings:
    """How an engine works. None lets the machine decide."""

    device: str | None = None
    """ "cpu", "cuda", "cuda:1", "mps"."""
    dtype: str | None = None
    """ "bfloat16", "float16", "float32"."""
    threads: int | None = None
    """Threads of one computation on a processor; by default one less than there are cores."""
    ram_budget_bytes: int | None = None
    vram_budget_bytes: int | None = None
    pictures_together: int = 8
    """Pictures in one model call at the most."""
    checkpoint_every_s: float = 2.0
    preview_every_s: float = 0.25
    load_budget_s: float = 600.0
    device_label: str | None = None
    """What the device is called beside the pictures, where that is not the name by which this process knows it."""


@dataclass(slots=True)
class _Order:
    ticket: QueueTicket
    source: ModelSource


@dataclass(slots=True)
class _Preload:
    sources: tuple[ModelSource, ...]


class Engine:
    """The PaintingEngine of a worker process.

    - `models` finds the folder of a registered model by its name; it is called in the thread that submits.
    - `sketcher` draws the sketches that recipes with a guide paint over.
    - `pictures` finds the sources and masks of recipes; it is called in the device thread.
    - `on_stuck` is called, once, when the device thread stands still beyond its budget or the device fails. Every open
      order has then ended with a retryable EngineError; the process should exit and be started anew.
    """

    def __init__(
        self,
        *,
        models: Callable[[str], ModelSource],
        sketcher: Sketcher | None = None,
        pictures: Pictures | None = None,
        on_stuck: Callable[[], None] | None = None,
        **options: Unpack[EngineOptions],
    ) -> None:
        self._models = models
        self._sketcher = sketcher
        self._pictures = pictures
        self._on_stuck = on_stuck
        self._settings = EngineSettings(**options)
        self._work: SimpleQueue[_Order | _Preload | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._open: list[QueueTicket] = []
        self._alone: set[str] = set()
        """Models whose pictures are painted one at a time."""
        self._watch = DeviceWatch()
        self._busy = False
        self._painter: Painter | None = None
        self._stuck = False
        self._closed = False
        self._device_thread = threading.Thread(target=self._run, name="device", daemon=True)
        self._device_thread.start()
        self._watchdog = WatchdogThread(
            Watchdog(self._settings.load_budget_s),
            current=lambda: self._watch if self._busy else None,
            on_stuck=self._give_up_on,
        )

    def submit(self, order: PaintOrder) -> Ticket:
        """Queue an order for the device thread and return at once. What is wrong with it comes out of its events."""
        ticket = QueueTicket(order)
        try:
            source = self._source(order.recipe.model)
        except EngineError as error:
            ticket.fail(error)
            return ticket
        with self._lock:
            if not source.batches:
                self._alone.add(source.name)
            self._open = [other for other in self._open if not other.ended]
            self._open.append(ticket)
            usable = not (self._stuck or self._closed)
            if usable:
                self._work.put(_Order(ticket, source))
        if not usable:
            ticket.fail(EngineError(STANDSTILL, code="stuck", retryable=True))
        return ticket

    def free_slots(self, recipe: Recipe, priority: int = 0) -> int:
        """How many more pictures of this shape and priority can be painted now, together with what is under way."""
        with self._lock:
            if self._stuck or self._closed:
                return 0
            under_way = [self._load_of(ticket.order) for ticket in self._open if not ticket.ended]
        most = 1 if recipe.model in self._alone else self._settings.pictures_together
        return free_slots(Shape.of(recipe), priority, under_way, most)

    def preload(self, names: tuple[str, ...], sizes: WarmSizes | None = None) -> None:
        """Load models, keep them for good and run each once, before the first order needs them. Returns at once."""
        sources = tuple(replace(self._source(name), warm_sizes=(sizes or {}).get(name, ())) for name in names)
        self._work.put(_Preload(sources))

    def status(self) -> EngineStatus:
        """What is resident and what is being painted."""
        painter = self._painter
        with self._lock:
            orders = sum(not ticket.ended for ticket in self._open)
        if painter is not None:
            return painter.pool.status(orders=orders, stuck=self._stuck)
        device = self._settings.device or "starting"
        return EngineStatus(device=device, models=(), orders=orders, loads_total=0, stuck=self._stuck)

    def close(self) -> None:
        """Withdraw all orders and end the device thread."""
        with self._lock:
            self._closed = True
            tickets = list(self._open)
        for ticket in tickets:
            ticket.cancel()
        self._work.put(None)
        self._device_thread.join(CLOSE_S)
        self._watchdog.close()

    def _source(self, name: str) -> ModelSource:
        try:
            return self._models(name)
        except LookupError as error:
            raise EngineError(f"There is no model called {name!r}.", code="unknown_model") from error

    def _load_of(self, order: PaintOrder) -> Load:
        recipe = order.recipe
        pictures = min(len(order.indices), self._settings.pictures_together)
        return Load(Shape.of(recipe), order.priority, pictures, alone=order.alone or recipe.model in self._alone)

    def _run(self) -> None:
        """The device thread."""
        try:
            painter = self._painter = self._set_up()
        except Exception:
            logger.exception("The painting device cannot be used")
            self._refuse_all()
            return
        from generation.engine.floor import Floor

        floor = Floor(painter, self._settings.pictures_together)
        try:
            while self._take_in(floor) and not self._stuck:
                floor.turn()
            while floor.busy and not self._stuck:
                floor.turn()
        except DeviceFaultError:
            self._give_up("The device failed while it painted; Aria starts anew.", code="device_fault")
        if not self._stuck:
            painter.close()

    def _take_in(self, floor: "Floor") -> bool:
        """Take up what came in; wait for it where nothing is under way. False once the engine is closed."""
        while True:
            if floor.busy and self._work.empty():
                return True
            self._busy = floor.busy
            work = self._work.get()
            self._busy = True
            if work is None:
                return False
            if isinstance(work, _Preload):
                for source in work.sources:
                    self._watch.enter(Stage.LOAD, self._settings.load_budget_s)
                    floor.preload(source)
            else:
                floor.admit(work.ticket, work.source)

    def _refuse_all(self) -> None:
        """Nothing can be painted: say so to everybody who asks."""
        while (work := self._work.get()) is not None:
            if isinstance(work, _Order):
                work.ticket.fail(EngineError("The painting device cannot be used; the log says why.", code="no_device"))

    def _set_up(self) -> "Painter":
        """Import torch, in this thread alone, and choose the device."""
        import torch

        from generation.engine.checkpoints import CheckpointWriter
        from generation.engine.devices import default_threads, device_plan, library_versions
        from generation.engine.painter import Painter
        from generation.engine.pool import Pool
        from generation.engine.previews import Previewer

        settings = self._settings
        torch.set_num_threads(settings.threads or default_threads())
        plan = device_plan(
            settings.device,
            settings.dtype,
            ram_budget_bytes=settings.ram_budget_bytes,
            vram_budget_bytes=settings.vram_budget_bytes,
            label=settings.device_label,
        )
        library_versions()  # reads files; now, and not in the first painting
        logger.info("Painting on %s in %s", plan.device, plan.dtype_name)
        return Painter(
            plan=plan,
            pool=Pool(plan),
            previewer=Previewer(settings.preview_every_s),
            writer=CheckpointWriter(settings.checkpoint_every_s),
            sketcher=self._sketcher,
            pictures=self._pictures,
            watch=self._watch,
        )

    def _give_up_on(self, work: Watched) -> None:
        logger.error("The device thread makes no progress in stage %s; giving up on it", work.stage)
        self._give_up(STANDSTILL, code="stuck")

    def _give_up(self, sentence: str, *, code: str) -> None:
        """End every open order so that it may be tried again elsewhere, and have this process replaced."""
        with self._lock:
            self._stuck = True
            tickets = list(self._open)
        for ticket in tickets:
            ticket.fail(EngineError(sentence, code=code, retryable=True))
        if self._on_stuck is not None:
            self._on_stuck()
