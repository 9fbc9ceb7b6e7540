"""Aria, the founding persona, is there from the first start."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

BIO = (
    "Aria founded this studio. She paints places and small things in clear shapes, "
    "and she likes the hour when the light turns."
)


def hire_aria(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("personas", "Persona").objects.get_or_create(slug="aria", defaults={"name": "Aria", "bio": BIO})


class Migration(migrations.Migration):
    dependencies = [("personas", "0001_initial")]
    operations = [migrations.RunPython(hire_aria, migrations.RunPython.noop)]
