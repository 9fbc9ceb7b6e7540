"""The exported painter: it loads like any other model, paints in all three ways, and stays small."""

import json
from typing import Any

import numpy as np
import pytest
import torch
from diffusers import AutoPipelineForImage2Image, AutoPipelineForInpainting
from PIL import Image

from starter.config import config
from starter.model.folder import own_words_read, painter_read
from starter.model.kinds import ANY_TEXT_TO_IMAGE
from starter.training.exporting import LARGEST_ENCODER, LARGEST_IN_ALL, folder_bytes

pytestmark = pytest.mark.filterwarnings("ignore")
FOLDER = config().folders.painter


@pytest.fixture(scope="module")
def pipeline() -> Any:
    loaded = ANY_TEXT_TO_IMAGE.from_pretrained(str(FOLDER), local_files_only=True)
    loaded.set_progress_bar_config(disable=True)
    return loaded


def paint(pipeline: Any, seed: int = 1, **asked: Any) -> np.ndarray:
    generator = torch.Generator().manual_seed(seed)
    return np.asarray(pipeline("a red cat", generator=generator, output_type="np", **asked).images[0])


def test_paints_256_pixels_from_text_alone(pipeline: Any) -> None:
    assert paint(pipeline, num_inference_steps=2).shape == (256, 256, 3)


def test_the_same_seed_gives_the_same_picture_and_another_seed_another(pipeline: Any) -> None:
    first, again, other = (paint(pipeline, seed, num_inference_steps=2) for seed in (1, 1, 2))

    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).mean() > 0.01


def test_paints_over_a_sketch(pipeline: Any) -> None:
    over = AutoPipelineForImage2Image.from_pipe(pipeline)
    sketch = Image.new("RGB", (256, 256), (200, 40, 40))

    painted = paint(over, image=sketch, strength=0.5, num_inference_steps=4)

    assert painted.shape == (256, 256, 3)


def test_paints_inside_a_mask_and_leaves_the_rest(pipeline: Any) -> None:
    inside = AutoPipelineForInpainting.from_pipe(pipeline)
    mask = Image.new("L", (256, 256), 0)
    mask.paste(255, (0, 0, 128, 256))
    picture = Image.new("RGB", (256, 256), (90, 140, 200))

    painted = paint(inside, image=picture, mask_image=mask, num_inference_steps=2, width=256, height=256)

    left = np.asarray(picture, np.float32)[:, 200:] / 255
    assert np.abs(painted[:, 200:] - left).mean() < 0.12


def test_takes_empty_foreign_and_endless_prompts(pipeline: Any) -> None:
    for prompt in ("", "ein roter Fuchs 🦊", "word " * 500):
        painted = pipeline(prompt, num_inference_steps=1, output_type="np").images[0]

        assert np.isfinite(painted).all()


def test_holds_half_precision_weights_and_no_code(pipeline: Any) -> None:
    assert {path.suffix for path in FOLDER.rglob("*") if path.is_file()} <= {".json", ".safetensors", ".md", ".txt"}
    assert json.loads((FOLDER / "model_index.json").read_text())["_class_name"] == "StableDiffusionPipeline"


def test_training_reads_it_back_in_full_precision() -> None:
    parts = painter_read(FOLDER)

    assert {value.dtype for part in (parts.unet, parts.text) for value in part.parameters()} == {torch.float32}


def test_says_of_itself_what_the_engine_needs() -> None:
    words = own_words_read(FOLDER)

    assert words["sketch"] is True
    assert 0.5 <= words["guide"] <= 1
    assert np.shape(words["latent_rgb_factors"]) == (4, 3)
    assert len(words["latent_rgb_bias"]) == 3
    assert words["training"]["seed_counter"] > 0


def test_both_folders_stay_within_their_size() -> None:
    encoder = folder_bytes(config().folders.encoder)

    assert encoder <= LARGEST_ENCODER
    assert folder_bytes(FOLDER) + encoder <= LARGEST_IN_ALL
