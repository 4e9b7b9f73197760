"""Which failed call to Slack is made again, and when; decides only.

A post is made again only when it is sure that Slack did not act on it: no connection, 429, 500 or
503. Only a question, which changes nothing, is asked again after an unknown outcome.
"""

import random
from dataclasses import dataclass

from bot.slack.errors import (
    SlackError,
    SlackOutcomeUnknown,
    SlackRateLimited,
    SlackRefused,
    SlackUnreachable,
)

SERVER_ERRORS = frozenset({"http_500", "http_503"})


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How patient a call is. Seconds; `most_waited` caps the sum of what Slack asks us to wait."""

    attempts: int = 4
    first_wait: float = 0.25
    most_waited: float = 60.0

    def wait(
        self, error: SlackError, attempt: int, waited: float, *, question: bool
    ) -> float | None:
        """Give the seconds before attempt `attempt` + 1, or None where there is none."""
        if attempt >= self.attempts:
            return None
        seconds = self._seconds(error, attempt, question=question)
        return None if seconds is None or waited + seconds > self.most_waited else seconds

    def _seconds(self, error: SlackError, attempt: int, *, question: bool) -> float | None:
        jitter = 0.75 + random.random() / 2  # noqa: S311 -- spreads retries, guards nothing
        if isinstance(error, SlackRateLimited):
            return error.retry_after + 0.2 * jitter
        if self._again(error, question=question):
            return float(self.first_wait * 2 ** (attempt - 1) * jitter)
        return None

    @staticmethod
    def _again(error: SlackError, *, question: bool) -> bool:
        if isinstance(error, SlackRefused):
            return error.error in SERVER_ERRORS
        if isinstance(error, SlackOutcomeUnknown):
            return question
        return isinstance(error, SlackUnreachable)
