"""Owns the export: the folders that are committed, their cards, and the check that they stay within their size."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch

from starter.config import Config
from starter.model.autoencoder import encode
from starter.model.card import model_card
from starter.model.encoder import encoder_write, model_settings
from starter.model.folder import ExportNotes, painter_write, rgb_of_latents
from starter.training.assembly import average_painter, encoder_of, pictures_of, tokenizer_of
from starter.training.autoencoder_training import as_tensor
from starter.training.seeds import Realm

LARGEST_IN_ALL = 25_000_000
LARGEST_ENCODER = 5_000_000
FIGURES = "figures.json"


def export(config: Config, version: str) -> dict[str, int]:
    """Write both folders from the checkpoints; returns their sizes in bytes. Raises ValueError beyond the limit."""
    encoder = encoder_of(config)
    if encoder is not None:
        settings = model_settings(config.encoder, config.text, config.tokenizer)
        encoder_write(config.folders.encoder, encoder, settings, tokenizer_of(config))
    parts, state = average_painter(config)
    factors, bias = _latent_colours(config, parts.autoencoder)
    notes = ExportNotes(
        version=version,
        samples_seen=int(state.get("seen", 0)),
        seed_counter=int(state.get("seed_counter", 0)),
        defaults=config.painter.defaults,
        latent_rgb_factors=factors,
        latent_rgb_bias=bias,
        resolution=config.data.size,
    )
    painter_write(config.folders.painter, parts, notes, model_card(notes, figures_read(config)))
    return _checked_sizes(config)


def figures_read(config: Config) -> dict[str, Any]:
    """The last judgement, as `judge` left it in the work folder; empty where there is none."""
    path = config.folders.work / FIGURES
    figures: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    return figures


def folder_bytes(folder: Path) -> int:
    """The size of all files of a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _latent_colours(config: Config, autoencoder: Any) -> tuple[list[list[float]], list[float]]:
    pictures = as_tensor(np.asarray(pictures_of(config, Realm.VALIDATION).pictures()[:128]))
    with torch.no_grad():
        latents = torch.cat([encode(autoencoder, part) for part in torch.split(pictures, 16)])
    return rgb_of_latents(latents, pictures)


def _checked_sizes(config: Config) -> dict[str, int]:
    sizes = {"painter": folder_bytes(config.folders.painter), "encoder": folder_bytes(config.folders.encoder)}
    if sum(sizes.values()) > LARGEST_IN_ALL or sizes["encoder"] > LARGEST_ENCODER:
        raise ValueError(f"The exported folders are too large: {sizes}.")
    return sizes
