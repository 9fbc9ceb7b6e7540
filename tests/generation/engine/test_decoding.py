"""Between latents and pixels: overflow, black pictures, and autoencoders with moments of their own."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from generation.engine.contract import EngineError
from generation.engine.decoding import Autoencoder
from tests.generation.engine.paintings import REAL

pytestmark = REAL


@pytest.fixture
def vae(tiny_model: Path) -> Any:
    """The full autoencoder of the tiny model, in bfloat16."""
    return import_module("diffusers").AutoencoderKL.from_pretrained(tiny_model / "vae").to(torch.bfloat16)


def overflowing(vae: Any, *, until: torch.dtype | None) -> Callable[..., Any]:
    """A decoder whose numbers overflow; in float32 it does well, unless `until` is None."""
    decode = vae.decode

    def decoded(latents: torch.Tensor, **options: Any) -> Any:
        (picture,) = decode(latents, **options)
        return (picture if until is latents.dtype else torch.full_like(picture, torch.nan),)

    return decoded


@torch.inference_mode()
def test_numbers_that_overflow_are_tried_again_in_float32(vae: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    latents = torch.randn((1, 4, 16, 16), generator=torch.Generator().manual_seed(1))
    expected = Autoencoder(vae, "Tiny").picture_of(latents)
    monkeypatch.setattr(vae, "decode", overflowing(vae, until=torch.float32))

    picture = Autoencoder(vae, "Tiny").picture_of(latents)

    assert abs(picture.astype(int) - expected).max() <= 4
    assert vae.dtype is torch.bfloat16


@torch.inference_mode()
def test_a_picture_of_numbers_that_are_none_is_no_picture(vae: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vae, "decode", overflowing(vae, until=None))

    with pytest.raises(EngineError, match="'Tiny' lost itself") as caught:
        Autoencoder(vae, "Tiny").picture_of(torch.zeros((1, 4, 16, 16)))

    assert caught.value.code == "not_finite"


@torch.inference_mode()
def test_a_black_picture_is_no_picture(vae: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vae, "decode", lambda latents, **_: (torch.full((1, 3, 32, 32), -1.0),))

    with pytest.raises(EngineError, match="black all over") as caught:
        Autoencoder(vae, "Tiny").picture_of(torch.zeros((1, 4, 16, 16)))

    assert caught.value.code == "black"


@torch.inference_mode()
def test_moments_per_channel_are_obeyed_both_ways(vae: Any) -> None:
    vae.to(torch.float32)
    vae.register_to_config(latents_mean=[0.5, -0.5, 0.25, 0.0], latents_std=[2.0, 1.0, 0.5, 3.0])
    picture = np.random.default_rng(3).integers(0, 256, (32, 32, 3), np.uint8)
    inside = vae.encode(torch.from_numpy(picture).permute(2, 0, 1)[None].float() / 127.5 - 1).latent_dist.mode()

    latents = Autoencoder(vae, "Tiny").latents_of(picture)

    factor = vae.config.scaling_factor
    assert torch.allclose(latents[:, 0], (inside[:, 0] - 0.5) * factor / 2.0, atol=1e-5)
    assert torch.allclose(latents[:, 3], inside[:, 3] * factor / 3.0, atol=1e-5)
    shown = Autoencoder(vae, "Tiny").picture_of(latents)
    whole = vae.decode(inside, return_dict=False)[0][0]
    expected = (whole / 2 + 0.5).clamp(0, 1).mul(255).round().permute(1, 2, 0).numpy()
    assert abs(shown.astype(int) - expected).max() <= 1


@torch.inference_mode()
def test_an_autoencoder_that_overflows_in_float16_works_in_float32(vae: Any) -> None:
    vae.to(torch.float16)
    vae.register_to_config(force_upcast=True)

    Autoencoder(vae, "Tiny")

    assert vae.dtype is torch.float32
