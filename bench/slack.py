"""What a call to Slack costs over raw aiohttp: the Web API and response_urls, and slack_sdk beside.

Slack is a server that costs next to nothing, in a process of its own; it counts its connections.
"""

import asyncio
import json
import re
import sys
from contextlib import AbstractContextManager

import aiohttp
import uvloop
from rounds import atimed, crowd, report, show
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient
from stub import counts, in_a_process, response, serve

from bot.clock import SystemClock
from bot.slack.client import SlackClient, open_session

CALLS = 400
AT_ONCE = 10
BLOCKS = [
    {"type": "section", "text": {"type": "mrkdwn", "text": f"*line {n}* " + "x" * 200}}
    for n in range(12)
]
MESSAGE = {"text": "pump-7 is online", "blocks": BLOCKS}
WHO = json.dumps({"ok": True, "user": {"id": "U0", "is_restricted": False}})
WHERE = json.dumps({"ok": True, "channel": {"id": "C0", "is_ext_shared": False}})
OK = json.dumps({"ok": True, "team_id": "T0", "user_id": "U0", "channel": "C0", "ts": "1.0"})
THREAD = re.compile(rb'"thread_ts": ?"([0-9.]+)"')
IN_THREAD = '{"ok": true, "channel": "C0", "ts": "1.0", "message": {"thread_ts": "%s"}}'


class SlackStub(asyncio.Protocol):
    """Says ok to everything: nobody is a guest, no channel is shared.

    `GET /counts` tells how many connections there were.
    """

    connections = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.waiting = b""
        SlackStub.connections += 1

    def data_received(self, data: bytes) -> None:
        self.waiting += data
        while (end := self.waiting.find(b"\r\n\r\n")) >= 0:
            head = self.waiting[:end].lower()
            _, found, length = head.partition(b"content-length:")
            size = end + 4 + (int(length.split(b"\r\n")[0]) if found else 0)
            if len(self.waiting) < size:
                return
            payload, self.waiting = self.waiting[end + 4 : size], self.waiting[size:]
            self.transport.write(response(self.body(head, payload).encode()))  # type: ignore[attr-defined]

    @staticmethod
    def body(head: bytes, payload: bytes) -> str:
        """Return what is answered to a request; a post in a thread is made there."""
        if head.startswith(b"get /counts"):
            return json.dumps({"connections": SlackStub.connections})
        if b"/users.info " in head:
            return WHO
        if thread := THREAD.search(payload):
            return IN_THREAD % thread[1].decode()
        return WHERE if b"/conversations.info " in head else OK


def slack_stub() -> AbstractContextManager[str]:
    """Serve for the length of the block, in a process of its own; gives the base URL."""
    return in_a_process(__file__, "--serve")


async def main() -> None:
    """Print all figures."""
    with slack_stub() as base:
        async with aiohttp.ClientSession() as bare, open_session() as shared:
            await measure(base, bare, shared)


async def measure(base: str, bare: aiohttp.ClientSession, shared: aiohttp.ClientSession) -> None:
    """Time each way in turn."""
    api, url = f"{base}/api/", f"{base}/response/1"
    post = {"channel": "C0", **MESSAGE}
    ours = SlackClient(shared, SystemClock(), token="xoxb-1", api_url=api)
    sdk = AsyncWebClient(token="xoxb-1", base_url=api)
    headers = {"Content-Type": "application/json", "Authorization": "Bearer xoxb-1"}

    async def raw(address: str, body: dict[str, object]) -> None:
        data = json.dumps(body).encode()
        async with bare.post(address, data=data, headers=headers) as response:
            json.loads(await response.read())

    ways = {
        "raw, Web API": lambda: raw(api + "chat.postMessage", post),
        "raw, response_url": lambda: raw(url, MESSAGE),
        "ours, Web API": lambda: ours.call("chat.postMessage", post),
        "ours, response_url": lambda: ours.respond(url, MESSAGE),
        "slack_sdk, Web API": lambda: sdk.chat_postMessage(**post),
        "slack_sdk, response_url": lambda: AsyncWebhookClient(url).send(**MESSAGE),
    }
    figures = await atimed(
        {name: lambda way=way: crowd(way, AT_ONCE, CALLS) for name, way in ways.items()}
    )
    show(figures, "a call", times=CALLS)
    for what in ("Web API", "response_url"):
        floor = figures[f"raw, {what}"].cpu
        report(f"slack: {what}, x raw aiohttp", figures[f"ours, {what}"].cpu / floor, 2)
        print(f"  slack_sdk as it comes: {figures[f'slack_sdk, {what}'].cpu / floor:.1f} x")
    before = await counts(base)
    async with open_session() as fresh:
        client = SlackClient(fresh, SystemClock(), token="xoxb-1", api_url=api)
        await crowd(lambda: client.respond(url, MESSAGE), AT_ONCE, CALLS)
    opened = (await counts(base))["connections"] - before["connections"] - 1
    report("slack: new connections a call", opened / CALLS, 0.05, "")


if __name__ == "__main__":
    uvloop.run(serve(SlackStub) if "--serve" in sys.argv else main())
