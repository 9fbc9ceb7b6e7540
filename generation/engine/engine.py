"""The engine: one thread owns torch and the device; orders come in, events go out. Importing it imports no torch."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from queue import SimpleQueue
from typing import TYPE_CHECKING, TypedDict, Unpack

from aria_site.kernel.recipe import Recipe
from generation.engine.contract import (
    EngineError,
    EngineStatus,
    ModelSource,
    PaintingCancelledError,
    PaintOrder,
    Pictures,
    Sketcher,
    Stage,
    Ticket,
)
from generation.engine.tickets import QueueTicket
from generation.engine.watchdog import Watchdog, WatchdogThread, Watched

if TYPE_CHECKING:
    from generation.engine.painter import Painter

logger = logging.getLogger(__name__)

DEVICE_FAULT = "device_fault"
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
    pictures_together: int = 4
    checkpoint_every_s: float = 2.0
    preview_every_s: float = 0.25
    load_budget_s: float = 600.0


@dataclass(slots=True)
class _Order:
    ticket: QueueTicket
    source: ModelSource


@dataclass(slots=True)
class _Preload:
    """A preload as the watchdog sees it."""

    sources: tuple[ModelSource, ...]
    step_budget_s: float
    progress: int = 0
    stage: Stage = Stage.LOAD


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
        self._current: Watched | None = None
        self._painter: Painter | None = None
        self._stuck = False
        self._closed = False
        self._device_thread = threading.Thread(target=self._run, name="device", daemon=True)
        self._device_thread.start()
        self._watchdog = WatchdogThread(
            Watchdog(self._settings.load_budget_s), current=lambda: self._current, on_stuck=self._give_up_on
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
            self._open = [other for other in self._open if not other.ended]
            self._open.append(ticket)
            usable = not (self._stuck or self._closed)
            if usable:
                self._work.put(_Order(ticket, source))
        if not usable:
            ticket.fail(_standstill())
        return ticket

    def free_slots(self, recipe: Recipe) -> int:
        """One while nothing is painted or waiting, else none: orders are painted one after another."""
        with self._lock:
            busy = any(not ticket.ended for ticket in self._open)
            return 0 if busy or self._stuck or self._closed else 1

    def preload(self, names: tuple[str, ...]) -> None:
        """Load models, keep them for good and run each once, before the first order needs them. Returns at once."""
        sources = tuple(self._source(name) for name in names)
        self._work.put(_Preload(sources, self._settings.load_budget_s))

    def status(self) -> EngineStatus:
        """What is resident and what is being painted."""
        painter = self._painter
        with self._lock:
            orders = sum(not ticket.ended for ticket in self._open)
        return EngineStatus(
            device=str(painter.plan.device) if painter else self._settings.device or "starting",
            models=painter.pool.residents() if painter else (),
            orders=orders,
            loads_total=painter.pool.loads_total if painter else 0,
            stuck=self._stuck,
        )

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

    def _run(self) -> None:
        """The device thread."""
        self._prepare()
        while (work := self._work.get()) is not None:
            if self._stuck:
                continue
            if isinstance(work, _Order) and not work.ticket.begin():
                continue
            self._current = work if isinstance(work, _Preload) else work.ticket
            try:
                self._do(work)
            except (EngineError, PaintingCancelledError) as error:
                self._end_badly(work, error)
            except Exception as error:
                logger.exception("The device thread failed in stage %s", self._current.stage)
                self._end_badly(work, self._explained(error))
            finally:
                self._current = None
        if self._painter is not None and not self._stuck:
            self._painter.previewer.close()
            self._painter.writer.close()

    def _do(self, work: _Order | _Preload) -> None:
        if self._painter is None:
            raise EngineError("The painting device cannot be used; the log says why.", code="no_device")
        if isinstance(work, _Order):
            work.ticket.finish(self._painter.paint(work.ticket, work.source))
            return
        for source in work.sources:
            self._painter.warm(source)
            work.progress += 1

    def _prepare(self) -> None:
        try:
            self._painter = self._set_up()
        except Exception:
            logger.exception("The painting device cannot be used")

    def _set_up(self) -> "Painter":
        """Import torch, in this thread alone, and choose the device."""
        import torch

        from generation.engine.checkpoints import CheckpointWriter
        from generation.engine.devices import default_threads, device_plan
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
        )
        logger.info("Painting on %s in %s", plan.device, plan.dtype_name)
        return Painter(
            plan=plan,
            pool=Pool(plan),
            previewer=Previewer(settings.preview_every_s),
            writer=CheckpointWriter(settings.checkpoint_every_s),
            sketcher=self._sketcher,
            pictures=self._pictures,
            together=settings.pictures_together,
        )

    def _end_badly(self, work: _Order | _Preload, error: EngineError | PaintingCancelledError) -> None:
        if isinstance(work, _Order):
            work.ticket.fail(error)
        else:
            logger.error("Preloading failed: %s", error)
        if isinstance(error, EngineError) and error.code == DEVICE_FAULT:
            self._give_up()

    def _explained(self, error: Exception) -> EngineError:
        if self._painter is not None and self._painter.is_device_fault(error):
            return EngineError(
                "The device failed while it painted; Aria starts anew.", code=DEVICE_FAULT, retryable=True
            )
        return EngineError(f"The painting failed inside the model ({type(error).__name__}).", code="failed")

    def _give_up_on(self, work: Watched) -> None:
        logger.error("The device thread makes no progress in stage %s; giving up on it", work.stage)
        self._give_up()

    def _give_up(self) -> None:
        with self._lock:
            self._stuck = True
            tickets = list(self._open)
        for ticket in tickets:
            ticket.fail(_standstill())
        if self._on_stuck is not None:
            self._on_stuck()


def _standstill() -> EngineError:
    return EngineError("The painting device stands still; Aria starts anew.", code="stuck", retryable=True)
