"""What Aria may expect of each kind of device, in one table. No torch here: whoever asks brings it."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from generation.engine.contract import EngineError

BFLOAT16, FLOAT16, FLOAT32 = "bfloat16", "float16", "float32"
SHARE_OF_MEMORY = 0.75
"""How much of a device's memory models may fill where no budget is given; the rest is for the pictures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capability:
    """One kind of device. The functions take torch, and the number of the device where there can be several."""

    kind: str
    title: str
    dtypes: tuple[str, ...]
    """Number formats it can paint in, the preferred one first; bfloat16 only where it multiplies that by itself."""
    visible: str | None = None
    """The environment variable that hides every other device of the kind from a process."""
    own_memory: bool = False
    """Whether its memory is not the RAM, so that models can be parked beside it."""
    channels_last: bool = False
    """Whether convolutions are faster with the channels laid out last."""
    memory: Callable[[Any, int], int]
    empty_cache: Callable[[Any], None]
    has_bf16: Callable[[Any], bool]
    name: Callable[[Any, int], str]
    """What its maker calls it; empty where the instruction set says enough."""

    def dtype(self, torch: Any) -> str:
        """The number format that it paints in where nobody asks for another."""
        native = self.has_bf16(torch)
        return next(dtype for dtype in self.dtypes if native or dtype != BFLOAT16)

    def check(self, dtype: str) -> str:
        """The number format, if this kind of device can paint in it. Raises EngineError."""
        if dtype not in self.dtypes:
            raise EngineError(
                f"{self.title} paints in {', '.join(self.dtypes[:-1])} or {self.dtypes[-1]}, not in {dtype!r}.",
                code="bad_setting",
            )
        return dtype


def ram_bytes() -> int:
    """The memory of this machine."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _cuda_memory(torch: Any, index: int) -> int:
    return int(torch.cuda.mem_get_info(index)[1])


def _cuda_bf16(torch: Any) -> bool:
    return bool(torch.cuda.is_bf16_supported(including_emulation=False))


def _cuda_name(torch: Any, index: int) -> str:
    return str(torch.cuda.get_device_name(index))


def _nothing(torch: Any) -> None:
    """The RAM is given back by itself."""


CUDA = Capability(
    kind="cuda",
    title="A CUDA device",
    dtypes=(BFLOAT16, FLOAT16, FLOAT32),
    visible="CUDA_VISIBLE_DEVICES",
    own_memory=True,
    channels_last=True,
    memory=_cuda_memory,
    empty_cache=lambda torch: torch.cuda.empty_cache(),
    has_bf16=_cuda_bf16,
    name=_cuda_name,
)
# torch speaks to ROCm under the name of CUDA. Its MIOpen converts channels-last back and forth.
ROCM = replace(CUDA, kind="rocm", title="A ROCm device", visible="HIP_VISIBLE_DEVICES", channels_last=False)
MPS = Capability(
    kind="mps",
    title="An Apple GPU",
    dtypes=(FLOAT16, FLOAT32),
    memory=lambda torch, _: int(torch.mps.recommended_max_memory()),
    empty_cache=lambda torch: torch.mps.empty_cache(),
    has_bf16=lambda _: False,
    name=lambda *_: "Apple GPU",
)
CPU = Capability(
    kind="cpu",
    title="A processor",
    dtypes=(BFLOAT16, FLOAT32, FLOAT16),
    channels_last=True,
    memory=lambda *_: ram_bytes(),
    empty_cache=_nothing,
    has_bf16=lambda torch: bool(torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()),
    name=lambda *_: "",
)
CAPABILITIES: Mapping[str, Capability] = MappingProxyType({one.kind: one for one in (CUDA, ROCM, MPS, CPU)})
"""Every kind of device that Aria paints on."""


def capability_of(torch: Any, device_type: str) -> Capability:
    """The kind of a torch device: ROCm calls its devices "cuda". Raises EngineError for a kind that is not here."""
    kind = "rocm" if device_type == "cuda" and torch.version.hip else device_type
    if kind not in CAPABILITIES:
        raise EngineError(f"Aria paints on {', '.join(CAPABILITIES)}, not on {device_type!r}.", code="bad_setting")
    return CAPABILITIES[kind]
