"""The picture that lies in the studio's tray to be painted over: what is shown of it, and where it came from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse

from aria_site.accounts.models import User
from aria_site.kernel.problems import InvalidInputError, NotFoundError
from aria_site.kernel.recipe import Recipe
from aria_site.kernel.uploads import UPLOAD_LIMIT, upload_too_large
from gallery.labels import file_url
from generation.picture_intake import FIELD
from generation.services import picture_store
from generation.sources import ChosenPicture, chosen_picture

UPLOAD = "upload"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrayPicture:
    """The picture as the tray shows it, small."""

    name: str
    """What the form sends as `source`."""
    chosen: ChosenPicture
    src: str
    alt: str


def picture_shown(viewer: User, name: str) -> TrayPicture | None:
    """The picture of that name; None where this person may not see one."""
    try:
        chosen = chosen_picture(viewer, name, field="source")
    except NotFoundError:
        return None
    work = chosen.artwork
    if work is None:
        src = reverse("generation:picture-small", args=[chosen.sha256])
        return TrayPicture(name=name, chosen=chosen, src=src, alt="Your picture")
    thumbnails = sorted((int(width), file) for width, file in work.thumbnails.items())
    src = file_url(thumbnails[0][1] if thumbnails else work.file)
    return TrayPicture(name=name, chosen=chosen, src=src, alt=work.title)


def picture_values(viewer: User, recipe: Recipe, parent_id: UUID | None) -> dict[str, Any]:
    """What the tray shows of the source of a recipe; nothing where this person may not see the picture any more."""
    if recipe.source is None:
        return {}
    shown = next((name for name in (str(parent_id or ""), recipe.source) if picture_shown(viewer, name)), None)
    if shown is None:
        return {}
    mask = recipe.mask if recipe.mask and picture_shown(viewer, recipe.mask) else None
    return {"source": shown, "strength": recipe.strength} | ({"mask": mask} if mask else {})


def picture_brought(request: HttpRequest, owner: User) -> str | None:
    """Store the file that came with the form and return its name; None where none came.

    Raises InvalidInputError naming `upload`.
    """
    file = request.FILES.get(UPLOAD)
    if upload_too_large(request, UPLOAD):
        raise InvalidInputError({UPLOAD: f"This file is too large. Choose one of at most {UPLOAD_LIMIT // 2**20} MiB."})
    if file is None:
        return None
    try:
        return picture_store(owner=owner, data=file.read()).sha256
    except InvalidInputError as problem:
        raise InvalidInputError({UPLOAD: problem.errors[FIELD].replace(f"`{FIELD}`", "This file")}) from problem


def values_with(values: Mapping[str, Any], name: str | None) -> dict[str, Any]:
    """What was typed, with another picture to paint over, or with none."""
    kept = {key: value for key, value in values.items() if key not in {"source", "mask", "size"}}
    return {**kept, "source": name} if name else {**kept, "strength": None}
