"""Owns training the judge, on painter pictures whose seeds nobody else ever uses."""

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from starter.config import Config
from starter.judge.classifier import JUDGED, Classifier, accuracies, classifier_read, classifier_write
from starter.training.assembly import pictures_of
from starter.training.autoencoder_training import as_tensor
from starter.training.averages import WeightAverage
from starter.training.encoder_training import values_of
from starter.training.journal import Journal
from starter.training.pace import Pace
from starter.training.pictures import PictureSet
from starter.training.resources import best_device
from starter.training.seeds import Realm

REST_SECONDS = 60
AVERAGE = 0.99
SMALLEST_CROP = 0.85
BLURRED_SHARE = 0.15


class ClassifierTraining:
    """One run; the weights go straight to the judge's own folder."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.data = pictures_of(config, Realm.JUDGE_TRAINING)
        self.unseen = pictures_of(config, Realm.JUDGE_VALIDATION)
        self.pictures, self.ready = self.data.pictures(), self.data.ready()
        self.device = best_device()
        self.rng = np.random.default_rng()
        stored = (config.folders.judge / "judge.safetensors").exists()
        self.model = classifier_read(config.folders.judge, config.judge) if stored else Classifier(config.judge)
        self.model.to(self.device).train()
        self.average = WeightAverage(self.model, AVERAGE)

    def run(self, pace: Pace) -> None:
        """Train until the time is over; stores and reports accuracy on unseen pictures now and then."""
        optimiser = torch.optim.AdamW(self.model.parameters(), lr=self.config.judge.learning_rate, weight_decay=0.05)
        journal = Journal(self.config.folders.work, "judge")
        for _ in pace.walk():
            for group in optimiser.param_groups:
                group["lr"] = self.config.judge.learning_rate * pace.share
            journal.note(loss=self.step(optimiser))
            if pace.rests(REST_SECONDS):
                journal.report(steps=pace.steps, **self._store_and_test())
        journal.report(steps=pace.steps, **self._store_and_test())

    def step(self, optimiser: torch.optim.Optimizer) -> float:
        """Learn from one batch."""
        chosen = np.sort(self.rng.choice(self.ready, self.config.judge.batch, replace=False))
        wanted = values_of([self.data.scene(int(index)) for index in chosen])
        pictures = self._varied(as_tensor(self.pictures[chosen]))
        with torch.autocast(self.device.type, torch.bfloat16):
            scores = self.model(pictures.to(self.device))
        losses = [functional.cross_entropy(scores[aspect].float(), wanted[aspect].to(self.device)) for aspect in JUDGED]
        loss = torch.stack(losses).sum()
        loss.backward()
        optimiser.step()
        optimiser.zero_grad()
        self.average.follow()
        return float(loss.detach())

    def _varied(self, pictures: Tensor) -> Tensor:
        """A random crop, sometimes blurred a little: what counts is what is shown, not the last pixel."""
        side = pictures.shape[-1]
        kept = int(side * self.rng.uniform(SMALLEST_CROP, 1))
        top, left = self.rng.integers(0, side - kept + 1, 2)
        cut = pictures[:, :, top : top + kept, left : left + kept]
        if self.rng.random() < BLURRED_SHARE:
            return functional.avg_pool2d(cut, 3, stride=1, padding=1, count_include_pad=False)
        return cut

    def _store_and_test(self) -> dict[str, float]:
        scenes = [self.unseen.scene(int(index)) for index in self.unseen.ready()]
        pictures = as_tensor(self.unseen.pictures()[self.unseen.ready()])
        self.model.eval()
        with self.average.in_place():
            classifier_write(self.config.folders.judge, self.model)
            figures = accuracies(self.model, pictures, values_of(scenes))
        self.model.train()
        return figures


def judge_sets(config: Config) -> tuple[PictureSet, PictureSet]:
    """The pictures the judge learns from, and those she is tested on."""
    return pictures_of(config, Realm.JUDGE_TRAINING), pictures_of(config, Realm.JUDGE_VALIDATION)
