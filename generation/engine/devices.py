"""Which device paints, in which number format, and what is written down about it beside each picture."""

import os
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

import torch

from generation.engine.contract import EngineError

LIBRARIES = ("torch", "diffusers", "transformers")
SHARE_OF_MEMORY = 0.75
"""How much of the device's memory models may fill where no budget is given; the rest is for the pictures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DevicePlan:
    """The device of this process and the number format of its models."""

    device: torch.device
    dtype: torch.dtype
    instruction_set: str
    budget_bytes: int
    """What models may fill on the device."""
    parking_bytes: int = 0
    """What models that had to leave a GPU may fill in RAM."""

    @property
    def dtype_name(self) -> str:
        """The number format without its library: "bfloat16"."""
        return str(self.dtype).removeprefix("torch.")


def device_plan(
    device: str | None, dtype: str | None, *, ram_budget_bytes: int | None, vram_budget_bytes: int | None
) -> DevicePlan:
    """Choose device and number format; what is asked for wins. Raises EngineError where it cannot be had.

    On a processor the RAM budget is the models' place. Beside a GPU it is where models are parked that had to leave
    the GPU; without one none are, as every worker of the machine would take its share.
    """
    chosen = torch.device(device or _best_device())
    budget = ram_budget_bytes if chosen.type == "cpu" else vram_budget_bytes
    return DevicePlan(
        device=chosen,
        dtype=_dtype_named(dtype) if dtype else _best_dtype(chosen),
        instruction_set=torch.backends.cpu.get_cpu_capability() + (" bf16" if cpu_has_bf16() else ""),
        budget_bytes=budget or int(_memory_bytes(chosen) * SHARE_OF_MEMORY),
        parking_bytes=(ram_budget_bytes or 0) if chosen.type == "cuda" else 0,
    )


def cpu_has_bf16() -> bool:
    """Whether this processor multiplies bfloat16 by itself; elsewhere bfloat16 is slower than float32."""
    if torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported():
        return True
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return False
    return any(line.startswith("Features") and " bf16" in line for line in lines)


@cache
def library_versions() -> dict[str, str]:
    """The versions of the libraries that decide the pixels."""
    return {name: version(name) for name in LIBRARIES}


def default_threads() -> int:
    """One thread per core but one, which is left to the pages."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, cores - 1)


def memory_release(device: torch.device) -> None:
    """Give memory that torch keeps in reserve back to the device."""
    if device.type == "cuda":
        torch.cuda.empty_cache()
    elif device.type == "mps":
        torch.mps.empty_cache()


def is_out_of_memory(error: BaseException) -> bool:
    """Whether this is the device, or the processor's own memory, saying that it is full."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    return isinstance(error, RuntimeError) and (
        "can't allocate memory" in str(error) or "out of memory" in str(error).lower()
    )


def is_device_fault(error: BaseException) -> bool:
    """Whether the device itself failed, so that nothing more can be painted in this process."""
    kinds = tuple(kind for kind in (getattr(torch, "AcceleratorError", None),) if kind is not None)
    return isinstance(error, kinds) or (isinstance(error, RuntimeError) and "CUDA error" in str(error))


def _best_device() -> str:
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def _best_dtype(device: torch.device) -> torch.dtype:
    if device.type == "cuda":
        return torch.bfloat16
    if device.type == "mps":
        return torch.float16
    return torch.bfloat16 if cpu_has_bf16() else torch.float32


def _dtype_named(name: str) -> torch.dtype:
    dtype = {"bfloat16": torch.bfloat16, "float16": torch.float16, "float32": torch.float32}.get(name)
    if dtype is None:
        raise EngineError(f"Aria paints in bfloat16, float16 or float32, not in {name!r}.", code="bad_setting")
    return dtype


def _memory_bytes(device: torch.device) -> int:
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[1])
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
