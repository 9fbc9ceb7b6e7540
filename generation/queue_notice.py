"""What people are told while the whole queue is paused."""

from django.utils import timezone

from generation.models import QueuePause


def queue_notice(pause: QueuePause) -> str:
    """Who paused it, when and why, and what that means."""
    since = timezone.localtime(pause.paused_at)
    today = since.date() == timezone.localdate()
    moment = f"{since:%H:%M}" if today else f"{since:%H:%M} on {since:%Y-%m-%d}"
    by = f" by {pause.paused_by.get_username()}" if pause.paused_by else ""
    reason = f": {pause.reason.rstrip('.')}" if pause.reason else ""
    return f"The whole queue was paused{by} at {moment}{reason}. Jobs are taken and kept, and wait until it goes on."
