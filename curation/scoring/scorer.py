"""Owns scoring a batch: one pass of the image trunk, each prompt read once, every signal, one vote for each picture."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from curation.scoring.aesthetic import FIRST, AestheticHead, features_of
from curation.scoring.composition import Composition, composition_of
from curation.scoring.defects import Defects, Pixels, defects_of, rise
from curation.scoring.encoder import Embeddings, Encoder
from curation.scoring.ensemble import Vote, vote
from curation.scoring.prompt_match import PromptMatch, prompts_read
from curation.scoring.technical import technical_score

VERSION = 1
"""Scores of different versions must not be compared."""
_NEIGHBOURS = 3
"""So many of the most similar recent works decide how new a picture is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """Everything that is known of one picture."""

    scores: dict[str, float]
    """Of each scorer that had something to go by, in [0, 1]."""
    defects: Defects
    composition: Composition
    vote: Vote
    embedding: Embeddings
    """(size,), of length 1."""
    scorer: str
    """Version, aesthetic head and encoder."""


class BatchScorer:
    """Scores pictures with one encoder. Not for use by several threads at once."""

    def __init__(self, encoder: Encoder, head: AestheticHead = FIRST) -> None:
        self._encoder = encoder
        self._head = head
        self._match = PromptMatch(encoder)

    @property
    def identity(self) -> str:
        """What is stored beside each score."""
        return f"{VERSION}/{self._head.name}/{self._encoder.identity}"

    def score(
        self, pictures: Sequence[Pixels], prompts: Sequence[str] | None = None, recent: Embeddings | None = None
    ) -> list[Scored]:
        """Score pictures of any sizes, (height, width, 3) RGB.

        `prompts` holds one for each picture; an empty one is no prompt. `recent` are embeddings of this encoder of
        the works that a picture should differ from. Raises ValueError for a side below 16 pixels.
        """
        if not pictures:
            return []
        seen = self._encoder.pictures(pictures)
        matches = self._matches(seen, prompts or [""] * len(pictures))
        looked_at = [(defects_of(pixels), composition_of(pixels)) for pixels in pictures]
        features = np.array(
            [features_of(pixels, *signals) for pixels, signals in zip(pictures, looked_at, strict=True)], np.float64
        )
        aesthetic = self._head.of(features)
        novelty = _novelty(seen, recent)
        found = []
        for place, (defects, composition) in enumerate(looked_at):
            scores = {
                "prompt_match": matches[place],
                "technical": technical_score(defects),
                "aesthetic": float(aesthetic[place]),
                "composition": composition.score,
                "novelty": novelty[place],
            }
            given = {name: score for name, score in scores.items() if score is not None}
            found.append(
                Scored(
                    scores=given,
                    defects=defects,
                    composition=composition,
                    vote=vote(given, defects),
                    embedding=seen[place],
                    scorer=self.identity,
                )
            )
        return found

    def _matches(self, seen: Embeddings, prompts: Sequence[str]) -> list[float | None]:
        read = prompts_read(self._encoder, [prompt for prompt in prompts if prompt])
        return [
            float(self._match.of(seen[place : place + 1], read[prompt])[0]) if prompt else None
            for place, prompt in enumerate(prompts)
        ]


def _novelty(seen: Embeddings, recent: Embeddings | None) -> list[float | None]:
    """How unlike the nearest recent works each picture is; None where there are none."""
    if recent is None or not len(recent):
        return [None] * len(seen)
    nearest = np.sort(seen @ recent.T, axis=1)[:, -_NEIGHBOURS:].mean(axis=1)
    return [1 - rise(float(cosine), 0.4, 1.0) for cosine in nearest]
