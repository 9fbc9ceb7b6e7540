"""The curator's encoder: open_clip loads it from its folder, and it tells the painter's pictures apart."""

import numpy as np
import open_clip
import pytest
import torch
from PIL import Image

from starter.config import config
from starter.model.encoder import MEAN, SPREAD, encoder_read
from starter.model.folder import painter_read
from starter.model.text_tower import copy_from_encoder, new_text_tower
from starter.model.tokenizer import tokens_of
from starter.painter.draw import draw
from starter.training.autoencoder_training import as_tensor
from starter.training.encoder_training import as_input, contrastive_loss
from starter.training.seeds import Realm, picture_seed, training_scene

pytestmark = pytest.mark.filterwarnings("ignore")
NAME = f"local-dir:{config().folders.encoder}"


def test_loads_through_open_clip_with_its_own_preprocessing_and_tokenizer() -> None:
    model, _, preprocess = open_clip.create_model_and_transforms(NAME)
    tokenizer = open_clip.get_tokenizer(NAME)

    seen = model.encode_image(preprocess(Image.new("RGB", (300, 200), (200, 30, 30)))[None], normalize=True)
    read = model.encode_text(tokenizer(["a red cat", ""]), normalize=True)

    assert seen.shape == (1, config().encoder.embedding)
    assert read.shape == (2, config().encoder.embedding)
    assert torch.isfinite(read).all()


def test_training_and_open_clip_prepare_pictures_alike() -> None:
    picture = draw(training_scene(0, 20), seed=picture_seed(Realm.VALIDATION, 0))
    _, _, preprocess = open_clip.create_model_and_transforms(NAME)

    theirs, ours = preprocess(Image.fromarray(picture)), as_input(picture[None], config().encoder.image_size)[0]

    assert float((theirs - ours).abs().mean()) < 0.06


def test_tells_night_from_day() -> None:
    model, scenes = encoder_read(config().folders.encoder), []
    for index in range(40):
        scene = training_scene(index, 20, Realm.VALIDATION)
        if scene.time in {"day", "night"}:
            scenes.append((index, scene))
    drawn = np.stack([draw(scene, seed=picture_seed(Realm.VALIDATION, index)) for index, scene in scenes])
    tokenizer = painter_read(config().folders.painter).tokenizer

    with torch.no_grad():
        seen = model.encode_image(as_input(drawn, config().encoder.image_size), normalize=True)
        read = model.encode_text(torch.tensor(tokens_of(tokenizer, ["day", "night"])), normalize=True)

    said = ["day" if at_day else "night" for at_day in ((seen @ read.T)[:, 0] > (seen @ read.T)[:, 1]).tolist()]
    right = np.mean([one == scene.time for one, (_, scene) in zip(said, scenes, strict=True)])
    assert right >= 0.85


def test_its_text_tower_can_be_handed_to_the_painter() -> None:
    encoder = encoder_read(config().folders.encoder)
    tower = new_text_tower(config().text, config().tokenizer).train(mode=False)
    tokens = torch.randint(0, config().tokenizer.size - 2, (2, config().tokenizer.length))
    tokens[:, 9:] = config().tokenizer.size - 1

    copy_from_encoder(tower, encoder)

    with torch.no_grad():
        ours = tower(tokens).pooler_output @ encoder.text_projection
        torch.testing.assert_close(ours, encoder.encode_text(tokens), atol=1e-4, rtol=0)


def test_a_perfect_match_costs_nothing_and_a_shuffled_one_a_lot() -> None:
    perfect = torch.eye(4) * 50

    assert float(contrastive_loss(perfect)) == pytest.approx(0, abs=1e-6)
    assert float(contrastive_loss(perfect.roll(1, dims=0))) > 10


def test_pictures_are_prepared_to_the_stated_mean_and_spread() -> None:
    grey = np.full((1, 16, 16, 3), 128, np.uint8)

    prepared = as_input(grey, 8)

    assert prepared.shape == (1, 3, 8, 8)
    assert float(prepared.mean()) == pytest.approx((float(as_tensor(grey).mean()) - MEAN[0]) / SPREAD[0], abs=1e-6)
