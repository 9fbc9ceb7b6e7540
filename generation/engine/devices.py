"""Which device paints, in which number format, and what is written down about it beside each picture."""

import os
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

import torch

from generation.engine.capabilities import BFLOAT16, CPU, SHARE_OF_MEMORY, Capability, capability_of

LIBRARIES = ("torch", "diffusers", "transformers")


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
    capability: Capability = CPU
    label: str = "cpu"
    """What the device is called beside the pictures: of several GPUs a worker may see but one, as its first."""
    device_name: str = ""
    """What its maker calls it."""

    @property
    def dtype_name(self) -> str:
        """The number format without its library: "bfloat16"."""
        return str(self.dtype).removeprefix("torch.")


def device_plan(
    device: str | None,
    dtype: str | None,
    *,
    ram_budget_bytes: int | None,
    vram_budget_bytes: int | None,
    label: str | None = None,
) -> DevicePlan:
    """Choose device and number format; what is asked for wins. Raises EngineError where it cannot be had.

    On a processor the RAM budget is the models' place. Beside a GPU it is where models are parked that had to leave
    the GPU; without one none are, as every worker of the machine would take its share.
    """
    chosen = torch.device(device or _best_device())
    capability, index = capability_of(torch, chosen.type), chosen.index or 0
    budget = ram_budget_bytes if capability is CPU else vram_budget_bytes
    return DevicePlan(
        device=chosen,
        dtype=getattr(torch, capability.check(dtype or _best_dtype(capability))),
        instruction_set=torch.backends.cpu.get_cpu_capability() + (" bf16" if cpu_has_bf16() else ""),
        budget_bytes=budget or int(capability.memory(torch, index) * SHARE_OF_MEMORY),
        parking_bytes=(ram_budget_bytes or 0) if capability.own_memory else 0,
        capability=capability,
        label=label or str(chosen),
        device_name=capability.name(torch, index),
    )


def cpu_has_bf16() -> bool:
    """Whether this processor multiplies bfloat16 by itself; elsewhere bfloat16 is slower than float32."""
    if CPU.has_bf16(torch):
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
    capability_of(torch, device.type).empty_cache(torch)


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


def _best_dtype(capability: Capability) -> str:
    """What the device multiplies by itself; torch knows that of processors for x86 alone."""
    return BFLOAT16 if capability is CPU and cpu_has_bf16() else capability.dtype(torch)
