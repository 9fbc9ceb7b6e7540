"""Tends the children of a studio: starts them, restarts who dies, tells what they complain of, ends them together."""

import logging
import signal
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType

from django.db import Error as DatabaseError

from aria_site.studio.children import LEASH_LOCK, Child, Death, Leash
from aria_site.studio.logs import ChildLog
from aria_site.studio.role import Role

logger = logging.getLogger(__name__)

ROUND_S = 0.2
GRACE_S = 8.0
"""From the polite signal to the last one. A worker gives its paintings back within a second."""


class Supervisor:
    """The children of one studio. Everything happens on the thread that made it: the tie of Linux is to a thread."""

    def __init__(self, *, run_folder: Path, log_folder: Path, say: Callable[[str], None]) -> None:
        self.stopping = threading.Event()
        self._impatient = False
        self._log_folder = log_folder
        self._say = say
        self._leash = Leash(run_folder / LEASH_LOCK)
        self._children: list[Child] = []

    @property
    def children(self) -> Sequence[Child]:
        """All children in the order of their start."""
        return self._children

    def listen_to_signals(self) -> None:
        """Ctrl-C, SIGTERM and a closed terminal end the studio; a second one ends its patience."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)

    def start(self, role: Role) -> Child:
        """Start one more child and tend it from now on."""
        child = Child(role, ChildLog(self._log_folder / f"{role.name}.log"), self._leash)
        child.start()
        self._children.append(child)
        return child

    def tend(self) -> None:
        """One round: notice deaths, start who is due, pass on warnings, then rest for a moment."""
        self._leash.tend()
        for child in self._children:
            self._pass_on(child)
            death = child.poll()
            if death is not None:
                self._mourn(child, death)
            if child.is_due and not self.stopping.is_set():
                child.start()
        self.stopping.wait(ROUND_S)

    def tend_until(self, done: Callable[[], bool]) -> bool:
        """Tend until `done` says so (True), or somebody ends the studio (False)."""
        while not self.stopping.is_set():
            if done():
                return True
            self.tend()
        return False

    def stop(self) -> None:
        """End all children, the first one started last of all: the others still say goodbye to it."""
        for group in (self._children[1:], self._children[:1]):
            for child in group:
                child.signal(signal.SIGTERM)
            self._wait_for_the_end(group)
            for child in group:
                if child.kill():
                    logger.warning("%s did not end when asked to, and was killed", child.role.name)
                    _do_after_death(child.role)
        for child in self._children:
            self._pass_on(child)
        self._leash.close()

    def _wait_for_the_end(self, group: Sequence[Child]) -> None:
        deadline = time.monotonic() + GRACE_S
        while not all(child.has_ended() for child in group):
            if self._impatient or time.monotonic() > deadline:
                return
            time.sleep(0.05)

    def _mourn(self, child: Child, death: Death) -> None:
        logger.error("%s ended with %s; starting it again in %.1f s", death.name, death.reason, death.pause_s)
        if death.code > 0:
            # It gave up by itself, so its last words say why; whoever was killed had no say in it.
            for line in child.log.last_lines():
                self._say(f"{death.name}: {line}")
        _do_after_death(child.role)

    def _pass_on(self, child: Child) -> None:
        for line in child.log.new_trouble():
            self._say(f"{child.role.name}: {line}")

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._impatient = self.stopping.is_set()
        self.stopping.set()


def _do_after_death(role: Role) -> None:
    """What waits for the next painter must not wait longer because of a database that is busy now."""
    if role.after_death is None:
        return
    try:
        role.after_death()
    except DatabaseError:
        logger.exception("what had to be done after the death of %s was not done", role.name)
