"""System checks: each fires on its fault and is silent otherwise."""

from pathlib import Path

import pytest
from django.core.checks import run_checks
from pytest_django import Settings

from aria_site.environment import Environment


def found(code: str) -> list[str]:
    return [message.msg for message in run_checks() if message.id == code]


@pytest.fixture
def production(settings: Settings) -> Settings:
    """Settings that say production, as an operator set them."""
    settings.ENV = Environment(aria_production=True, aria_secret_key="k" * 50)
    return settings


@pytest.mark.parametrize("code", ["aria.E001", "aria.E002", "aria.E003", "aria.E010", "aria.E020"])
def test_a_studio_in_order_has_nothing_to_say(production: Settings, code: str) -> None:
    assert found(code) == []


def test_production_without_a_key_is_an_error(settings: Settings) -> None:
    settings.ENV = Environment(aria_production=True)

    assert found("aria.E001") == ["ARIA_SECRET_KEY is empty."]


def test_a_star_among_the_hosts_is_an_error(settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["aria.example", "*"]

    assert found("aria.E002") == ["ARIA_HOSTS holds a star."]


def test_debug_pages_in_production_are_an_error(production: Settings) -> None:
    production.DEBUG = True

    assert found("aria.E003") == ["ARIA_DEBUG is on in production."]


def test_a_media_folder_that_is_a_file_is_an_error(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_ROOT.write_text("not a folder")

    assert found("aria.E010") == [f"The media folder {settings.MEDIA_ROOT} cannot be written to."]


@pytest.mark.parametrize("name", ["unet/weights.bin", "model.ckpt", "a.pt", "b.pth", "c.pkl"])
def test_a_pickle_in_the_built_in_model_is_an_error(settings: Settings, tmp_path: Path, name: str) -> None:
    settings.STARTER_MODEL_DIR = tmp_path
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_bytes(b"")

    assert found("aria.E020") == [f"{tmp_path / name} may hold code."]
