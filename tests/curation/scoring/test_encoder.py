"""The encoder: pictures prepared as open_clip would, one pass for a batch, and sentences where it cannot be had."""

from pathlib import Path
from typing import Any

import numpy as np
import open_clip
import pytest
import torch
from open_clip.transform import PreprocessCfg, image_transform_v2
from PIL import Image

from curation.scoring.encoder import ClipEncoder, EncoderMissingError
from curation.scoring.preparing import Preparation, UnsuitedEncoderError, resized
from starter.config import config
from tests.support.photographs import photographs

pytestmark = pytest.mark.filterwarnings("ignore")
FOLDER = str(config().folders.encoder)
SHORTEST: dict[str, Any] = {
    "size": 224, "mean": (0.48, 0.46, 0.41), "std": (0.27, 0.26, 0.28), "interpolation": "bicubic",
    "resize_mode": "shortest",
}  # fmt: skip


@pytest.fixture(scope="module")
def encoder() -> ClipEncoder:
    return ClipEncoder.load(FOLDER)


def levels_apart(ours: torch.Tensor, theirs: torch.Tensor, preparation: Preparation) -> torch.Tensor:
    """How far two prepared pictures are apart, in levels of 255."""
    spread = torch.tensor(preparation.spread).view(3, 1, 1)
    return ((ours - theirs) * spread).abs() * 255


@pytest.mark.parametrize("name", photographs())
def test_pictures_are_prepared_as_open_clip_does_within_one_grey_level(encoder: ClipEncoder, name: str) -> None:
    pixels = photographs()[name]
    _, _, library = open_clip.create_model_and_transforms(f"local-dir:{FOLDER}")

    ours = encoder.preparation.batch([pixels], device=encoder.device, dtype=torch.float32)[0]

    assert levels_apart(ours, library(Image.fromarray(pixels)), encoder.preparation).max() < 1.01


@pytest.mark.parametrize("shape", [(1024, 768), (512, 512), (300, 451), (192, 256), (100, 60), (240, 1000)])
def test_the_middle_is_cut_out_as_open_clip_does(shape: tuple[int, int]) -> None:
    preparation = Preparation.of(SHORTEST)
    photograph = Image.fromarray(photographs()["astronaut.png"]).resize((shape[1], shape[0]))
    library = image_transform_v2(PreprocessCfg(**SHORTEST), is_train=False)

    ours = preparation.batch([np.asarray(photograph)], device=torch.device("cpu"), dtype=torch.float32)[0]

    apart = levels_apart(ours, library(photograph), preparation)
    assert apart.max() < 2.01
    assert (apart > 1.01).float().mean() < 1e-4


@pytest.mark.parametrize("size", [(224, 224), (300, 400), (256, 256)])
def test_devices_that_cannot_resize_bytes_come_to_the_same(size: tuple[int, int]) -> None:
    photograph = Image.fromarray(photographs()["astronaut.png"])
    levels = torch.from_numpy(np.array(photograph)).permute(2, 0, 1)[None]

    found = resized(levels.float(), size, "bicubic")[0].permute(1, 2, 0).numpy()

    pillow = np.asarray(photograph.resize(size[::-1], Image.Resampling.BICUBIC)).astype(float)
    assert np.abs(found - pillow).max() <= 1


def test_an_encoder_that_wants_something_unknown_is_refused() -> None:
    with pytest.raises(UnsuitedEncoderError, match="'longest'"):
        Preparation.of({**SHORTEST, "resize_mode": "longest"})


def test_pictures_of_several_sizes_go_through_the_trunk_once(
    encoder: ClipEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []
    trunk = encoder.model.visual.forward

    def counted(batch: torch.Tensor) -> Any:
        calls.append(len(batch))
        return trunk(batch)

    monkeypatch.setattr(encoder.model.visual, "forward", counted)
    pictures = list(photographs().values())[:5]

    embedded = encoder.pictures(pictures)

    assert calls == [5]
    assert embedded.shape == (5, config().encoder.embedding)
    assert np.linalg.norm(embedded, axis=1) == pytest.approx(np.ones(5), abs=1e-5)


def test_a_batch_sees_what_each_picture_alone_shows(encoder: ClipEncoder) -> None:
    pictures = list(photographs().values())[:3]

    together = encoder.pictures(pictures)

    alone = np.concatenate([encoder.pictures([picture]) for picture in pictures])
    assert together == pytest.approx(alone, abs=1e-4)


def test_the_identity_follows_the_weights(encoder: ClipEncoder) -> None:
    name, _, revision = encoder.identity.partition("@")

    assert (name, len(revision)) == ("encoder", 12)


def test_a_name_that_nobody_knows_is_refused_with_an_example() -> None:
    with pytest.raises(EncoderMissingError, match=r"no encoder 'ViT-Z'.*ViT-B-32/laion2b_s34b_b79k"):
        ClipEncoder.load("ViT-Z")


def test_a_folder_without_weights_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EncoderMissingError, match=r"lacks open_clip_config\.json and open_clip_model\.safetensors"):
        ClipEncoder.load(str(tmp_path))
