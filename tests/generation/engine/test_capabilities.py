"""What each kind of device can do: one table, asked without any of the devices."""

from types import SimpleNamespace
from typing import Any

import pytest
import torch

from generation.engine.capabilities import CAPABILITIES, CPU, CUDA, MPS, ROCM, capability_of, ram_bytes
from generation.engine.contract import EngineError
from generation.engine.devices import cpu_has_bf16, device_plan
from tests.support.fake_torch import fake_torch


def test_there_are_four_kinds() -> None:
    assert list(CAPABILITIES) == ["cuda", "rocm", "mps", "cpu"]


@pytest.mark.parametrize(
    ("device_type", "hip", "kind"),
    [("cuda", None, "cuda"), ("cuda", "6.2", "rocm"), ("mps", None, "mps"), ("cpu", None, "cpu")],
)
def test_rocm_is_told_from_cuda_by_torch_itself(device_type: str, hip: str | None, kind: str) -> None:
    assert capability_of(SimpleNamespace(version=SimpleNamespace(hip=hip)), device_type).kind == kind


def test_a_kind_that_is_not_in_the_table_is_refused() -> None:
    with pytest.raises(EngineError, match="Aria paints on cuda, rocm, mps, cpu, not on 'xpu'"):
        capability_of(fake_torch(), "xpu")


@pytest.mark.parametrize(
    ("capability", "bf16", "expected"),
    [
        (CUDA, True, "bfloat16"),
        (CUDA, False, "float16"),
        (ROCM, True, "bfloat16"),
        (ROCM, False, "float16"),
        (MPS, True, "float16"),
    ],
)
def test_bfloat16_is_chosen_only_where_the_device_multiplies_it_itself(
    capability: Any, expected: str, *, bf16: bool
) -> None:
    assert capability.dtype(fake_torch(gpus=1, bf16=bf16)) == expected


def test_a_processor_paints_in_bfloat16_only_where_it_has_it() -> None:
    plan = device_plan("cpu", None, ram_budget_bytes=None, vram_budget_bytes=None)

    assert plan.dtype is (torch.bfloat16 if cpu_has_bf16() else torch.float32)
    assert plan.capability is CPU


def test_a_number_format_that_a_device_does_not_have_is_refused_with_the_others() -> None:
    assert MPS.check("float32") == "float32"
    with pytest.raises(EngineError, match="An Apple GPU paints in float16 or float32, not in 'bfloat16'"):
        MPS.check("bfloat16")


def test_each_kind_is_asked_for_its_memory_and_told_to_empty_its_cache_in_its_own_way() -> None:
    library = fake_torch(gpus=2)

    assert [CUDA.memory(library, index) for index in (0, 1)] == [10 * 2**30, 20 * 2**30]
    assert (MPS.memory(library, 0), CPU.memory(library, 0)) == (7 * 2**30, ram_bytes())
    for capability in (CUDA, ROCM, MPS, CPU):
        capability.empty_cache(library)
    assert library.emptied == ["cuda", "cuda", "mps"]


def test_models_are_parked_only_beside_memory_that_is_not_the_ram() -> None:
    assert [one.kind for one in CAPABILITIES.values() if one.own_memory] == ["cuda", "rocm"]
    assert device_plan("cpu", None, ram_budget_bytes=1000, vram_budget_bytes=None).parking_bytes == 0


def test_graphs_are_for_devices_that_have_streams_to_record() -> None:
    assert [(one.kind, one.events) for one in CAPABILITIES.values() if one.graphs] == [("cuda", True)]


def test_a_plan_bears_the_name_it_is_given_for_the_pictures() -> None:
    plan = device_plan("cpu", "float32", ram_budget_bytes=None, vram_budget_bytes=None, label="cuda:2")

    assert (plan.label, str(plan.device)) == ("cuda:2", "cpu")
