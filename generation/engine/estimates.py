"""How much memory a model will need, told by the headers of its files before it is loaded. No torch here."""

from dataclasses import dataclass
from pathlib import Path

from generation.engine.manifest import ModelManifest
from generation.engine.model_folder import elements_of, json_read

HALF, FULL = 2, 4
"""Bytes of one number: in bfloat16 or float16 as on a GPU, and in float32 as on most processors."""
LARGEST_LAYERS = 3
"""So many layers of the decoder's full size are in memory at once: what comes in, what goes out, and a copy between."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryEstimate:
    """What a model is likely to take, in bytes."""

    weights_half: int
    weights_full: int
    picture_half: int
    """What one picture of the model's own size needs beside the weights; decoding needs most."""
    picture_full: int

    @property
    def vram(self) -> int:
        """On a GPU, in half precision."""
        return self.weights_half + self.picture_half

    @property
    def ram(self) -> int:
        """On a processor, in full precision."""
        return self.weights_full + self.picture_full


def memory_estimate(folder: Path, manifest: ModelManifest) -> MemoryEstimate:
    """Estimate the memory of a model. Raises EngineError or OSError where the folder cannot be read."""
    elements = elements_of(folder)
    picture = LARGEST_LAYERS * manifest.width * manifest.height * _decoder_channels(folder)
    return MemoryEstimate(
        weights_half=elements * HALF,
        weights_full=elements * FULL,
        picture_half=picture * HALF,
        picture_full=picture * FULL,
    )


def _decoder_channels(folder: Path) -> int:
    """Channels of the decoder's widest layer at full size: its last block starts with those of the block before."""
    config = folder / "vae" / "config.json"
    vae = json_read(config) if config.exists() else {}
    blocks = vae.get("decoder_block_out_channels") or vae.get("block_out_channels") or (128, 256)
    return int(max(blocks[:2]))
