"""Which devices get a worker, and what each worker is shown of the machine."""

import subprocess
import sys
from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from pytest_django import Settings

from aria_site.environment import PROJECT_DIR, Environment
from aria_site.studio import devices, preparation
from aria_site.studio.devices import ONE_PROCESSOR, devices_here, devices_named, may_have_gpu, pinned
from aria_site.studio.preparation import NotReadyError
from aria_site.studio.workers import described
from generation.engine.discovery import FoundDevice

CPU = ONE_PROCESSOR[0]
GPUS = [FoundDevice(device=f"cuda:{index}", kind="cuda", name="Card", memory_bytes=2**34) for index in range(3)]
AMD = FoundDevice(device="cuda:1", kind="rocm")
APPLE = FoundDevice(device="mps", kind="mps")


@pytest.fixture
def three_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with three GPUs."""
    monkeypatch.setattr(devices, "devices_here", lambda: GPUS)


def environment(settings: Settings, **values: Any) -> None:
    settings.ENV = Environment(**values)


def test_gpus_are_looked_for_where_a_driver_is(tmp_path: Path) -> None:
    driver = tmp_path / "nvidiactl"
    assert not may_have_gpu([str(driver)], "linux")

    driver.touch()

    assert may_have_gpu([str(driver)], "linux")
    assert may_have_gpu([], "darwin")


def ask_with(monkeypatch: pytest.MonkeyPatch, program: str) -> Sequence[FoundDevice]:
    """What is found where a driver is there and the asking process runs this program."""
    monkeypatch.setattr(devices, "may_have_gpu", lambda: True)
    monkeypatch.setattr(devices, "DISCOVERY", (sys.executable, "-c", program))
    return devices_here()


def test_what_the_asking_process_prints_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    said = '[{"device": "cuda:0", "kind": "cuda", "name": "Card", "memory_bytes": 17179869184}]'

    assert ask_with(monkeypatch, f"print({said!r})") == GPUS[:1]


@pytest.mark.parametrize("program", ["raise SystemExit(1)", "print('no JSON')"])
def test_a_machine_that_cannot_be_asked_paints_on_its_processor(monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    assert list(ask_with(monkeypatch, program)) == [CPU]


def test_asking_imports_no_torch_here() -> None:
    program = (
        "import os, sys; os.environ['DJANGO_SETTINGS_MODULE'] = 'tests.settings'\n"
        "import django; django.setup()\n"
        "from aria_site.studio import workers, devices\n"
        "devices.may_have_gpu = lambda: True\n"
        "devices.devices_here(); print('torch' in sys.modules)"
    )

    ended = subprocess.run([sys.executable, "-c", program], cwd=PROJECT_DIR, capture_output=True, text=True, check=True)

    assert ended.stdout.strip() == "False"


@pytest.mark.usefixtures("three_gpus")
@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["cuda:0", "cuda:2"], [GPUS[0], GPUS[2]]),
        (["cuda"], [GPUS[0]]),
        (["cpu", "cuda:1"], [CPU, GPUS[1]]),
        (["cpu", "cpu"], [CPU, CPU]),
    ],
)
def test_devices_are_taken_by_name_and_in_this_order(names: list[str], expected: list[FoundDevice]) -> None:
    assert list(devices_named(names)) == expected


@pytest.mark.usefixtures("three_gpus")
@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (["cuda:3"], "There is no device 'cuda:3' here. There are: cpu, cuda:0, cuda:1, cuda:2."),
        (["mps"], "There is no device 'mps' here. There are: cpu, cuda:0, cuda:1, cuda:2."),
        (["cuda:1", "cuda:1"], "Name each GPU once: two workers on one would take each other's memory."),
        (["cuda", "cuda:0"], "Name each GPU once: two workers on one would take each other's memory."),
    ],
)
def test_what_is_not_there_or_named_twice_is_refused(names: list[str], sentence: str) -> None:
    with pytest.raises(NotReadyError) as refusal:
        devices_named(names)

    assert str(refusal.value) == sentence


@pytest.mark.parametrize(
    ("device", "inherited", "expected"),
    [
        (GPUS[2], "", {"CUDA_VISIBLE_DEVICES": "2", "ARIA_DEVICE": "cuda:0", "ARIA_DEVICE_LABEL": "cuda:2"}),
        (GPUS[1], "4, 6", {"CUDA_VISIBLE_DEVICES": "6", "ARIA_DEVICE": "cuda:0", "ARIA_DEVICE_LABEL": "cuda:1"}),
        (AMD, "", {"HIP_VISIBLE_DEVICES": "1", "ARIA_DEVICE": "cuda:0", "ARIA_DEVICE_LABEL": "cuda:1"}),
        (APPLE, "", {"ARIA_DEVICE": "mps", "ARIA_DEVICE_LABEL": "mps"}),
        (CPU, "", {"ARIA_DEVICE": "cpu", "ARIA_DEVICE_LABEL": "cpu"}),
    ],
)
def test_a_worker_is_shown_its_device_alone(
    monkeypatch: pytest.MonkeyPatch, device: FoundDevice, inherited: str, expected: dict[str, str]
) -> None:
    for variable in ("CUDA_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES"):
        monkeypatch.setenv(variable, inherited)

    assert pinned(device, [other for other in GPUS if other != device]) == expected


def test_several_workers_share_one_processor(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 9)
    monkeypatch.setattr(devices, "ram_bytes", lambda: 16_000)

    shares = pinned(CPU, [CPU, GPUS[0]])
    assert (shares["ARIA_THREADS"], shares["ARIA_RAM_BUDGET"]) == ("4", "6000")

    environment(settings, aria_threads=2, aria_ram_budget="5kB")
    shares = pinned(CPU, [CPU])
    assert (shares["ARIA_THREADS"], shares["ARIA_RAM_BUDGET"]) == ("2", "5000")


def lines_of(*arguments: str) -> list[str]:
    output = StringIO()
    call_command("gpu_workers", "--dry-run", *arguments, stdout=output)
    return output.getvalue().splitlines()


@pytest.mark.usefixtures("three_gpus")
def test_a_dry_run_prints_a_command_line_for_each_device_and_starts_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)

    lines = lines_of("--devices", "cuda:0, cuda:2")

    pins = [line.split(sys.executable)[0] for line in lines]
    assert pins == [
        "env CUDA_VISIBLE_DEVICES=0 ARIA_DEVICE=cuda:0 ARIA_DEVICE_LABEL=cuda:0 ",
        "env CUDA_VISIBLE_DEVICES=2 ARIA_DEVICE=cuda:0 ARIA_DEVICE_LABEL=cuda:2 ",
    ]
    assert ["-Q gpu -P threads" in line for line in lines] == [True, True]
    assert [line.split(" -n ")[1].split("@")[0] for line in lines] == ["gpu0", "gpu1"]


@pytest.mark.usefixtures("three_gpus")
def test_without_names_every_device_gets_a_worker_unless_the_settings_name_one(settings: Settings) -> None:
    assert len(lines_of()) == 3

    environment(settings, aria_device="cuda:1")

    (line,) = lines_of()
    assert "ARIA_DEVICE_LABEL=cuda:1" in line


@pytest.mark.usefixtures("three_gpus")
def test_a_device_that_is_not_there_ends_the_command_with_a_sentence() -> None:
    with pytest.raises(SystemExit, match="There is no device 'cuda:7' here"):
        lines_of("--devices", "cuda:7")


def test_a_machine_holds_one_set_of_workers_for_a_folder(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()

    with (
        preparation.only_workers_here(tmp_path),
        pytest.raises(NotReadyError, match=r"GPU workers already run on .* \(process \d+\): stop them there first\."),
        preparation.only_workers_here(tmp_path),
    ):
        pass


def test_a_device_is_told_with_its_name_and_size() -> None:
    assert [described(device) for device in (GPUS[0], CPU)] == ["cuda:0 (Card, 16 GiB)", "cpu"]
