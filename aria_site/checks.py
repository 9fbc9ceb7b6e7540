"""System checks of the wiring: what must hold before Aria serves anybody."""

import os
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

PICKLES = frozenset({".bin", ".ckpt", ".pkl", ".pickle", ".pt", ".pth"})


@register(Tags.security)
def production_has_a_secret_key(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """aria.E001: production never runs on a key that Aria made up herself."""
    if settings.ENV.aria_production and not settings.ENV.aria_secret_key:
        return [Error("ARIA_SECRET_KEY is empty.", hint="Set it to 50 random characters.", id="aria.E001")]
    return []


@register(Tags.security)
def hosts_are_named(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """aria.E002: the origin check of web sockets trusts ALLOWED_HOSTS, so it never holds a star."""
    if "*" in settings.ALLOWED_HOSTS:
        return [Error("ARIA_HOSTS holds a star.", hint="Name the hosts the site answers to.", id="aria.E002")]
    return []


@register(Tags.security)
def production_shows_no_debug_pages(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """aria.E003: debug pages show settings and code to anybody."""
    if settings.ENV.aria_production and settings.DEBUG:
        return [Error("ARIA_DEBUG is on in production.", hint="Leave it out.", id="aria.E003")]
    return []


@register(Tags.files)
def media_can_be_written(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """aria.E010: a media folder that is there can be written to. One that is not there is made on the first start."""
    media = Path(settings.MEDIA_ROOT)
    if media.exists() and not (media.is_dir() and os.access(media, os.W_OK)):
        hint = "Mend its owner and rights, or set ARIA_DATA."
        return [Error(f"The media folder {media} cannot be written to.", hint=hint, id="aria.E010")]
    return []


@register(Tags.files)
def buckets_can_be_spoken_to(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """aria.E011: where a bucket is named, the packages that know S3 are installed."""
    if settings.ENV.aria_s3_bucket and not (find_spec("storages") and find_spec("boto3")):
        hint = "Install requirements-server.txt, or leave ARIA_S3_BUCKET out."
        return [Error("ARIA_S3_BUCKET needs packages that are not installed.", hint=hint, id="aria.E011")]
    return []


@register(Tags.security)
def shipped_models_hold_no_code(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """aria.E020: the built-in model is safetensors and JSON; a pickle in its folder could run code."""
    folders = (settings.STARTER_MODEL_DIR, settings.STARTER_ENCODER_DIR)
    found = [path for folder in folders for path in Path(folder).rglob("*") if path.suffix in PICKLES]
    hint = "Remove them: weights are safetensors."
    return [Error(f"{path} may hold code.", hint=hint, id="aria.E020") for path in sorted(found)]
