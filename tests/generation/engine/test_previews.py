"""Live frames: the colours of latents, the rate, and that the newest one wins."""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from generation.engine.contract import Stepped
from generation.engine.engine import Engine
from generation.engine.manifest import manifest_read
from generation.engine.previews import Easel, LatentColours, Previewer, Sighting, frame, latent_colours
from generation.engine.tickets import QueueTicket
from tests.generation.engine.paintings import REAL, order, outcome_of
from tests.support.model_folders import write_model_folder

pytestmark = REAL

RED_ONLY = LatentColours(np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 0.0]], np.float32), np.array([0, -1, -1], np.float32))


def sighting(ticket: QueueTicket, step: int) -> Sighting:
    return Sighting(
        ticket=ticket,
        latents=torch.zeros(2, 4, 4),
        ready=None,
        colours=RED_ONLY,
        size=(64, 64),
        step=step,
        total=100,
    )


def test_maps_latents_to_colours() -> None:
    latents = np.zeros((2, 1, 3), np.float32)
    latents[0, 0] = (-1.0, 0.0, 9.0)

    assert RED_ONLY.picture(latents).tolist() == [[[0, 0, 0], [128, 0, 0], [255, 0, 0]]]


def test_survives_latents_that_are_no_numbers() -> None:
    assert RED_ONLY.picture(np.full((2, 1, 1), np.nan, np.float32)).shape == (1, 1, 3)


@pytest.mark.parametrize(
    ("size", "expected"),
    [((128, 128), (256, 256)), ((320, 160), (320, 160)), ((1024, 512), (384, 192)), ((512, 1024), (192, 384))],
)
def test_makes_small_frames_in_the_shape_of_the_picture(size: tuple[int, int], expected: tuple[int, int]) -> None:
    preview = frame(RED_ONLY, np.zeros((2, 8, 8), np.float32), size=size, step=3)

    assert (preview.width, preview.height) == expected
    assert Image.open(BytesIO(preview.jpeg)).size == expected
    assert len(preview.jpeg) < 64 * 1024
    assert preview.step == 3


def test_takes_the_colours_that_the_model_states(tmp_path: Path) -> None:
    factors = [[1.0, 0.0, 0.0]] * 4
    manifest = manifest_read(write_model_folder(tmp_path, latent_rgb_factors=factors, latent_rgb_bias=[0.5, 0.0, 0.0]))

    colours = latent_colours(manifest)

    assert colours is not None
    assert colours.factors.tolist() == factors
    assert colours.bias.tolist() == [0.5, 0.0, 0.0]


def test_knows_the_published_colours_of_stable_diffusion(tmp_path: Path) -> None:
    colours = latent_colours(manifest_read(write_model_folder(tmp_path)))

    assert colours is not None
    assert colours.factors.shape == (4, 3)


def test_shows_no_frames_where_nobody_knows_the_colours(
    make_engine: Callable[..., Engine], starter_like_model: Path
) -> None:
    outcome = outcome_of(make_engine(starter_like_model).submit(order(steps=12)))

    assert outcome.previews == []


def test_shows_the_first_step_at_once_and_then_at_most_four_frames_a_second() -> None:
    easel, ticket = Easel(), QueueTicket(order())
    shown: list[tuple[float, int]] = []

    for tick in range(100):
        now = 50.0 + tick * 0.02
        easel.put(sighting(ticket, tick))
        taken = easel.take(now)
        if taken is not None:
            shown.append((round(now - 50.0, 2), taken.step))

    assert [at for at, _ in shown] == [0.0, 0.26, 0.52, 0.78, 1.04, 1.3, 1.56, 1.82]
    assert [step for _, step in shown] == [0, 13, 26, 39, 52, 65, 78, 91]


def test_shows_the_newest_step_when_the_next_frame_is_due_though_no_step_ends_then() -> None:
    easel, ticket = Easel(), QueueTicket(order())
    easel.put(sighting(ticket, 1))
    assert easel.take(10.0) is not None
    easel.put(sighting(ticket, 2))
    easel.put(sighting(ticket, 3))

    assert easel.take(10.1) is None
    assert easel.wait_s(10.1) == pytest.approx(0.15)
    newest = easel.take(10.25)
    assert newest is not None
    assert newest.step == 3
    assert easel.wait_s(10.3) is None


def test_does_not_let_one_order_wait_for_the_frame_of_another() -> None:
    easel = Easel()
    easel.put(sighting(QueueTicket(order()), 1))
    assert easel.take(10.0) is not None

    easel.put(sighting(QueueTicket(order()), 1))

    assert easel.take(10.01) is not None


def test_never_lets_the_step_counter_fall_back_to_a_late_frame() -> None:
    ticket = QueueTicket(order())
    preview = frame(RED_ONLY, np.zeros((2, 8, 8), np.float32), size=(64, 64), step=3)
    ticket.stepped(5, 10)

    ticket.show(preview, 10)

    events = ticket.events()
    next(events)
    late = next(events)
    assert isinstance(late, Stepped)
    assert (late.step, late.preview) == (5, preview)


def test_reads_the_encoders_in_before_the_first_order(monkeypatch: pytest.MonkeyPatch) -> None:
    read_in: list[str] = []
    monkeypatch.setattr(Image, "preinit", lambda: read_in.append("encoders"))

    Previewer().close()

    assert read_in == ["encoders"]


def test_draws_nothing_for_an_order_that_nobody_watches(make_engine: Callable[..., Engine], tiny_model: Path) -> None:
    unwatched = replace(order(steps=8), watched=False)

    outcome = outcome_of(make_engine(tiny_model).submit(unwatched))

    assert outcome.previews == []
    assert outcome.steps == [1, 2, 3, 4, 5, 6, 7, 8]


def test_every_order_of_a_company_has_frames_of_its_own(make_engine: Callable[..., Engine], tiny_model: Path) -> None:
    engine = make_engine(tiny_model, preview_every_s=0.0)

    tickets = [engine.submit(order(job_id=str(seed), seed=seed, steps=30)) for seed in range(3)]

    assert all(outcome_of(ticket).previews for ticket in tickets)
