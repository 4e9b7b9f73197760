"""Brings payloads to the app, over Socket Mode or signed HTTP, and events again until acked."""

import asyncio

from bot.sandbox.slack_api.delivery import Ack, EnvelopeKind
from bot.sandbox.slack_api.events import allowed, wrapped
from bot.sandbox.slack_api.signed_http import SignedHttp
from bot.sandbox.slack_api.socket_mode import SocketMode
from bot.sandbox.slack_api.state import WorkspaceState
from bot.sandbox.slack_api.wire import Json

RETRY_AFTER = (0.0, 60.0, 300.0)
"""Seconds before the first, second and third redelivery of an event."""


class Courier:
    """Delivers; `request_url` None means Socket Mode."""

    def __init__(self, state: WorkspaceState, socket: SocketMode, http: SignedHttp) -> None:
        self.request_url: str | None = None
        self.events: dict[str, Json] = {}
        self._state = state
        self._socket = socket
        self._http = http
        self._tasks: set[asyncio.Task[None]] = set()

    async def hand_over(
        self, kind: EnvelopeKind, payload: Json, attempt: int = 0, reason: str | None = None
    ) -> Ack:
        """Deliver once."""
        if self.request_url is None:
            retry: Json = {}
            if kind == "events_api":
                retry = {"retry_attempt": attempt, "retry_reason": reason or ""}
            return await self._socket.deliver(kind, payload, **retry)
        headers = {}
        if attempt:
            headers = {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": reason or ""}
        return await self._http.deliver(self.request_url, kind, payload, headers)

    def emit(self, event: Json, scopes: frozenset[str]) -> None:
        """Deliver an event in the background, as the scopes allow."""
        if not allowed(event, scopes):
            return
        place = self._state.channels.get(event["channel"])
        now = int(self._state.clock.now().timestamp())
        event_id = self._state.ids.make("Ev", 12)
        shared = place is not None and place.is_shared
        callback = wrapped(event, event_id, now, is_shared=shared)
        self.events[event_id] = callback
        self._start(callback)

    async def redeliver(self, event_id: str, *, reason: str = "timeout") -> Ack:
        """Deliver an event once more, acked or not. Raises KeyError."""
        return await self.hand_over("events_api", self.events[event_id], 1, reason)

    async def settled(self) -> None:
        """Wait until every event has been acked or given up."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def aclose(self) -> None:
        """Give up what is still on its way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start(self, callback: Json) -> None:
        task = asyncio.get_running_loop().create_task(self._deliver(callback))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, callback: Json) -> None:
        ack = await self.hand_over("events_api", callback)
        for attempt, wait in enumerate(RETRY_AFTER, start=1):
            if ack.error is None or ack.no_retry:
                return
            await self._state.clock.sleep(wait)
            ack = await self.hand_over("events_api", callback, attempt, ack.reason)
