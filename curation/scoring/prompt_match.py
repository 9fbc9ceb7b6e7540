"""Owns how well pictures show what was asked for, as a probability that means the same for every encoder."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from curation.scoring.encoder import Embeddings, Encoder

# Raw cosines mean something else in every encoder (0.25 is a good match in one and a poor one in the next), so a prompt
# is weighed against other things that could have been asked for.
OTHER_PROMPTS = tuple(
    f"{subject} {setting}"
    for subject in (
        "a cat", "a portrait of a woman", "a castle", "a sailing boat", "a forest", "a city street", "a mushroom",
        "a bowl of fruit", "a mountain", "an abstract pattern", "a flower", "a robot", "a bridge", "a horse",
        "a spiral galaxy", "a butterfly",
    )
    for setting in ("at night", "in daylight", "in watercolour", "as a pencil drawing")
)  # fmt: skip


class PromptMatch:
    """Weighs pictures against prompts. Reads the other prompts once."""

    def __init__(self, encoder: Encoder) -> None:
        self._scale = encoder.scale
        self._others = encoder.texts(OTHER_PROMPTS)

    def of(self, pictures: Embeddings, prompt: Embeddings) -> NDArray[np.float32]:
        """For each picture, how likely the encoder takes the prompt, (1, size), rather than any other one.

        In [0, 1]: 0.5 for a prompt that fits no better than the others do on the mean.
        """
        asked = self._scale * (pictures @ prompt.T)[:, 0]
        others = self._scale * (pictures @ self._others.T)
        highest = others.max(axis=1)
        others_mean = highest + np.log(np.exp(others - highest[:, None]).mean(axis=1))
        chosen: NDArray[np.float32] = 1 / (1 + np.exp(np.clip(others_mean - asked, -60, 60)))
        return chosen.astype(np.float32)


def prompts_read(encoder: Encoder, prompts: Sequence[str]) -> dict[str, Embeddings]:
    """Each different prompt, read once, as (1, size)."""
    different = list(dict.fromkeys(prompts))
    if not different:
        return {}
    read = encoder.texts(different)
    return {prompt: read[place : place + 1] for place, prompt in enumerate(different)}
