"""Models for figures: the starter, and real Stable Diffusion architectures with seeded random weights.

Time does not depend on what weights say as long as every number stays finite, so nothing is downloaded.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from generation.engine.contract import ModelSource

STARTER = Path(__file__).parent.parent / "starter" / "models" / "painter"
TEXT_WIDTH = 32
NOISE = {"beta_schedule": "scaled_linear", "beta_start": 0.00085, "beta_end": 0.012, "steps_offset": 1}
LAUNCH_BOUND_SIDE = 16
"""Its pictures are 16 pixels wide, its latents 8: calling the operations costs more than computing them."""


@contextmanager
def model_folder(build: Callable[[Path], Path]) -> Iterator[Path]:
    """A built model for as long as the block lasts."""
    with tempfile.TemporaryDirectory(prefix="aria-bench-") as folder:
        yield build(Path(folder))


def sources(**folders: Path) -> Callable[[str], ModelSource]:
    """A registry of models by name. Raises LookupError for any other name."""
    return lambda name: ModelSource(name=name, folder=folders[name], revision="1")


def launch_bound(folder: Path) -> Path:
    """A UNet of many small layers: a model call costs the same for one picture or for eight."""
    return _stable_diffusion(folder, widths=(16, 32), vae_widths=(8, 8), sample_size=8)


def broad(folder: Path) -> Path:
    """Several 100 MB of weights that paint 128 to 256 pixels in a second or two on one thread."""
    return _stable_diffusion(folder, widths=(64, 128, 256, 512), vae_widths=(32, 32, 32, 32), sample_size=16)


def weighty(folder: Path) -> Path:
    """About 500 MB of weights in few tensors, for what moves bytes and computes nothing."""
    return _stable_diffusion(folder, widths=(384, 768), vae_widths=(8, 8), sample_size=8)


def _stable_diffusion(folder: Path, *, widths: tuple[int, ...], vae_widths: tuple[int, ...], sample_size: int) -> Path:
    import torch

    library: Any = import_module("diffusers")
    torch.manual_seed(0)
    attending = len(widths) - 1
    tokenizer = import_module("transformers").CLIPTokenizer.from_pretrained(str(STARTER / "tokenizer"))
    pipeline = library.StableDiffusionPipeline(
        vae=library.AutoencoderKL(
            block_out_channels=vae_widths,
            down_block_types=("DownEncoderBlock2D",) * len(vae_widths),
            up_block_types=("UpDecoderBlock2D",) * len(vae_widths),
            latent_channels=4,
            norm_num_groups=4,
            layers_per_block=1,
        ),
        text_encoder=_text_encoder(len(tokenizer)),
        tokenizer=tokenizer,
        unet=library.UNet2DConditionModel(
            sample_size=sample_size,
            block_out_channels=widths,
            layers_per_block=2,
            down_block_types=("DownBlock2D",) + ("CrossAttnDownBlock2D",) * attending,
            up_block_types=("CrossAttnUpBlock2D",) * attending + ("UpBlock2D",),
            cross_attention_dim=TEXT_WIDTH,
            attention_head_dim=4,
            norm_num_groups=8,
        ),
        scheduler=library.DDIMScheduler(**NOISE, clip_sample=False),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipeline.save_pretrained(folder / "model")
    return folder / "model"


def _text_encoder(words: int) -> Any:
    library: Any = import_module("transformers")

    return library.CLIPTextModel(
        library.CLIPTextConfig(
            vocab_size=words,
            hidden_size=TEXT_WIDTH,
            intermediate_size=2 * TEXT_WIDTH,
            num_hidden_layers=2,
            num_attention_heads=2,
            max_position_embeddings=77,
            bos_token_id=words - 2,
            eos_token_id=words - 1,
            pad_token_id=words - 1,
        )
    )
