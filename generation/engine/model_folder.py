"""Whether a model folder may be loaded: safetensors and JSON only, complete, nothing that runs code. No torch here."""

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from generation.engine.contract import EngineError

PICKLE_SUFFIXES = frozenset({".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".npy", ".npz", ".joblib"})
CODE_SUFFIXES = frozenset({".py", ".pyc", ".so", ".sh"})
LIBRARIES = frozenset({"diffusers", "transformers", "stable_diffusion"})
"""Where the parts of a pipeline may come from; `stable_diffusion` is diffusers' own name for its safety checker."""
HEADER_LIMIT = 100 * 1024 * 1024
CONFIGS = frozenset({"model_index.json", "config.json", "tokenizer_config.json", "preprocessor_config.json"})
CODE_KEYS = ("auto_map", "custom_pipeline", "trust_remote_code")


def folder_check(folder: Path) -> None:
    """Make sure that a model folder is complete and cannot run code. Raises EngineError with the first reason."""
    if not folder.is_dir():
        raise refusal(f"The model folder {folder.name!r} does not exist.")
    for path in sorted(folder.rglob("*")):
        _check_entry(folder, path)
    for name, origin in parts_of(folder).items():
        _check_part(folder, name, origin)


def index_read(folder: Path) -> dict[str, Any]:
    """The `model_index.json` of a diffusers folder. Raises EngineError where there is none or it is not one."""
    index = json_read(folder / "model_index.json")
    if not isinstance(index.get("_class_name"), str):
        raise refusal(f"The model {folder.name!r} names no pipeline class of diffusers in model_index.json.")
    return index


def parts_of(folder: Path) -> dict[str, tuple[str, str]]:
    """The parts of a pipeline that are there, as `{name: (library, class)}`."""
    parts = {}
    for name, origin in index_read(folder).items():
        if name.startswith("_") or not isinstance(origin, list) or len(origin) != 2 or origin[1] is None:
            continue
        parts[name] = (str(origin[0]), str(origin[1]))
    return parts


def absent_parts(folder: Path) -> tuple[str, ...]:
    """Parts that the pipeline class knows and this model was published without."""
    return tuple(
        name
        for name, origin in index_read(folder).items()
        if not name.startswith("_") and isinstance(origin, list) and len(origin) == 2 and origin[1] is None
    )


def json_read(path: Path) -> dict[str, Any]:
    """One JSON object of a model folder. Raises EngineError where the file is missing or holds something else."""
    try:
        content = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise refusal(f"The model lacks the file {path.parent.name}/{path.name}.") from None
    except (OSError, ValueError) as error:
        raise refusal(f"The file {path.parent.name}/{path.name} of the model cannot be read: {error}.") from error
    if not isinstance(content, dict):
        raise refusal(f"The file {path.parent.name}/{path.name} of the model is not a JSON object.")
    return content


def weight_files(folder: Path) -> Iterator[Path]:
    """Every weight file below a folder, in the order of the names."""
    yield from sorted(folder.rglob("*.safetensors"))


def elements_of(folder: Path) -> int:
    """How many numbers the weights of a model folder are, told by the headers alone."""
    count = 0
    for path in weight_files(folder):
        with path.open("rb") as file:
            header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        count += sum(math.prod(entry["shape"]) for name, entry in header.items() if name != "__metadata__")
    return count


def refusal(sentence: str) -> EngineError:
    """The error of a model that is not loaded."""
    return EngineError(sentence, code="model_refused")


def _check_entry(folder: Path, path: Path) -> None:
    shown = path.relative_to(folder)
    if not path.resolve().is_relative_to(folder.resolve()):
        raise refusal(f"The model is refused: {shown} is a link to a place outside the model folder.")
    suffix = path.suffix.lower()
    if suffix in PICKLE_SUFFIXES:
        raise refusal(f"The model is refused: {shown} may hold pickled code. Aria loads safetensors only.")
    if suffix in CODE_SUFFIXES:
        raise refusal(f"The model is refused: {shown} is program code. Aria runs no code out of a model folder.")
    if suffix == ".safetensors":
        _check_header(shown, path)
    if path.name in CONFIGS:
        _check_config(shown, path)


def _check_config(shown: Path, path: Path) -> None:
    text = path.read_text("utf-8", errors="replace")
    for key in CODE_KEYS:
        if f'"{key}"' in text:
            raise refusal(f"The model is refused: {shown} asks for code of its own ({key}).")


def _check_header(shown: Path, path: Path) -> None:
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        size = path.stat().st_size
        if length > min(HEADER_LIMIT, size - 8):
            raise refusal(f"The model is refused: {shown} is not a safetensors file, or it is cut short.")
        try:
            header = json.loads(file.read(length))
            ends = [entry["data_offsets"][1] for name, entry in header.items() if name != "__metadata__"]
        except (ValueError, KeyError, TypeError, AttributeError, IndexError):
            raise refusal(f"The model is refused: {shown} is not a safetensors file.") from None
    if max(ends, default=0) != size - 8 - length:
        raise refusal(f"The model is refused: {shown} is cut short or has bytes that belong to no tensor.")


def _check_part(folder: Path, name: str, origin: tuple[str, str]) -> None:
    library, class_name = origin
    if library not in LIBRARIES:
        raise refusal(
            f"The model is refused: its part {name} ({class_name}) comes from {library!r}, "
            "not from diffusers or transformers."
        )
    part = folder / name
    if not part.is_dir():
        raise refusal(f"The model lacks its part {name!r}.")
    if not (part / "config.json").exists():
        return
    if not any(weight_files(part)):
        raise refusal(f"The model lacks the safetensors weights of its part {name!r}.")
    for index in sorted(part.glob("*.safetensors.index.json")):
        shards = set(json_read(index).get("weight_map", {}).values())
        missing = sorted(shard for shard in shards if not (part / str(shard)).exists())
        if missing:
            raise refusal(f"The model lacks {missing[0]} of its part {name!r}.")
