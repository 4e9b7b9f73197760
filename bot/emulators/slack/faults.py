"""How Slack says no: its errors, tokens that have expired, and what goes wrong on demand."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Iterable

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from bot.clock import Clock
from bot.emulators.slack.people import Ids, Json
from bot.struct import Struct, field, replace


class Fault(Struct):
    """One answer gone wrong. `hang_up` closes the connection without one.

    With `after_work` the method does its work first: the caller cannot know that it did.
    """

    status: int = 200
    body: Json | str | bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    hang_up: bool = False
    after_work: bool = False


class Faults:
    """Lets the next calls of a method fail; `"*"` stands for every method, `/response` for URLs.

    `latency` holds seconds by method. `channel_pace` is the seconds that must lie between two
    messages to one channel (None: no such limit); whoever is faster is answered 429.
    """

    def __init__(self) -> None:
        self.latency: dict[str, float] = {}
        self.channel_pace: float | None = None
        self._queued: dict[str, deque[Fault]] = defaultdict(deque)

    def fail(self, method: str, error: str, *, times: int = 1, **details: object) -> None:
        """Answer `ok: false` with this error."""
        body = {"ok": False, "error": error, **details}
        self.add(method, Fault(body=body), times=times)

    def rate_limit(self, method: str, retry_after: float = 1, *, times: int = 1) -> None:
        """Answer 429 with Retry-After, in seconds."""
        self.add(method, too_many(retry_after), times=times)

    def status(self, method: str, status: int, body: str = "", *, times: int = 1) -> None:
        """Answer with another HTTP status."""
        self.add(method, Fault(status=status, body=body), times=times)

    def hang_up(self, method: str, *, times: int = 1, after_work: bool = False) -> None:
        """Read the request, then close the connection."""
        self.add(method, Fault(hang_up=True, after_work=after_work), times=times)

    def add(self, method: str, fault: Fault, *, times: int = 1) -> None:
        """Queue a fault for the next calls."""
        self._queued[method].extend([fault] * times)

    def take(self, method: str) -> Fault | None:
        """Return the fault that this call must suffer, if any; it is used up."""
        for name in (method, "*"):
            if self._queued[name]:
                return self._queued[name].popleft()
        return None

    def delay(self, method: str) -> float:
        """Return the seconds that this call must wait."""
        return self.latency.get(method, self.latency.get("*", 0.0))

    def clear(self) -> None:
        """Let everything work again."""
        self.latency.clear()
        self._queued.clear()
        self.channel_pace = None


def too_many(retry_after: float) -> Fault:
    """Say that the caller is too fast."""
    headers = {"Retry-After": str(max(1, round(retry_after)))}
    return Fault(429, {"ok": False, "error": "ratelimited"}, headers)


PATIENCE = 1.0


def transport_under(receive: Receive) -> asyncio.Transport:
    """Return the transport under an ASGI connection; uvicorn keeps it on what receives."""
    transport = getattr(getattr(receive, "__self__", None), "transport", None)
    if transport is None:
        msg = "only a connection over a socket has a transport"
        raise TypeError(msg)
    return transport  # type: ignore[no-any-return]  # uvicorn's attribute, or uvloop's class


class HangUp(Response):
    """A response that never comes: the connection is closed in its place."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 -- ASGI's shape
        """Close the connection and wait until it is gone."""
        transport_under(receive).close()
        async with asyncio.timeout(PATIENCE):
            while (await receive())["type"] != "http.disconnect":
                continue


class SlackError(Exception):
    """Answered as `{"ok": false, "error": code, ...}`; `details` are further keys of the answer."""

    def __init__(self, code: str, **details: object) -> None:
        super().__init__(code)
        self.code = code
        self.details = details

    def answer(self) -> Json:
        """Return the answer's body."""
        return {"ok": False, "error": self.code, **self.details}


def invalid(code: str, messages: Iterable[str]) -> SlackError:
    """Say what is wrong in blocks, views or arguments, as Slack does in two places."""
    said = list(messages)
    marked = [f"[ERROR] {message}" for message in said]
    return SlackError(code, errors=said, response_metadata={"messages": marked})


TRIGGER_SECONDS = 3.0
RESPONSE_SECONDS = 30 * 60.0
RESPONSE_USES = 5


class Triggers:
    """Issues trigger ids, each good for one modal within 3 seconds."""

    def __init__(self, clock: Clock, ids: Ids) -> None:
        self._clock = clock
        self._ids = ids
        self._issued: dict[str, tuple[str, str | None, float]] = {}
        self._used: set[str] = set()

    def issue(self, user: str, channel: str | None = None) -> str:
        """Return a new trigger id for what a person just did, in a channel or elsewhere."""
        trigger = f"{self._ids.number()}.{self._ids.number()}.{self._ids.token().lower()}"
        self._issued[trigger] = (user, channel, self._clock.monotonic())
        return trigger

    def channel_of(self, trigger: str) -> str | None:
        """Return the channel in which the person was. Raises KeyError."""
        return self._issued[trigger][1]

    def use(self, trigger: str) -> str:
        """Return the person whom the trigger belongs to. Raises SlackError."""
        if trigger not in self._issued:
            raise SlackError("invalid_trigger_id")
        if trigger in self._used:
            raise SlackError("exchanged_trigger_id")
        user, _, issued = self._issued[trigger]
        if self._clock.monotonic() - issued > TRIGGER_SECONDS:
            raise SlackError("expired_trigger_id")
        self._used.add(trigger)
        return user


class ResponseTicket(Struct):
    """What a response URL knows: where the person was, and which message was clicked, if any."""

    user: str
    channel: str
    issued: float
    message_ts: str | None = None
    uses: int = 0


class ResponseTickets:
    """Issues response URLs' tickets, each good for 5 posts within 30 minutes."""

    def __init__(self, clock: Clock, ids: Ids) -> None:
        self._clock = clock
        self._ids = ids
        self._issued: dict[str, ResponseTicket] = {}

    def issue(self, user: str, channel: str, message_ts: str | None = None) -> str:
        """Return a new ticket."""
        ticket = self._ids.token()
        now = self._clock.monotonic()
        self._issued[ticket] = ResponseTicket(user, channel, now, message_ts)
        return ticket

    def check(self, ticket: str) -> ResponseTicket:
        """Return what the ticket knows. Raises SlackError: no_such_url, expired_url, used_url."""
        found = self._issued.get(ticket)
        if found is None:
            raise SlackError("no_such_url")
        if self._clock.monotonic() - found.issued > RESPONSE_SECONDS:
            raise SlackError("expired_url")
        if found.uses >= RESPONSE_USES:
            raise SlackError("used_url")
        return found

    def spend(self, ticket: str) -> None:
        """Count one post."""
        found = self._issued[ticket]
        self._issued[ticket] = replace(found, uses=found.uses + 1)
