"""Which devices a machine has."""

import json
import subprocess
import sys

import torch

from aria_site.environment import PROJECT_DIR
from generation.engine.capabilities import ram_bytes
from generation.engine.discovery import FoundDevice, found_devices
from tests.support.fake_torch import fake_torch


def test_every_gpu_is_found_in_the_order_of_its_number() -> None:
    assert found_devices(fake_torch(gpus=2)) == [
        FoundDevice(device="cuda:0", kind="cuda", name="Card 0", memory_bytes=10 * 2**30),
        FoundDevice(device="cuda:1", kind="cuda", name="Card 1", memory_bytes=20 * 2**30),
    ]


def test_rocm_devices_bear_the_name_that_torch_gives_them() -> None:
    assert [(one.device, one.kind) for one in found_devices(fake_torch(gpus=1, hip="6.2"))] == [("cuda:0", "rocm")]


def test_an_apple_gpu_is_one() -> None:
    assert found_devices(fake_torch(mps=True)) == [
        FoundDevice(device="mps", kind="mps", name="Apple GPU", memory_bytes=7 * 2**30)
    ]


def test_the_processor_is_found_where_there_is_no_gpu() -> None:
    assert found_devices(fake_torch()) == [FoundDevice(device="cpu", kind="cpu", memory_bytes=ram_bytes())]


def test_the_process_prints_what_this_machine_really_has() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "generation.engine.discovery"], cwd=PROJECT_DIR, capture_output=True, check=True
    )

    assert [FoundDevice(**facts) for facts in json.loads(ended.stdout)] == found_devices(torch)
