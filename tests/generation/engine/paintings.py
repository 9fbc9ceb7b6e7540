"""Orders for the engines under test, and what came of them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from generation.engine.contract import (
    Finished,
    ModelSource,
    Painted,
    PaintingFacts,
    PaintOrder,
    Pixels,
    Preview,
    Stage,
    StageEntered,
    Stepped,
    Ticket,
)
from tests.support.recipes import make_recipe
from tests.support.tiny_pipeline import SIZE

REAL = [
    pytest.mark.real_engine,
    # diffusers hands tensors to numpy in a way that numpy calls old; nothing of ours is meant.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:.*deprecated:FutureWarning"),
]


@dataclass
class Outcome:
    """Everything that the events of a ticket told."""

    stages: list[Stage] = field(default_factory=list)
    steps: list[int] = field(default_factory=list)
    total: int = 0
    previews: list[Preview] = field(default_factory=list)
    pixels: dict[int, Pixels] = field(default_factory=dict)
    facts: PaintingFacts | None = None


def outcome_of(ticket: Ticket, on_event: Callable[[Any], None] = lambda _: None) -> Outcome:
    """Read a ticket to its end."""
    outcome = Outcome()
    for event in ticket.events():
        on_event(event)
        match event:
            case StageEntered(stage=stage):
                outcome.stages.append(stage)
            case Stepped(step=step, total=total, preview=preview):
                outcome.steps.append(step)
                outcome.total = total
                outcome.previews += [preview] if preview else []
            case Painted(index=index, pixels=pixels):
                outcome.pixels[index] = pixels
            case Finished(facts=facts):
                outcome.facts = facts
    return outcome


def order(
    indices: tuple[int, ...] = (0,),
    *,
    job_id: str = "job",
    checkpoint_dir: Path | None = None,
    step_budget_s: float = 120.0,
    priority: int = 0,
    **recipe: Any,
) -> PaintOrder:
    """An order of tiny pictures; `recipe` replaces fields of its recipe."""
    small = {"width": SIZE, "height": SIZE, "steps": 4, "sampler": "Euler"}
    return PaintOrder(
        job_id=job_id,
        recipe=make_recipe(**(small | recipe)),
        indices=indices,
        checkpoint_dir=checkpoint_dir,
        step_budget_s=step_budget_s,
        priority=priority,
    )


def source_in(folder: Path, revision: str = "1") -> Callable[[str], ModelSource]:
    """A registry that knows one folder under every name."""
    return lambda name: ModelSource(name=name, folder=folder, revision=revision)


def largest_difference(one: Pixels, other: Pixels) -> int:
    """The largest difference of two pictures in grey levels."""
    return int(abs(one.astype(int) - other.astype(int)).max())
