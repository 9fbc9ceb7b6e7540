"""What a figure was measured on."""

import os
import platform
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """The facts without which a figure says nothing. `load` is the average of the last minute, our own included."""

    processor: str
    cores: int
    device: str
    torch: str
    diffusers: str
    python: str
    load: float
    date: str

    @property
    def folder_name(self) -> str:
        """A name for the folder of its results: "amd-epyc-2-cores"."""
        hardware = self.processor if self.device == "cpu" else self.device
        return re.sub(r"[^a-z0-9]+", "-", f"{hardware} {self.cores} cores".lower()).strip("-")


def this_machine(device: str = "cpu") -> Machine:
    """The machine at hand; `device` is what paints, as torch calls it. Imports torch for a GPU alone."""
    return Machine(
        processor=_processor(),
        cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        device=device if device == "cpu" else _accelerator(device),
        torch=version("torch"),
        diffusers=version("diffusers"),
        python=platform.python_version(),
        load=round(os.getloadavg()[0], 1),
        date=datetime.now(UTC).date().isoformat(),
    )


def has_gpu() -> bool:
    """Whether torch can compute on a CUDA device here."""
    import torch

    return torch.cuda.is_available()


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _accelerator(device: str) -> str:
    import torch

    return torch.cuda.get_device_name(device) if device.startswith("cuda") else device
