"""System checks of the wiring: what must hold before Aria serves anybody."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register


@register(Tags.security)
def production_has_a_secret_key(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """aria.E001: production never runs on a key that Aria made up herself."""
    if settings.ENV.aria_production and not settings.ENV.aria_secret_key:
        return [Error("ARIA_SECRET_KEY is empty.", hint="Set it to 50 random characters.", id="aria.E001")]
    return []
