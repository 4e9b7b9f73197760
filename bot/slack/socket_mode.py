"""Socket Mode: the connection over which Slack reaches the bot, watched and made anew when lost."""

import asyncio
import logging
from collections.abc import Iterable
from contextlib import suppress
from math import isfinite
from typing import Any

import aiohttp
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.adapter.socket_mode.async_internals import send_async_response
from slack_bolt.adapter.socket_mode.internals import build_headers
from slack_bolt.async_app import AsyncApp
from slack_bolt.response import BoltResponse
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from bot.clock import Clock
from bot.errors import SlackLost
from bot.proxies import origin_of, proxy_for
from bot.slack.bolt_app import bolt_request
from bot.slack.client import SlackClient, SlackObserver, no_redirects
from bot.slack.identity import APP_TOKEN, call_at_start

log = logging.getLogger(__name__)

OPEN_SECONDS = 15.0
CLOSE_SECONDS = 3.0  # aiohttp itself waits 10 s for the peer's half of the closing
CHECK_SECONDS = 5.0
DOWN_SECONDS = 10.0  # how long the SDK may mend a connection before it is made anew
MAX_REBUILDS = 15
MANY = range(1, 1000)
"""How many connections an app may be said to have; Slack lets it have ten."""


class _Handler(AsyncSocketModeHandler):
    """Bolt's adapter, with its acks timed; what is malformed is acknowledged and dropped."""

    def __init__(
        self, app: AsyncApp, app_token: str, clock: Clock, observer: SlackObserver
    ) -> None:
        super().__init__(app, app_token)
        self._clock = clock
        self._observer = observer

    async def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override] # the base narrows it too
        started = self._clock.monotonic()
        request = bolt_request(req.payload, build_headers(req), "socket_mode")
        answer = BoltResponse(status=200, body="")
        if request is not None:
            answer = await self.app.async_dispatch(request)
        try:
            await send_async_response(client, req, answer, started)
        except (OSError, aiohttp.ClientError) as error:  # Slack sends it again
            log.warning("ack-not-sent", extra={"why": type(error).__name__})
            return
        self._observer.acknowledged("socket", self._clock.monotonic() - started)


class SocketModeConnection:
    """One connection at a time; the SDK mends it, and where it does not, it is made anew."""

    def __init__(
        self,
        app: AsyncApp,
        app_token: str,
        slack: SlackClient,
        clock: Clock,
        observer: SlackObserver,
    ) -> None:
        self._app = app
        self._app_token = app_token
        self._slack = slack
        self._clock = clock
        self._observer = observer
        self._client: SocketModeClient | None = None
        self._greeted = asyncio.Event()

    async def open(self) -> None:
        """Connect and wait for the greeting. Raises StartError or SlackLost."""
        address = await self._address()
        handler = _Handler(self._app, self._app_token, self._clock, self._observer)
        self._client = handler.client
        await self._client.aiohttp_client_session.close()
        session = aiohttp.ClientSession(trace_configs=[no_redirects()])
        self._client.aiohttp_client_session = session
        self._greeted.clear()
        self._client.wss_uri = address
        self._client.issue_new_wss_url = self._address  # type: ignore[method-assign] # its own waits
        self._client.proxy = proxy_for(origin_of(address))
        self._client.message_listeners.append(self._on_message)
        try:
            async with asyncio.timeout(OPEN_SECONDS):
                await self._client.connect()  # type: ignore[no-untyped-call]
                await self._greeted.wait()
        except TimeoutError as error:
            await self.close()
            fault = "Slack's WebSocket cannot be opened; is a proxy or firewall in the way?"
            raise SlackLost(fault) from error

    async def _address(self) -> str:
        """Ask where to connect; the SDK would wait and read for as long as Slack wants.

        Raises StartError or SlackLost.
        """
        method, token = "apps.connections.open", self._app_token
        answer = await call_at_start(self._slack, method, APP_TOKEN, token, needs=("url",))
        return answer.text("url")

    async def is_open(self) -> bool:
        """Return whether Slack has greeted us and still answers our pings."""
        client = self._client
        return client is not None and self._greeted.is_set() and await _is_connected(client)

    async def watch(self) -> None:
        """Make the connection anew where it stays down.

        Raises SlackLost after fifteen times, and StartError as soon as Slack refuses the token.
        """
        up_at, rebuilds = self._clock.monotonic(), 0
        while rebuilds < MAX_REBUILDS:
            await self._clock.sleep(CHECK_SECONDS)
            if await self.is_open():
                up_at, rebuilds = self._clock.monotonic(), 0
                continue
            with suppress(SlackLost):
                await self._address()
            if self._clock.monotonic() - up_at >= DOWN_SECONDS:
                rebuilds += 1
                await self._rebuild(rebuilds)
                up_at = self._clock.monotonic()
        raise SlackLost("The connection to Slack is lost and could not be made anew.")

    async def _rebuild(self, number: int) -> None:
        log.warning("socket-rebuild", extra={"number": number})
        await self.close()
        try:
            await self.open()
        except SlackLost as error:
            log.warning("socket-rebuild-failed", extra={"why": error.sentence})

    async def close(self, patience: float = CLOSE_SECONDS) -> None:
        """Take nothing more; leave the peer at most `patience` seconds to close its side."""
        client, self._client = self._client, None
        if client is None:
            return
        helpers, connection = _tasks_of(client), client.current_session
        try:
            async with asyncio.timeout(patience):
                await client.close()  # type: ignore[no-untyped-call]
        except TimeoutError:
            log.warning("socket-close-cut", extra={"seconds": patience})
        for helper in helpers:
            helper.cancel()
        await asyncio.gather(*helpers, return_exceptions=True)
        if connection and not connection.closed:  # it waited for a helper; now it only lets go
            with suppress(TimeoutError):
                async with asyncio.timeout(0):
                    await connection.close()
        await client.aiohttp_client_session.close()

    async def _on_message(self, _client: object, message: dict[str, Any], _raw: str | None) -> None:
        """Take Slack's greeting, which counts the connections of this app."""
        if message.get("type") != "hello":
            return
        self._greeted.set()
        number = message.get("num_connections")
        count = number if isinstance(number, int) and number in MANY else 1
        self._observer.slack_connections(count)
        if count > 1:
            log.warning("another-process-uses-this-token", extra={"connections": count})


async def _is_connected(client: SocketModeClient) -> bool:
    """Ask the SDK, which would break at an echo that is no time: such a one is forgotten."""
    if not isfinite(client.last_ping_pong_time or 0.0):
        client.last_ping_pong_time = None
    return await client.is_connected()


def _tasks_of(client: SocketModeClient) -> Iterable["asyncio.Future[Any]"]:
    tasks = (client.message_processor, client.current_session_monitor, client.message_receiver)
    return [task for task in tasks if task is not None]
