"""How those on whom the bot depends stand: when they answered last, and what went wrong when."""

from dataclasses import dataclass
from datetime import datetime

from bot.clock import Clock

ANSWERS = frozenset({"ok", "200", "404"})
NOBODYS_FAULT = frozenset({"cancelled"})


@dataclass(frozen=True, slots=True)
class Stand:
    """One of them; None is never, since this process began. `why` is the last error's word."""

    answered_at: datetime | None = None
    failed_at: datetime | None = None
    why: str | None = None

    @property
    def is_well(self) -> bool | None:
        """Tell whether the last word was an answer; None where there was none yet."""
        if self.answered_at is None:
            return None if self.failed_at is None else False
        return self.failed_at is None or self.answered_at >= self.failed_at


class Standing:
    """Hears of every call, by what it came to."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.kore = Stand()
        self.slack = Stand()

    def kore_called(self, outcome: str) -> None:
        """Hear what a request to KORE came to: a status or the error's word."""
        self.kore = self._after(self.kore, outcome)

    def slack_called(self, outcome: str) -> None:
        """Hear what a call to Slack came to: `ok` or the error's word."""
        self.slack = self._after(self.slack, outcome)

    def _after(self, before: Stand, outcome: str) -> Stand:
        if outcome in NOBODYS_FAULT:
            return before
        now = self._clock.now()
        if outcome in ANSWERS:
            return Stand(now, before.failed_at, before.why)
        return Stand(before.answered_at, now, outcome)
