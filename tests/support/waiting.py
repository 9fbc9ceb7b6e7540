"""Waiting for what other processes do, without guessing how long it takes."""

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")


def wait_until(condition: Callable[[], Found | None], *, timeout_s: float = 30.0) -> Found:
    """Return the first truthy answer of `condition`. Raises TimeoutError where there is none in time."""
    deadline = time.monotonic() + timeout_s
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"It did not happen within {timeout_s} seconds.")
        time.sleep(0.02)
    return found
