"""What a person or program asks for with a batch, before anything is decided or checked."""

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Literal

from generation.specs import JobSpec

AxisValue = str | int | float
BatchKind = Literal["list", "grid", "matrix"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AxisAsk:
    """One field of the recipe that varies along an axis of a grid, and its values in their order."""

    field: str
    values: tuple[AxisValue, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchSpec:
    """One request for several jobs: a list of `recipes`, or one `recipe` to vary."""

    kind: BatchKind
    title: str = ""
    recipes: tuple[JobSpec, ...] = ()
    recipe: JobSpec | None = None
    x: AxisAsk | None = None
    y: AxisAsk | None = None

    def digest(self) -> str:
        """SHA-256 of the request: equal requests under one idempotency key are one batch."""
        text = json.dumps(asdict(self), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()
