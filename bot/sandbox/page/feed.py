"""Tells an open page what changes, as server-sent events."""

import asyncio
import json
from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from bot.sandbox.page.sight import viewer
from bot.sandbox.slack_api.changes import Change, Subscription
from bot.sandbox.slack_api.state import sees
from bot.sandbox.slack_api.workspace import Workspace

HEARTBEAT_SECONDS = 15.0
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


class Feed:
    """Streams the changes that a person may know of."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    async def serve(self, request: Request) -> Response:
        """Answer `GET /page/changes?user=…`; `ready` comes first, then each change."""
        user = viewer(self._workspace, request.query_params.get("user", "")).id
        return StreamingResponse(self._events(user), 200, HEADERS, "text/event-stream")

    async def _events(self, user: str) -> AsyncIterator[str]:
        with self._workspace.subscribe() as changes:
            yield "retry: 1000\nevent: ready\ndata: {}\n\n"
            async for change in beating(changes, HEARTBEAT_SECONDS):
                if change is None:
                    yield ": still here\n\n"
                elif self._may_know(user, change):
                    yield f"event: change\ndata: {json.dumps(change.to_json())}\n\n"

    def _may_know(self, user: str, change: Change) -> bool:
        if change.only_for not in {None, user}:
            return False
        channel = change.data.get("message", {}).get("channel")
        person = self._workspace.people[user]
        return channel is None or sees(person, self._workspace.channels[channel])


async def beating(changes: Subscription, seconds: float) -> AsyncIterator[Change | None]:
    """Give the changes as they come, and None after every so many seconds without one."""
    while True:
        try:
            async with asyncio.timeout(seconds):
                change = await anext(changes)
        except TimeoutError:
            yield None
        except StopAsyncIteration:
            return
        else:
            yield change
