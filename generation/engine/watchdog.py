"""The watchdog: notices when the device thread has made no progress for longer than its stage may take."""

import threading
import time
from collections.abc import Callable
from typing import Protocol

from generation.engine.contract import Stage

SHORTEST_LOOK_S, LONGEST_LOOK_S = 0.02, 1.0


class Watched(Protocol):
    """What the device thread is at."""

    @property
    def stage(self) -> Stage:
        """Where it stands."""
        ...

    @property
    def progress(self) -> int:
        """A counter that only grows."""
        ...

    @property
    def step_budget_s(self) -> float:
        """The longest time without progress outside of loading."""
        ...


class DeviceWatch:
    """What the device thread tells the watchdog. It writes, the watchdog's thread reads."""

    def __init__(self) -> None:
        self.stage = Stage.WAIT
        self.progress = 0
        self.step_budget_s = 0.0

    def enter(self, stage: Stage, step_budget_s: float) -> None:
        """Something begins that may take so long."""
        self.stage, self.step_budget_s = stage, step_budget_s
        self.progress += 1

    def moved(self) -> None:
        """Something went well."""
        self.progress += 1


class Watchdog:
    """Compares what the device thread is at with what it was at when its progress last moved."""

    def __init__(self, load_budget_s: float) -> None:
        self._load_budget_s = load_budget_s
        self._seen: tuple[Watched, Stage, int] | None = None
        self._since = 0.0

    def is_stuck(self, current: Watched | None, now: float) -> bool:
        """Whether `current` has stood still beyond its budget."""
        seen = None if current is None else (current, current.stage, current.progress)
        if current is None or seen != self._seen:
            self._seen, self._since = seen, now
            return False
        return now - self._since > self.budget_s(current)

    def budget_s(self, current: Watched) -> float:
        """How long `current` may stand still where it is."""
        return self._load_budget_s if current.stage is Stage.LOAD else current.step_budget_s

    def look_s(self, current: Watched | None) -> float:
        """How long to wait until the next look."""
        if current is None:
            return LONGEST_LOOK_S
        return min(max(self.budget_s(current) / 4, SHORTEST_LOOK_S), LONGEST_LOOK_S)


class WatchdogThread:
    """Looks at the device thread now and then, and calls `on_stuck` once with the work that stands still."""

    def __init__(
        self, watchdog: Watchdog, *, current: Callable[[], Watched | None], on_stuck: Callable[[Watched], None]
    ) -> None:
        self._watchdog = watchdog
        self._current = current
        self._on_stuck = on_stuck
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="engine-watchdog", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the thread."""
        self._closed.set()
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _run(self) -> None:
        while not self._closed.wait(self._watchdog.look_s(self._current())):
            current = self._current()
            if current is not None and self._watchdog.is_stuck(current, time.monotonic()):
                self._on_stuck(current)
                return
            self._watchdog.is_stuck(current, time.monotonic())
