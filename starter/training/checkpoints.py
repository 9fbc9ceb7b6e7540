"""Owns checkpoints: one file, replaced as a whole, so that a killed run leaves either the old one or the new."""

import os
from pathlib import Path
from typing import Any

import torch


def checkpoint_write(path: Path, state: dict[str, Any]) -> None:
    """Store a state at `path`; a reader never sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(f".{os.getpid()}.part")
    torch.save(state, unfinished)
    unfinished.replace(path)


def checkpoint_read(path: Path) -> dict[str, Any] | None:
    """Read a state back on the CPU, or None where there is none. Holds tensors and plain values only."""
    if not path.exists():
        return None
    state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    return state
