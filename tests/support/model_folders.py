"""A model folder without weights, all that the web process ever reads of a model; and weights that are no good."""

import json
import math
from pathlib import Path
from typing import Any

ARIA_JSON: dict[str, Any] = {
    "title": "Test model",
    "revision": "0123456789ab",
    "resolution": 256,
    "size_multiple": 32,
    "steps": 8,
    "guidance_scale": 5.0,
    "sampler": "DPM++ 2M",
    "guide": 0.6,
    "sketch": True,
}


def write_model_folder(folder: Path, **aria: Any) -> Path:
    """Write the JSON files of a diffusers folder; `aria` replaces entries of its aria.json."""
    parts = {
        "model_index.json": {
            "_class_name": "StableDiffusionPipeline",
            "unet": ["diffusers", "UNet2DConditionModel"],
            "vae": ["diffusers", "AutoencoderTiny"],
        },
        "unet/config.json": {"in_channels": 4, "sample_size": 32},
        "vae/config.json": {"latent_channels": 4, "block_out_channels": [64, 64, 64, 64]},
        "aria.json": {**ARIA_JSON, **aria},
    }
    for name, content in parts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content))
    return folder


def add_weights(folder: Path, **shapes: list[int]) -> Path:
    """Give parts of the folder a safetensors file with one tensor of zeros each."""
    for part, shape in shapes.items():
        size = 4 * math.prod(shape)
        header = json.dumps({"weight": {"dtype": "F32", "shape": shape, "data_offsets": [0, size]}}).encode()
        content = len(header).to_bytes(8, "little") + header + bytes(size)
        (folder / part / "diffusion_pytorch_model.safetensors").write_bytes(content)
    return folder
