"""Tiny real pipelines of diffusers, built from configuration with seeded weights: no hub, a second or less."""

import json
from importlib import import_module
from pathlib import Path
from typing import Any

TEXT_WIDTH = 16
NOISE = {"beta_schedule": "scaled_linear", "beta_start": 0.00085, "beta_end": 0.012}
SIZE = 32
"""The side at which the tiny pipelines paint; their VAE shrinks by 2, so latents are 16 by 16."""


def tiny_stable_diffusion(folder: Path, *, tiny_vae: bool = False, scheduler: dict[str, Any] | None = None) -> Path:
    """Save a StableDiffusionPipeline of about 60,000 weights; `tiny_vae` gives it the starter model's kind of VAE."""
    import torch

    library: Any = import_module("diffusers")

    torch.manual_seed(0)
    vae = _tiny_autoencoder() if tiny_vae else _autoencoder()
    channels = vae.config.latent_channels
    unet = library.UNet2DConditionModel(
        sample_size=SIZE // 2,
        in_channels=channels,
        out_channels=channels,
        block_out_channels=(8, 16),
        layers_per_block=1,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=16,
        attention_head_dim=2,
        norm_num_groups=4,
    )
    pipeline = library.StableDiffusionPipeline(
        vae=vae,
        text_encoder=_text_encoder(),
        tokenizer=_tokenizer(folder / "words"),
        unet=unet,
        scheduler=library.DDIMScheduler(**(NOISE | {"clip_sample": False, "steps_offset": 1} | (scheduler or {}))),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipeline.save_pretrained(folder / "model")
    return folder / "model"


def tiny_stable_diffusion_xl(folder: Path) -> Path:
    """Save a StableDiffusionXLPipeline of the same tiny parts, with two text encoders."""
    import torch

    library: Any = import_module("diffusers")

    torch.manual_seed(0)
    unet = library.UNet2DConditionModel(
        sample_size=SIZE // 2,
        block_out_channels=(8, 16),
        layers_per_block=1,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=2 * TEXT_WIDTH,
        attention_head_dim=2,
        norm_num_groups=4,
        addition_embed_type="text_time",
        addition_time_embed_dim=8,
        projection_class_embeddings_input_dim=6 * 8 + TEXT_WIDTH,
    )
    pipeline = library.StableDiffusionXLPipeline(
        vae=_autoencoder(),
        text_encoder=_text_encoder(),
        text_encoder_2=_text_encoder(projection=True),
        tokenizer=_tokenizer(folder / "words"),
        tokenizer_2=_tokenizer(folder / "words"),
        unet=unet,
        scheduler=library.EulerDiscreteScheduler(**NOISE),
        add_watermarker=False,
    )
    pipeline.save_pretrained(folder / "model")
    return folder / "model"


def zero_snr_schedule() -> dict[str, Any]:
    """The scheduler settings of a model trained down to pure noise, as the starter model is."""
    return {"rescale_betas_zero_snr": True, "prediction_type": "v_prediction", "timestep_spacing": "trailing"}


def tiny_whole_call(folder: Path) -> Path:
    """Save a pipeline that only the whole-call path can paint with: an LCM of the same tiny parts."""
    import torch

    library: Any = import_module("diffusers")

    torch.manual_seed(0)
    vae = _autoencoder()
    unet = library.UNet2DConditionModel(
        sample_size=SIZE // 2,
        block_out_channels=(8, 16),
        layers_per_block=1,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=16,
        attention_head_dim=2,
        norm_num_groups=4,
        time_cond_proj_dim=8,
    )
    pipeline = library.LatentConsistencyModelPipeline(
        vae=vae,
        text_encoder=_text_encoder(),
        tokenizer=_tokenizer(folder / "words"),
        unet=unet,
        scheduler=library.LCMScheduler(**NOISE),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipeline.save_pretrained(folder / "model")
    return folder / "model"


def tiny_flow_transformer(folder: Path) -> Path:
    """Save a StableDiffusion3Pipeline, a transformer trained to match flows, without its third text encoder."""
    import torch

    library: Any = import_module("diffusers")

    torch.manual_seed(0)
    transformer = library.SD3Transformer2DModel(
        sample_size=SIZE // 2,
        patch_size=2,
        in_channels=4,
        out_channels=4,
        num_layers=1,
        attention_head_dim=8,
        num_attention_heads=2,
        joint_attention_dim=2 * TEXT_WIDTH,
        caption_projection_dim=TEXT_WIDTH,
        pooled_projection_dim=2 * TEXT_WIDTH,
        pos_embed_max_size=SIZE,
    )
    pipeline = library.StableDiffusion3Pipeline(
        transformer=transformer,
        scheduler=library.FlowMatchEulerDiscreteScheduler(),
        vae=_autoencoder(shift_factor=0.06),
        text_encoder=_text_encoder(projection=True),
        text_encoder_2=_text_encoder(projection=True),
        text_encoder_3=None,
        tokenizer=_tokenizer(folder / "words"),
        tokenizer_2=_tokenizer(folder / "words"),
        tokenizer_3=None,
    )
    pipeline.save_pretrained(folder / "model")
    return folder / "model"


def _autoencoder(**config: Any) -> Any:
    library: Any = import_module("diffusers")

    return library.AutoencoderKL(
        **config,
        block_out_channels=(4, 8),
        down_block_types=("DownEncoderBlock2D",) * 2,
        up_block_types=("UpDecoderBlock2D",) * 2,
        latent_channels=4,
        norm_num_groups=2,
        layers_per_block=1,
    )


def _tiny_autoencoder() -> Any:
    library: Any = import_module("diffusers")

    vae = library.AutoencoderTiny(
        encoder_block_out_channels=(8, 8),
        decoder_block_out_channels=(8, 8),
        num_encoder_blocks=(0, 0),
        num_decoder_blocks=(1, 1),
        latent_channels=8,
        scaling_factor=0.8,
    )
    # StableDiffusionPipeline reads the shrinking factor from this key, which AutoencoderTiny itself does not use.
    vae.register_to_config(block_out_channels=(8, 8))
    return vae


def _text_encoder(*, projection: bool = False) -> Any:
    library: Any = import_module("transformers")

    size = len(_words())
    config = library.CLIPTextConfig(
        vocab_size=size,
        hidden_size=TEXT_WIDTH,
        projection_dim=TEXT_WIDTH,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=24,
        bos_token_id=size - 2,
        eos_token_id=size - 1,
        pad_token_id=size - 1,
    )
    return library.CLIPTextModelWithProjection(config) if projection else library.CLIPTextModel(config)


def _tokenizer(folder: Path) -> Any:
    library: Any = import_module("transformers")

    folder.mkdir(parents=True, exist_ok=True)
    vocabulary, merges = folder / "vocab.json", folder / "merges.txt"
    vocabulary.write_text(json.dumps(_words()), "utf-8")
    merges.write_text("#version: 0.2\n", "utf-8")
    return library.CLIPTokenizer(str(vocabulary), str(merges), model_max_length=24)


def _words() -> dict[str, int]:
    """Every byte alone and at the end of a word, in the letters that byte-level tokenizers use for them."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    letters = [chr(byte) for byte in plain] + [chr(256 + extra) for extra in range(256 - len(plain))]
    words = [*letters, *(f"{letter}</w>" for letter in letters), "<|startoftext|>", "<|endoftext|>"]
    return {word: number for number, word in enumerate(words)}
