"""What the supervisor knows of a process: its name, its command line, and what to do when it died."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """One process to keep running. `after_death` runs once each time it died, before it is started again."""

    name: str
    command: tuple[str, ...]
    niceness: int = 0
    after_death: Callable[[], object] | None = None
