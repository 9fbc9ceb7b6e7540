"""Removing what nobody needs after some weeks: logs, ended sign-ins, vanished workers, checkpoints, ledger lines."""

import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone

from aria_site.accounts.models import SignInToken
from generation.models import Worker
from generation.services import ledger_prune


@dataclass(frozen=True, slots=True, kw_only=True)
class PruneReport:
    """How many of each were removed."""

    logs: int
    checkpoints: int
    sessions: int
    sign_in_links: int
    workers: int
    ledger_lines: int


def old_things_prune() -> PruneReport:
    """Remove what is older than ARIA_DAYS_KEPT. Safe at any time; pictures, jobs and people are never touched.

    A painting whose checkpoint was forgotten for so long begins anew. Lines of the GPU ledger stay for
    ARIA_LEDGER_DAYS_KEPT; what each person used on each day stays for ever.
    """
    now, age = timezone.now(), timedelta(days=settings.DAYS_KEPT)
    oldest = time.time() - age.total_seconds()
    return PruneReport(
        logs=_remove(path for path in _inside(settings.LOG_DIR) if path.is_file() and _newest(path) < oldest),
        checkpoints=_remove(path for path in _inside(settings.CHECKPOINT_DIR) if _newest(path) < oldest),
        sessions=Session.objects.filter(expire_date__lt=now).delete()[0],
        sign_in_links=SignInToken.objects.filter(expires_at__lt=now - age).delete()[0],
        workers=Worker.objects.filter(seen_at__lt=now - age).delete()[0],
        ledger_lines=ledger_prune(older_than=timedelta(days=settings.LEDGER_DAYS_KEPT)),
    )


def _inside(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _newest(path: Path) -> float:
    """When it, or anything in it, was last written; this very moment where some of it goes meanwhile."""
    try:
        return max(inner.lstat().st_mtime for inner in (path, *path.rglob("*")))
    except FileNotFoundError:
        return time.time()


def _remove(paths: Iterator[Path]) -> int:
    removed = 0
    for path in paths:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
        removed += 1
    return removed
