"""Templates and static files keep to the content policy, and to the size of a screen or two."""

import re
from pathlib import Path

import pytest
from django.conf import settings

TEMPLATES = sorted((Path(settings.BASE_DIR) / "templates").rglob("*.html"))
MODULES = sorted(
    path
    for folder in ("aria_site", "gallery", "generation")
    for path in (Path(settings.BASE_DIR) / "static" / folder).glob("*.js")
)
INLINE = {
    "a style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.DOTALL),
    "a style element": re.compile(r"<style[\s>]"),
    "a handler": re.compile(r"<[^>]*\son[a-z]+\s*=\s*[\"']", re.DOTALL),
    "a script without src": re.compile(r"<script(?![^>]*\ssrc=)"),
    "an address of another site": re.compile(r"(?:src|href)=\"(?:https?:)?//"),
}


def name(path: Path) -> str:
    return path.relative_to(settings.BASE_DIR).as_posix()


@pytest.mark.parametrize("template", TEMPLATES, ids=name)
def test_a_template_holds_nothing_the_content_policy_forbids(template: Path) -> None:
    text = template.read_text()

    assert [what for what, pattern in INLINE.items() if pattern.search(text)] == []


@pytest.mark.parametrize("template", TEMPLATES, ids=name)
def test_a_template_stays_below_150_lines(template: Path) -> None:
    assert len(template.read_text().splitlines()) <= 150


@pytest.mark.parametrize("module", MODULES, ids=name)
def test_a_module_stays_below_200_lines(module: Path) -> None:
    assert len(module.read_text().splitlines()) <= 200


def test_every_icon_in_the_sprite_is_used() -> None:
    sprite = (Path(settings.BASE_DIR) / "static/aria_site/icons.svg").read_text()
    used = {icon for path in TEMPLATES for icon in re.findall(r'_icon\.html" with name="([a-z-]+)"', path.read_text())}
    python = (Path(settings.BASE_DIR) / "generation/studio_page.py").read_text()
    used |= set(re.findall(r'icon="([a-z-]+)"', "".join([python, *(path.read_text() for path in TEMPLATES)])))

    assert set(re.findall(r'<symbol id="([a-z-]+)"', sprite)) == used
