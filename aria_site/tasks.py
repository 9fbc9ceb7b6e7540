"""Celery tasks of the whole studio."""

import logging

from celery import shared_task

logger = logging.getLogger(__name__)


@shared_task(name="aria_site.back_up", ignore_result=True)
def back_up() -> None:
    """Take the backup of the day, unless it is there, and remove those that are too old."""
    from aria_site.backup.errors import BackupError
    from aria_site.backup.taking import backup_take_daily

    try:
        backup_take_daily()
    except BackupError as error:
        logger.error("the backup of the day was not taken: %s", error)


@shared_task(name="aria_site.prune", ignore_result=True)
def prune() -> None:
    """Remove old logs, ended sign-ins, forgotten checkpoints and lines of the ledger."""
    from aria_site.backup.pruning import old_things_prune

    old_things_prune()
