"""Owns training the judge, on painter pictures whose seeds nobody else ever uses."""

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from starter.config import Config
from starter.judge.classifier import JUDGED, Classifier, accuracies, classifier_read, classifier_write
from starter.training.assembly import pictures_of
from starter.training.autoencoder_training import as_tensor
from starter.training.averages import WeightAverage
from starter.training.encoder_training import values_of
from starter.training.journal import Journal
from starter.training.pace import Pace
from starter.training.resources import best_device
from starter.training.seeds import Realm

REST_SECONDS = 60
AVERAGE = 0.99
SMALLEST_CROP = 0.85
MEDIANS = (3, 5, 7)
SMALLEST_SIZE = 0.35


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
        pictures = as_tensor(self._varied(self.pictures[chosen]))
        with torch.autocast(self.device.type, torch.bfloat16):
            scores = self.model(pictures.to(self.device))
        losses = [functional.cross_entropy(scores[aspect].float(), wanted[aspect].to(self.device)) for aspect in JUDGED]
        loss = torch.stack(losses).sum()
        loss.backward()
        optimiser.step()
        optimiser.zero_grad()
        self.average.follow()
        return float(loss.detach())

    def _varied(self, pictures: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """A random crop, often softened: what counts is what a person sees, not the last pixel."""
        side = pictures.shape[1]
        kept = int(side * self.rng.uniform(SMALLEST_CROP, 1))
        top, left = self.rng.integers(0, side - kept + 1, 2)
        return np.stack([softened(picture[top : top + kept, left : left + kept], self.rng) for picture in pictures])

    def _store_and_test(self) -> dict[str, float]:
        scenes = [self.unseen.scene(int(index)) for index in self.unseen.ready()]
        pictures = as_tensor(self.unseen.pictures()[self.unseen.ready()])
        self.model.eval()
        with self.average.in_place():
            classifier_write(self.config.folders.judge, self.model)
            figures = accuracies(self.model, pictures, values_of(scenes))
        self.model.train()
        return figures


def softened(picture: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """The picture as it is, or smoothed, or as a smaller copy of it would show."""
    way = int(rng.integers(3))
    if way == 0:
        return picture
    if way == 1:
        return np.asarray(cv2.medianBlur(np.ascontiguousarray(picture), int(rng.choice(MEDIANS))), dtype=np.uint8)
    side = picture.shape[0]
    smaller = int(side * rng.uniform(SMALLEST_SIZE, 1))
    small = cv2.resize(picture, (smaller, smaller), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, (side, side), interpolation=cv2.INTER_LINEAR), dtype=np.uint8)
