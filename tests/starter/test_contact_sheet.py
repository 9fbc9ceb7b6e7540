"""The contact sheet: what the exported model paints, side by side, and how far apart other seeds come out."""

from pathlib import Path

import pytest
from PIL import Image

from starter.config import config
from starter.judge import contact_sheet

# diffusers finds the zero in the model's own schedule old-fashioned; and it hands tensors to numpy in an old way.
pytestmark = [
    pytest.mark.filterwarnings("ignore:The configuration file of this scheduler:FutureWarning"),
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]


@pytest.fixture(autouse=True)
def two_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """One prompt of each of two kinds, and two seeds of one prompt."""
    for name, few in {
        "UNSEEN": 1,
        "OTHER_LANGUAGES": (),
        "STRANGE": ("",),
        "SEEDS": 2,
        "PROMPTS_FOR_SEEDS": 1,
    }.items():
        monkeypatch.setattr(contact_sheet, name, few)


@pytest.mark.usefixtures("socket_disabled")
def test_the_whole_way_from_prompts_to_pictures_needs_no_network(tmp_path: Path) -> None:
    contact_sheet.contact_sheet(config(), tmp_path / "sheet.webp")

    with Image.open(tmp_path / "sheet.webp") as sheet:
        shown = sheet.convert("RGB")
    side, margin = contact_sheet.SIDE, contact_sheet.MARGIN
    for place in (0, 1):
        left = margin + place * (side + margin)
        picture = shown.crop((left, margin, left + side, margin + side))
        assert len(picture.resize((16, 16)).getcolors() or ()) > 32


def test_other_seeds_give_other_pictures() -> None:
    assert 0.1 < contact_sheet.distance_between_seeds(config()) < 1.5


@pytest.mark.parametrize(
    ("prompt", "caption"),
    [
        ("", "(empty)"),
        ("ein Schloss bei Nacht, Ölgemälde", "ein Schloss bei Nacht, Olgemalde"),
        ("the sea " * 20, "the sea the sea the sea the sea\nthe sea the sea the sea the sea ..."),
    ],
)
def test_a_caption_is_two_lines_at_the_most(prompt: str, caption: str) -> None:
    assert contact_sheet._caption(prompt) == caption
