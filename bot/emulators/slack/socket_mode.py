"""Socket Mode: the app's WebSocket connections, the envelopes sent to one of them, and the acks."""

import asyncio
import json
import random
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Literal

from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.emulators.slack.delivery import Ack, EnvelopeKind
from bot.emulators.slack.faults import transport_under
from bot.emulators.slack.people import APP_ID, Ids, Json

CONNECTION_LIMIT = 10
APPROXIMATE_SECONDS = 18_060
Reason = Literal["warning", "refresh_requested", "link_disabled", "too_many_websockets"]


@dataclass(slots=True, eq=False)
class Connection:
    """One WebSocket of the app's; `received` are the ids of the envelopes sent over it."""

    socket: WebSocket
    received: list[str] = field(default_factory=list)


class SocketMode:
    """Keeps the connections; sends each envelope to one arbitrary of them."""

    def __init__(self, ids: Ids, *, ack_seconds: float = 3.0) -> None:
        self.ack_seconds = ack_seconds
        self.connections: list[Connection] = []
        self._ids = ids
        self._pick = random.Random(1)  # noqa: S311 -- any receiver will do
        self._tickets: set[str] = set()
        self._waiting: dict[str, asyncio.Future[Json | None]] = {}
        self._arrived = asyncio.Event()

    def ticket(self) -> str:
        """Return a ticket, good for one connection."""
        ticket = self._ids.token()
        self._tickets.add(ticket)
        return ticket

    async def serve(self, socket: WebSocket) -> None:
        """Keep one connection until either side closes it."""
        ticket = socket.query_params.get("ticket", "")
        if ticket not in self._tickets:
            await socket.close(code=1008)
            return
        self._tickets.discard(ticket)
        await socket.accept()
        if len(self.connections) >= CONNECTION_LIMIT:
            await socket.send_json(_disconnect("too_many_websockets"))
            await socket.close()
            return
        connection = Connection(socket)
        self.connections.append(connection)
        try:
            await socket.send_json(self._hello())
            self._arrived.set()
            await self._listen(socket)
        finally:
            self._forget(connection)

    async def connected(self, count: int = 1, *, besides: Collection[Connection] = ()) -> None:
        """Wait until so many connections stand, besides some that are known."""
        while len([one for one in self.connections if one not in besides]) < count:
            self._arrived.clear()
            await self._arrived.wait()

    async def disconnect(self, reason: Reason = "refresh_requested") -> None:
        """Ask the app to leave every connection; `link_disabled` closes them at once."""
        for connection in tuple(self.connections):
            await _try_send(connection.socket, _disconnect(reason))
            if reason == "link_disabled":
                await self._close(connection, 1000)

    async def drop(self) -> None:
        """Close every connection without a word, as a network does."""
        for connection in tuple(self.connections):
            await self._close(connection, 1011)

    def freeze(self) -> None:
        """Read nothing more from any connection: pings and closing handshakes go unanswered."""
        for connection in self.connections:
            receive = connection.socket._receive  # noqa: SLF001 -- starlette hides ASGI's
            transport_under(receive).pause_reading()

    async def deliver(self, kind: EnvelopeKind, payload: Json, **retry: object) -> Ack:
        """Send an envelope to one connection and wait for its ack, at most 3 seconds."""
        if not self.connections:
            return Ack("dispatch_failed", 0.0, reason="connection_failed")
        loop = asyncio.get_running_loop()
        envelope, began = self._envelope(kind, payload, retry), loop.time()
        waiting = loop.create_future()
        self._waiting[envelope["envelope_id"]] = waiting
        connection = self._pick.choice(self.connections)
        connection.received.append(envelope["envelope_id"])
        try:
            async with asyncio.timeout(self.ack_seconds):
                await _try_send(connection.socket, envelope)
                answer = await waiting
        except TimeoutError:
            return Ack("operation_timeout", loop.time() - began, reason="timeout")
        finally:
            del self._waiting[envelope["envelope_id"]]
        return Ack(None, loop.time() - began, answer)

    async def _listen(self, socket: WebSocket) -> None:
        while (message := await socket.receive())["type"] == "websocket.receive":
            self._take(message.get("text") or "")

    def _take(self, said: str) -> None:
        try:
            message = json.loads(said)
        except ValueError:
            return
        if not isinstance(message, dict):
            return
        waiting = self._waiting.get(str(message.get("envelope_id")))
        if waiting is not None and not waiting.done():
            payload = message.get("payload")
            waiting.set_result(payload if isinstance(payload, dict) else None)

    async def _close(self, connection: Connection, code: int) -> None:
        self._forget(connection)
        try:
            await connection.socket.close(code=code)
        except (RuntimeError, WebSocketDisconnect):
            return

    def _forget(self, connection: Connection) -> None:
        if connection in self.connections:
            self.connections.remove(connection)

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self.connections),
            "debug_info": {
                "host": "applink-sandbox",
                "build_number": 1,
                "approximate_connection_time": APPROXIMATE_SECONDS,
            },
            "connection_info": {"app_id": APP_ID},
        }

    def _envelope(self, kind: EnvelopeKind, payload: Json, retry: Json) -> Json:
        return {
            "envelope_id": self._ids.token().lower(),
            "type": kind,
            "accepts_response_payload": kind != "events_api",
            "payload": payload,
        } | retry


def _disconnect(reason: Reason) -> Json:
    return {"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-sandbox"}}


async def _try_send(socket: WebSocket, message: Json) -> None:
    try:
        await socket.send_json(message)
    except (RuntimeError, WebSocketDisconnect):
        return
