"""What this package tells of itself; bot.ops counts it. The Null one does nothing."""

from typing import Protocol


class SlackObserver(Protocol):
    """Each call is one event; labels are few and bounded."""

    def slack_called(self, method: str, outcome: str, seconds: float) -> None:
        """Time one HTTP request to Slack: `outcome` is ok or the error's word."""

    def delivered(self, route: str, outcome: str) -> None:
        """Count one way that an answer took, or tried to."""

    def block_unknown(self, kind: str) -> None:
        """Count a kind of block that a workspace was found not to know."""

    def acknowledged(self, via: str, seconds: float) -> None:
        """Time until Slack was answered, over http or socket."""

    def slack_connections(self, count: int) -> None:
        """Keep how many Socket Mode connections Slack counts for this app."""


class NullSlackObserver:
    """Counts nothing."""

    def slack_called(self, method: str, outcome: str, seconds: float) -> None:
        """Ignore it."""

    def delivered(self, route: str, outcome: str) -> None:
        """Ignore it."""

    def block_unknown(self, kind: str) -> None:
        """Ignore it."""

    def acknowledged(self, via: str, seconds: float) -> None:
        """Ignore it."""

    def slack_connections(self, count: int) -> None:
        """Ignore it."""
