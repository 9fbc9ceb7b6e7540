"""Owns the judgement: paints the same prompts in every way the model is used, and counts what the judge recognises."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from starter.config import Config
from starter.judge.classifier import JUDGED, Classifier, accuracies, classifier_read, perceptual_distance
from starter.judge.questions import Question, questions
from starter.judge.second_opinion import SecondOpinion
from starter.model.autoencoder import decode, encode
from starter.model.folder import PainterParts, painter_read
from starter.model.sampling import PaintingOrder, paint, pipeline_of
from starter.painter.draw import draw
from starter.sketch import sketch
from starter.training.autoencoder_training import as_tensor
from starter.training.encoder_training import values_of
from starter.training.exporting import FIGURES

BATCH = 20
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Bench:
    """Who judges: the judge, whose figures decide, and the encoder, who looks at the same pictures in another way."""

    judge: Classifier
    second: SecondOpinion

    @classmethod
    def of(cls, config: Config) -> "Bench":
        """Both as they were exported."""
        judge = classifier_read(config.folders.judge, config.judge)
        return cls(judge, SecondOpinion.read(config.folders.encoder, config.encoder.image_size))

    def row(self, path: str, pictures: Tensor, case: "Case") -> Row:
        """What is recognised in the pictures of one path, and how far they are from the sketches."""
        distance = float(perceptual_distance(self.judge, case.sketches, pictures).mean())
        return {
            "path": path,
            **accuracies(self.judge, pictures, case.wanted),
            "distance": round(distance, 4),
            "second_opinion": self.second.accuracies(pictures, case.wanted),
        }


@dataclass(frozen=True, slots=True)
class Case:
    """Everything that one judgement looks at: prompts, their sketches, and what should be seen."""

    asked: Sequence[Question]
    sketches: Tensor
    wanted: dict[str, Tensor]


def judge_export(config: Config, prompts: int | None = None) -> dict[str, Any]:
    """Judge the exported folder; the figures are also kept in the work folder for the model card."""
    bench = Bench.of(config)
    case = case_of(config, prompts or config.judge.prompts)
    paintings = judge_paintings(config, painter_read(config.folders.painter), bench, case)
    rows = [*_ceilings(config, bench, case), *paintings]
    by_path = {row["path"]: row for row in rows}
    default = by_path[guide_path(config.painter.defaults.guide)]
    figures = {
        "default": {aspect: default[aspect] for aspect in JUDGED},
        "txt2img": {aspect: by_path[guide_path(1.0)][aspect] for aspect in JUDGED},
        "rows": rows,
        "prompts": len(case.asked),
    }
    (config.folders.work / FIGURES).write_text(json.dumps(figures, indent=2) + "\n", "utf-8")
    return figures


def case_of(config: Config, count: int) -> Case:
    """The questions, with the sketches that Aria herself would draw from their words."""
    asked = questions(count, config.data.held_out_share)
    size = config.data.size
    drawn = [sketch(question.prompt, seed=question.seed, width=size, height=size).image for question in asked]
    sketches = torch.cat([as_tensor(picture[None]) for picture in drawn])
    return Case(asked, sketches, values_of([question.scene for question in asked]))


def judge_paintings(config: Config, parts: PainterParts, bench: Bench, case: Case) -> list[Row]:
    """One row for each noise level from which the model paints."""
    rows = []
    for guide in config.judge.guides:
        painted = paint_all(config, parts, case, guide)
        rows.append(bench.row(guide_path(guide), painted, case))
    return rows


def paint_all(config: Config, parts: PainterParts, case: Case, guide: float) -> Tensor:
    """Paint every prompt over its sketch from one noise level on."""
    pipeline, defaults = pipeline_of(parts), config.painter.defaults
    painted = []
    for first in range(0, len(case.asked), BATCH):
        part = slice(first, first + BATCH)
        order = PaintingOrder(
            prompts=[question.prompt for question in case.asked[part]],
            sketches=case.sketches[part],
            guide=guide,
            steps=defaults.steps,
            guidance_scale=defaults.guidance_scale,
            seed=first,
        )
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
            painted.append(paint(pipeline, order))
    return torch.cat(painted)


def guide_path(guide: float) -> str:
    """What a row of the table is called."""
    return "plain text to image" if guide >= 1 else f"painted over the sketch from {guide}"


def _ceilings(config: Config, bench: Bench, case: Case) -> list[Row]:
    """What can be reached at best: the painter's own pictures, Aria's sketches, and those through the autoencoder."""
    size = config.data.size
    drawn = [draw(question.scene, seed=question.seed, width=size, height=size) for question in case.asked]
    own = torch.cat([as_tensor(picture[None]) for picture in drawn])
    autoencoder = painter_read(config.folders.painter).autoencoder
    with torch.no_grad():
        decoded = torch.cat(
            [decode(autoencoder, encode(autoencoder, part)) for part in torch.split(case.sketches, BATCH)]
        )
    return [
        bench.row("the painter's own picture of the scene", own, case),
        bench.row("the sketch", case.sketches, case),
        bench.row("the sketch through the autoencoder", decoded.clamp(0, 1), case),
    ]
