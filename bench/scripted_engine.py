"""Engines whose device is scripted: what they cost is known, so that what surrounds them can be measured."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from aria_site.kernel.recipe import Recipe
from generation.engine.contract import (
    EngineStatus,
    Finished,
    Painted,
    PaintEvent,
    PaintingCancelledError,
    PaintingFacts,
    PaintOrder,
    Preview,
    Stage,
    StageEntered,
    Stepped,
    Ticket,
)

DEVICE = "scripted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """What the device does: `step` is called for each step, and every `frame_every` steps `frame` makes a preview."""

    step: Callable[[], None]
    frame_every: int = 0
    frame: Callable[[], bytes] = bytes


class ScriptedEngine:
    """A PaintingEngine with one place, which paints in the thread that waits for the painting."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._place = threading.Semaphore()

    def submit(self, order: PaintOrder) -> Ticket:
        """Take the order; it is painted as its events are read. Waits while another one is painted."""
        self._place.acquire()
        return _ScriptedTicket(order, self._script, self._place.release)

    def free_slots(self, recipe: Recipe, priority: int = 0) -> int:
        """One while nothing is painted."""
        free = self._place.acquire(blocking=False)
        if free:
            self._place.release()
        return int(free)

    def preload(self, names: tuple[str, ...], sizes: Mapping[str, tuple[tuple[int, int], ...]] | None = None) -> None:
        """There is nothing to load."""

    def status(self) -> EngineStatus:
        """A device without models."""
        return EngineStatus(device=DEVICE, models=(), orders=0, loads_total=0, stuck=False)

    def close(self) -> None:
        """There is nothing to end."""


class _ScriptedTicket:
    def __init__(self, order: PaintOrder, script: Script, leave: Callable[[], None]) -> None:
        self._order, self._script, self._leave = order, script, leave
        self._cancelled = threading.Event()
        self.watched = order.watched
        self.stage = Stage.WAIT
        self.progress = 0

    def cancel(self) -> None:
        """Withdraw the order; it ends within one step."""
        self._cancelled.set()

    def events(self) -> Iterator[PaintEvent]:
        """Paint, step by step. Raises PaintingCancelledError once it is withdrawn."""
        started = time.perf_counter()
        try:
            yield from self._painted()
        finally:
            self._leave()
        yield Finished(facts=PaintingFacts(device=DEVICE, dtype="float32", paint_s=time.perf_counter() - started))

    def _painted(self) -> Iterator[PaintEvent]:
        self.stage = Stage.STEP
        yield StageEntered(stage=self.stage)
        recipe = self._order.recipe
        for step in range(1, recipe.steps + 1):
            self._script.step()
            self.progress += 1
            if self._cancelled.is_set():
                raise PaintingCancelledError("The painting was withdrawn.")
            yield Stepped(step=step, total=recipe.steps, preview=self._preview(step))
        blank = np.zeros((recipe.height, recipe.width, 3), np.uint8)
        for index in self._order.indices:
            yield Painted(index=index, pixels=blank)

    def _preview(self, step: int) -> Preview | None:
        if not self.watched or not self._script.frame_every or step % self._script.frame_every:
            return None
        return Preview(jpeg=self._script.frame(), width=256, height=256, step=step)
