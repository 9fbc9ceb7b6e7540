"""The GPU workers of a machine that serves no pages: one for each device, tended until somebody ends them."""

import shlex
import socket
from collections.abc import Callable, Sequence

from django.conf import settings
from django.db import connection

from aria_site.studio import preparation
from aria_site.studio.children import wait_for_the_last_one
from aria_site.studio.roles import gpu_roles, gpu_worker_name
from aria_site.studio.supervisor import Supervisor
from generation.engine.discovery import FoundDevice


def workers_run(devices: Sequence[FoundDevice], *, say: Callable[[str], None]) -> None:
    """Run a worker on each device until a signal ends them all. Raises NotReadyError when they cannot start."""
    preparation.folder_prepare(settings.DATA_DIR)
    run_folder = settings.DATA_DIR / "run" / f"workers-{socket.gethostname()}"
    with preparation.only_workers_here(settings.DATA_DIR):
        run_folder.mkdir(exist_ok=True)
        wait_for_the_last_one(run_folder)
        supervisor = Supervisor(run_folder=run_folder, log_folder=settings.LOG_DIR, say=say)
        supervisor.listen_to_signals()
        try:
            for number, role in enumerate(gpu_roles(devices)):
                supervisor.start(role)
                say(f"{gpu_worker_name(number)} paints on {described(devices[number])}")
            connection.close()
            supervisor.tend_until(lambda: False)
        finally:
            supervisor.stop()


def command_lines(devices: Sequence[FoundDevice]) -> list[str]:
    """What `workers_run` would start, as a shell would read it."""
    return [shlex.join(role.command) for role in gpu_roles(devices)]


def described(device: FoundDevice) -> str:
    """A device in words: "cuda:0 (NVIDIA H200, 139 GiB)"."""
    size = f"{device.memory_bytes / 2**30:.0f} GiB" if device.memory_bytes else ""
    told = ", ".join(word for word in (device.name, size) if word)
    return f"{device.device} ({told})" if told else device.device
