"""The sampler names, and what of the model's own schedule they keep."""

from importlib import import_module
from typing import Any

import pytest
import torch

from generation.engine.contract import EngineError
from generation.engine.samplers import SAMPLER_NAMES, model_calls, schedule_set, scheduler_for
from tests.generation.engine.paintings import REAL
from tests.support.tiny_pipeline import NOISE, zero_snr_schedule

pytestmark = REAL


@pytest.fixture
def zero_snr() -> Any:
    """The scheduler of a model that was trained to pure noise."""
    library: Any = import_module("diffusers")
    return library.DDIMScheduler(**(NOISE | zero_snr_schedule()))


@pytest.mark.parametrize("name", SAMPLER_NAMES)
def test_keeps_the_noise_schedule_of_the_model(zero_snr: Any, name: str) -> None:
    scheduler = scheduler_for(name, zero_snr)
    scheduler.set_timesteps(10)

    assert scheduler.config.prediction_type == "v_prediction"
    assert float(scheduler.timesteps[0]) == 999
    # The last training step is pure noise, for samplers that cannot rescale by themselves too.
    assert float(scheduler.alphas_cumprod[-1]) < 1e-6
    assert torch.allclose(scheduler.alphas_cumprod[:-1], zero_snr.alphas_cumprod[:-1], atol=1e-5)


@pytest.mark.parametrize("name", SAMPLER_NAMES)
def test_counts_the_model_calls_of_a_sampler(zero_snr: Any, name: str) -> None:
    scheduler = scheduler_for(name, zero_snr)
    scheduler.set_timesteps(10)

    assert len(scheduler.timesteps) == model_calls(name, 10)


@pytest.mark.parametrize("name", SAMPLER_NAMES)
@pytest.mark.parametrize(("steps", "level"), [(4, 0.9), (20, 0.5), (50, 0.25), (60, 0.05)])
def test_begins_all_steps_at_the_noise_level_asked_for(zero_snr: Any, name: str, steps: int, level: float) -> None:
    scheduler = scheduler_for(name, zero_snr)

    begin = schedule_set(scheduler, steps, level)

    expected = min(steps, round(level * 1000))
    assert len(scheduler.timesteps) - begin == model_calls(name, expected)
    assert float(scheduler.timesteps[begin]) <= level * 1000 + 1
    if "Karras" not in name:
        assert float(scheduler.timesteps[begin]) == pytest.approx(level * 1000, abs=1000 * level / expected + 15)


@pytest.mark.parametrize("level", [None, 1.0])
def test_runs_the_whole_schedule_without_a_noise_level(zero_snr: Any, level: float | None) -> None:
    scheduler = scheduler_for("Euler", zero_snr)

    assert schedule_set(scheduler, 7, level) == 0
    assert len(scheduler.timesteps) == 7


def test_gives_every_painting_a_scheduler_of_its_own(zero_snr: Any) -> None:
    assert scheduler_for("Euler", zero_snr) is not scheduler_for("Euler", zero_snr)
    assert type(scheduler_for("Default", zero_snr)) is type(zero_snr)
    assert scheduler_for("Default", zero_snr) is not zero_snr


def test_names_the_samplers_there_are_when_one_is_unknown(zero_snr: Any) -> None:
    with pytest.raises(EngineError, match="DPM\\+\\+ 2M Karras") as caught:
        scheduler_for("Magic", zero_snr)

    assert caught.value.code == "unknown_sampler"
