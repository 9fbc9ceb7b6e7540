"""Scoring a batch: prompts are recognised, worthless pictures are cut, and every verdict has its reasons."""

from collections.abc import Sequence

import numpy as np
import pytest

from curation.scoring.aesthetic import FEATURES, FIRST
from curation.scoring.defects import Defects, Pixels
from curation.scoring.encoder import ClipEncoder, Embeddings
from curation.scoring.ensemble import Verdict, vote
from curation.scoring.prompt_match import OTHER_PROMPTS
from curation.scoring.scorer import BatchScorer
from starter.config import config
from starter.painter.draw import draw
from starter.painter.scene import sample_scene
from starter.training.texts import full_caption
from tests.curation.scoring.damages import DAMAGES
from tests.support.photographs import paintings, photographs

pytestmark = pytest.mark.filterwarnings("ignore")
CLEAN = Defects(blur=0, noise=0, blocking=0, banding=0, overexposed=0, underexposed=0, blank=0)


@pytest.fixture(scope="module")
def encoder() -> ClipEncoder:
    return ClipEncoder.load(str(config().folders.encoder))


@pytest.fixture(scope="module")
def scorer(encoder: ClipEncoder) -> BatchScorer:
    return BatchScorer(encoder)


def captioned(count: int) -> tuple[list[Pixels], list[str]]:
    """Pictures of the painter with a caption for each."""
    rng = np.random.default_rng(11)
    scenes = [sample_scene(rng) for _ in range(count)]
    return [draw(scene, seed=seed) for seed, scene in enumerate(scenes)], [full_caption(scene, rng) for scene in scenes]


def test_a_picture_matches_its_own_caption_and_not_another_ones(scorer: BatchScorer) -> None:
    pictures, captions = captioned(32)

    own = [scored.scores["prompt_match"] for scored in scorer.score(pictures, captions)]
    others = [scored.scores["prompt_match"] for scored in scorer.score(pictures, captions[7:] + captions[:7])]

    assert np.median(own) > 0.9
    assert np.median(others) < 0.3


def test_without_a_prompt_nobody_votes_on_it(scorer: BatchScorer) -> None:
    pictures = list(photographs().values())[:2]

    first, second = scorer.score(pictures, ["", "a woman in an orange suit"])

    assert "prompt_match" not in first.scores
    assert "prompt_match" in second.scores


class CountingEncoder:
    """Counts what it is asked to read and to see."""

    identity, scale = "counting@1", 20.0

    def __init__(self) -> None:
        self.read: list[str] = []
        self.passes = 0

    def pictures(self, pictures: Sequence[Pixels]) -> Embeddings:
        """Every picture looks alike."""
        self.passes += 1
        return np.tile(np.array([[1.0, 0.0]], np.float32), (len(pictures), 1))

    def texts(self, texts: Sequence[str]) -> Embeddings:
        """Every text reads alike."""
        self.read.extend(texts)
        return np.tile(np.array([[1.0, 0.0]], np.float32), (len(texts), 1))


def test_a_batch_takes_one_pass_and_reads_each_prompt_once() -> None:
    encoder = CountingEncoder()
    scorer = BatchScorer(encoder)

    scorer.score(list(paintings(4).values()), ["a cat", "a dog", "a cat", "a cat"])

    assert encoder.passes == 1
    assert encoder.read == [*OTHER_PROMPTS, "a cat", "a dog"]


def test_an_empty_batch_asks_nobody() -> None:
    encoder = CountingEncoder()

    assert BatchScorer(encoder).score([]) == []
    assert encoder.passes == 0


@pytest.mark.parametrize("damage", ["blank", "noise"])
def test_what_is_spoilt_never_hangs(scorer: BatchScorer, damage: str) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (256, 256, 3), np.uint8)
    spoilt = pixels if damage == "noise" else DAMAGES["blank"](pixels)

    (found,) = scorer.score([spoilt])

    assert found.vote.verdict is Verdict.CUT
    assert found.vote.reasons[0] == "hardly anything on it"


def test_good_photographs_hang(scorer: BatchScorer) -> None:
    found = scorer.score(list(photographs().values()))

    assert np.mean([scored.vote.verdict is Verdict.HANG for scored in found]) >= 0.9


def test_the_same_batch_gets_the_same_scores(scorer: BatchScorer) -> None:
    pictures = list(paintings(4).values())

    assert [one.vote for one in scorer.score(pictures)] == [other.vote for other in scorer.score(pictures)]


def test_a_copy_of_a_recent_work_is_not_new(scorer: BatchScorer, encoder: ClipEncoder) -> None:
    pictures = list(paintings(8).values())
    recent = encoder.pictures(pictures[:1] * 3)

    copy, *others = scorer.score(pictures, recent=recent)

    assert copy.scores["novelty"] == pytest.approx(0, abs=1e-3)
    assert min(scored.scores["novelty"] for scored in others) > 0.05


def test_scores_name_who_gave_them(scorer: BatchScorer, encoder: ClipEncoder) -> None:
    assert scorer.score(list(paintings(1).values()))[0].scorer == f"1/signals+0/{encoder.identity}"


@pytest.mark.parametrize(
    ("scores", "verdict", "reasons"),
    [
        ({"prompt_match": 0.9, "technical": 1.0}, "hang", ("shows what was asked for", "cleanly painted")),
        (
            {"prompt_match": 0.05, "technical": 0.9, "aesthetic": 0.2},
            "cut",
            ("does not show what was asked for", "dull colours and light"),
        ),
        ({"prompt_match": 0.45, "technical": 0.6}, "maybe", ("cleanly painted", "does not show what was asked for")),
    ],
)
def test_the_vote_has_a_verdict_and_its_strongest_reasons(
    scores: dict[str, float], verdict: str, reasons: tuple[str, ...]
) -> None:
    found = vote(scores, CLEAN)

    assert (found.verdict, found.reasons) == (verdict, reasons)


def test_scorers_who_agree_are_sure() -> None:
    agreed, split = (
        vote({"prompt_match": 0.8, "technical": 0.8}, CLEAN),
        vote({"prompt_match": 0, "technical": 1}, CLEAN),
    )

    assert agreed.confidence == pytest.approx(1)
    assert split.confidence < 0.1


def test_the_head_learns_what_a_person_keeps() -> None:
    rng = np.random.default_rng(2)
    seen = rng.random((300, len(FEATURES)))
    kept = (seen[:, 4] < 0.5).tolist()

    learned = FIRST.refitted(seen, kept)

    right = np.mean((learned.of(seen) > 0.5) == kept)
    assert right > 0.8
    assert np.mean((FIRST.of(seen) > 0.5) == kept) < 0.6
    assert learned.name == "signals+300"


def test_a_single_verdict_hardly_moves_the_head() -> None:
    seen = np.full((1, len(FEATURES)), 0.5)

    moved = FIRST.refitted(seen, [False])

    assert abs(float(moved.of(seen)[0] - FIRST.of(seen)[0])) < 0.2
