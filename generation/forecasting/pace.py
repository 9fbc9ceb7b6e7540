"""How fast a device paints with a model: four costs, learned from what finished paintings took.

The seconds of a painting are a sum of four parts: one for the painting as such, one for each model call, one for each
picture in a model call, and one for each picture that is decoded. They are found by least squares of the relative
error over all paintings of a model, a device and about the same size, older ones counting less and less. Kept are the
sums that least squares needs, not the paintings: learning and predicting cost the same however many there were.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import NamedTuple, Self

from generation.forecasting.asking import TOGETHER, Ask, bucket_pixels

FORGETTING = 0.97
"""What a painting counts when one more has come: about thirty of them are remembered."""
PRIOR = 0.5
"""How many paintings the mix of costs counts for from which learning begins."""
LEAST_CLIP, CLIP_SPREADS = 0.25, 3.0
"""A painting that was further off than this (log of the ratio) counts as if it had been just so far off."""
SPREAD_RATE = 0.1
NEWEST_LOAD = 0.3
"""How far the remembered time of a load moves to that of the newest one."""


class Costs(NamedTuple):
    """Seconds of each part of a painting, at the size in the middle of its bucket."""

    painting: float = 0.0
    call: float = 0.0
    row: float = 0.0
    """Of each picture in a model call; of one that is led away from a negative prompt, twice."""
    picture: float = 0.0
    """Of each picture that is decoded."""

    def of(self, parts: Sequence[float]) -> float:
        """Seconds of a painting that has so much of each part."""
        return sum(cost * part for cost, part in zip(self, parts, strict=True))


ALIKE = Costs(row=1.0, picture=2.0)
"""Where nothing tells, only pictures cost anything, and decoding one as much as it does in two model calls."""
PARTS = len(Costs._fields)
PAIRS = tuple(product(range(PARTS), repeat=2))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """What is remembered of the paintings of one model and size on one device."""

    squares: tuple[float, ...] = (0.0,) * len(PAIRS)
    products: tuple[float, ...] = (0.0,) * PARTS
    weight: float = 0.0
    """How many paintings that is, faded ones counted as what they count."""
    paintings: int = 0
    spread: float = 0.0
    """Running mean of how far off predictions were (log of the ratio)."""

    def learned(self, ask: Ask, seconds: float, *, share: float = 1.0, prior: Costs | None = None) -> Self:
        """This pace after one more painting. `share` is the part of its model calls that was its own, in (0, 1]."""
        parts = parts_of(ask, share)
        expected, spread = self.costs(prior).of(parts) if self.paintings else 0.0, self.spread
        if expected > 0:
            off = math.log(seconds / expected)
            clip = max(LEAST_CLIP, CLIP_SPREADS * spread) + 1 / self.paintings
            seconds = expected * math.exp(min(clip, max(-clip, off)))
            spread += SPREAD_RATE * (abs(off) - spread)
        scaled = [part / (expected or seconds) for part in parts]
        told = seconds / (expected or seconds)
        return type(self)(
            squares=tuple(
                FORGETTING * old + scaled[i] * scaled[j] for (i, j), old in zip(PAIRS, self.squares, strict=True)
            ),
            products=tuple(FORGETTING * old + part * told for part, old in zip(scaled, self.products, strict=True)),
            weight=FORGETTING * self.weight + 1,
            paintings=self.paintings + 1,
            spread=spread,
        )

    def costs(self, prior: Costs | None = None) -> Costs:
        """The costs that fit best, none below zero; those of the prior where nothing was learned.

        As far as there is little to go by, the parts stand to each other as in the prior.
        """
        if not self.paintings:
            return prior or Costs()
        likely = self._scaled(prior or ALIKE)
        pull = [PRIOR * self.squares[part * (PARTS + 1)] / max(1.0, self.weight) for part in range(PARTS)]
        free = [part for part in range(PARTS) if pull[part] > 0]
        while free:
            matrix = [[self.squares[i * PARTS + j] + (pull[i] if i == j else 0.0) for j in free] for i in free]
            found = _solved(matrix, [self.products[i] + pull[i] * likely[i] for i in free])
            lowest = min(range(len(free)), key=lambda at: found[at] * math.sqrt(pull[free[at]]))
            if found[lowest] >= 0:
                costs = dict(zip(free, found, strict=True))
                return Costs(*(costs.get(part, 0.0) for part in range(PARTS)))
            del free[lowest]
        return likely

    def _scaled(self, mix: Costs) -> Costs:
        """The multiple of a mix that fits best: all that one painting can tell."""
        squares = sum(mix[i] * mix[j] * square for (i, j), square in zip(PAIRS, self.squares, strict=True))
        rate = mix.of(self.products) / squares if squares else 0.0
        return Costs(*(rate * cost for cost in mix))


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a job costs a device when it is painted alone."""

    seconds: float
    call: float = 0.0
    """Seconds of a model call that it shares with whoever is painted beside it."""
    row: float = 1.0
    """Seconds of a model call that each of its pictures adds."""
    guess: bool = False
    """Whether nothing like it was painted there before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What it takes to bring a model into a device's memory."""

    seconds: float
    bytes: int = 0

    def learned(self, seconds: float, size: int = 0) -> Self:
        """This load after one more; a size of 0 is not known."""
        if seconds <= 0 or self.seconds <= 0:
            return type(self)(seconds=max(seconds, self.seconds), bytes=size or self.bytes)
        moved = self.seconds * (seconds / self.seconds) ** NEWEST_LOAD
        return type(self)(seconds=moved, bytes=size or self.bytes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paces:
    """Everything that was learned: by model, device and bucket of size, and the loads by model and device."""

    paces: Mapping[tuple[str, str, int], Pace] = field(default_factory=dict)
    loads: Mapping[tuple[str, str], Load] = field(default_factory=dict)

    def cost(self, ask: Ask, device: str) -> Cost | None:
        """What a job will cost a device. None where nothing at all was learned yet."""
        own, prior = self.paces.get((ask.model, device, ask.bucket)), self.prior(ask, device)
        costs = own.costs(prior) if own else prior
        if costs is None:
            return None
        row = costs.row * ask.rows * ask.pixels / bucket_pixels(ask.bucket)
        return Cost(seconds=costs.of(parts_of(ask)), call=costs.call, row=row, guess=own is None)

    def prior(self, ask: Ask, device: str) -> Costs | None:
        """What to expect before anything like it was painted there: the nearest size of the nearest kin, scaled.

        Another size of the same model on the same device is nearest, then the model elsewhere, then other models.
        """
        own = (ask.model, device, ask.bucket)
        known = [key for key in self.paces if key != own]
        if not known:
            return None
        nearest = min(known, key=lambda key: (key[0] != ask.model, key[1] != device, abs(key[2] - ask.bucket), key))
        costs, scale = self.paces[nearest].costs(), bucket_pixels(ask.bucket) / bucket_pixels(nearest[2])
        return costs._replace(row=costs.row * scale, picture=costs.picture * scale)

    def load(self, model: str, device: str) -> Load:
        """What a model's load takes; where it was never seen there, the median of other models' loads."""
        own = self.loads.get((model, device))
        if own is not None:
            return own
        others = sorted(load.seconds for (_, where), load in self.loads.items() if where == device)
        return Load(seconds=others[len(others) // 2] if others else 0.0)


def parts_of(ask: Ask, share: float = 1.0) -> tuple[float, ...]:
    """How much of each part is in a painting."""
    pixels = ask.pixels / bucket_pixels(ask.bucket)
    calls_together = ask.calls * math.ceil(ask.pictures / TOGETHER)
    return 1.0, share * calls_together, ask.calls * ask.rows * ask.pictures * pixels, ask.pictures * pixels


def _solved(matrix: list[list[float]], right: list[float]) -> list[float]:
    """The solution of a few linear equations whose matrix is positive definite."""
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    for at, pivot in enumerate(rows):
        for other in rows[at + 1 :]:
            factor = other[at] / pivot[at]
            other[at:] = [one - factor * two for one, two in zip(other[at:], pivot[at:], strict=True)]
    found = [0.0] * len(rows)
    for at in reversed(range(len(rows))):
        known = sum(rows[at][later] * found[later] for later in range(at + 1, len(rows)))
        found[at] = (rows[at][-1] - known) / rows[at][at]
    return found
