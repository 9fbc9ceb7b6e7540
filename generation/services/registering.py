"""Registering models: what a folder holds is looked at in full, and its hash is kept."""

from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.text import slugify

from aria_site.kernel.problems import ConflictError, InvalidInputError
from generation.catalogue import model_folder
from generation.engine.manifest import manifest_read
from generation.engine.model_folder import folder_check
from generation.engine.model_hash import hash_of, stamp_of
from generation.models import DiffusionModel
from generation.services.default_model import model_make_default


def model_register(
    *, folder: Path, name: str = "", title: str = "", licence: str = "", replace: bool = False
) -> DiffusionModel:
    """Register a folder of safetensors under a name, with the hash of everything that decides its pixels.

    The folder's own name and title are used where none is given. Raises EngineError with the reason where the folder
    is no model that may be loaded, InvalidInputError where no name can be made, and ConflictError where the name is
    taken and `replace` is not set.
    """
    folder = folder.resolve()
    folder_check(folder)
    manifest = manifest_read(folder)
    name = slugify(name or folder.name)
    if not name:
        raise InvalidInputError({"name": "Give the model a name of letters, digits and hyphens."})
    stamp = stamp_of(folder)
    facts = {
        "title": title or manifest.title,
        "licence": licence,
        "folder": _stored(folder),
        "revision": manifest.revision,
        "sha256": hash_of(folder),
        "stamp": stamp,
    }
    with transaction.atomic():
        if not replace and DiffusionModel.objects.filter(name=name).exists():
            raise ConflictError(f"There is a model “{name}” already. Choose another name, or replace it.")
        model, _ = DiffusionModel.objects.update_or_create(name=name, defaults=facts)
        if not DiffusionModel.objects.filter(is_default=True).exists():
            model_make_default(model=model)
    return model


def model_rehash(*, model: DiffusionModel) -> bool:
    """Take what lies in the model's folder now for the model. Raises EngineError where it may not be loaded.

    False when that is what was registered.
    """
    folder = model_folder(model)
    folder_check(folder)
    stamp, sha256 = stamp_of(folder), hash_of(folder)
    before = (model.sha256, model.revision)
    revision = manifest_read(folder).revision
    DiffusionModel.objects.filter(pk=model.pk).update(sha256=sha256, stamp=stamp, revision=revision)
    return before != (sha256, revision)


def _stored(folder: Path) -> str:
    """A folder inside the project by its path from there, so that the project can be moved; any other as it is."""
    base = Path(settings.BASE_DIR).resolve()
    return str(folder.relative_to(base) if folder.is_relative_to(base) else folder)
