"""Owns the judge's second opinion: the curator's encoder, asked by bare names what a picture shows."""

from collections.abc import Mapping
from pathlib import Path

import torch
from open_clip.model import CLIP
from torch import Tensor
from transformers import CLIPTokenizer

from starter.judge.classifier import JUDGED
from starter.model.encoder import encoder_read
from starter.model.tokenizer import tokens_of
from starter.training.encoder_training import as_input
from starter.training.texts import plain_names

_PART = 64


class SecondOpinion:
    """An encoder that learned from the same art as the judge, but from words instead of labels."""

    def __init__(self, encoder: CLIP, named: Mapping[str, Tensor], image_size: int) -> None:
        self._encoder, self._named, self._image_size = encoder, named, image_size

    @classmethod
    @torch.no_grad()
    def read(cls, folder: Path, image_size: int) -> "SecondOpinion":
        """Load the exported encoder and let it read the plainest name of every value of every aspect."""
        encoder, tokenizer = encoder_read(folder), CLIPTokenizer.from_pretrained(folder)
        tokens = {aspect: torch.tensor(tokens_of(tokenizer, plain_names(aspect))) for aspect in JUDGED}
        named = {aspect: encoder.encode_text(read, normalize=True) for aspect, read in tokens.items()}
        return cls(encoder, named, image_size)

    @torch.no_grad()
    def accuracies(self, pictures: Tensor, wanted: Mapping[str, Tensor]) -> dict[str, float]:
        """The share of pictures, (n, 3, h, w) in 0 to 1, whose nearest name is the one asked for, by aspect."""
        seen = torch.cat([self._seen(part) for part in torch.split(pictures, _PART)])
        hits = {aspect: (seen @ named.T).argmax(dim=1) == wanted[aspect] for aspect, named in self._named.items()}
        return {aspect: round(float(found.float().mean()), 4) for aspect, found in hits.items()}

    def _seen(self, pictures: Tensor) -> Tensor:
        levels = pictures.clamp(0, 1).mul(255).round().byte().permute(0, 2, 3, 1).cpu().numpy()
        seen: Tensor = self._encoder.encode_image(as_input(levels, self._image_size), normalize=True)
        return seen
