"""The autoencoder: what its encoder is before training, and what whitening changes and keeps."""

import numpy as np
import pytest
import torch

from starter.config import config
from starter.model.autoencoder import decode, encode, new_autoencoder, whiten

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture
def patches() -> np.ndarray:
    rng = np.random.default_rng(0)
    slopes = rng.random((600, 1, 1, 3)) * np.linspace(0.2, 1, 64).reshape(1, 8, 8, 1)
    return (slopes + rng.random((600, 8, 8, 3)) * 0.05).astype(np.float32)


def test_untrained_encoder_is_the_principal_components_of_patches(patches: np.ndarray) -> None:
    model = new_autoencoder(config().autoencoder, patches)
    for layer in model.encoder.layers:
        if hasattr(layer, "conv"):
            torch.nn.init.zeros_(layer.conv[-1].weight)

    latents = encode(model, torch.from_numpy(patches[:1]).permute(0, 3, 1, 2)).flatten()

    flat = patches.reshape(len(patches), -1).astype(np.float64)
    centred = flat - flat.mean(axis=0)
    _, spread, components = np.linalg.svd(centred, full_matrices=False)
    expected = components[:4] @ centred[0] / (spread[:4] / len(patches) ** 0.5)
    np.testing.assert_allclose(np.abs(latents.detach().numpy()), np.abs(expected), atol=2e-3)


def test_latents_are_eight_times_smaller_and_pictures_come_back_whole(patches: np.ndarray) -> None:
    model = new_autoencoder(config().autoencoder, patches)
    pictures = torch.rand(2, 3, 64, 48)

    latents = encode(model, pictures)

    assert latents.shape == (2, 4, 8, 6)
    assert decode(model, latents).shape == pictures.shape


def test_whitened_latents_have_mean_zero_and_spread_one(patches: np.ndarray) -> None:
    model = new_autoencoder(config().autoencoder, patches)
    pictures = torch.rand(4, 3, 64, 64)

    whiten(model, encode(model, pictures))

    white = encode(model, pictures)
    torch.testing.assert_close(white.mean(dim=(0, 2, 3)), torch.zeros(4), atol=1e-3, rtol=0)
    torch.testing.assert_close(white.std(dim=(0, 2, 3)), torch.ones(4), atol=1e-3, rtol=0)


def test_whitening_keeps_what_small_latents_decode_to(patches: np.ndarray) -> None:
    model = new_autoencoder(config().autoencoder, patches)
    pictures = torch.full((1, 3, 64, 64), float(patches.mean()))
    before = encode(model, pictures)
    decoded = decode(model, before * 0.01)
    spread_out = torch.cat([before * 0.01 + offset for offset in (-0.02, 0.02)])

    whiten(model, spread_out)

    mean, spread = spread_out.mean(dim=(0, 2, 3)).view(1, 4, 1, 1), spread_out.std(dim=(0, 2, 3)).view(1, 4, 1, 1)
    inside = decode(model, (before * 0.01 - mean) / spread)[:, :, 16:48, 16:48]
    torch.testing.assert_close(inside, decoded[:, :, 16:48, 16:48], atol=2e-2, rtol=0)
