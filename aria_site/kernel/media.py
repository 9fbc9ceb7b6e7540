"""Where Django keeps pictures: in a folder of the machine, or in a bucket of S3-compatible storage."""

from typing import Any

FOLDER = "gallery.storage.AtomicFileSystemStorage"
BUCKET = "gallery.s3_storage.S3MediaStorage"


def media_storages(
    *, bucket: str, prefix: str, endpoint: str, region: str, access_key: str, secret_key: str
) -> dict[str, Any]:
    """Django's storages for artworks (`default`) and for brought pictures; without a bucket, the media folder."""
    if not bucket:
        # Brought pictures are named by their content: the same name is the same file.
        return {"default": {"BACKEND": FOLDER}, "pictures": {"BACKEND": FOLDER, "OPTIONS": {"allow_overwrite": True}}}
    options = {
        "bucket_name": bucket,
        "location": prefix.strip("/"),
        "endpoint_url": endpoint or None,
        "region_name": region or None,
        # Without keys, those that the machine has by itself: its role, say.
        "access_key": access_key or None,
        "secret_key": secret_key or None,
    }
    return {alias: {"BACKEND": BUCKET, "OPTIONS": options} for alias in ("default", "pictures")}
