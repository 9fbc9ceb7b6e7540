"""Owns the model card that lies in the exported folder: what the model is, what it cannot do, and how well it does."""

from typing import Any

from starter.model.folder import LICENCE, NAME, ExportNotes

_TEXT = """---
license: {licence_tag}
library_name: diffusers
tags: [text-to-image, image-to-image, art]
---

# {name} {version}

A tiny text-to-image model for pictures of {resolution}x{resolution} pixels: UNet, text tower, autoencoder and
tokenizer, all trained from nothing on pictures that Aria's own painter draws. It loads like any other model:

```python
from diffusers import AutoPipelineForText2Image

pipeline = AutoPipelineForText2Image.from_pretrained("{folder}")
```

## What is sketch and what is diffusion

Inside Aria the default is *sketch first*: words of the prompt are looked up in a closed vocabulary (38 subjects,
8 styles, 4 times of day, 10 moods, 17 colours, 11 extras), a drawing program draws a composition from them, and this
model paints over it from noise level `guide` = {guide} on. At 0.5 half of what the UNet is given is noise and half is
sketch: shapes and colours shine through, details do not. So the composition is the drawing program's, the brushwork is
the model's. At `guide` = 1 nothing of the sketch is left, and the picture is the model's alone. Both are measured
below.

## Data

Only pictures drawn by Aria's painter from random seeds, with captions made from the same scene. No photograph, no
picture of any other artist and no other model was used, so no one's rights are touched. Licence: {licence}.

## Limits

It knows the painter's vocabulary and nothing else: other words steer nothing. No people, no lettering, one main subject
to a picture, and fine lines come out soft. {seen:,} training samples were seen, which is little: plain text to image is
far weaker than painting over a sketch.

## Measured

{figures}
"""


def model_card(notes: ExportNotes, figures: dict[str, Any], folder: str = "starter/models/painter") -> str:
    """The card of an export, with the judge's last figures."""
    return _TEXT.format(
        name=NAME,
        version=notes.version,
        licence=LICENCE,
        licence_tag=LICENCE.lower(),
        resolution=notes.resolution,
        folder=folder,
        guide=notes.defaults.guide,
        seen=notes.samples_seen,
        figures=figures_table(figures),
    )


def figures_table(figures: dict[str, Any]) -> str:
    """The judge's figures as Markdown: a row per noise level, her own ceiling above them, the second opinion below."""
    rows = figures.get("rows")
    if not rows:
        return "Not judged yet."
    lines = ["| path | subject | style | time | colour | distance from the sketch |", "|---|---|---|---|---|---|"]
    lines += [f"| {row['path']} | {_shares(row)} | {row['distance']:.3f} |" for row in rows]
    seconds = [row for row in rows if "second_opinion" in row]
    if seconds:
        lines += ["", "The curator's encoder of the same pictures, asked by bare names:", ""]
        lines += ["| path | subject | style | time | colour |", "|---|---|---|---|---|"]
        lines += [f"| {row['path']} | {_shares(row['second_opinion'])} |" for row in seconds]
    return "\n".join(lines)


def _shares(row: dict[str, Any]) -> str:
    return " | ".join(f"{row[aspect]:.3f}" for aspect in ("subject", "style", "time", "colour"))
