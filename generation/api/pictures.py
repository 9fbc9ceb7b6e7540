"""`/pictures`: bringing pictures to paint over, and masks that say where."""

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from ninja import File, Form, Path, Router
from ninja.files import UploadedFile
from ninja.responses import Status

from aria_site.accounts.authentication import may, person_of
from aria_site.accounts.models import Scope
from aria_site.kernel.problem_answers import NOT_FOUND, READ_PROBLEMS, UNCHANGED, WRITE_PROBLEMS
from generation.access import picture_for_read
from generation.api.schemas import PictureOut
from generation.picture_intake import PictureKind
from generation.services import picture_store

pictures_router = Router(tags=["pictures"])

Picture = Annotated[UploadedFile, File(description="PNG, JPEG or WebP; at most 20 MiB and 24 million pixels.")]
Kind = Annotated[
    PictureKind, Form(description="`picture`: what is transparent becomes white. `mask`: grey levels, black there.")
]
Sha256 = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]


@pictures_router.post(
    "",
    auth=may(Scope.GENERATE),
    response={201: PictureOut, **WRITE_PROBLEMS},
    operation_id="picture_store",
    summary="Bring a picture",
    url_name="pictures",
)
def store(
    request: HttpRequest, response: HttpResponse, file: Picture, kind: Kind = PictureKind.PICTURE
) -> Status[PictureOut]:
    """Store a picture to paint over. Only its pixels are kept, and it goes again after a day unless a job names it."""
    picture = picture_store(owner=person_of(request), data=file.read(), kind=kind)
    response.headers["Location"] = reverse("api:picture", args=[picture.sha256])
    return Status(201, PictureOut.of(picture))


@pictures_router.get(
    "/{sha256}",
    auth=may(Scope.READ),
    response={200: PictureOut, **UNCHANGED, **READ_PROBLEMS, **NOT_FOUND},
    operation_id="picture_read",
    summary="Read a picture",
    url_name="picture",
)
def read(request: HttpRequest, sha256: Sha256) -> PictureOut:
    """Whether a picture that you brought is still there."""
    return PictureOut.of(picture_for_read(request.user, sha256))
