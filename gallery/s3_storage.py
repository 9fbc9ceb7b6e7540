"""Pictures in S3-compatible storage, by django-storages. Loaded only where ARIA_S3_BUCKET names a bucket."""

import base64
import errno
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import ContentFile
from storages.backends.s3 import S3Storage

from gallery.storage import KeptFile

NOT_FOUND = 404
CLIENT = Config(
    connect_timeout=5,
    read_timeout=30,
    retries={"max_attempts": 4, "mode": "standard"},
    # Many servers that speak S3 do not know the newer checksums; pictures go with their MD5 instead.
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
)
PROBE = "health"


class S3MediaStorage(S3Storage):
    """A bucket in the place of the media folder. A picture is one PUT with its checksum: it comes whole or not at all.

    Each thread has a client of its own, and pictures are read in one piece: they are a few megabytes.
    """

    def get_default_settings(self) -> dict[str, Any]:
        """Nothing is readable by the public, whatever else the environment says: Aria asks who may see it."""
        return {**super().get_default_settings(), "default_acl": None, "gzip": False, "client_config": CLIENT}

    def files_in(self, folder: str) -> Iterator[KeptFile]:
        """Every file in a folder and those in it."""
        with _as_os_errors(folder):
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self.bucket_name, Prefix=f"{self._normalize_name(folder)}/"
            )
            before = len(self._normalize_name(folder)) - len(folder)
            for page in pages:
                for entry in page.get("Contents", ()):
                    yield KeptFile(entry["Key"][before:], entry["Size"], entry["LastModified"].timestamp())

    def written_at(self, name: str) -> float:
        """When a file was written, in seconds since 1970. Raises FileNotFoundError."""
        with _as_os_errors(name):
            facts = self._client.head_object(**self._object(name))
        return float(facts["LastModified"].timestamp())

    def size(self, name: str) -> int:
        """How many bytes a file has. Raises FileNotFoundError."""
        with _as_os_errors(name):
            return int(self._client.head_object(**self._object(name))["ContentLength"])

    def address(self, name: str) -> str:
        """Where a person finds the file."""
        return f"s3://{self.bucket_name}/{self._normalize_name(name)}"

    def probe(self) -> None:
        """Raise OSError where nothing can be written."""
        with _as_os_errors(PROBE):
            self._client.put_object(**self._object(PROBE), Body=b"aria")

    def delete(self, name: str) -> None:
        """Remove a file; nothing happens where there is none."""
        with _as_os_errors(name):
            self._client.delete_object(**self._object(name))

    def _open(self, name: str, mode: str = "rb") -> "ContentFile[bytes]":
        with _as_os_errors(name):
            return ContentFile(self._client.get_object(**self._object(name))["Body"].read(), name=name)

    def _save(self, name: str, content: Any) -> str:
        body = b"".join(content.chunks())
        md5 = base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()
        with _as_os_errors(name):
            parameters = self._get_write_parameters(name, content)
            self._client.put_object(**self._object(name), Body=body, ContentMD5=md5, **parameters)
        return name

    def _object(self, name: str) -> dict[str, str]:
        return {"Bucket": self.bucket_name, "Key": self._normalize_name(name)}

    @property
    def _client(self) -> Any:
        return self.connection.meta.client


@contextmanager
def _as_os_errors(name: str) -> Iterator[None]:
    """Tell what goes wrong as a disk would: what is not there as FileNotFoundError, the rest as OSError."""
    try:
        yield
    except ClientError as error:
        if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") == NOT_FOUND and not _no_bucket(error):
            raise FileNotFoundError(errno.ENOENT, "it is not in the bucket", name) from error
        raise OSError(errno.EIO, f"the S3 server refused it: {_reason(error)}", name) from error
    except BotoCoreError as error:
        raise OSError(errno.EIO, f"the S3 server cannot be reached: {error}", name) from error


def _no_bucket(error: ClientError) -> bool:
    return bool(error.response.get("Error", {}).get("Code") == "NoSuchBucket")


def _reason(error: ClientError) -> str:
    told = error.response.get("Error", {})
    return f"{told.get('Code', 'unknown')}, {told.get('Message', '')}".rstrip(", ")
