"""Owns the curator's encoder: a tiny image tower and a text tower in open_clip's own folder format."""

import json
from pathlib import Path
from typing import Any

import open_clip
import torch
from open_clip.model import CLIP
from safetensors.torch import save_file
from transformers import CLIPTokenizer

from starter.config import EncoderConfig, TextConfig, TokenizerConfig

MEAN = (0.5, 0.5, 0.5)
SPREAD = (0.5, 0.5, 0.5)


def model_settings(encoder: EncoderConfig, text: TextConfig, tokenizer: TokenizerConfig) -> dict[str, Any]:
    """What open_clip calls `model_cfg`."""
    return {
        "embed_dim": encoder.embedding,
        "vision_cfg": {
            "image_size": encoder.image_size,
            "layers": list(encoder.vision_layers),
            "width": encoder.vision_width,
            "head_width": encoder.vision_head,
        },
        "text_cfg": {
            "context_length": tokenizer.length,
            "vocab_size": tokenizer.size,
            "hf_tokenizer_name": "./",
            "width": text.width,
            "heads": text.heads,
            "layers": text.layers,
        },
    }


def new_encoder(settings: dict[str, Any]) -> CLIP:
    """An untrained encoder of these settings."""
    return CLIP(embed_dim=settings["embed_dim"], vision_cfg=settings["vision_cfg"], text_cfg=settings["text_cfg"])


def encoder_write(folder: Path, model: CLIP, settings: dict[str, Any], tokenizer: CLIPTokenizer) -> None:
    """Store a folder that `open_clip.create_model_and_transforms("local-dir:<folder>")` loads."""
    folder.mkdir(parents=True, exist_ok=True)
    preprocess = {"mean": MEAN, "std": SPREAD, "interpolation": "bicubic", "resize_mode": "squash"}
    content = {"model_cfg": settings, "preprocess_cfg": preprocess}
    (folder / "open_clip_config.json").write_text(json.dumps(content, indent=2) + "\n", "utf-8")
    tokenizer.save_pretrained(folder)
    weights = {name: _stored(value) for name, value in model.state_dict().items()}
    save_file(weights, folder / "open_clip_model.safetensors", metadata={"format": "pt"})


def encoder_read(folder: Path) -> CLIP:
    """Load a stored encoder through open_clip itself, ready to use."""
    model: CLIP = open_clip.create_model(f"local-dir:{folder}")
    model.train(mode=False)
    return model


def _stored(value: torch.Tensor) -> torch.Tensor:
    return value.detach().cpu().half().contiguous() if value.is_floating_point() else value.detach().cpu().contiguous()
