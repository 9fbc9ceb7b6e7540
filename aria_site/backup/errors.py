"""What stops a backup or a restore."""


class BackupError(Exception):
    """It was not done, and nothing was changed; the message is the whole sentence for the person who asked."""
