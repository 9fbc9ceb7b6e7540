"""What torch says of devices that this machine does not have. Nothing else of it is there."""

from types import SimpleNamespace
from typing import Any


def fake_torch(*, gpus: int = 0, hip: str | None = None, mps: bool = False, bf16: bool = True) -> Any:
    """A torch with so many GPUs of 10, 20, 30... GiB. `emptied` notes whose cache was emptied."""
    emptied: list[str] = []
    cuda = SimpleNamespace(
        is_available=lambda: gpus > 0,
        device_count=lambda: gpus,
        mem_get_info=lambda index: (1, 10 * 2**30 * (index + 1)),
        get_device_name=lambda index: f"Card {index}",
        is_bf16_supported=lambda *, including_emulation: bf16 and not including_emulation,
        empty_cache=lambda: emptied.append("cuda"),
    )
    return SimpleNamespace(
        cuda=cuda,
        mps=SimpleNamespace(recommended_max_memory=lambda: 7 * 2**30, empty_cache=lambda: emptied.append("mps")),
        backends=SimpleNamespace(mps=SimpleNamespace(is_available=lambda: mps)),
        version=SimpleNamespace(hip=hip),
        emptied=emptied,
    )
