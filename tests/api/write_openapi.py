"""Writes tests/api/openapi.json anew: `python -m tests.api.write_openapi`, then review the difference."""

import json
import os
from pathlib import Path

DOCUMENT = Path(__file__).with_name("openapi.json")


def openapi_text() -> str:
    """The OpenAPI document as it is kept: sorted, so that a difference is a change."""
    from aria_site.api import api

    return json.dumps(api.get_openapi_schema(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def write_openapi() -> None:
    """Rewrite the committed document."""
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    DOCUMENT.write_text(openapi_text())


if __name__ == "__main__":
    write_openapi()
