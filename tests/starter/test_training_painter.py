"""Training the painter: it learns, it goes on where it stopped, and it never draws the same lots twice."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from starter.config import Config, TextConfig, config
from starter.model.autoencoder import blank_autoencoder
from starter.model.folder import ExportNotes, PainterParts, painter_write
from starter.model.text_tower import new_text_tower
from starter.model.tokenizer import new_tokenizer
from starter.model.unet import new_unet
from starter.training.assembly import latents_of, painter_of
from starter.training.checkpoints import checkpoint_read
from starter.training.latents import LatentSet
from starter.training.painter_training import PainterTraining

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture
def tiny(tmp_path: Path) -> Config:
    """A configuration small enough to train in a test, with folders of its own."""
    real = config()
    return replace(
        real,
        folders=replace(
            real.folders, work=tmp_path / "work", painter=tmp_path / "painter", encoder=tmp_path / "encoder"
        ),
        text=TextConfig(width=32, layers=1, heads=2),
        painter=replace(
            real.painter,
            channels=(16, 16, 32),
            groups=8,
            heads=2,
            batch=4,
            learning_rate=3e-3,
            ema=0.9,
            # Whatever the real training dwells on just now.
            focus_share=0.75,
            focus_from=60,
            focus_to=540,
        ),
        data=replace(real.data, pictures=8),
    )


@pytest.fixture
def latents(tiny: Config) -> LatentSet:
    """Latents of eight pictures that were never drawn: smooth slopes, as easy to learn as they come."""
    latents = latents_of(tiny)
    latents.data.folder.mkdir(parents=True)
    slope = np.linspace(-1, 1, 32, dtype=np.float16)
    values = np.broadcast_to(slope, (8, 4, 32, 32)) * np.linspace(0.5, 1, 8, dtype=np.float16).reshape(8, 1, 1, 1)
    values.astype(np.float16).tofile(latents.data.folder / "latents.f16")
    np.arange(8).tofile(latents.data.folder / "encoded.i64")
    return latents


@pytest.fixture
def parts(tiny: Config) -> PainterParts:
    tokenizer = new_tokenizer(tiny.tokenizer, ["a red cat"])
    tokenizer.save_pretrained(tiny.folders.work / "tokenizer")
    autoencoder = blank_autoencoder(tiny.autoencoder)
    torch.save({"model": autoencoder.state_dict()}, tiny.folders.work / "autoencoder.pt")
    return PainterParts(new_unet(tiny), new_text_tower(tiny.text, tiny.tokenizer), tokenizer, autoencoder)


def test_a_few_steps_lower_the_error(tiny: Config, latents: LatentSet, parts: PainterParts) -> None:
    training = PainterTraining(tiny, latents, parts, {})

    losses = [training.step()["loss"] for _ in range(24)]

    assert np.mean(losses[-6:]) < 0.7 * np.mean(losses[:6])


def test_the_same_seed_counter_gives_the_same_lesson(tiny: Config, latents: LatentSet, parts: PainterParts) -> None:
    training = PainterTraining(tiny, latents, parts, {})
    weights = {name: value.clone() for name, value in training.learner.state_dict().items()}
    first = training.step()
    training.learner.load_state_dict(weights)
    training.seed_counter = 0

    assert training.step() == first


def test_a_resumed_run_goes_on_with_the_next_lots(tiny: Config, latents: LatentSet, parts: PainterParts) -> None:
    training = PainterTraining(tiny, latents, parts, {})
    for _ in range(3):
        training.step()
    training.store()

    resumed = PainterTraining(tiny, latents, *painter_of(tiny))

    assert (resumed.seed_counter, resumed.seen) == (3, 12)
    assert resumed.step() == training.step()


def test_the_exported_folder_alone_is_enough_to_go_on(tiny: Config, latents: LatentSet, parts: PainterParts) -> None:
    notes = ExportNotes(
        version="0.1", samples_seen=640, seed_counter=40, defaults=tiny.painter.defaults,
        latent_rgb_factors=[[0.0] * 3] * 4, latent_rgb_bias=[0.0] * 3, resolution=256,
    )  # fmt: skip
    painter_write(tiny.folders.painter, parts, notes, "card")

    resumed = PainterTraining(tiny, latents, *painter_of(tiny))
    resumed.step()

    assert (resumed.seed_counter, resumed.seen) == (41, 644)


def test_a_checkpoint_is_replaced_as_a_whole(tiny: Config, latents: LatentSet, parts: PainterParts) -> None:
    training = PainterTraining(tiny, latents, parts, {})
    training.store()
    training.step()
    training.store()

    kept = checkpoint_read(tiny.folders.work / "painter.pt")

    assert kept is not None
    assert kept["seed_counter"] == 1
    assert not list(tiny.folders.work.glob("*.part"))
