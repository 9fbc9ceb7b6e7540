"""The Ticket of a painting: a queue between the thread that paints and the thread that waits."""

import threading
from collections.abc import Iterator
from queue import SimpleQueue

from generation.engine.contract import (
    EngineError,
    Finished,
    PaintEvent,
    PaintingCancelledError,
    PaintingFacts,
    PaintOrder,
    Preview,
    Stage,
    StageEntered,
    Stepped,
)


class QueueTicket:
    """One order under way. The waiting side reads `events`; the painting side calls everything below `begin`.

    Once the order has ended, for good or ill, later events are dropped: a device thread that wakes up
    after the watchdog gave up on it speaks to nobody.
    """

    def __init__(self, order: PaintOrder) -> None:
        self.order = order
        self.watched = order.watched
        self._items: SimpleQueue[PaintEvent | Exception] = SimpleQueue()
        self._lock = threading.Lock()
        self._cancelled = threading.Event()
        self._stage = Stage.WAIT
        self._progress = 0
        self._begun = False
        self._ended = False
        self._step = 0

    def events(self) -> Iterator[PaintEvent]:
        """Yield events until Finished. Raises EngineError or PaintingCancelledError where it ends badly."""
        while True:
            item = self._items.get()
            if isinstance(item, Finished | Exception):
                self._items.put(item)
            if isinstance(item, Exception):
                raise item
            yield item
            if isinstance(item, Finished):
                return

    def cancel(self) -> None:
        """Withdraw the order: at once while it waits, else within one step."""
        self._cancelled.set()
        with self._lock:
            if not self._begun:
                self._end(self.cancellation())

    @property
    def stage(self) -> Stage:
        """Where the painting stands now."""
        return self._stage

    @property
    def progress(self) -> int:
        """A counter that only grows; it stands still when the device does."""
        return self._progress

    @property
    def step_budget_s(self) -> float:
        """The longest time without progress that the order allows."""
        return self.order.step_budget_s

    @property
    def cancelled(self) -> bool:
        """Whether the order was withdrawn."""
        return self._cancelled.is_set()

    @property
    def ended(self) -> bool:
        """Whether the last event was given out."""
        return self._ended

    def begin(self) -> bool:
        """Take the order up. False where it was withdrawn or ended while it waited."""
        with self._lock:
            self._begun = not self._ended
            return self._begun

    def raise_if_cancelled(self) -> None:
        """Stop here if the order was withdrawn. Raises PaintingCancelledError."""
        if self._cancelled.is_set():
            raise self.cancellation()

    def enter(self, stage: Stage) -> None:
        """Move on to `stage`, unless the order was withdrawn. Raises PaintingCancelledError."""
        self.raise_if_cancelled()
        self._stage = stage
        self.put(StageEntered(stage=stage))

    def rest(self) -> None:
        """The device turns to others; the painting goes on later from where it stands."""
        if self._stage is not Stage.WAIT:
            self._stage = Stage.WAIT
            self.put(StageEntered(stage=Stage.WAIT))

    def put(self, event: PaintEvent) -> None:
        """Hand one event to the waiting side and count it as progress."""
        with self._lock:
            self._progress += 1
            if not self._ended:
                self._items.put(event)

    def touch(self) -> None:
        """Count progress that has no event of its own."""
        with self._lock:
            self._progress += 1

    def stepped(self, step: int, total: int, preview: Preview | None = None) -> None:
        """Report one finished step."""
        self._step = step
        self.put(Stepped(step=step, total=total, preview=preview))

    def show(self, preview: Preview, total: int) -> None:
        """Report a frame that became ready after its step: the step counter never falls back to it."""
        with self._lock:
            if not self._ended:
                self._items.put(Stepped(step=max(self._step, preview.step), total=total, preview=preview))

    def finish(self, facts: PaintingFacts) -> None:
        """End the order well."""
        with self._lock:
            self._end(Finished(facts=facts))

    def fail(self, error: EngineError | PaintingCancelledError) -> None:
        """End the order badly. Does nothing where it has ended already."""
        with self._lock:
            self._end(error)

    def cancellation(self) -> PaintingCancelledError:
        """What a withdrawn order ends with."""
        return PaintingCancelledError(f"The painting of job {self.order.job_id} was withdrawn.")

    def _end(self, item: Finished | EngineError | PaintingCancelledError) -> None:
        if not self._ended:
            self._ended = True
            self._progress += 1
            self._items.put(item)
