"""Celery tasks of the gallery."""

from celery import shared_task


@shared_task(name="gallery.sweep", ignore_result=True)
def sweep() -> None:
    """Remove files that belong to no artwork."""
    from gallery.sweeping import files_sweep

    files_sweep()
