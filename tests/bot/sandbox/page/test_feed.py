"""What an open page is told."""

import asyncio
import json

import httpx
import pytest

from bot.sandbox.page.feed import beating
from bot.sandbox.serve import serving
from bot.sandbox.slack_api.changes import Change, Changes
from bot.sandbox.slack_api.people import ANA, BEN, BOT, DORA

FLEET = "C0FLEETOP"
PRIVATE = "G0ONCALL1"
GENERAL = "C0GENERAL"


async def told(lines, count):
    """Read so many changes from a stream."""
    changes = []
    async for line in lines:
        if line.startswith('data: {"kind"'):
            changes.append(json.loads(line.removeprefix("data: ")))
        if len(changes) == count:
            return changes
    return changes


async def ready(lines):
    """Wait until the stream has begun."""
    async for line in lines:
        if line == "event: ready":
            return


@pytest.fixture
async def stream(page):
    """Open a person's stream over a socket; give what it tells."""
    async with serving(page) as base, httpx.AsyncClient(base_url=base) as client:

        async def read(user, write, count):
            path = f"/page/changes?user={user}"
            async with asyncio.timeout(10), client.stream("GET", path) as answer:
                lines = answer.aiter_lines()
                await ready(lines)
                write()
                return answer, await told(lines, count)

        yield read


async def test_changes_come_as_they_happen(stream, workspace):
    """
    A new message, its edit and its end reach the page in order.
    """

    def write():
        message = workspace.write(FLEET, BOT.id, "hello")
        workspace.erase(workspace.rewrite(message, "hello again", ()))

    answer, changes = await stream("ana", write, 3)

    assert "text/event-stream; charset=utf-8" == answer.headers["content-type"]
    assert "no-store" == answer.headers["cache-control"]
    assert [
        ("message", "hello"),
        ("message_changed", "hello again"),
        ("message_deleted", "hello again"),
    ] == [(change["kind"], change["message"]["text"]) for change in changes]


@pytest.mark.parametrize(
    ("user", "texts"),
    [
        (ANA, ["fleet", "general", "private", "for ana", "end"]),
        (BEN, ["fleet", "general", "end"]),
        (DORA, ["end"]),
    ],
)
async def test_nobody_is_told_what_is_not_for_them(stream, workspace, user, texts):
    """
    Ephemeral messages and channels that a person does not see stay unheard.
    """

    def write():
        workspace.write(FLEET, BOT.id, "fleet")
        workspace.write(GENERAL, ANA.id, "general")
        workspace.write(PRIVATE, ANA.id, "private")
        workspace.write(FLEET, BOT.id, "for ana", ephemeral_to=ANA.id)
        workspace.write("C0PARTNER", BOT.id, "end")

    _, changes = await stream(user.name, write, len(texts))

    assert texts == [change["message"]["text"] for change in changes]


async def test_the_end_of_the_workspace_ends_the_stream(stream, workspace):
    """
    When the workspace closes, every page's stream ends by itself.
    """
    _, changes = await stream("ana", workspace.close, 1)

    assert [] == changes


async def test_silence_has_a_heartbeat():
    """
    Between changes there is a sign of life, and nothing is lost to it.
    """
    changes, heard = Changes(), []
    with changes.subscribe() as subscription:
        async for change in beating(subscription, 0.001):
            heard.append(change)
            if len(heard) == 2:
                changes.publish(Change("channel"))
                changes.close()

    assert [None, None, "channel"] == [change and change.kind for change in heard]
