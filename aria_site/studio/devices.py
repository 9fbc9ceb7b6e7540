"""Which devices paint on this machine, and how a worker is shown one of them alone."""

import json
import logging
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from django.conf import settings

from aria_site.environment import PROJECT_DIR, inherited
from aria_site.studio.preparation import NotReadyError
from generation.engine.capabilities import CAPABILITIES, CPU, SHARE_OF_MEMORY, ram_bytes
from generation.engine.discovery import FoundDevice

logger = logging.getLogger(__name__)

DISCOVERY = (sys.executable, "-m", "generation.engine.discovery")
DISCOVERY_S = 120.0
GPU_FILES = ("/dev/nvidiactl", "/dev/nvidia0", "/dev/kfd", "/dev/dxg")
"""What drivers of GPUs put there on Linux; without any of it there is nothing to look for."""
ONE_PROCESSOR = (FoundDevice(device="cpu", kind=CPU.kind),)


def devices_here() -> Sequence[FoundDevice]:
    """The devices of this machine; the processor where there is no GPU, or none that can be asked.

    GPUs are looked for in a short-lived process, and only where there may be one: this process never imports torch.
    """
    if not may_have_gpu():
        return ONE_PROCESSOR
    try:
        answer = subprocess.run(DISCOVERY, cwd=PROJECT_DIR, capture_output=True, timeout=DISCOVERY_S, check=True)  # noqa: S603  our own module
        return [FoundDevice(**facts) for facts in json.loads(answer.stdout)]
    except (subprocess.SubprocessError, OSError, ValueError) as error:
        logger.warning("the GPUs of this machine cannot be asked (%s): painting on the processor", error)
        return ONE_PROCESSOR


def devices_wanted() -> Sequence[FoundDevice]:
    """The device that ARIA_DEVICE names; all of them where that is left to the machine. Raises NotReadyError."""
    wanted = settings.ENV.aria_device
    return devices_here() if wanted == "auto" else devices_named([wanted])


def may_have_gpu(files: Sequence[str] = GPU_FILES, platform: str = sys.platform) -> bool:
    """Whether it is worth the seconds to ask."""
    return platform == "darwin" or any(Path(file).exists() for file in files)


def devices_named(names: Sequence[str]) -> Sequence[FoundDevice]:
    """The devices of these names, in this order; a processor may be named several times.

    Raises NotReadyError where this machine has no such device.
    """
    if all(name == "cpu" for name in names):
        return [*ONE_PROCESSOR] * len(names)
    found = {device.device: device for device in [*ONE_PROCESSOR, *devices_here()]}
    missing = [name for name in names if _spelt_out(name) not in found]
    if missing:
        raise NotReadyError(f"There is no device {missing[0]!r} here. There are: {', '.join(found)}.")
    gpus = [_spelt_out(name) for name in names if name != "cpu"]
    if len(gpus) != len(set(gpus)):
        raise NotReadyError("Name each GPU once: two workers on one would take each other's memory.")
    return [found[_spelt_out(name)] for name in names]


def pinned(device: FoundDevice, others: Sequence[FoundDevice] = ()) -> Mapping[str, str]:
    """The environment of a worker that sees this device of its kind alone, and shares the machine with the others.

    A hidden GPU's neighbour is the first that the process sees, so it is told apart by its label. Where the variable
    was set already, the device's number counts in that list.
    """
    variable = CAPABILITIES[device.kind].visible
    if variable is None:
        alone = {"ARIA_DEVICE": device.device, "ARIA_DEVICE_LABEL": device.device}
        return alone | (_share_of_processor(others) if device.kind == CPU.kind else {})
    visible = [one.strip() for one in inherited(variable).split(",") if one.strip()]
    number = visible[device.index] if device.index < len(visible) else str(device.index)
    return {variable: number, "ARIA_DEVICE": "cuda:0", "ARIA_DEVICE_LABEL": device.device}


def _share_of_processor(others: Sequence[FoundDevice]) -> dict[str, str]:
    """Threads and memory of one of several workers on one processor, unless a person has said how much."""
    workers = 1 + sum(other.kind == CPU.kind for other in others)
    if workers == 1:
        return {}
    environment = settings.ENV
    threads = environment.aria_threads or max(1, ((os.cpu_count() or 1) - 1) // workers)
    ram = int(environment.aria_ram_budget) or int(ram_bytes() * SHARE_OF_MEMORY) // workers
    return {"ARIA_THREADS": str(threads), "ARIA_RAM_BUDGET": str(ram)}


def _spelt_out(name: str) -> str:
    return "cuda:0" if name == "cuda" else name
