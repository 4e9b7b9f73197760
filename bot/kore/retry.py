"""Decides which failure is tried again, and when. Decides only: others wait and ask."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

RETRIED = frozenset({429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a try failed: an HTTP status, or the name of an error; `retry_after` in seconds."""

    reason: str
    status: int | None = None
    retry_after: float | None = None

    @property
    def may_be_retried(self) -> bool:
        """Everything that was not KORE's considered answer."""
        return self.status is None or self.status in RETRIED


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Times in seconds. `budget` is for all tries of one request, waits included."""

    tries: int = 4
    first_wait: float = 0.2
    longest_wait: float = 2.0
    longest_retry_after: float = 10.0
    budget: float = 8.0
    jitter: Callable[[], float] = random.random

    def wait(self, failure: Failure, *, tried: int, spent: float) -> float | None:
        """Give the seconds to wait before the next try, or None when it is time to give up."""
        if not failure.may_be_retried or tried >= self.tries:
            return None
        seconds = min(self.longest_wait, self.first_wait * 2 ** (tried - 1))
        seconds *= 0.5 + self.jitter() / 2
        if failure.retry_after is not None:
            asked = min(failure.retry_after, self.longest_retry_after)
            seconds = max(seconds, asked) + self.jitter() * self.first_wait
        return seconds if spent + seconds < self.budget else None


def retry_after(headers: httpx.Headers, now: datetime) -> float | None:
    """Read `Retry-After`, given as seconds or as a date; None where it is absent or unreadable."""
    text = headers.get("retry-after", "").strip()
    if text.isdecimal():
        return float(text)
    try:
        when = parsedate_to_datetime(text)
    except ValueError:
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return max(0.0, (when - now).total_seconds())
