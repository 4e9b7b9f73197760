"""Delivers payloads to the app over Socket Mode or signed HTTP, and events until they are acked."""

import asyncio
from collections.abc import Coroutine

from bot.emulators.slack.delivery import Ack, EnvelopeKind, SignedHttp
from bot.emulators.slack.installation import Installation
from bot.emulators.slack.payloads import wrapped
from bot.emulators.slack.people import Json
from bot.struct import Struct

LAST_ATTEMPT = 3
BATCH_SECONDS = 0.1


class DeliveryFaults(Struct):
    """What goes wrong with every event from now on.

    `twice`: it comes again as a retry, though the app acknowledged it. `backwards`: events of the
    same moment come last first. `late_seconds`: how old it is when it first comes, by its
    event_time and by being the last retry; nothing waits.
    """

    twice: bool = False
    backwards: bool = False
    late_seconds: float = 0.0

    def aged(self, callback: Json) -> Json:
        """Return the callback, made as old as it is to be."""
        return callback | {"event_time": callback["event_time"] - int(self.late_seconds)}

    @property
    def attempt(self) -> int:
        """Which attempt the first delivery is."""
        return LAST_ATTEMPT if self.late_seconds else 0


RETRY_AFTER = (0.0, 60.0, 300.0)
"""Seconds before the first, second and third redelivery of an event."""


class Dispatcher:
    """Delivers; `delivery_faults` holds for events.

    `given_up` are the events that no try brought to the app.
    """

    def __init__(self, api: Installation, http: SignedHttp) -> None:
        self.delivery_faults = DeliveryFaults()
        self.events: dict[str, Json] = {}
        self.given_up: list[Json] = []
        self._api = api
        self._state = api.workspace
        self._http = http
        self._batch: list[Json] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def hand_over(
        self, kind: EnvelopeKind, payload: Json, attempt: int = 0, reason: str | None = None
    ) -> Ack:
        """Deliver once."""
        if self._api.request_url is None:
            retry: Json = {}
            if kind == "events_api":
                retry = {"retry_attempt": attempt, "retry_reason": reason or ""}
            return await self._api.socket.deliver(kind, payload, **retry)
        headers = {}
        if attempt:
            headers = {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": reason or ""}
        return await self._http.deliver(self._api.request_url, kind, payload, headers)

    def emit(self, event: Json) -> None:
        """Deliver an event in the background."""
        place = self._state.channels.get(event.get("channel", ""))
        now = int(self._state.clock.now().timestamp())
        event_id = self._state.ids.make("Ev", 12)
        shared = place is not None and place.is_shared
        callback = wrapped(event, event_id, now, is_shared=shared)
        self.events[event_id] = callback
        if not self.delivery_faults.backwards:
            self._start(self._deliver(callback))
            return
        self._batch.append(callback)
        if len(self._batch) == 1:
            self._start(self._deliver_backwards())

    async def redeliver(self, event_id: str, *, late_seconds: float = 0) -> Ack:
        """Deliver an event once more, acked or not. Raises KeyError."""
        callback = DeliveryFaults(late_seconds=late_seconds).aged(self.events[event_id])
        return await self.hand_over("events_api", callback, 1, "timeout")

    async def redeliver_all(self) -> None:
        """Deliver all events so far once more, the newest first."""
        for event_id in tuple(reversed(self.events)):
            await self.redeliver(event_id)

    async def settled(self) -> None:
        """Wait until every event has been acked or given up."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def aclose(self) -> None:
        """Cancel what is still on its way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver_backwards(self) -> None:
        await self._state.clock.sleep(BATCH_SECONDS)
        batch, self._batch = self._batch, []
        for callback in reversed(batch):
            await self._deliver(callback)

    async def _deliver(self, callback: Json) -> None:
        delivery_faults = self.delivery_faults
        callback, first = delivery_faults.aged(callback), delivery_faults.attempt
        reason = "timeout" if first else None
        ack = await self.hand_over("events_api", callback, first, reason)
        if delivery_faults.twice:
            ack = await self.hand_over("events_api", callback, first or 1, "timeout")
        for attempt, wait in enumerate(RETRY_AFTER[first:], start=first + 1):
            if ack.error is None or ack.no_retry:
                return
            await self._state.clock.sleep(wait)
            ack = await self.hand_over("events_api", callback, attempt, ack.reason)
        if ack.error:
            self.given_up.append(callback["event"])
