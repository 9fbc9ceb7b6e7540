"""Which models have to go when another one needs their place: those that cost least to have back. No torch here."""

from collections.abc import Sequence
from dataclasses import dataclass

HALF_LIFE_S = 600.0
"""A model unused for this long is half as likely to be wanted soon as one that was used just now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A model that may be evicted."""

    name: str
    bytes: int
    load_s: float
    """How long its last load took."""
    used_at: float

    def cost(self, now: float) -> float:
        """The seconds that its eviction is likely to cost: those of a load, times how likely it is wanted soon."""
        unused_s = max(0.0, now - self.used_at)
        return max(self.load_s, 1e-3) / (1.0 + unused_s / HALF_LIFE_S)


def least_costly(candidates: Sequence[Candidate], *, needed: int, now: float) -> tuple[Candidate, ...]:
    """The models to evict so that `needed` bytes come free, most costly last; all where even that is too little.

    The cheapest set that is large enough is a knapsack, which takes 2^models steps to find for certain. This rule
    takes models log models steps and never costs more than twice the cheapest set (Csirik, Frenk, Labbé and Zhang):

    1. Go through the models in the order of cost per byte and collect those that are not yet enough together.
    2. A model that would complete the collection makes a set with it. Remember the cheapest such set, leave that
       model out and go on.
    3. From the cheapest set, give back what it does not need after all, the most costly model first.
    """
    if needed <= 0:
        return ()
    collected: list[Candidate] = []
    collected_bytes, collected_cost = 0, 0.0
    best: tuple[float, int, Candidate] | None = None
    for candidate in sorted(candidates, key=lambda model: model.cost(now) / max(1, model.bytes)):
        cost = candidate.cost(now)
        if collected_bytes + candidate.bytes < needed:
            collected.append(candidate)
            collected_bytes += candidate.bytes
            collected_cost += cost
        elif best is None or collected_cost + cost < best[0]:
            best = (collected_cost + cost, len(collected), candidate)
    if best is None:
        return tuple(collected)
    return _without_surplus([*collected[: best[1]], best[2]], needed=needed, now=now)


def _without_surplus(chosen: list[Candidate], *, needed: int, now: float) -> tuple[Candidate, ...]:
    """The chosen models without those that the others make unnecessary."""
    surplus = sum(model.bytes for model in chosen) - needed
    kept: list[Candidate] = []
    for model in sorted(chosen, key=lambda model: model.cost(now), reverse=True):
        if model.bytes <= surplus:
            surplus -= model.bytes
        else:
            kept.append(model)
    return tuple(sorted(kept, key=lambda model: model.cost(now)))
