"""A program with an API key, or without one, that talks to the API."""

import json
from typing import TYPE_CHECKING, Any, TypeAlias

from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

if TYPE_CHECKING:
    # The answer of a test client, with `json()`; the name exists for type checkers alone.
    from django.test.client import _MonkeyPatchedWSGIResponse

Answer: TypeAlias = "_MonkeyPatchedWSGIResponse"

API = "/api/v1"
JSON = "application/json"


class Program:
    """Sends requests with a key and reads JSON; CSRF is checked as it is for anybody."""

    def __init__(self, key: str | None = None) -> None:
        self.client = Client(enforce_csrf_checks=True)
        self.headers = {"Authorization": f"Bearer {key}"} if key else {}

    def get(self, path: str, **headers: str) -> Answer:
        """GET below `/api/v1`, or from an address of its own that begins there."""
        return self.send("GET", path, headers=headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        """POST a JSON body; text and bytes go as they are."""
        raw = body if isinstance(body, str | bytes) else json.dumps(body)
        return self.send("POST", path, data="" if body is None else raw, headers=headers)

    def upload(self, path: str, fields: dict[str, Any], **headers: str) -> Answer:
        """POST a form; values that are files go as files."""
        body = encode_multipart(BOUNDARY, fields)
        return self.send("POST", path, data=body, headers={"Content_Type": MULTIPART_CONTENT, **headers})

    def send(self, method: str, path: str, *, headers: dict[str, str], data: str | bytes = "") -> Answer:
        """Send anything."""
        address = path if path.startswith(API) else API + path
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        content_type = named.pop("Content-Type", JSON)
        return self.client.generic(method, address, data, content_type, headers={**self.headers, **named})
