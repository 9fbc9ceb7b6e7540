"""One order on the device thread: which of its pictures wait, which are being painted, and how far it is."""

from dataclasses import dataclass, field
from pathlib import Path

from generation.engine.checkpoint_files import checkpoint_path, groups_kept
from generation.engine.company import Shape
from generation.engine.contract import ModelSource, PaintOrder, Stage
from generation.engine.stepper import Painting
from generation.engine.tickets import QueueTicket


@dataclass(slots=True, kw_only=True, eq=False)
class Sitting:
    """An order that was taken up. Only the device thread touches it."""

    ticket: QueueTicket
    source: ModelSource
    arrival: int
    together: int
    """How many pictures share a model call at the most."""
    waiting: list[int] = field(default_factory=list)
    """Pictures that nobody has begun."""
    group: tuple[int, ...] = ()
    """Pictures that are being painted together."""
    painting: Painting | None = None
    painted: int = 0
    given: set[int] = field(default_factory=set)
    """Pictures that were handed out."""
    started_at: float | None = None
    load_s: float = 0.0
    cramped: bool = False
    """Whether room was made for it already: what does not fit now never will."""

    def __post_init__(self) -> None:
        self.waiting = list(self.order.indices)

    @property
    def order(self) -> PaintOrder:
        """What was asked for."""
        return self.ticket.order

    @property
    def shape(self) -> Shape:
        """What others must share to be painted with it."""
        return Shape.of(self.order.recipe)

    @property
    def priority(self) -> int:
        """Higher ones go first."""
        return self.order.priority

    @property
    def finished(self) -> bool:
        """Whether its last picture is painted."""
        return not self.waiting and not self.group

    @property
    def checkpoint(self) -> Path | None:
        """Where the checkpoint of the pictures under way lies."""
        folder = self.order.checkpoint_dir
        return None if folder is None else checkpoint_path(folder, self.group)

    def room_needed(self) -> int:
        """How many places in a model call it cannot do without."""
        return len(self.group) or 1

    def take(self, room: int) -> None:
        """Begin with as many pictures as there is room for; with those of a checkpoint, where one was kept."""
        folder = self.order.checkpoint_dir
        kept = [] if folder is None else groups_kept(folder)
        fitting = [group for group in kept if set(group) <= set(self.waiting) and len(group) <= room]
        elsewhere = {index for group in fitting for index in group}
        fresh = [index for index in self.waiting if index not in elsewhere]
        self.group = fitting[0] if fitting else tuple(fresh[:room])
        self.waiting = [index for index in self.waiting if index not in self.group]

    def put_back(self) -> None:
        """Begin the pictures under way anew, later."""
        self.waiting = sorted((*self.group, *self.waiting))
        self.group, self.painting = (), None

    def close_group(self) -> None:
        """The pictures under way are painted."""
        self.painted += len(self.group)
        self.group, self.painting = (), None

    def report(self, step: int, steps: int) -> tuple[int, int]:
        """Tell the waiting side of a step of the pictures under way; returns (step, total) of the whole order.

        Steps are counted as if the order were painted in full model calls, however many pictures others left room for.
        """
        count = len(self.order.indices)
        per_call = min(count, self.together)
        done = self.painted * steps + step * len(self.group)
        whole = (-(-done // per_call), -(-count * steps // per_call))
        self.ticket.stepped(*whole)
        return whole

    def resume(self, stage: Stage) -> None:
        """Tell that the device turns to it, unless it knows. Raises PaintingCancelledError."""
        if self.ticket.stage is not stage:
            self.ticket.enter(stage)
