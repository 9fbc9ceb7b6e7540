"""A worker as a look ahead sees it: what it holds, what is painted together, what is loaded, and when each is done."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from generation.forecasting.asking import TOGETHER, Ask
from generation.forecasting.pace import Cost, Paces

LEAST_S = 0.05
"""What is left of a job at the least: one that ought to be over is about to be."""
LEAST_OF_A_LOAD = 0.1
"""The same of a load, as a share of it."""
NOTHING_S = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Painter:
    """A worker that is awake."""

    worker: str
    device: str
    resident: Mapping[str, int] = field(default_factory=dict)
    """Bytes of the models in its memory, that which was used longest ago first."""
    pinned: Collection[str] = frozenset()
    budget_bytes: int = 0
    """What models may fill; 0 where that is not known."""


@dataclass(slots=True, kw_only=True, eq=False)
class Held:
    """A job on a worker."""

    key: str
    owner_id: int
    priority: int
    ask: Ask
    cost: Cost
    left_s: float
    """Seconds that it would still take alone."""
    guess: bool = False
    """Whether what it or a job before it costs was never seen."""

    @property
    def places(self) -> int:
        """Pictures that it wants in a model call."""
        return min(self.ask.pictures, TOGETHER)


class SimulatedWorker:
    """What becomes of the jobs that a worker holds while time goes by."""

    def __init__(self, painter: Painter, paces: Paces, *, alone: Collection[str] = frozenset()) -> None:
        self.device = painter.device
        self.held: list[Held] = []
        self.guesses = False
        """Whether it ever held anything whose cost is a guess: what comes after that is one too."""
        self._painter, self._paces, self._alone = painter, paces, alone
        self._resident = dict(painter.resident)
        self._load_left_s: dict[str, float] = {}
        self._costs: dict[Ask, Cost | None] = {}

    def cost(self, ask: Ask) -> Cost | None:
        """What a job costs it. None where nothing at all was learned yet."""
        if ask not in self._costs:
            self._costs[ask] = self._paces.cost(ask, self.device)
        return self._costs[ask]

    def has(self, model: str) -> bool:
        """Whether a model is in its memory."""
        return model in self._resident

    def offer(self) -> Callable[[Ask, int], bool]:
        """Which jobs it would take now, by what they ask and their priority: as the engine offers free places."""
        if not self.held:
            return lambda _ask, _priority: True
        shapes = {held.ask.shape for held in self.held}
        room = TOGETHER - sum(held.places for held in self.held)
        busiest = max(held.priority for held in self.held)
        shared = room > 0 and len(shapes) == 1 and self.held[0].ask.model not in self._alone
        return lambda ask, priority: priority > busiest or (shared and ask.shape in shapes)

    def hold(self, held: Held) -> None:
        """Take a job."""
        self.held.append(held)
        self.guesses = held.guess = held.guess or self.guesses

    def resume(self, held: Held, *, loading_s: float | None) -> None:
        """Hold a job that is under way; `loading_s` is for how long its model has been loaded by now."""
        self.hold(held)
        model = held.ask.model
        if loading_s is None:
            self._resident.setdefault(model, self._paces.load(model, self.device).bytes)
        elif not self.has(model):
            load_s = self._paces.load(model, self.device).seconds
            self._load_left_s[model] = max(LEAST_OF_A_LOAD * load_s, load_s - loading_s)

    def next_event_s(self) -> float | None:
        """In how many seconds something happens that changes what is painted here; None while it holds nothing."""
        if not self.held:
            return None
        company = self._company()
        return min(held.left_s / speed for held, speed in company) if company else self._loading()[1]

    def advance(self, seconds: float) -> list[Held]:
        """Let time go by, no further than to the next event; returns who is done."""
        company = self._company()
        if self.held and not company:
            model, left_s = self._loading()
            self._load_left_s[model] = left_s - seconds
            if left_s - seconds <= NOTHING_S:
                self._bring_in(model)
        for held, speed in company:
            held.left_s -= seconds * speed
        done = [held for held, _ in company if held.left_s <= NOTHING_S]
        self.held = [held for held in self.held if held not in done]
        return done

    def _in_turn(self) -> list[Held]:
        return sorted(self.held, key=lambda held: -held.priority)

    def _company(self) -> list[tuple[Held, float]]:
        """Who is painted now, and how fast compared with being painted alone; nobody while a model is loaded."""
        order = self._in_turn()
        if not order or not self.has(order[0].ask.model):
            return []
        members: list[tuple[Held, int]] = []
        room = TOGETHER
        for held in order:
            places = min(held.places, room)
            if places and held.ask.shape == order[0].ask.shape:
                members.append((held, places))
                room -= places
        rows_s = sum(held.cost.row * places for held, places in members)
        return [(held, _speed(held, places, rows_s)) for held, places in members]

    def _loading(self) -> tuple[str, float]:
        """The model that is being loaded, and how long it still takes."""
        model = self._in_turn()[0].ask.model
        if model not in self._load_left_s:
            self._load_left_s[model] = self._paces.load(model, self.device).seconds
        return model, self._load_left_s[model]

    def _bring_in(self, model: str) -> None:
        """Have a model in memory; those used longest ago leave where the room is needed."""
        del self._load_left_s[model]
        size, budget = self._paces.load(model, self.device).bytes, self._painter.budget_bytes
        for other in [name for name in self._resident if name not in self._painter.pinned]:
            if not budget or sum(self._resident.values()) + size <= budget:
                break
            del self._resident[other]
        self._resident[model] = size


def _speed(held: Held, places: int, rows_s: float) -> float:
    """How fast a job moves with so many places in model calls that take as long as all their pictures do."""
    call_s = held.cost.call + rows_s
    alone_s = held.cost.call + held.cost.row * held.places
    return places / held.places * (alone_s / call_s if call_s > 0 else 1.0)
