"""The samplers by the names people know, and the diffusers scheduler that each of them is."""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from generation.engine.contract import EngineError

DEFAULT_SAMPLER = "Default"
"""The scheduler that the model was published with, whatever it is."""


@dataclass(frozen=True, slots=True)
class Sampler:
    """A scheduler class of diffusers, the options that make it this sampler, and its model calls per step."""

    scheduler: str
    options: Mapping[str, Any] = field(default_factory=dict)
    order: int = 1


SAMPLERS: Mapping[str, Sampler] = {
    "DPM++ 2M": Sampler(
        "DPMSolverMultistepScheduler", {"algorithm_type": "dpmsolver++", "solver_order": 2, "use_karras_sigmas": False}
    ),
    "DPM++ 2M Karras": Sampler(
        "DPMSolverMultistepScheduler", {"algorithm_type": "dpmsolver++", "solver_order": 2, "use_karras_sigmas": True}
    ),
    "DPM++ 2M SDE": Sampler(
        "DPMSolverMultistepScheduler",
        {"algorithm_type": "sde-dpmsolver++", "solver_order": 2, "use_karras_sigmas": False},
    ),
    "DPM++ SDE": Sampler(
        "DPMSolverSinglestepScheduler",
        {
            "algorithm_type": "sde-dpmsolver++",
            "solver_order": 2,
            "use_karras_sigmas": False,
            "lower_order_final": True,
        },
    ),
    "Euler": Sampler("EulerDiscreteScheduler", {"use_karras_sigmas": False}),
    "Euler a": Sampler("EulerAncestralDiscreteScheduler"),
    "DDIM": Sampler("DDIMScheduler", {"clip_sample": False}),
    "UniPC": Sampler("UniPCMultistepScheduler", {"solver_order": 2, "use_karras_sigmas": False}),
    "LCM": Sampler("LCMScheduler", {"clip_sample": False}),
    "Heun": Sampler("HeunDiscreteScheduler", {"use_karras_sigmas": False, "clip_sample": False}, order=2),
}

SAMPLER_NAMES = tuple(SAMPLERS)
ZERO_SNR_FLOOR = 2.0**-24
"""What the last cumulated alpha is held at where a scheduler cannot divide by zero, as diffusers itself does."""


def model_calls(sampler: str, steps: int) -> int:
    """How often the model is called for `steps` steps of a sampler: Heun calls it twice in all but the last."""
    order = SAMPLERS[sampler].order if sampler in SAMPLERS else 1
    return steps * order - (order - 1)


def sampler_check(name: str) -> None:
    """Make sure that a sampler has this name. Raises EngineError (code unknown_sampler)."""
    if name != DEFAULT_SAMPLER and name not in SAMPLERS:
        raise EngineError(
            f"There is no sampler called {name!r}. Samplers are: {', '.join(SAMPLER_NAMES)}.", code="unknown_sampler"
        )


def scheduler_for(name: str, model_scheduler: Any) -> Any:
    """A fresh scheduler of this sampler that keeps the noise schedule the model was trained with.

    Raises EngineError (code unknown_sampler) where no sampler has this name.
    """
    sampler_check(name)
    config = dict(model_scheduler.config)
    if name == DEFAULT_SAMPLER:
        return type(model_scheduler).from_config(config)
    sampler = SAMPLERS[name]
    scheduler_class = getattr(import_module("diffusers"), sampler.scheduler)
    options = dict(sampler.options)
    if config.get("rescale_betas_zero_snr") and not _rescales(scheduler_class):
        options["trained_betas"] = _betas_of_zero_snr(model_scheduler)
    return scheduler_class.from_config(config, **options)


def draws_noise(scheduler: Any) -> bool:
    """Whether the steps of a scheduler take a generator; UniPC and Heun draw nothing."""
    return "generator" in inspect.signature(scheduler.step).parameters


def schedule_set(scheduler: Any, steps: int, noise_level: float | None) -> int:
    """Lay out the schedule and return the index of its first call.

    Without a noise level the whole schedule is run in `steps` steps. With one, the `steps` last steps of a finer
    schedule are run, so fine that they begin at that noise level: a picture painted over a sketch gets all its steps.
    """
    trained = int(scheduler.config.num_train_timesteps)
    if "original_inference_steps" in scheduler.config:
        return _distilled_schedule_set(scheduler, steps, noise_level or 1.0)
    if noise_level is None or noise_level >= 1:
        scheduler.set_timesteps(steps, device="cpu")
        return 0
    steps = min(steps, max(1, round(noise_level * trained)))
    order = getattr(scheduler, "order", 1)
    coarse, fine = steps, trained
    while coarse < fine:
        middle = (coarse + fine) // 2
        scheduler.set_timesteps(middle, device="cpu")
        if float(scheduler.timesteps[(middle - steps) * order]) > noise_level * trained:
            coarse = middle + 1
        else:
            fine = middle
    scheduler.set_timesteps(coarse, device="cpu")
    return (coarse - steps) * order


def _distilled_schedule_set(scheduler: Any, steps: int, noise_level: float) -> int:
    """Lay out the schedule of a sampler whose steps are chosen from those that its models were distilled for.

    It knows noise levels by itself; where one leaves it fewer steps than wanted, it chooses from a finer schedule.
    """
    trained, distilled = int(scheduler.config.num_train_timesteps), int(scheduler.config.original_inference_steps)
    steps = min(steps, max(1, int(trained * noise_level)))
    enough = distilled if int(distilled * noise_level) >= steps else trained
    scheduler.set_timesteps(steps, device="cpu", original_inference_steps=enough, strength=noise_level)
    return 0


def _rescales(scheduler_class: Any) -> bool:
    return "rescale_betas_zero_snr" in inspect.signature(scheduler_class.__init__).parameters


def _betas_of_zero_snr(model_scheduler: Any) -> list[float]:
    """The betas of a schedule that ends in pure noise, for a scheduler that cannot make them by itself."""
    remaining = model_scheduler.alphas_cumprod.double().clone()
    remaining[-1] = max(float(remaining[-1]), ZERO_SNR_FLOOR)
    before = remaining.roll(1)
    before[0] = 1.0
    betas: list[float] = (1.0 - remaining / before).tolist()
    return betas
