"""Owns training the curator's encoder: pictures against captions, and against the bare names of what they show."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from open_clip.model import CLIP
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.attention import SDPBackend, sdpa_kernel
from transformers import CLIPTokenizer

from starter.config import Config
from starter.model.encoder import MEAN, SPREAD, model_settings, new_encoder
from starter.model.tokenizer import tokens_of
from starter.painter.scene import Scene
from starter.training.averages import WeightAverage
from starter.training.checkpoints import checkpoint_read, checkpoint_write
from starter.training.journal import Journal
from starter.training.pace import Pace
from starter.training.pictures import PictureSet
from starter.training.resources import best_device
from starter.training.texts import ASPECTS, full_caption, names, plain_names, value_index

REST_SECONDS = 90
AVERAGE = 0.995
SMALLEST_TEMPERATURE = 1 / 100
ASPECT_WEIGHT = 0.5


@dataclass(frozen=True, slots=True)
class Lesson:
    """One batch: pictures, a caption for each, and which value of each aspect they show."""

    pictures: Tensor
    captions: Tensor
    values: dict[str, Tensor]


class EncoderTraining:
    """One run; state lies in `<work>/encoder.pt`."""

    def __init__(self, config: Config, data: PictureSet, tokenizer: CLIPTokenizer) -> None:
        self.config, self.data, self.tokenizer = config, data, tokenizer
        self.path = config.folders.work / "encoder.pt"
        self.device = best_device()
        self.pictures, self.ready = data.pictures(), data.ready()
        self.rng = np.random.default_rng()
        self.model = new_encoder(model_settings(config.encoder, config.text, config.tokenizer))
        state = checkpoint_read(self.path) or {"seen": 0}
        if "model" in state:
            self.model.load_state_dict(state["model"])
        self.seen = int(state["seen"])
        self.model.to(self.device)
        self.average = WeightAverage(self.model, AVERAGE)

    def run(self, pace: Pace) -> None:
        """Train until the time is over, then store."""
        settings = self.config.encoder
        optimiser = torch.optim.AdamW(_groups(self.model, settings.weight_decay), lr=settings.learning_rate)
        journal = Journal(self.config.folders.work, "encoder")
        for _ in pace.walk():
            for group in optimiser.param_groups:
                group["lr"] = settings.learning_rate * pace.share
            journal.note(**self._step(optimiser))
            if pace.rests(REST_SECONDS):
                self._store()
                journal.report(seen=self.seen)
        self._store()
        journal.report(seen=self.seen)

    def _step(self, optimiser: torch.optim.Optimizer) -> dict[str, float]:
        lesson = self._lesson()
        self.model.train()
        with torch.autocast(self.device.type, torch.bfloat16), sdpa_kernel(SDPBackend.MATH):
            seen = self.model.encode_image(lesson.pictures.to(self.device), normalize=True)
            read = self.model.encode_text(lesson.captions.to(self.device), normalize=True)
            named = self._named()
        scale = self.model.logit_scale.exp()
        contrast = contrastive_loss(scale * seen.float() @ read.float().T)
        aspects = {
            name: functional.cross_entropy(scale * seen.float() @ named[name].float().T, wanted.to(self.device))
            for name, wanted in lesson.values.items()
        }
        loss = contrast + ASPECT_WEIGHT * torch.stack(list(aspects.values())).sum()
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad()
        self.model.logit_scale.data.clamp_(0, -np.log(SMALLEST_TEMPERATURE))
        self.average.follow()
        self.seen += len(lesson.pictures)
        figures = {"contrast": contrast, **aspects}
        return {name: float(value.detach()) for name, value in figures.items()}

    def _named(self) -> dict[str, Tensor]:
        """The bare names of all values of all aspects, encoded in one go."""
        texts = {aspect: names(aspect, self.rng) for aspect in ASPECTS}
        tokens = self._tokens([name for listed in texts.values() for name in listed]).to(self.device)
        encoded = self.model.encode_text(tokens, normalize=True)
        parts = torch.split(encoded, [len(listed) for listed in texts.values()])
        return dict(zip(texts, parts, strict=True))

    def _lesson(self) -> Lesson:
        chosen = np.sort(self.rng.choice(self.ready, self.config.encoder.batch, replace=False))
        scenes = [self.data.scene(int(index)) for index in chosen]
        captions = self._tokens([full_caption(scene, self.rng) for scene in scenes])
        pictures = as_input(self.pictures[chosen], self.config.encoder.image_size)
        return Lesson(pictures, captions, values_of(scenes))

    def _tokens(self, texts: list[str]) -> Tensor:
        return torch.tensor(tokens_of(self.tokenizer, texts))

    def _store(self) -> None:
        with self.average.in_place():
            state: dict[str, Any] = {"model": self.model.state_dict(), "seen": self.seen}
            checkpoint_write(self.path, state)


def contrastive_loss(logits: Tensor) -> Tensor:
    """How badly each picture finds its caption and each caption its picture."""
    wanted = torch.arange(len(logits), device=logits.device)
    return (functional.cross_entropy(logits, wanted) + functional.cross_entropy(logits.T, wanted)) / 2


def as_input(pictures: NDArray[np.uint8], size: int) -> Tensor:
    """Square pictures (n, h, w, 3) of bytes as the encoder's input."""
    values = torch.from_numpy(np.ascontiguousarray(pictures)).permute(0, 3, 1, 2).float().div(255)
    small = functional.interpolate(values, size=(size, size), mode="area")
    mean, spread = torch.tensor(MEAN).view(1, 3, 1, 1), torch.tensor(SPREAD).view(1, 3, 1, 1)
    return (small - mean) / spread


def values_of(scenes: list[Scene]) -> dict[str, Tensor]:
    """The number of each aspect's value, for all scenes."""
    return {aspect: torch.tensor([value_index(aspect, scene) for scene in scenes]) for aspect in ASPECTS}


@torch.no_grad()
def encoder_figures(model: CLIP, tokenizer: CLIPTokenizer, data: PictureSet, size: int) -> dict[str, float]:
    """Recall among 32 captions and accuracy by bare names, over pictures the training never saw."""
    ready, rng = data.ready(), np.random.default_rng(3)
    scenes = [data.scene(int(index)) for index in ready]
    seen = torch.cat([model.encode_image(as_input(part, size), normalize=True) for part in _parts(data, ready)])
    tokens = torch.tensor(tokens_of(tokenizer, [full_caption(scene, rng) for scene in scenes]))
    read = model.encode_text(tokens, normalize=True)
    figures = {"recall_at_1_of_32": _recall(seen, read)}
    for aspect, wanted in values_of(scenes).items():
        named = model.encode_text(torch.tensor(tokens_of(tokenizer, plain_names(aspect))), normalize=True)
        hits = (seen @ named.T).argmax(dim=1) == wanted
        figures[aspect] = round(float(hits.float().mean()), 4)
    return figures


def _parts(data: PictureSet, ready: NDArray[np.int64]) -> list[NDArray[np.uint8]]:
    pictures = data.pictures()
    return [pictures[part] for part in np.array_split(ready, max(1, len(ready) // 64))]


def _recall(seen: Tensor, read: Tensor) -> float:
    """How often a picture finds its own caption among 32."""
    hits = [
        float(((one @ other.T).argmax(dim=1) == torch.arange(len(one))).float().mean())
        for one, other in zip(torch.split(seen, 32), torch.split(read, 32), strict=True)
        if len(one) == 32
    ]
    return round(float(np.mean(hits)), 4)


def _groups(model: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    """Matrices are decayed; norms, biases and the temperature are not."""
    decayed = [value for value in model.parameters() if value.ndim > 1]
    others = [value for value in model.parameters() if value.ndim <= 1]
    return [{"params": decayed, "weight_decay": weight_decay}, {"params": others, "weight_decay": 0.0}]
