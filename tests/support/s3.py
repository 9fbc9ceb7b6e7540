"""A server that speaks S3, in a thread of the test process, and buckets in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from moto.server import ThreadedMotoServer

from aria_site.kernel.media import media_storages

BUCKET, PREFIX = "museum", "aria"
KEYS = {"access_key": "reader", "secret_key": "a secret with / and +"}


@contextmanager
def running_s3() -> Iterator[str]:
    """A server for as long as the block lasts; yields its address."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield f"http://{host}:{port}"
    finally:
        server.stop()


def bucket_make(endpoint: str) -> Any:
    """An empty bucket, whatever was in it before."""
    bucket = boto3.resource(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id=KEYS["access_key"],
        aws_secret_access_key=KEYS["secret_key"],
    ).Bucket(BUCKET)
    bucket.create()
    bucket.objects.all().delete()
    return bucket


def storages_in(endpoint: str, *, bucket: str = BUCKET) -> dict[str, Any]:
    """Django's storages for pictures in that server."""
    return media_storages(bucket=bucket, prefix=PREFIX, endpoint=endpoint, region="us-east-1", **KEYS)


def variables_of(endpoint: str) -> dict[str, str]:
    """The environment in which Aria keeps her pictures there."""
    return {
        "ARIA_S3_BUCKET": BUCKET,
        "ARIA_S3_PREFIX": PREFIX,
        "ARIA_S3_ENDPOINT": endpoint,
        "ARIA_S3_REGION": "us-east-1",
        "ARIA_S3_ACCESS_KEY": KEYS["access_key"],
        "ARIA_S3_SECRET_KEY": KEYS["secret_key"],
    }
