"""Owns the vote: what all scorers say becomes one score, a verdict, and the two strongest reasons for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt
from types import MappingProxyType

from curation.scoring.defects import Defects
from curation.scoring.technical import worst_defect

WEIGHTS: Mapping[str, float] = MappingProxyType(
    {"prompt_match": 0.35, "technical": 0.25, "aesthetic": 0.15, "composition": 0.15, "novelty": 0.10}
)
"""Who votes, and how much each vote counts."""
HANG_FROM, CUT_BELOW = 0.58, 0.38
SPOILT_BELOW, HOPELESS_BELOW = 0.35, 0.12
"""A picture as spoilt as this is not hung, or is cut, whatever else speaks for it."""
_UNSPOILT = 0.3
"""From a technical score of 1 less this on, nothing is dragged down."""

_PRAISE = {
    "prompt_match": "shows what was asked for",
    "technical": "cleanly painted",
    "aesthetic": "pleasing colours and light",
    "composition": "well composed",
    "novelty": "unlike recent works",
}
_BLAME = {
    "prompt_match": "does not show what was asked for",
    "aesthetic": "dull colours and light",
    "composition": "loosely composed",
    "novelty": "much like recent works",
}
_DEFECTS = {
    "blur": "blurred",
    "noise": "noisy",
    "blocking": "full of compression blocks",
    "banding": "banded where it should be smooth",
    "overexposed": "burnt out",
    "underexposed": "too dark",
    "blank": "hardly anything on it",
}


class Verdict(StrEnum):
    """What the curator would do with a picture."""

    HANG = "hang"
    MAYBE = "maybe"
    CUT = "cut"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """What all scorers together say."""

    score: float
    confidence: float
    """1 where all scorers agree, 0 where they contradict each other wholly."""
    verdict: Verdict
    reasons: tuple[str, ...]


def vote(scores: Mapping[str, float], defects: Defects) -> Vote:
    """Weigh the scores of those of WEIGHTS who voted, each in [0, 1]; `technical` has to be among them."""
    voters = {name: weight for name, weight in WEIGHTS.items() if name in scores}
    total = sum(voters.values())
    mean = sum(weight * scores[name] for name, weight in voters.items()) / total
    spread = sqrt(sum(weight * (scores[name] - mean) ** 2 for name, weight in voters.items()) / total)
    # What is spoilt drags all down: noise that matches the prompt is no good picture.
    score = mean * min(1.0, _UNSPOILT + scores["technical"])
    verdict = _verdict(score, scores["technical"])
    return Vote(
        score=score,
        confidence=1 - 2 * spread,
        verdict=verdict,
        reasons=_reasons(scores, voters, defects, verdict),
    )


def _verdict(score: float, technical: float) -> Verdict:
    if score < CUT_BELOW or technical < HOPELESS_BELOW:
        return Verdict.CUT
    return Verdict.HANG if score >= HANG_FROM and technical >= SPOILT_BELOW else Verdict.MAYBE


def _reasons(
    scores: Mapping[str, float], voters: Mapping[str, float], defects: Defects, verdict: Verdict
) -> tuple[str, ...]:
    """The votes that moved the score most, two at the most; to hang or to cut, only such as speak for it."""
    moved = {name: weight * (scores[name] - 0.5) for name, weight in voters.items()}
    strongest = sorted(moved, key=lambda name: -abs(moved[name]))
    if verdict is not Verdict.MAYBE:
        strongest = [name for name in strongest if (moved[name] > 0) == (verdict is Verdict.HANG)]
    return tuple(_in_words(name, moved[name], defects) for name in strongest[:2])


def _in_words(name: str, moved: float, defects: Defects) -> str:
    if moved >= 0:
        return _PRAISE[name]
    return _DEFECTS[worst_defect(defects)] if name == "technical" else _BLAME[name]
