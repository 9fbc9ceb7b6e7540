"""Celery tasks: each hands over to a service, and may be delivered any number of times."""

from celery import shared_task


@shared_task(name="generation.ring", ignore_result=True)
def ring() -> None:
    """Paint what is claimable until nothing is left for this worker. The claim is the guard against doubles."""
    from generation.worker_boot import studio_worker

    studio_worker().paint_claimable()


@shared_task(name="generation.reap", ignore_result=True)
def reap() -> None:
    """Take back what dead workers hold."""
    from generation.services import jobs_reap

    jobs_reap()


@shared_task(name="generation.sweep_pictures", ignore_result=True)
def sweep_pictures() -> None:
    """Remove pictures that no recipe speaks of."""
    from generation.services import pictures_sweep

    pictures_sweep()
