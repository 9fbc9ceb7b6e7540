"""Orders for the engine under measurement, what comes of them, and counters of the calls that cost time."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Unpack

from aria_site.kernel.recipe import Recipe
from generation.engine.contract import (
    EngineError,
    Finished,
    ModelSource,
    Painted,
    PaintingEngine,
    PaintingFacts,
    PaintOrder,
    Pixels,
    Preview,
    Stepped,
    Ticket,
)
from generation.engine.engine import Engine, EngineOptions

PROMPT = "a red sailboat, watercolour, sunset"
HOLD_S = 30.0


@dataclass(slots=True)
class Outcome:
    """What the events of a ticket told."""

    pixels: dict[int, Pixels] = field(default_factory=dict)
    previews: list[Preview] = field(default_factory=list)
    facts: PaintingFacts | None = None


def outcome_of(ticket: Ticket) -> Outcome:
    """Read a ticket to its end. Raises EngineError or PaintingCancelledError."""
    outcome = Outcome()
    for event in ticket.events():
        match event:
            case Stepped(preview=Preview() as preview):
                outcome.previews.append(preview)
            case Painted(index=index, pixels=pixels):
                outcome.pixels[index] = pixels
            case Finished(facts=facts):
                outcome.facts = facts
    return outcome


def order(model: str, *, count: int = 1, job_id: str = "job", **recipe: Any) -> PaintOrder:
    """An order of `count` pictures; `recipe` replaces fields of its recipe."""
    fields: dict[str, Any] = {
        "model": model,
        "model_revision": "1",
        "prompt": PROMPT,
        "resolved_prompt": recipe.get("prompt", PROMPT),
        "seed": 7,
        "width": 256,
        "height": 256,
        "steps": 4,
        "guidance_scale": 4.0,
        "sampler": "Euler",
    }
    return PaintOrder(job_id=job_id, recipe=Recipe(**(fields | recipe)), indices=tuple(range(count)))


def paint(engine: PaintingEngine, asked: PaintOrder) -> Pixels:
    """Paint an order and return its first picture."""
    return outcome_of(engine.submit(asked)).pixels[0]


@contextmanager
def running_engine(
    models: Callable[[str], ModelSource], *, preload: tuple[str, ...] = (), **options: Unpack[EngineOptions]
) -> Iterator[Engine]:
    """An engine on one thread that has its models warm, closed at the end."""
    settings: EngineOptions = {"threads": 1, "device": "cpu", "dtype": "float32"}
    engine = Engine(models=models, **(settings | options))
    try:
        engine.preload(preload)
        wait_until_warm(engine, preload)
        yield engine
    finally:
        engine.close()


def wait_until_warm(engine: PaintingEngine, names: tuple[str, ...]) -> None:
    """Return once the preload is through, without having painted: a refusal waits its turn behind it."""
    for name in names:
        try:
            outcome_of(engine.submit(order(name, mask="none")))
        except EngineError as error:
            if error.code != "unsupported":
                raise


def grey_levels_apart(one: Pixels, other: Pixels) -> int:
    """The largest difference of two pictures."""
    return int(abs(one.astype(int) - other.astype(int)).max())


class CallCounter:
    """Counts the calls of a method and lets the measurement act inside of one."""

    def __init__(self) -> None:
        self.count = 0
        self.on_call: Callable[[Any], None] = lambda _: None
        """Called before the method with its first argument."""


@contextmanager
def counted(owner: Any, method_name: str) -> Iterator[CallCounter]:
    """Count the calls of a method of a class for as long as the block lasts."""
    counter, method = CallCounter(), getattr(owner, method_name)

    def counting(self: Any, *args: Any, **kwargs: Any) -> Any:
        counter.count += 1
        counter.on_call(args[0] if args else None)
        return method(self, *args, **kwargs)

    setattr(owner, method_name, counting)
    try:
        yield counter
    finally:
        setattr(owner, method_name, method)


@contextmanager
def held(engine: PaintingEngine, counter: CallCounter, blocker: PaintOrder) -> Iterator[None]:
    """Hold the device thread in the first model call of `blocker` for as long as the block lasts."""
    reached, released = threading.Event(), threading.Event()

    def hold(_: Any) -> None:
        counter.on_call = lambda _: None
        reached.set()
        released.wait(HOLD_S)

    counter.on_call = hold
    ticket = engine.submit(blocker)
    if not reached.wait(HOLD_S):
        raise TimeoutError("The device thread did not come to a model call.")
    try:
        yield
    finally:
        released.set()
    outcome_of(ticket)
