"""Owns the exported painter: a diffusers folder in half precision that any diffusers program loads, and its card."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from transformers import CLIPTextModel, CLIPTokenizer

from starter.config import PaintingDefaults
from starter.model.kinds import AUTOENCODER, TEXT_TO_IMAGE, UNET, Autoencoder, Unet
from starter.model.schedule import new_scheduler

NAME = "Aria starter"
LICENCE = "CC0-1.0"


@dataclass(frozen=True, slots=True)
class PainterParts:
    """What a painter is made of."""

    unet: Unet
    text: CLIPTextModel
    tokenizer: CLIPTokenizer
    autoencoder: Autoencoder


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportNotes:
    """What the folder says of itself besides its weights."""

    version: str
    samples_seen: int
    seed_counter: int
    defaults: PaintingDefaults
    latent_rgb_factors: list[list[float]]
    latent_rgb_bias: list[float]
    resolution: int


def painter_write(folder: Path, parts: PainterParts, notes: ExportNotes, card: str) -> None:
    """Store weights in half precision, `aria.json` and the model card."""
    half = [_half(part) for part in (parts.autoencoder, parts.text, parts.unet)]
    pipeline = TEXT_TO_IMAGE(
        vae=half[0],
        text_encoder=half[1],
        tokenizer=parts.tokenizer,
        unet=half[2],
        scheduler=new_scheduler(),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipeline.save_pretrained(folder, safe_serialization=True)
    _load_in_single_precision(folder / "text_encoder" / "config.json")
    (folder / "aria.json").write_text(json.dumps(_own_words(notes), indent=2) + "\n", "utf-8")
    (folder / "README.md").write_text(card, "utf-8")


def painter_read(folder: Path) -> PainterParts:
    """Load a stored painter in single precision, ready to train on."""
    return PainterParts(
        unet=UNET.from_pretrained(folder / "unet", torch_dtype=torch.float32),
        text=CLIPTextModel.from_pretrained(folder / "text_encoder", dtype=torch.float32),
        tokenizer=CLIPTokenizer.from_pretrained(folder / "tokenizer"),
        autoencoder=AUTOENCODER.from_pretrained(folder / "vae", torch_dtype=torch.float32),
    )


def own_words_read(folder: Path) -> dict[str, Any]:
    """What `aria.json` of a stored painter says."""
    words: dict[str, Any] = json.loads((folder / "aria.json").read_text("utf-8"))
    return words


def rgb_of_latents(latents: Tensor, pictures: Tensor) -> tuple[list[list[float]], list[float]]:
    """The best linear guess of a picture from its latents: factors (channel x rgb) and bias, for values in -1 to 1."""
    small = torch.nn.functional.interpolate(pictures, size=latents.shape[-2:], mode="area").mul(2).sub(1)
    channels = latents.movedim(1, -1).reshape(-1, latents.shape[1])
    given = torch.cat([channels, torch.ones(len(channels), 1)], dim=1).double()
    wanted = small.movedim(1, -1).reshape(-1, 3).double()
    solution = torch.linalg.lstsq(given, wanted).solution
    rows = [[round(float(value), 5) for value in row] for row in solution]
    return rows[:-1], rows[-1]


def _own_words(notes: ExportNotes) -> dict[str, Any]:
    return {
        "name": NAME,
        "version": notes.version,
        "licence": LICENCE,
        "resolution": notes.resolution,
        "sketch": True,
        **asdict(notes.defaults),
        "latent_rgb_factors": notes.latent_rgb_factors,
        "latent_rgb_bias": notes.latent_rgb_bias,
        "training": {"samples_seen": notes.samples_seen, "seed_counter": notes.seed_counter},
    }


def _load_in_single_precision(config: Path) -> None:
    """Let the text tower load as the other parts do: transformers alone would keep the stored precision."""
    settings = json.loads(config.read_text("utf-8"))
    settings["dtype"] = "float32"
    config.write_text(json.dumps(settings, indent=2) + "\n", "utf-8")


def _half(part: Any) -> Any:
    """A copy of a part in half precision; the part itself stays as it is."""
    copy = type(part)(part.config) if isinstance(part, CLIPTextModel) else type(part).from_config(part.config)
    copy.load_state_dict(part.state_dict())
    return copy.half().eval()
