"""What a model folder says of itself, read with plain JSON: family, sizes and defaults. The web process uses it too."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from generation.engine.model_folder import index_read, json_read, parts_of, refusal, weight_files

STABLE_DIFFUSION = "stable-diffusion"
STABLE_DIFFUSION_XL = "stable-diffusion-xl"
WHOLE_CALL = "whole-call"
FAMILIES = {
    "StableDiffusionPipeline": STABLE_DIFFUSION,
    "StableDiffusionXLPipeline": STABLE_DIFFUSION_XL,
}
"""Which family a pipeline class belongs to; every other class is painted through its whole call."""
PAINTS_OVER = frozenset({STABLE_DIFFUSION, STABLE_DIFFUSION_XL})
"""Families that take a picture to paint over: those that are painted step by step."""

SAMPLE_BYTES = 64 * 1024
Number = TypeVar("Number", int, float)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelManifest:
    """What people and programs need to know of a model before it is loaded."""

    pipeline: str
    """The pipeline class of diffusers."""
    family: str
    revision: str
    title: str
    size_multiple: int
    """Both sides of a picture are multiples of this."""
    width: int
    height: int
    steps: int
    guidance_scale: float
    sampler: str
    guide: float | None
    """The noise level from which this model paints over a composition sketch; None where it uses none."""
    sketch: bool
    """Whether the model was made to paint over a composition sketch."""
    latent_channels: int
    latent_rgb_factors: tuple[tuple[float, ...], ...] | None = None
    """One row (red, green, blue) per latent channel, in [-1, 1]."""
    latent_rgb_bias: tuple[float, ...] | None = None


def manifest_read(folder: Path) -> ModelManifest:
    """Read the manifest of a model folder. Raises EngineError (code model_refused) where it is no diffusers model."""
    pipeline = index_read(folder)["_class_name"]
    family = FAMILIES.get(pipeline, WHOLE_CALL)
    own = json_read(folder / "aria.json") if (folder / "aria.json").exists() else {}
    vae, backbone = _config(folder, "vae"), _config(folder, "unet") or _config(folder, "transformer")
    factor = _vae_factor(vae)
    width, height = _resolution(own, backbone, factor)
    guide = _number(own, "guide", 0.0, float) or None
    return ModelManifest(
        pipeline=pipeline,
        family=family,
        revision=str(own.get("revision") or revision_of(folder)),
        title=str(own.get("title") or own.get("name") or folder.name),
        size_multiple=_number(own, "size_multiple", factor if "unet" in parts_of(folder) else 2 * factor, int),
        width=width,
        height=height,
        steps=_number(own, "steps", 20 if family != WHOLE_CALL else 28, int),
        guidance_scale=_number(own, "guidance_scale", 7.0 if family != WHOLE_CALL else 3.5, float),
        sampler=str(own.get("sampler") or ("DPM++ 2M" if family != WHOLE_CALL else "Default")),
        guide=guide,
        sketch=bool(own.get("sketch", guide is not None)),
        latent_channels=_latent_channels(vae, backbone),
        latent_rgb_factors=_matrix(own.get("latent_rgb_factors")),
        latent_rgb_bias=_row(own["latent_rgb_bias"]) if own.get("latent_rgb_bias") else None,
    )


def revision_of(folder: Path) -> str:
    """A short hash that changes when the model does: of the JSON files, and of head, tail and size of the weights."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.json")):
        digest.update(f"{path.relative_to(folder)}\0".encode() + path.read_bytes())
    for path in weight_files(folder):
        size = path.stat().st_size
        digest.update(f"{path.relative_to(folder)}\0{size}\0".encode())
        with path.open("rb") as file:
            digest.update(file.read(SAMPLE_BYTES))
            file.seek(max(0, size - SAMPLE_BYTES))
            digest.update(file.read(SAMPLE_BYTES))
    return digest.hexdigest()[:12]


def _config(folder: Path, part: str) -> dict[str, Any]:
    path = folder / part / "config.json"
    return json_read(path) if path.exists() else {}


def _vae_factor(vae: dict[str, Any]) -> int:
    blocks = vae.get("encoder_block_out_channels") or vae.get("block_out_channels") or (0,) * 4
    return 1 << (len(blocks) - 1)


def _latent_channels(vae: dict[str, Any], backbone: dict[str, Any]) -> int:
    return int(vae.get("latent_channels") or backbone.get("in_channels") or 4)


def _resolution(own: dict[str, Any], backbone: dict[str, Any], factor: int) -> tuple[int, int]:
    told = own.get("resolution")
    if isinstance(told, list) and len(told) == 2:
        return int(told[0]), int(told[1])
    if isinstance(told, int):
        return told, told
    sample = backbone.get("sample_size") or 64
    if isinstance(sample, list):
        return int(sample[1]) * factor, int(sample[0]) * factor
    return int(sample) * factor, int(sample) * factor


def _number(own: dict[str, Any], key: str, default: Number, kind: type[Number]) -> Number:
    value = own.get(key)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise refusal(f"The file aria.json of the model has no number for {key!r}.")
    return kind(value)


def _matrix(rows: Any) -> tuple[tuple[float, ...], ...] | None:
    return tuple(_row(row) for row in rows) if rows else None


def _row(values: Any) -> tuple[float, ...]:
    if not isinstance(values, list) or len(values) != 3:
        raise refusal("The file aria.json of the model has a row of latent colours that is not red, green and blue.")
    return tuple(float(value) for value in values)
