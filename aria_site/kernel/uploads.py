"""Uploaded files are cut off at a limit while they arrive; whoever asked for them learns which ones were too large."""

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest

UPLOAD_LIMIT = 20 * 1024 * 1024
"""Bytes of all files of one request together."""
_TOO_LARGE = "aria.too_large_uploads"


class UploadCap(FileUploadHandler):
    """Stands before all other handlers and counts. The file that goes over the limit is dropped, and so are later ones.

    The rest of the form is read as if those files had not been sent, so that nothing else of it is lost.
    """

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self._bytes = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Take the next file, unless the limit is reached. Raises SkipFile."""
        super().new_file(*args, **kwargs)
        self._check()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Hand a part of a file on. Raises SkipFile beyond the limit."""
        self._bytes += len(raw_data)
        self._check()
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave the keeping to the handlers behind."""

    def _check(self) -> None:
        if self._bytes <= UPLOAD_LIMIT:
            return
        if self.request is not None:
            self.request.META.setdefault(_TOO_LARGE, set()).add(self.field_name)
        raise SkipFile


def upload_too_large(request: HttpRequest, field: str) -> bool:
    """Whether the file of that field was dropped because it was too large. Ask when the form has been read."""
    return field in request.META.get(_TOO_LARGE, ())
