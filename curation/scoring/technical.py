"""Owns the technical score: how far from spoilt a picture is, and by what."""

from dataclasses import asdict

from curation.scoring.defects import Defects

WEIGHTS = {
    "blank": 1.0,
    "noise": 0.9,
    "blur": 0.8,
    "overexposed": 0.8,
    "underexposed": 0.7,
    "blocking": 0.7,
    "banding": 0.3,
}
"""How much of the score a defect takes at its worst. Bands and soft edges are often meant so."""


def technical_score(defects: Defects) -> float:
    """1 for a picture without defects, in [0, 1]; each defect takes its share of what the others left."""
    score = 1.0
    for name, weight in WEIGHTS.items():
        score *= 1 - weight * float(getattr(defects, name))
    return score


def worst_defect(defects: Defects) -> str:
    """The defect that takes the most."""
    found = asdict(defects)
    return max(WEIGHTS, key=lambda name: WEIGHTS[name] * found[name])
