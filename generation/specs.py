"""What a person or program asks for, before anything is decided or checked."""

import hashlib
import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LoraAsk:
    """A LoRA by its registered name, with a weight."""

    name: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSpec:
    """One request to paint. None means: what the model or the studio does by default."""

    prompt: str
    negative: str = ""
    model: str | None = None
    persona: str | None = None
    width: int | None = None
    height: int | None = None
    steps: int | None = None
    guidance: float | None = None
    sampler: str | None = None
    seed: int | None = None
    count: int = 1
    keep: int | None = None
    guide: float | None = None
    loras: tuple[LoraAsk, ...] = ()
    source: str | None = None
    mask: str | None = None
    strength: float | None = None
    reference: str | None = None
    priority: int = 0

    def digest(self) -> str:
        """SHA-256 of the request: equal requests under one idempotency key are one job."""
        text = json.dumps(asdict(self), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()
