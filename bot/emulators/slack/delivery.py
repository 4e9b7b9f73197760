"""How what a person does reaches the app, and what comes back."""

from typing import Literal, Protocol

from bot.emulators.slack.ids import Json
from bot.struct import Struct

EnvelopeKind = Literal["slash_commands", "interactive", "events_api"]


class Ack(Struct):
    """What the app said at once: an error of Slack's or none, the body, and how long it took."""

    error: str | None
    seconds: float
    payload: Json | None = None
    no_retry: bool = False
    reason: str | None = None


class Delivery(Struct):
    """What the person notices: did the app take it, else with which error of Slack's.

    `operation_timeout` after 3 seconds without an ack, `dispatch_failed` without anybody there or
    for an answer other than 200. `answer` is the body of the ack. `ticket` is what the response URL
    was issued for: messages that came over it name it too.
    """

    ok: bool
    error: str | None = None
    ack_seconds: float = 0.0
    answer: Json | None = None
    ticket: str | None = None


class AppLink(Protocol):
    """The way to the app: Socket Mode or signed HTTP."""

    def response_url(self, ticket: str) -> str:
        """Return the address under which the app may answer."""

    async def hand_over(self, kind: EnvelopeKind, payload: Json) -> Ack:
        """Deliver once and wait for the ack, at most 3 seconds."""

    def emit(self, event: Json) -> None:
        """Deliver an event behind the person's back, again and again until it is acked."""


class Unplugged:
    """No app is there: nothing arrives."""

    def response_url(self, ticket: str) -> str:
        """Return an address that nobody serves."""
        return f"https://hooks.invalid/response/{ticket}"

    async def hand_over(self, kind: EnvelopeKind, payload: Json) -> Ack:  # noqa: ARG002 -- shape
        """Say that nobody is there."""
        return Ack("dispatch_failed", 0.0)

    def emit(self, event: Json) -> None:
        """Let the event fall."""
