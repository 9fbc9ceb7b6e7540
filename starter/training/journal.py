"""Owns what a training run leaves to read: one JSON line per report, and picture grids."""

import json
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor


@dataclass(slots=True)
class Journal:
    """Collects losses and writes their means to `logs/<name>.jsonl` below the work folder."""

    folder: Path
    name: str
    _sums: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def note(self, **values: float) -> None:
        """Take down one step's values."""
        for key, value in values.items():
            self._sums[key].append(value)

    def report(self, **values: float) -> None:
        """Write the means since the last report, with further values, as one line."""
        means = {key: round(float(np.mean(noted)), 5) for key, noted in self._sums.items()}
        self._sums.clear()
        line = json.dumps({"at": time.strftime("%H:%M:%S"), **values, **means})
        path = self.folder / "logs" / f"{self.name}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")
        print(line, flush=True)  # noqa: T201  # a training run speaks to the terminal it was started from


def grid_write(path: Path, rows: list[Tensor]) -> None:
    """Store rows of pictures (n, 3, h, w) in 0 to 1 as one PNG, one row below the other."""
    bands = [np.concatenate(list(_bytes(row)), axis=1) for row in rows]
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.concatenate(bands, axis=0)).save(path)


def _bytes(pictures: Tensor) -> NDArray[np.uint8]:
    values = pictures.float().clamp(0, 1).mul(255).round().permute(0, 2, 3, 1).cpu().numpy()
    return np.asarray(values, dtype=np.uint8)
