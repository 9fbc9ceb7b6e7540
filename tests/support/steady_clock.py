"""A monotonic clock that a test moves by hand."""


class SteadyClock:
    """Seconds since its making; only `shift` moves it."""

    def __init__(self) -> None:
        self._seconds = 0.0

    def read(self) -> float:
        """What `time.monotonic` would say."""
        return self._seconds

    def shift(self, seconds: float) -> None:
        """Let so many seconds pass."""
        self._seconds += seconds
