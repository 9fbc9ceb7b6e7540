"""Who works in an embedded studio: the command line of each process."""

import socket
import sys

from django.conf import settings

from aria_site.studio.role import Role
from generation.services import worker_leases_free

BEHIND_THE_SITE = 5
"""All start at the same moment; the site is what a person waits for."""
GPU_WORKER = f"gpu0@{socket.gethostname()}"


def site_roles() -> list[Role]:
    """Everything but Valkey, in the order of starting."""
    return [_web(), _gpu(), _io(), _beat()]


def _web() -> Role:
    environment = settings.ENV
    # Access lines are off (-v 0): addresses hold one-time tokens, and the request log has an id for every request.
    listen = ("-v", "0", "-b", environment.aria_host, "-p", str(environment.aria_port))
    return Role(name="web", command=(*_module("daphne"), *listen, "aria_site.asgi:application"))


def _gpu() -> Role:
    slots = str(settings.ENV.aria_worker_slots)
    return Role(
        name="gpu0",
        command=_celery("worker", "-Q", "gpu", "-P", "threads", "-c", slots, "-n", GPU_WORKER),
        # Pages are served from the same machine, and a person waits for them.
        niceness=10,
        after_death=lambda: worker_leases_free(GPU_WORKER),
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
