"""Owns the judge's eyes: a small convolutional network that names subject, style, time and main colour of a picture."""

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional

from starter.config import JudgeConfig
from starter.training.texts import ASPECTS

JUDGED = ("subject", "style", "time", "colour")
FILE = "judge.safetensors"
_WIDENING = (1, 2, 3, 4)
"""Each stage halves the picture; the first two only have to see edges and grain."""


class Classifier(nn.Module):
    """Takes pictures (n, 3, h, w) in 0 to 1 at full size; gives scores for each value of each aspect."""

    def __init__(self, config: JudgeConfig) -> None:
        super().__init__()
        first, widths = config.width // 2, [config.width * factor for factor in _WIDENING]
        deeper = [nn.Sequential(_halve(*pair), _Residual(pair[1])) for pair in pairwise(widths)]
        self.stages = nn.ModuleList([_halve(3, first), _halve(first, widths[0]), *deeper])
        self.heads = nn.ModuleDict({aspect: nn.Linear(2 * widths[-1], len(ASPECTS[aspect])) for aspect in JUDGED})

    def forward(self, pictures: Tensor) -> dict[str, Tensor]:
        """Scores by aspect."""
        last = self.features(pictures)[-1]
        pooled = torch.cat([last.mean(dim=(2, 3)), last.amax(dim=(2, 3))], dim=1)
        return {aspect: head(pooled) for aspect, head in self.heads.items()}

    def features(self, pictures: Tensor) -> list[Tensor]:
        """What each stage sees, from edges to shapes."""
        present, seen = pictures * 2 - 1, []
        for stage in self.stages:
            present = stage(present)
            seen.append(present)
        return seen


def classifier_write(folder: Path, model: Classifier) -> None:
    """Store the weights in half precision."""
    folder.mkdir(parents=True, exist_ok=True)
    weights = {name: value.half() if value.is_floating_point() else value for name, value in model.state_dict().items()}
    save_file({name: value.contiguous() for name, value in weights.items()}, folder / FILE)


def classifier_read(folder: Path, config: JudgeConfig) -> Classifier:
    """Load the stored judge, ready to use."""
    model = Classifier(config)
    model.load_state_dict(load_file(folder / FILE))
    return model.eval()


@torch.no_grad()
def perceptual_distance(model: Classifier, one: Tensor, other: Tensor) -> Tensor:
    """How differently the judge sees two sets of pictures, pair by pair: 0 for the same, about 1 for unrelated ones."""
    distances = [
        (functional.normalize(left, dim=1) - functional.normalize(right, dim=1)).square().sum(dim=1).mean(dim=(1, 2))
        for left, right in zip(model.features(one), model.features(other), strict=True)
    ]
    return torch.stack(distances).mean(dim=0)


@torch.no_grad()
def accuracies(model: Classifier, pictures: Tensor, wanted: Mapping[str, Tensor]) -> dict[str, float]:
    """The share of pictures in which the judge sees what was asked for, by aspect."""
    hits: dict[str, list[Tensor]] = {aspect: [] for aspect in JUDGED}
    for first, part in enumerate(torch.split(pictures, 64)):
        for aspect, scores in model(part).items():
            hits[aspect].append(scores.argmax(dim=1) == wanted[aspect][first * 64 : first * 64 + len(part)])
    return {aspect: round(float(torch.cat(found).float().mean()), 4) for aspect, found in hits.items()}


def _halve(before: int, after: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(before, after, 3, stride=2, padding=1, bias=False),
        nn.BatchNorm2d(after),
        nn.ReLU(),
    )


class _Residual(nn.Module):
    """Two convolutions beside a shortcut."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.path = nn.Sequential(
            nn.Conv2d(width, width, 3, padding=1, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            nn.Conv2d(width, width, 3, padding=1, bias=False),
            nn.BatchNorm2d(width),
        )

    def forward(self, present: Tensor) -> Tensor:
        return functional.relu(present + self.path(present))
