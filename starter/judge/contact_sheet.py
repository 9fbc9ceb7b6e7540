"""Owns the contact sheet: forty prompts painted the default way, to be looked at with open eyes."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import torch
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

from starter.config import Config
from starter.judge.classifier import classifier_read, perceptual_distance
from starter.judge.questions import questions
from starter.model.folder import painter_read
from starter.model.sampling import PaintingOrder, paint, pipeline_of
from starter.sketch import sketch
from starter.training.autoencoder_training import as_tensor

COLUMNS, SIDE, CAPTION, MARGIN = 8, 192, 34, 8
UNSEEN = 24
OTHER_LANGUAGES = (
    "ein roter Leuchtturm in der Abenddämmerung, Aquarell",
    "ein blauer Fuchs im Schnee, Tusche",
    "ein Schloss bei Nacht, Ölgemälde",
    "eine gelbe Sonnenblume am Morgen",
    "un bateau rouge au coucher du soleil, aquarelle",
    "une forêt verte la nuit, peinture à l'huile",
    "une montagne bleue le matin, encre",
    "un chat noir, pixel art",
    "un barco rojo al atardecer, acuarela",
    "una casa azul por la noche, tinta",
    "un bosque verde por la mañana, óleo",
    "una flor amarilla, neón",
)
STRANGE = ("", "qwzx brrt ooloo 7731", "!!! ??? ...", " ".join(["and then the sea and the sea again"] * 63))
"""Nothing, nonsense, signs, and about five hundred words."""
SEEDS, PROMPTS_FOR_SEEDS = 6, 8


@dataclass(frozen=True, slots=True)
class Asked:
    """A prompt and the seed it is painted with."""

    prompt: str
    seed: int


def contact_sheet(config: Config, path: Path) -> None:
    """Paint forty prompts with the exported model and save them as one picture, each above its prompt."""
    unseen = [Asked(one.prompt, one.seed) for one in questions(UNSEEN, config.data.held_out_share)]
    others = [Asked(prompt, seed) for seed, prompt in enumerate((*OTHER_LANGUAGES, *STRANGE))]
    asked = [*unseen, *others]
    pictures = [_picture(painted) for painted in _painted(config, asked)]
    rows = -(-len(asked) // COLUMNS)
    width, height = SIDE + MARGIN, SIDE + CAPTION + MARGIN
    sheet = Image.new("RGB", (COLUMNS * width + MARGIN, rows * height + MARGIN), "white")
    drawing, font = ImageDraw.Draw(sheet), ImageFont.load_default(size=11)
    for place, (one, picture) in enumerate(zip(asked, pictures, strict=True)):
        left, top = MARGIN + place % COLUMNS * width, MARGIN + place // COLUMNS * height
        sheet.paste(picture.resize((SIDE, SIDE), Image.Resampling.LANCZOS), (left, top))
        drawing.multiline_text((left, top + SIDE + 3), _caption(one.prompt), fill="black", font=font)
    sheet.save(path, "WEBP", quality=80)


def distance_between_seeds(config: Config) -> float:
    """The mean perceptual distance between pictures of one prompt and different seeds."""
    judge = classifier_read(config.folders.judge, config.judge)
    distances = []
    for one in questions(PROMPTS_FOR_SEEDS, config.data.held_out_share):
        painted = _painted(config, [Asked(one.prompt, seed) for seed in range(SEEDS)])
        for first, second in combinations(painted, 2):
            distances.append(float(perceptual_distance(judge, first[None], second[None])))
    return sum(distances) / len(distances)


def _painted(config: Config, asked: Sequence[Asked]) -> list[Tensor]:
    pipeline, defaults, size = (
        pipeline_of(painter_read(config.folders.painter)),
        config.painter.defaults,
        config.data.size,
    )
    painted = []
    for one in asked:
        drawn = sketch(one.prompt, seed=one.seed, width=size, height=size).image
        order = PaintingOrder(
            prompts=[one.prompt],
            sketches=as_tensor(drawn[None]),
            guide=defaults.guide,
            steps=defaults.steps,
            guidance_scale=defaults.guidance_scale,
            seed=one.seed,
        )
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
            painted.append(paint(pipeline, order)[0])
    return painted


def _picture(painted: Tensor) -> Image.Image:
    return Image.fromarray((painted.clamp(0, 1) * 255).round().byte().permute(1, 2, 0).numpy())


def _caption(prompt: str) -> str:
    """Two short lines without accents, which the font lacks; what does not fit is left out."""
    plain = unicodedata.normalize("NFKD", prompt).encode("ascii", "ignore").decode()
    words, lines = (plain or "(empty)").split(), [""]
    for word in words:
        longer = f"{lines[-1]} {word}".strip()
        if len(longer) <= SIDE // 6:
            lines[-1] = longer
        else:
            lines.append(word)
    return "\n".join(lines[:2]) + (" ..." if len(lines) > 2 else "")
