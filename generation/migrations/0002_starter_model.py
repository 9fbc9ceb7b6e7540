"""The built-in model is registered from the first start."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def register_starter(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("generation", "DiffusionModel").objects.get_or_create(
        name="starter",
        defaults={
            "title": "Aria's starter model",
            "folder": "starter/models/painter",
            "licence": "CC0-1.0",
            "is_default": True,
        },
    )


class Migration(migrations.Migration):
    dependencies = [("generation", "0001_initial")]
    operations = [migrations.RunPython(register_starter, migrations.RunPython.noop)]
