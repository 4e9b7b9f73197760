"""What the client tells of itself; bot.ops counts it. The Null one does nothing."""

from typing import Protocol


class Observer(Protocol):
    """Each call is one event; labels are few and bounded."""

    def asked(self, endpoint: str, outcome: str, seconds: float) -> None:
        """Count one HTTP request: `outcome` is the status or the error's name."""

    def cached(self, what: str, outcome: str) -> None:
        """Count an asking of the cache for `what`: hit, miss, joined, negative or stale."""

    def skipped_row(self, endpoint: str) -> None:
        """Count a row that could not be read and was left out."""

    def circuit(self, *, is_open: bool) -> None:
        """Record that the circuit opened or closed."""


class NullObserver:
    """Counts nothing."""

    def asked(self, endpoint: str, outcome: str, seconds: float) -> None:
        """Ignore it."""

    def cached(self, what: str, outcome: str) -> None:
        """Ignore it."""

    def skipped_row(self, endpoint: str) -> None:
        """Ignore it."""

    def circuit(self, *, is_open: bool) -> None:
        """Ignore it."""
