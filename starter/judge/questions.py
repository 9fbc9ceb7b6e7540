"""Owns what the judge asks for: prompts of combinations that training never saw, each naming all that is judged."""

from dataclasses import dataclass

import numpy as np

from starter.painter.scene import Scene
from starter.painter.terms import Term
from starter.painter.vocabulary import COLOURS, EXTRAS, MOODS, STYLES, SUBJECTS, TIMES
from starter.training.seeds import Realm, held_out_scene, lots, picture_seed

_MOOD_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Question:
    """A prompt, the scene it words, and the seed to paint it with."""

    prompt: str
    scene: Scene
    seed: int


def questions(count: int, held_out_share: int) -> list[Question]:
    """The same questions each time, so that two judgements can be compared."""
    return [_question(index, held_out_share) for index in range(count)]


def _question(index: int, held_out_share: int) -> Question:
    scene = held_out_scene(index, held_out_share)
    rng = lots(Realm.JUDGE_PROMPTS, index, purpose=1)
    head = f"{_word(rng, COLOURS[scene.colour])} {_word(rng, SUBJECTS[scene.subject])}"
    details = [_word(rng, STYLES[scene.style]), _word(rng, TIMES[scene.time])]
    if rng.random() < _MOOD_SHARE:
        details.append(_word(rng, MOODS[scene.mood]))
    details += [_word(rng, EXTRAS[extra]) for extra in scene.extras]
    order = rng.permutation(len(details))
    prompt = ", ".join([head, *(details[place] for place in order)])
    return Question(prompt, scene, picture_seed(Realm.JUDGE_PROMPTS, index))


def _word(rng: np.random.Generator, entry: Term) -> str:
    return str(rng.choice(entry.english))
