"""Slack's signature of an HTTP request: HMAC v0 over the timestamp and the raw body.

https://docs.slack.dev/authentication/verifying-requests-from-slack
Bolt's own check answers 500 to a timestamp that is no number and logs bodies with signatures.
"""

import hmac

from bot.clock import Clock

WINDOW_SECONDS = 300


class Signature:
    """Tells Slack's requests from others; without a secret nothing is Slack's."""

    def __init__(self, secret: str, clock: Clock) -> None:
        self._key = secret.encode()
        self._clock = clock

    def fits(self, body: bytes, timestamp: bytes, signature: bytes) -> bool:
        """Tell whether Slack signed this body in the last five minutes."""
        if not (self._key and timestamp.isdigit() and self._fresh(timestamp)):
            return False
        mine = hmac.digest(self._key, b"v0:%b:%b" % (timestamp, body), "sha256").hex()
        return hmac.compare_digest(b"v0=" + mine.encode(), signature)

    def _fresh(self, timestamp: bytes) -> bool:
        # 12 digits last for 30,000 years; more only cost time
        is_number = len(timestamp) <= 12  # noqa: PLR2004
        return is_number and abs(self._clock.now().timestamp() - int(timestamp)) <= WINDOW_SECONDS
