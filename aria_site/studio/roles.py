"""Who works in an embedded studio: the command line of each process."""

import socket
import sys
from collections.abc import Sequence

from django.conf import settings

from aria_site.studio.devices import pinned
from aria_site.studio.role import Role
from generation.engine.discovery import FoundDevice
from generation.services import worker_leases_free

BEHIND_THE_SITE = 5
"""All start at the same moment; the site is what a person waits for."""


def web_role() -> Role:
    """The web server."""
    environment = settings.ENV
    # Access lines are off (-v 0): addresses hold one-time tokens, and the request log has an id for every request.
    listen = ("-v", "0", "-b", environment.aria_host, "-p", str(environment.aria_port))
    return Role(name="web", command=(*_module("daphne"), *listen, "aria_site.asgi:application"))


def gpu_roles(devices: Sequence[FoundDevice]) -> list[Role]:
    """One worker for each device, which is shown to it alone."""
    return [_gpu(number, devices) for number in range(len(devices))]


def gpu_worker_name(number: int) -> str:
    """The name under which a GPU worker of this machine is known."""
    return f"gpu{number}@{socket.gethostname()}"


def other_roles() -> list[Role]:
    """Who works behind the scenes."""
    return [_io(), _beat()]


def _gpu(number: int, devices: Sequence[FoundDevice]) -> Role:
    name, slots = gpu_worker_name(number), str(settings.ENV.aria_worker_slots)
    others = [device for place, device in enumerate(devices) if place != number]
    environment = [f"{variable}={value}" for variable, value in pinned(devices[number], others).items()]
    return Role(
        name=f"gpu{number}",
        command=("env", *environment, *_celery("worker", "-Q", "gpu", "-P", "threads", "-c", slots, "-n", name)),
        # Pages are served from the same machine, and a person waits for them.
        niceness=10,
        after_death=lambda: worker_leases_free(name),
    )


def _io() -> Role:
    name = f"io0@{socket.gethostname()}"
    command = _celery("worker", "-Q", "io", "-P", "threads", "-c", "4", "-n", name)
    return Role(name="io", command=command, niceness=BEHIND_THE_SITE)


def _beat() -> Role:
    return Role(name="beat", command=_celery("beat"), niceness=BEHIND_THE_SITE)


def _celery(*arguments: str) -> tuple[str, ...]:
    return (*_module("celery"), "-A", "aria_site", *arguments, "-l", settings.LOG_LEVEL)


def _module(name: str) -> tuple[str, ...]:
    return (sys.executable, "-m", name)
