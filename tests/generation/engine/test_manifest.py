"""What a model folder says of itself, read without torch."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from generation.engine.contract import EngineError
from generation.engine.manifest import STABLE_DIFFUSION, STABLE_DIFFUSION_XL, WHOLE_CALL, manifest_read
from tests.support.model_folders import write_model_folder


def edit(path: Path, **entries: Any) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | entries))


def test_takes_the_models_own_word(tmp_path: Path) -> None:
    manifest = manifest_read(write_model_folder(tmp_path, resolution=[320, 256]))

    assert (manifest.family, manifest.revision, manifest.title) == (STABLE_DIFFUSION, "0123456789ab", "Test model")
    assert (manifest.width, manifest.height, manifest.size_multiple) == (320, 256, 32)
    assert (manifest.steps, manifest.guidance_scale, manifest.sampler) == (8, 5.0, "DPM++ 2M")
    assert (manifest.guide, manifest.sketch) == (0.6, True)


def test_knows_defaults_of_a_model_that_says_nothing(tmp_path: Path) -> None:
    folder = write_model_folder(tmp_path)
    (folder / "aria.json").unlink()

    manifest = manifest_read(folder)

    assert (manifest.width, manifest.height, manifest.size_multiple) == (256, 256, 8)
    assert (manifest.steps, manifest.guidance_scale, manifest.sampler) == (20, 7.0, "DPM++ 2M")
    assert (manifest.guide, manifest.sketch, manifest.latent_channels) == (None, False, 4)


@pytest.mark.parametrize(
    ("pipeline", "family"),
    [("StableDiffusionXLPipeline", STABLE_DIFFUSION_XL), ("FluxPipeline", WHOLE_CALL)],
)
def test_tells_families_by_their_pipeline(tmp_path: Path, pipeline: str, family: str) -> None:
    folder = write_model_folder(tmp_path)
    edit(folder / "model_index.json", _class_name=pipeline)

    assert manifest_read(folder).family == family


def test_gives_a_retrained_model_another_revision(tmp_path: Path) -> None:
    folder = write_model_folder(tmp_path, revision=None)
    weights = folder / "unet" / "weights.safetensors"
    weights.write_bytes(b"a" * 200_000)
    before = manifest_read(folder).revision
    assert manifest_read(folder).revision == before

    weights.write_bytes(b"a" * 199_999 + b"b")

    assert manifest_read(folder).revision != before
    assert len(before) == 12


@pytest.mark.parametrize("words", [{"steps": "many"}, {"guide": True}, {"latent_rgb_factors": [[1.0, 2.0]]}])
def test_refuses_words_that_make_no_sense(tmp_path: Path, words: dict[str, Any]) -> None:
    with pytest.raises(EngineError) as caught:
        manifest_read(write_model_folder(tmp_path, **words))

    assert caught.value.code == "model_refused"


def test_refuses_a_folder_that_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"model_index\.json"):
        manifest_read(tmp_path)


def test_can_be_read_and_the_engine_imported_without_torch() -> None:
    modules = "engine, fake, manifest, samplers, starts, checkpoint_files, model_folder, watchdog, tickets"
    script = f"import sys; from generation.engine import {modules}; print('torch' in sys.modules)"

    shown = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert shown.stdout.strip() == "False"
