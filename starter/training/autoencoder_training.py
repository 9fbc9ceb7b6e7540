"""Owns training the autoencoder: first both halves, later the decoder alone while the latents stand still."""

import math
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from starter.config import Config
from starter.model.autoencoder import FACTOR, decode, encode, new_autoencoder, whiten
from starter.model.kinds import Autoencoder
from starter.training.averages import WeightAverage
from starter.training.checkpoints import checkpoint_read, checkpoint_write
from starter.training.journal import Journal, grid_write
from starter.training.pace import Pace
from starter.training.pictures import PictureSet
from starter.training.resources import best_device

REST_SECONDS = 90
SAMPLE_PICTURES = 256
SHOWN = 8
AVERAGE = 0.995
ROUGHNESS_WEIGHT = 8.0
GRAIN_FLOOR = 2e-5


class AutoencoderTraining:
    """One run over random crops; state lies in `<work>/autoencoder.pt`."""

    def __init__(self, config: Config, data: PictureSet, *, encoder_stands: bool) -> None:
        self.config, self.data, self.encoder_stands = config, data, encoder_stands
        self.path = config.folders.work / "autoencoder.pt"
        self.device = best_device()
        self.ready = data.ready()
        self.pictures = data.pictures()
        self.rng = np.random.default_rng()
        self.model, self.seen = self._model()
        self.model.to(self.device).encoder.requires_grad_(not encoder_stands)
        self.average = WeightAverage(self.model, AVERAGE)

    def run(self, pace: Pace) -> None:
        """Train until the time is over, then store; after a run of both halves the latents are whitened."""
        trained = [value for value in self.model.parameters() if value.requires_grad]
        optimiser = torch.optim.AdamW(trained, lr=self.config.autoencoder.learning_rate, weight_decay=0.0)
        journal = Journal(self.config.folders.work, "decoder" if self.encoder_stands else "autoencoder")
        for _ in pace.walk():
            for group in optimiser.param_groups:
                group["lr"] = self.config.autoencoder.learning_rate * pace.share
            journal.note(loss=self._step(optimiser, trained))
            if pace.rests(REST_SECONDS):
                self._store()
                journal.report(seen=self.seen, psnr=self._show())
        if not self.encoder_stands:
            self._whiten()
        self._store()
        journal.report(seen=self.seen, psnr=self._show())

    def _model(self) -> tuple[Autoencoder, int]:
        model = new_autoencoder(self.config.autoencoder, self._patches())
        state = checkpoint_read(self.path)
        if state is None:
            return model, 0
        model.load_state_dict(state["model"])
        return model, int(state["seen"])

    def _step(self, optimiser: torch.optim.Optimizer, trained: list[nn.Parameter]) -> float:
        wanted = self._crops().to(self.device)
        with torch.autocast(self.device.type, torch.bfloat16):
            latents = encode(self.model, wanted).float()
            spread = latents.detach().std(dim=(0, 2, 3), keepdim=True)
            noise = torch.randn_like(latents) * spread * self.config.autoencoder.latent_noise
            given = decode(self.model, latents + noise).float()
        loss = picture_loss(given, wanted)
        loss.backward()
        nn.utils.clip_grad_norm_(trained, 1.0)
        optimiser.step()
        optimiser.zero_grad()
        self.average.follow()
        self.seen += len(wanted)
        return float(loss.detach())

    def _crops(self) -> Tensor:
        side, config = self.config.autoencoder.crop, self.config.autoencoder
        crops = np.empty((config.batch, side, side, 3), np.uint8)
        for row, index in enumerate(self.rng.choice(self.ready, config.batch)):
            top, left = self.rng.integers(0, self.data.size - side + 1, 2)
            crop = self.pictures[index, top : top + side, left : left + side]
            crops[row] = crop[:, ::-1] if self.rng.random() < 0.5 else crop
        return as_tensor(crops)

    def _patches(self) -> NDArray[np.float32]:
        sample = self.pictures[self.rng.choice(self.ready, min(SAMPLE_PICTURES, len(self.ready)), replace=False)]
        steps = self.data.size // FACTOR
        tiles = sample.reshape(-1, steps, FACTOR, steps, FACTOR, 3).swapaxes(2, 3).reshape(-1, FACTOR, FACTOR, 3)
        return np.asarray(tiles[::8] / 255, dtype=np.float32)

    def _whiten(self) -> None:
        sample = self.pictures[self.rng.choice(self.ready, min(SAMPLE_PICTURES, len(self.ready)), replace=False)]
        with self.average.in_place():
            latents = torch.cat([encode(self.model, as_tensor(part)) for part in np.array_split(sample, 16)])
            whiten(self.model, latents)
            self.average.weights = {name: value.clone() for name, value in self.model.named_parameters()}
        self.model.load_state_dict(self.average.weights)

    def _store(self) -> None:
        with self.average.in_place():
            state: dict[str, Any] = {"model": self.model.state_dict(), "seen": self.seen}
            checkpoint_write(self.path, state)

    def _show(self) -> float:
        """Decode the last pictures of the set, store them below their originals, and return the PSNR in dB."""
        wanted = as_tensor(self.pictures[self.ready[-32:]]).to(self.device)
        with self.average.in_place():
            given = torch.cat([decode(self.model, encode(self.model, part)) for part in torch.split(wanted, 4)]).clamp(
                0, 1
            )
        name = "decoder" if self.encoder_stands else "autoencoder"
        path = self.config.folders.work / "grids" / f"{name}.png"
        grid_write(path, [wanted[:SHOWN], given[:SHOWN], wanted[SHOWN : 2 * SHOWN], given[SHOWN : 2 * SHOWN]])
        return round(psnr(given, wanted), 3)


def as_tensor(pictures: NDArray[np.uint8]) -> Tensor:
    """Pictures (n, h, w, 3) of bytes as (n, 3, h, w) in 0 to 1."""
    return torch.from_numpy(np.ascontiguousarray(pictures)).permute(0, 3, 1, 2).float().div(255)


def picture_loss(given: Tensor, wanted: Tensor) -> Tensor:
    """How far two pictures are apart: in colour, in edges, in roughness, and seen from afar."""
    difference = given - wanted
    colour = difference.abs().mean()
    edges = difference.diff(dim=2).abs().mean() + difference.diff(dim=3).abs().mean()
    afar = functional.avg_pool2d(difference, 4).abs().mean()
    rough = (roughness(given) - roughness(wanted)).abs().mean()
    return colour + 0.25 * edges + 0.5 * afar + ROUGHNESS_WEIGHT * rough


def roughness(pictures: Tensor) -> Tensor:
    """How strong fine and coarse grain are in each patch, and which way they run, wherever strokes and dots lie.

    Most of it is lost in the latents, so matching it pixel by pixel would teach the decoder to leave it out.
    """
    soft, softer = _blurred(pictures, 3), _blurred(pictures, 7)
    fine, coarse = pictures - soft, soft - softer
    across, down = fine.diff(dim=3)[:, :, 1:], fine.diff(dim=2)[:, :, :, 1:]
    bands = torch.cat([fine[:, :, 1:, 1:], coarse[:, :, 1:, 1:], across / 2, down / 2], dim=1)
    return functional.avg_pool2d(bands.square(), 8, stride=4).add(GRAIN_FLOOR).sqrt()


def _blurred(pictures: Tensor, width: int) -> Tensor:
    return functional.avg_pool2d(pictures, width, stride=1, padding=width // 2, count_include_pad=False)


def psnr(given: Tensor, wanted: Tensor) -> float:
    """Peak signal to noise ratio of two sets of pictures in 0 to 1, in dB."""
    return -10 * math.log10(float(functional.mse_loss(given, wanted)))
