"""Owns the curator's encoder: any open_clip model, of a folder or by name; it puts pictures and words in one space."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from curation.scoring.defects import Pixels
from curation.scoring.preparing import Preparation

Embeddings = NDArray[np.float32]
"""(n, size), each of length 1."""

_CONFIG, _WEIGHTS = "open_clip_config.json", "open_clip_model.safetensors"
_REVISION_LENGTH = 12


class EncoderMissingError(Exception):
    """There is no such encoder, or its files are not complete."""


class Encoder(Protocol):
    """What scoring asks of an encoder."""

    @property
    def identity(self) -> str:
        """Name and revision: embeddings of two identities must not be compared."""
        ...

    @property
    def scale(self) -> float:
        """By what it multiplies cosines before it chooses."""
        ...

    def pictures(self, pictures: Sequence[Pixels]) -> Embeddings:
        """See pictures of any sizes in one forward pass of the image trunk."""
        ...

    def texts(self, texts: Sequence[str]) -> Embeddings:
        """Read texts; what is longer than the encoder's window is cut off."""
        ...


@dataclass(frozen=True, slots=True)
class ClipEncoder:
    """An open_clip model on a device. Not for use by several threads at once."""

    identity: str
    scale: float
    model: Any
    tokenizer: Any
    preparation: Preparation
    device: torch.device
    dtype: torch.dtype

    @classmethod
    def load(cls, name: str, *, device: str = "cpu") -> "ClipEncoder":
        """Load a folder, or "MODEL/TAG" that open_clip knows (its weights are fetched where they are not yet here).

        Raises EncoderMissingError with a sentence, and UnsuitedEncoderError.
        """
        open_clip = import_module("open_clip")
        architecture, tag, identity = _address(name)
        try:
            model = open_clip.create_model(architecture, pretrained=tag, device=device)
            tokenizer = open_clip.get_tokenizer(architecture)
        except (RuntimeError, OSError, ValueError) as error:
            raise EncoderMissingError(f"The encoder {name!r} cannot be loaded: {error}") from error
        model.train(mode=False)
        return cls(
            identity=identity,
            scale=float(model.logit_scale.detach().exp()),
            model=model,
            tokenizer=tokenizer,
            preparation=Preparation.of(model.visual.preprocess_cfg),
            device=torch.device(device),
            dtype=next(model.parameters()).dtype,
        )

    @torch.inference_mode()
    def pictures(self, pictures: Sequence[Pixels]) -> Embeddings:
        """See pictures of any sizes in one forward pass of the image trunk."""
        batch = self.preparation.batch(pictures, device=self.device, dtype=self.dtype)
        return _as_array(self.model.encode_image(batch.contiguous(memory_format=torch.channels_last), normalize=True))

    @torch.inference_mode()
    def texts(self, texts: Sequence[str]) -> Embeddings:
        """Read texts; what is longer than the encoder's window is cut off."""
        return _as_array(self.model.encode_text(self.tokenizer(list(texts)).to(self.device), normalize=True))


def _address(name: str) -> tuple[str, str | None, str]:
    """Architecture and weights as open_clip names them, and the identity. Raises EncoderMissingError."""
    folder = Path(name)
    if folder.is_dir():
        missing = [part for part in (_CONFIG, _WEIGHTS) if not (folder / part).is_file()]
        if missing:
            raise EncoderMissingError(f"The encoder folder {name} lacks {' and '.join(missing)}.")
        revision = hashlib.sha256((folder / _WEIGHTS).read_bytes()).hexdigest()[:_REVISION_LENGTH]
        return f"local-dir:{folder}", None, f"{folder.name}@{revision}"
    architecture, _, tag = name.partition("/")
    if (architecture, tag) not in import_module("open_clip").list_pretrained():
        raise EncoderMissingError(
            f"There is no encoder {name!r}: name a folder, or a model and its weights as open_clip does, "
            "for example ViT-B-32/laion2b_s34b_b79k."
        )
    return architecture, tag, name


def _as_array(embedded: torch.Tensor) -> Embeddings:
    found: Embeddings = embedded.float().cpu().numpy()
    return found
