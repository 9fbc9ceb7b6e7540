"""Everything a studio holds, to be compared with what it held before."""

from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection

from aria_site.kernel.hashing import sha256_hex


def rows_of_studio() -> dict[str, list[dict[str, Any]]]:
    """Every field of every row of every model, and of the tables between them."""
    models = apps.get_models(include_auto_created=True)
    return {model._meta.label: list(model._default_manager.order_by("pk").values()) for model in models}


def files_of_studio() -> dict[str, str]:
    """The hash of every file in the media folder."""
    root = Path(settings.MEDIA_ROOT)
    return {
        path.relative_to(root).as_posix(): sha256_hex(path.read_bytes()) for path in root.rglob("*") if path.is_file()
    }


def wipe_rows() -> None:
    """Empty every table, whatever points where; the schema stays."""
    tables = [name for name in connection.introspection.table_names() if name != "django_migrations"]
    with connection.constraint_checks_disabled(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")
            return
        for table in tables:
            cursor.execute(f'DELETE FROM "{table}"')  # noqa: S608  tables of this database
