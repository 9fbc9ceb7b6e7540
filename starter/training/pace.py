"""Owns the rhythm of a training run: warm-up, an optional cool-down, and when to report and to store."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

COOL_DOWN_SHARE = 0.35


@dataclass(slots=True, kw_only=True)
class Pace:
    """A run of so many minutes. `share` of the learning rate rises over `warm_up` steps and falls at the end."""

    minutes: float
    warm_up: int
    cool_down: bool = False
    steps: int = 0
    _started: float = field(default_factory=time.monotonic)
    _last_rest: float = field(default_factory=time.monotonic)

    def walk(self) -> Iterator[int]:
        """Yield the number of each step of this run until its time is over; there is at least one."""
        while self.steps == 0 or self.passed < 1:
            self.steps += 1
            yield self.steps

    @property
    def passed(self) -> float:
        """The share of the run's time that is over."""
        return (time.monotonic() - self._started) / (self.minutes * 60)

    @property
    def share(self) -> float:
        """What part of the full learning rate the present step takes."""
        rising = min(1.0, self.steps / self.warm_up)
        falling = min(1.0, (1 - self.passed) / COOL_DOWN_SHARE) if self.cool_down else 1.0
        return max(rising * falling, 0.02)

    def rests(self, every_seconds: float) -> bool:
        """Say whether it is time to report and store; true at most once in so many seconds."""
        now = time.monotonic()
        if now - self._last_rest < every_seconds:
            return False
        self._last_rest = now
        return True
