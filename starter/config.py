"""Owns reading `config.toml`: one frozen type per section, so that every part gets just its own numbers."""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
"""Folders in the file are relative to this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Folders:
    """Where data, checkpoints and exported weights lie."""

    work: Path
    painter: Path
    encoder: Path
    judge: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class DataConfig:
    """How many pictures are drawn, how large, and which combinations are kept from training."""

    pictures: int
    judge_pictures: int
    size: int
    held_out_share: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoencoderConfig:
    """Shape and training of the tiny autoencoder."""

    width: int
    encoder_blocks: tuple[int, ...]
    decoder_blocks: tuple[int, ...]
    latent_channels: int
    scaling_factor: float
    latent_noise: float
    crop: int
    batch: int
    learning_rate: float
    warm_up: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenizerConfig:
    """Number of tokens, and how many of them a prompt may have."""

    size: int
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TextConfig:
    """Shape of the text tower, which the painter and the curator's encoder have in common."""

    width: int
    layers: int
    heads: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PaintingDefaults:
    """What the engine uses where a recipe says nothing."""

    steps: int
    guidance_scale: float
    sampler: str
    guide: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PainterConfig:
    """Shape and training of the UNet."""

    channels: tuple[int, ...]
    groups: int
    heads: int
    batch: int
    learning_rate: float
    warm_up: int
    ema: float
    weight_decay: float
    snr_cap: float
    focus_share: float
    focus_from: int
    focus_to: int
    defaults: PaintingDefaults


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderConfig:
    """Shape and training of the curator's encoder."""

    embedding: int
    image_size: int
    vision_width: int
    vision_layers: tuple[int, ...]
    vision_head: int
    batch: int
    learning_rate: float
    warm_up: int
    weight_decay: float


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeConfig:
    """Shape and training of the judge, and what she asks for."""

    width: int
    batch: int
    learning_rate: float
    prompts: int
    guides: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The whole file."""

    folders: Folders
    data: DataConfig
    autoencoder: AutoencoderConfig
    tokenizer: TokenizerConfig
    text: TextConfig
    painter: PainterConfig
    encoder: EncoderConfig
    judge: JudgeConfig


def config_read(path: Path = HERE / "config.toml") -> Config:
    """Read a configuration file. Raises TypeError where a key is missing or unknown."""
    tables = tomllib.loads(path.read_text("utf-8"))
    painter = dict(tables["painter"])
    defaults = PaintingDefaults(**painter.pop("defaults"))
    return Config(
        folders=Folders(**{name: ROOT / folder for name, folder in tables["folders"].items()}),
        data=DataConfig(**tables["data"]),
        autoencoder=AutoencoderConfig(**_tuples(tables["autoencoder"])),
        tokenizer=TokenizerConfig(**tables["tokenizer"]),
        text=TextConfig(**tables["text"]),
        painter=PainterConfig(**_tuples(painter), defaults=defaults),
        encoder=EncoderConfig(**_tuples(tables["encoder"])),
        judge=JudgeConfig(**_tuples(tables["judge"])),
    )


@lru_cache(maxsize=1)
def config() -> Config:
    """The starter's own configuration."""
    return config_read()


def _tuples(table: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in table.items()}
