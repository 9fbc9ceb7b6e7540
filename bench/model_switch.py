"""Claim: changing models costs nothing while both are in memory, and loading one costs what copying its bytes costs.

- taking a resident model instead of the last one / one painting: at most 0.01;
- processor time of jobs that alternate between two models / jobs that do not: at most 1.01;
- loads in all of that: 2;
- a memory copy of as many bytes into fresh memory / loading a model until every page of it is there: at least 0.7;
- the loaded weights are those of the file.
"""

from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from statistics import median
from time import process_time
from typing import TYPE_CHECKING, Any

from bench.measuring import at_least, at_most, exactly, median_of, paired_times, ratio_of, seconds
from bench.models import LAUNCH_BOUND_SIDE, launch_bound, model_folder, sources, weighty
from bench.paintings import order, paint, running_engine
from bench.reporting import Report, run_script
from generation.engine.engine import Engine

if TYPE_CHECKING:
    from generation.engine.devices import DevicePlan
    from generation.engine.pool import Pool

PAIRS, LOADS = 15, 7
"""A load takes half a second, so there are fewer of them."""
LOOKS = 1000
PAGE = 4096


def measure(report: Report, device: str) -> None:
    """Switch between two small models, then load a large one again and again."""
    with ExitStack() as stack:
        one, other = (stack.enter_context(model_folder(launch_bound)) for _ in range(2))
        engine = stack.enter_context(
            running_engine(sources(one=one, other=other), preload=("one", "other"), device=device)
        )
        job_s = _switching(report, engine)
        _looking_up(report, one, device, job_s)
    with model_folder(weighty) as folder:
        _loading(report, folder, device)


def _switching(report: Report, engine: Engine) -> float:
    def jobs(*names: str) -> None:
        for name in names:
            side = LAUNCH_BOUND_SIDE
            paint(engine, order(name, width=side, height=side, steps=4))

    times = paired_times(
        lambda: jobs("one", "other", "one", "other"), lambda: jobs("one", "one", "other", "other"), pairs=PAIRS
    )
    report.goal("alternating_over_not", ratio_of(times), at_most(1.01))
    report.goal("loads_of_two_models", engine.status().loads_total, exactly(2))
    return median(kept for _, kept in times) / 4


def _looking_up(report: Report, folder: Path, device: str, job_s: float) -> None:
    find = sources(one=folder)
    pool = _pool(device)
    pool.get(find("one"))
    spent = [seconds(lambda: [pool.get(find("one")) for _ in range(LOOKS)]) / LOOKS for _ in range(PAIRS)]
    report.goal("resident_switch_over_painting", median_of([look / job_s for look in spent]), at_most(0.01))
    report.figure("resident_switch", median(spent) * 1e6, "us")


def _loading(report: Report, folder: Path, device: str) -> None:
    import torch

    source = sources(large=folder)("large")
    loaded = _pool(device).get(source)
    size = loaded.bytes
    report.goal("loaded_weights_that_differ_from_the_file", _differing(folder, loaded.pipeline), exactly(0))
    del loaded
    bytes_there = torch.ones(size, dtype=torch.uint8)

    def load() -> None:
        _touch(_pool(device).get(source).pipeline)

    times = paired_times(bytes_there.clone, load, pairs=LOADS, clock=process_time)
    report.goal("memory_copy_over_load", ratio_of(times), at_least(0.7))
    plain = paired_times(lambda: _touch(_plainly(folder, device)), load, pairs=3)
    report.figure("from_pretrained_over_load", ratio_of(plain).value, "x")
    report.figure("load", median(spent for _, spent in times) * 1000, f"ms of processor for {size / 1e6:.0f} MB")
    report.figure("load_rate", size / median(spent for _, spent in times) / 1e9, "GB/s")
    report.figure("memory_copy_rate", size / median(spent for spent, _ in times) / 1e9, "GB/s")


def _touch(pipeline: Any) -> None:
    """Look at every page of the weights: bytes that are only mapped are not loaded yet."""
    import torch

    for part in (pipeline.unet, pipeline.vae, pipeline.text_encoder):
        for weight in part.parameters():
            torch.empty(0, dtype=torch.uint8).set_(weight.untyped_storage())[::PAGE].sum()


def _pool(device: str) -> "Pool":
    from generation.engine.pool import Pool

    return Pool(_plan(device))


def _plan(device: str) -> "DevicePlan":
    import torch

    from generation.engine.devices import device_plan

    torch.set_num_threads(1)
    return device_plan(device, "float32", ram_budget_bytes=None, vram_budget_bytes=None)


def _plainly(folder: Path, device: str) -> Any:
    library: Any = import_module("diffusers")
    return library.DiffusionPipeline.from_pretrained(
        str(folder), use_safetensors=True, local_files_only=True, dtype=_plan(device).dtype
    ).to(device)


def _differing(folder: Path, pipeline: Any) -> int:
    """How many tensors of the UNet are not what its file says."""
    import torch

    library: Any = import_module("safetensors.torch")
    (path,) = (folder / "unet").glob("*.safetensors")
    stored = library.load_file(path)
    held = pipeline.unet.state_dict()
    return sum(not torch.equal(tensor, held[name].cpu()) for name, tensor in stored.items())


if __name__ == "__main__":
    run_script(__file__, measure)
