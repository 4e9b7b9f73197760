"""What goes wrong on demand: errors, statuses, 429s, cut connections and slowness, by method."""

import asyncio
from collections import defaultdict, deque

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from bot.emulators.slack.ids import Json
from bot.struct import Struct, field


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
