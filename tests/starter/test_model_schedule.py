"""The noise: pure at the end, and training looks where it is told to."""

from dataclasses import replace

import pytest
import torch

from starter.config import config
from starter.model.schedule import Noise, draw_steps

pytestmark = pytest.mark.filterwarnings("ignore")


def test_the_last_step_is_pure_noise_and_the_first_nearly_none() -> None:
    noise = Noise.of_schedule()

    assert noise.signal[-1] == pytest.approx(0, abs=1e-3)
    assert noise.signal[0] > 0.99


def test_half_way_holds_as_much_noise_as_picture() -> None:
    noise = Noise.of_schedule()

    assert float((noise.noise[500] / noise.signal[500]) ** 2) == pytest.approx(1.03, abs=0.02)


def test_picture_and_velocity_give_the_picture_back() -> None:
    noise, steps = Noise.of_schedule(), torch.tensor([5, 500, 990])
    latents, lots = torch.randn(3, 4, 8, 8), torch.randn(3, 4, 8, 8)

    noisy, velocity = noise.blend(latents, lots, steps)

    signal, share = noise.signal[steps].view(-1, 1, 1, 1), noise.noise[steps].view(-1, 1, 1, 1)
    torch.testing.assert_close(signal * noisy - share * velocity, latents, atol=1e-5, rtol=0)


def test_no_step_counts_for_nothing() -> None:
    weights = Noise.of_schedule().weight(torch.arange(1000), cap=5.0)

    assert weights.max() == pytest.approx(1.0)
    assert weights.min() > 0


def test_steps_dwell_on_the_range_in_focus_but_reach_the_whole_schedule() -> None:
    painter = replace(config().painter, focus_share=0.5, focus_from=200, focus_to=400)

    steps = draw_steps(painter, 4000, torch.Generator().manual_seed(0))

    inside = ((steps >= 200) & (steps < 400)).float().mean()
    assert float(inside) == pytest.approx(0.6, abs=0.05)
    assert int(steps.min()) < 20
    assert int(steps.max()) > 980
