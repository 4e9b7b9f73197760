"""What a person's page shows: the state, files, and changes as they happen."""

import asyncio
import json

import httpx
import pytest

from bot.demo.api import viewer, with_heartbeats
from bot.emulators.serve import serving
from bot.emulators.slack.files import File
from bot.emulators.slack.people import ANA, BEN, BOT, DORA
from bot.emulators.slack.state import Change, Changes

FLEET, GENERAL, PRIVATE = "C0FLEETOP", "C0GENERAL", "G0ONCALL1"


async def state_of(browser, user):
    """Ask for what somebody sees."""
    return (await browser.get("/page/state", params={"user": user})).json()


async def test_state_says_who_and_where(browser):
    """The state names the person, the workspace, its people, channels and commands."""
    state = await state_of(browser, "ben")

    assert ("Ben Okafor", "Europe/Berlin") == (state["user"]["real_name"], state["user"]["tz"])
    assert "Acme IoT" == state["team"]
    assert "fleet-ops" in [channel["name"] for channel in state["channels"]]
    assert ["/simsessions"] == state["commands"]


@pytest.mark.parametrize(("user", "seen"), [("ana", ["for all", "for ana"]), ("ben", ["for all"])])
async def test_an_ephemeral_message_is_for_one(browser, workspace, user, seen):
    """What only Ana may see is not in the state of Ben's page."""
    workspace.write(FLEET, BOT.id, "for all")
    workspace.write(FLEET, BOT.id, "for ana", ephemeral_to=ANA.id)
    state = await state_of(browser, user)

    assert seen == [message["text"] for message in state["messages"][FLEET]]


@pytest.mark.parametrize(
    ("name", "person"), [("ben", BEN), (BEN.id, BEN), ("", ANA), ("nobody", ANA), (BOT.id, ANA)]
)
def test_viewer(workspace, name, person):
    """A person is found by name or id; nobody, and no bot, is the first of the people."""
    assert person == viewer(workspace, name)


def upload(workspace, name, content):
    """Upload a file as the bot does."""
    url = f"http://127.0.0.1:1/files/F0000000001/{name}"
    ticket = workspace.files.announce(File("F0000000001", name, len(content), url, 0))
    return workspace.files.receive(ticket, content)


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("timeline.png", "image/png"),
        ("sessions.csv", "application/octet-stream"),
        ("evil.svg", "application/octet-stream"),
        ("evil.html", "application/octet-stream"),
    ],
)
async def test_files_are_served_as_pictures_or_as_bytes(browser, workspace, name, media_type):
    """A picture is served as one; whatever could run in a browser is served as mere bytes."""
    file = upload(workspace, name, b"content")
    answers = [
        await browser.get("/page/file", params=p) for p in ({"id": file.id}, {"url": file.url})
    ]

    assert [(b"content", media_type)] * 2 == [
        (a.content, a.headers["content-type"]) for a in answers
    ]


@pytest.mark.parametrize(
    "params", [{"id": "F404"}, {"url": "https://elsewhere.example/F404/x.png"}, {"url": "x"}, {}]
)
async def test_no_other_file_is_served(browser, params):
    """What was not uploaded is not found."""
    assert 404 == (await browser.get("/page/file", params=params)).status_code


async def test_a_file_without_its_bytes_is_not_served(browser, workspace):
    """A file that is announced and not uploaded is not found."""
    workspace.files.announce(File("F0000000002", "late.png", 1, "http://127.0.0.1:1/x", 0))

    assert 404 == (await browser.get("/page/file", params={"id": "F0000000002"})).status_code


async def read_changes(lines, count):
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
    """Open a person's stream over a socket; return its changes."""
    async with serving(page) as base, httpx.AsyncClient(base_url=base) as client:

        async def read(user, write, count):
            path = f"/page/changes?user={user}"
            async with asyncio.timeout(30), client.stream("GET", path) as answer:
                lines = answer.aiter_lines()
                await ready(lines)
                write()
                return answer, await read_changes(lines, count)

        yield read


async def test_changes_come_as_they_happen(stream, workspace):
    """A new message, its edit and its end reach the page in order."""

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
    """Ephemeral messages and channels that a person does not see stay unknown."""

    def write():
        workspace.write(FLEET, BOT.id, "fleet")
        workspace.write(GENERAL, ANA.id, "general")
        workspace.write(PRIVATE, ANA.id, "private")
        workspace.write(FLEET, BOT.id, "for ana", ephemeral_to=ANA.id)
        workspace.write("C0PARTNER", BOT.id, "end")

    _, changes = await stream(user.name, write, len(texts))

    assert texts == [change["message"]["text"] for change in changes]


async def test_the_end_of_the_workspace_ends_the_stream(stream, workspace):
    """When the workspace closes, every page's stream ends by itself."""
    _, changes = await stream("ana", workspace.close, 1)

    assert [] == changes


async def test_silence_has_a_heartbeat():
    """Between changes there is a sign of life, and nothing is lost to it."""
    changes, received = Changes(), []
    with changes.subscribe() as subscription:
        async for change in with_heartbeats(subscription, 0.001):
            received.append(change)
            if len(received) == 2:
                changes.publish(Change("channel"))
                changes.close()

    assert [None, None, "channel"] == [change and change.kind for change in received]
