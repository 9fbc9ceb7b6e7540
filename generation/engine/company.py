"""Who shares the next model call: the most urgent and then the oldest order, and whoever fits beside it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, Self, TypeVar

from aria_site.kernel.recipe import LoraUse, Recipe


@dataclass(frozen=True, slots=True)
class Shape:
    """What orders must have in common to share model calls."""

    model: str
    revision: str
    width: int
    height: int
    loras: tuple[LoraUse, ...]

    @classmethod
    def of(cls, recipe: Recipe) -> Self:
        """The shape of the pictures of a recipe."""
        return cls(recipe.model, recipe.model_revision, recipe.width, recipe.height, recipe.loras)


class Asking(Protocol):
    """An order that wants to be painted."""

    @property
    def shape(self) -> Shape:
        """What others must share to be painted with it."""
        ...

    @property
    def priority(self) -> int:
        """Higher ones go first."""
        ...

    @property
    def arrival(self) -> int:
        """Among equals lower ones go first; an order that had its turn goes behind those that wait."""
        ...


Order = TypeVar("Order", bound=Asking)


def in_turn(orders: Iterable[Order]) -> list[Order]:
    """Orders as they are due: urgent ones first, then by arrival."""
    return sorted(orders, key=lambda order: (-order.priority, order.arrival))


@dataclass(frozen=True, slots=True)
class Load:
    """What one order under way takes of the room in a model call."""

    shape: Shape
    priority: int
    pictures: int
    alone: bool = False
    """Whether it shares no model call, or its model paints one picture at a time, whatever it is asked for."""


def free_slots(shape: Shape, priority: int, under_way: Sequence[Load], most: int) -> int:
    """How many more pictures of a shape fit beside what is under way, in model calls of `most` pictures.

    All of them where nothing is under way; what is left of a model call where everything under way has the same
    shape; and one, whatever its shape, for an order that is more urgent than all others: it takes their place.
    """
    if not under_way:
        return most
    urgent = 1 if priority > max(load.priority for load in under_way) else 0
    if any(load.alone or load.shape != shape for load in under_way):
        return urgent
    return max(urgent, most - sum(load.pictures for load in under_way))
