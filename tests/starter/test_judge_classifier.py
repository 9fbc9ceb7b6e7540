"""The judge: what she asks for, what she sees, and that she stays small."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from starter.config import config
from starter.judge.classifier import (
    JUDGED,
    Classifier,
    accuracies,
    classifier_read,
    classifier_write,
    perceptual_distance,
)
from starter.judge.questions import questions
from starter.painter.draw import draw
from starter.painter.vocabulary import COLOURS, STYLES, SUBJECTS, TIMES
from starter.training.autoencoder_training import as_tensor
from starter.training.encoder_training import values_of
from starter.training.seeds import is_held_out

pytestmark = pytest.mark.filterwarnings("ignore")
ONE_IN = 20


def test_asks_the_same_questions_each_time_and_only_of_unseen_combinations() -> None:
    asked = questions(12, ONE_IN)

    assert asked == questions(12, ONE_IN)
    assert all(is_held_out(question.scene, ONE_IN) for question in asked)


def test_each_question_names_all_that_is_judged() -> None:
    for question in questions(12, ONE_IN):
        scene, prompt = question.scene, question.prompt
        for entry in (SUBJECTS[scene.subject], STYLES[scene.style], TIMES[scene.time], COLOURS[scene.colour]):
            assert any(name in prompt for name in entry.english), (entry.key, prompt)


def test_stored_weights_see_the_same_to_half_precision(tmp_path: Path) -> None:
    model = Classifier(config().judge).eval()
    classifier_write(tmp_path, model)
    pictures = torch.rand(2, 3, 64, 64)

    again = classifier_read(tmp_path, config().judge)

    for aspect in JUDGED:
        torch.testing.assert_close(again(pictures)[aspect], model(pictures)[aspect], atol=2e-2, rtol=0)


def test_a_picture_is_at_no_distance_from_itself_and_at_some_from_another() -> None:
    model = Classifier(replace(config().judge, width=8)).eval()
    one, other = torch.rand(2, 3, 64, 64), torch.zeros(2, 3, 64, 64)

    assert perceptual_distance(model, one, one).tolist() == [0.0, 0.0]
    assert float(perceptual_distance(model, one, other).min()) > 0.01


def test_the_committed_judge_is_small() -> None:
    assert sum(path.stat().st_size for path in config().folders.judge.iterdir()) <= 1_000_000


def test_the_committed_judge_recognises_what_the_painter_draws() -> None:
    asked = questions(64, ONE_IN)
    drawn = np.stack([draw(question.scene, seed=question.seed) for question in asked])
    judge = classifier_read(config().folders.judge, config().judge)

    seen = accuracies(judge, as_tensor(drawn), values_of([question.scene for question in asked]))

    assert min(seen.values()) >= 0.75, seen
