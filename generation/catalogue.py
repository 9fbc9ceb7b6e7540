"""Which models there are, where their weights lie and what they paint best. Reads folders, never weights."""

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from generation.engine.contract import EngineError, ModelSource
from generation.engine.estimates import MemoryEstimate, memory_estimate
from generation.engine.manifest import WHOLE_CALL, ModelManifest, manifest_read
from generation.models import DiffusionModel


def model_folder(model: DiffusionModel) -> Path:
    """The model's folder; a relative one lies inside the project."""
    return Path(settings.BASE_DIR, model.folder)


def model_manifest(model: DiffusionModel) -> ModelManifest:
    """What the folder says of itself: sizes, defaults, family. Raises EngineError when it is no model folder."""
    folder = model_folder(model)
    try:
        stamp = (folder / "model_index.json").stat().st_mtime if (folder / "model_index.json").exists() else 0.0
        return _manifest_of(folder, stamp)
    except OSError as error:
        raise EngineError(f"The model's folder cannot be read: {error.strerror}.", code="model_refused") from error


@lru_cache(maxsize=64)
def _manifest_of(folder: Path, stamp: float) -> ModelManifest:
    """A folder's manifest, read again when its index file changes (`stamp` is its modification time)."""
    return manifest_read(folder)


def model_memory(model: DiffusionModel) -> MemoryEstimate | None:
    """How much memory the model is likely to take; None where its folder cannot be read."""
    try:
        manifest = model_manifest(model)
        return _memory_of(model_folder(model), manifest)
    except (EngineError, OSError, ValueError):
        return None


@lru_cache(maxsize=64)
def _memory_of(folder: Path, manifest: ModelManifest) -> MemoryEstimate:
    """The estimate of a folder, made again when its manifest changes."""
    return memory_estimate(folder, manifest)


def model_source(name: str) -> ModelSource:
    """Where the engine finds the model of that name. Raises EngineError when it is not registered."""
    model = DiffusionModel.objects.filter(name=name).first()
    if model is None:
        raise EngineError(f"The model “{name}” is not registered any more.", code="model_missing")
    manifest = model_manifest(model)
    return ModelSource(
        name=name,
        folder=model_folder(model),
        revision=manifest.revision,
        batches=manifest.family != WHOLE_CALL,
        sha256=model.sha256,
        stamp=model.stamp,
    )
