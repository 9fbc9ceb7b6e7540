"""Real pictures for tests of scoring: photographs that scikit-image and scikit-learn carry, and the painter's own."""

from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from PIL import Image

from curation.scoring.defects import Pixels
from starter.painter.draw import draw
from starter.painter.scene import sample_scene

# Left out: the moon, which comes with compression blocks of its own, and all that is text, a mask or a diagram.
SKIMAGE = (
    "astronaut.png", "chelsea.png", "coffee.png", "motorcycle_left.png", "rocket.jpg", "camera.png", "coins.png",
    "brick.png", "grass.png", "gravel.png", "retina.jpg", "ihc.png",
)  # fmt: skip
SKLEARN = ("china.jpg", "flower.jpg")


def _folder(package: str, inside: str) -> Path:
    spec = find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / inside


@cache
def photographs() -> Mapping[str, Pixels]:
    """Fourteen photographs by name, (height, width, 3) RGB."""
    places = {name: _folder("skimage", "data") / name for name in SKIMAGE}
    places |= {name: _folder("sklearn", "datasets/images") / name for name in SKLEARN}
    return {name: np.asarray(Image.open(path).convert("RGB")) for name, path in places.items()}


@cache
def paintings(count: int) -> Mapping[str, Pixels]:
    """Pictures of the built-in painter in all her styles, 256 by 256."""
    return {f"painting {seed}": draw(sample_scene(np.random.default_rng(seed)), seed=seed) for seed in range(count)}
