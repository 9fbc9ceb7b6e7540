"""Which devices this machine has. Run as `python -m generation.engine.discovery`, it prints them as JSON and ends.

Whoever starts workers asks in a process of its own: torch takes seconds to import, and a process that has once looked
at its GPUs holds memory on each of them.
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from generation.engine.capabilities import CPU, MPS, capability_of


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundDevice:
    """One device that can paint."""

    device: str
    """As torch names it: "cuda:1", "mps", "cpu"."""
    kind: str
    name: str = ""
    memory_bytes: int = 0

    @property
    def index(self) -> int:
        """Its number among its kind."""
        return int(self.device.partition(":")[2] or 0)


def found_devices(torch: Any) -> list[FoundDevice]:
    """Every GPU in the order of its number; the processor where there is none."""
    return list(_gpus(torch)) or [
        FoundDevice(device="cpu", kind=CPU.kind, name=CPU.name(torch, 0), memory_bytes=CPU.memory(torch, 0))
    ]


def _gpus(torch: Any) -> Iterator[FoundDevice]:
    if torch.cuda.is_available():
        capability = capability_of(torch, "cuda")
        for index in range(torch.cuda.device_count()):
            yield FoundDevice(
                device=f"cuda:{index}",
                kind=capability.kind,
                name=capability.name(torch, index),
                memory_bytes=capability.memory(torch, index),
            )
    elif torch.backends.mps.is_available():
        yield FoundDevice(device="mps", kind=MPS.kind, name=MPS.name(torch, 0), memory_bytes=MPS.memory(torch, 0))


def main() -> None:
    """Print the devices."""
    import torch

    json.dump([asdict(device) for device in found_devices(torch)], sys.stdout)


if __name__ == "__main__":
    main()
