"""The way from `manage.py studio` to a picture: prepare, start everything, say where it is, tend it until the end."""

import http.client
import logging
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime

from django.conf import settings
from django.db import connection
from django.utils import timezone

from aria_site.accounts.models import User
from aria_site.accounts.services import owner_ensure, sign_in_token_issue
from aria_site.backup.errors import BackupError
from aria_site.backup.replacing import interrupted_restore_undo
from aria_site.kernel.problems import Problem
from aria_site.studio import preparation, roles, valkey
from aria_site.studio.address import EVERYWHERE, sign_in_address, site_address
from aria_site.studio.children import Child, wait_for_the_last_one
from aria_site.studio.devices import devices_wanted
from aria_site.studio.preparation import NotReadyError
from aria_site.studio.supervisor import Supervisor
from gallery.models import Artwork
from generation.models import Job, Worker
from generation.selectors import workers_alive
from generation.services import first_paintings_submit

logger = logging.getLogger(__name__)

DEATHS_AT_START = 3
"""So often the web server may die before it answers once; then something is wrong that waiting does not mend."""


class Studio:
    """One run of `manage.py studio` on the data folder of the settings."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say

    def run(self) -> None:
        """Run until somebody ends it. Raises NotReadyError when it cannot start."""
        preparation.folder_prepare(settings.DATA_DIR)
        with preparation.only_studio_here(settings.DATA_DIR), preparation.only_workers_here(settings.DATA_DIR):
            wait_for_the_last_one(settings.DATA_DIR / "run")
            self._undo_an_interrupted_restore()
            owner = _prepare()
            supervisor = Supervisor(run_folder=settings.DATA_DIR / "run", log_folder=settings.LOG_DIR, say=self._say)
            supervisor.listen_to_signals()
            try:
                self._open(supervisor, owner)
            finally:
                supervisor.stop()

    def _undo_an_interrupted_restore(self) -> None:
        try:
            if interrupted_restore_undo():
                self._say("A restore was interrupted. What was here before is back; restore again if you like.")
        except BackupError as error:
            raise NotReadyError(f"A restore was interrupted and cannot be undone: {error}") from None

    def _open(self, supervisor: Supervisor, owner: User) -> None:
        """Start everything and tend it, saying what a person waits for as it comes true."""
        opened_at = timezone.now()
        if settings.EMBEDDED_VALKEY:
            _open_valkey(supervisor)
        web = supervisor.start(roles.web_role())
        gpus = roles.gpu_roles(devices_wanted())
        for role in (*gpus, *roles.other_roles()):
            supervisor.start(role)
        _order_first_paintings(owner)
        if supervisor.tend_until(lambda: _site_answers(web)):
            self._say(f"Aria is at {site_address()}")
            self._say(f"Sign in once with {sign_in_address(sign_in_token_issue(user=owner))}")
        names = [roles.gpu_worker_name(number) for number in range(len(gpus))]
        if supervisor.tend_until(lambda: _painter(names, opened_at) is not None):
            self._say("Ready to paint.")
        connection.close()
        supervisor.tend_until(lambda: False)


def _prepare() -> User:
    """Everything that can be said to be wrong before a process runs. Returns the owner."""
    preparation.port_check(settings.ENV.aria_host, settings.ENV.aria_port)
    preparation.database_prepare()
    preparation.static_prepare()
    try:
        return owner_ensure()
    except Problem as problem:
        raise NotReadyError(str(problem)) from None


def _open_valkey(supervisor: Supervisor) -> None:
    """Start our own server. One that a killed studio left on our socket is relieved; what it held is in its file."""
    preparation.socket_folder_prepare(settings.VALKEY_SOCKET.parent)
    valkey.valkey_relieve(settings.VALKEY_SOCKET)
    supervisor.start(valkey.valkey_role())
    valkey.wait_for_valkey(settings.VALKEY_SOCKET)


def _order_first_paintings(owner: User) -> None:
    """A new studio opens with three pictures by its founder, never with an empty wall."""
    if Job.objects.exists() or Artwork.objects.exists():
        return
    try:
        first_paintings_submit(owner=owner)
    except Problem as problem:
        logger.warning("the first paintings were not ordered: %s", problem)


def _site_answers(web: Child) -> bool:
    """Whether the web server answers on its port. Raises NotReadyError when it keeps dying instead."""
    if web.deaths_in_a_row >= DEATHS_AT_START:
        raise NotReadyError(f"The web server does not start; its last words are in {web.log.path}")
    environment = settings.ENV
    host = "127.0.0.1" if environment.aria_host in EVERYWHERE else environment.aria_host
    headers = {"Host": environment.aria_hosts[0], "X-Forwarded-Proto": "https" if environment.aria_tls else "http"}
    with closing(http.client.HTTPConnection(host, environment.aria_port, timeout=2)) as site:
        try:
            site.request("GET", "/health/live", headers=headers)
            return site.getresponse().status == http.client.OK
        except (OSError, http.client.HTTPException):
            return False


def _painter(names: Sequence[str], since: datetime) -> Worker | None:
    """The first GPU worker of this run whose heart beats."""
    return workers_alive().filter(name__in=names, started_at__gte=since).first()
