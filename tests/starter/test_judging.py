"""The judgement: what two pairs of eyes see in the painter's own pictures, and how it is told."""

import torch

from starter.config import config
from starter.judge.classifier import JUDGED
from starter.judge.judging import Bench, Case, case_of
from starter.model.card import figures_table
from starter.painter.draw import draw
from starter.training.autoencoder_training import as_tensor

ASKED = 40


def own_pictures(case: Case) -> torch.Tensor:
    """What the painter draws of the scenes that are asked for."""
    drawn = [draw(question.scene, seed=question.seed) for question in case.asked]
    return torch.cat([as_tensor(picture[None]) for picture in drawn])


def test_judge_and_encoder_recognise_what_the_painter_drew() -> None:
    case = case_of(config(), ASKED)

    row = Bench.of(config()).row("own", own_pictures(case), case)

    assert {aspect: row[aspect] >= least for aspect, least in zip(JUDGED, (0.85, 0.85, 0.95, 0.85), strict=True)} == (
        dict.fromkeys(JUDGED, True)
    )
    assert row["second_opinion"]["subject"] >= 0.4
    assert row["second_opinion"]["time"] >= 0.85


def test_neither_recognises_anything_in_noise() -> None:
    case = case_of(config(), ASKED)
    noise = torch.rand(ASKED, 3, 256, 256, generator=torch.Generator().manual_seed(1))

    row = Bench.of(config()).row("noise", noise, case)

    assert max(row["subject"], row["second_opinion"]["subject"]) <= 0.15


def test_the_table_holds_both_opinions() -> None:
    shares = dict(zip(JUDGED, (0.865, 0.835, 0.99, 0.96), strict=True))
    row = {"path": "the sketch", **shares, "distance": 0.25, "second_opinion": shares | {"subject": 0.5}}

    table = figures_table({"rows": [row]})

    assert "| the sketch | 0.865 | 0.835 | 0.990 | 0.960 | 0.250 |" in table
    assert "| the sketch | 0.500 | 0.835 | 0.990 | 0.960 |" in table


def test_without_figures_the_table_says_so() -> None:
    assert figures_table({}) == "Not judged yet."
