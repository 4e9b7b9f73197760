"""What is posted is done, once, as the person says."""

import asyncio
import json

import httpx
import pytest

from bot.demo.api import beating
from bot.demo.page.kore_side import SLOW_SECONDS, Mood
from bot.emulators.kore.faults import Fault
from bot.emulators.serve import serving
from bot.emulators.slack.changes import Change, Changes
from bot.emulators.slack.delivery import Ack
from bot.emulators.slack.people import ANA, BEN, BOT, DORA

FLEET = "C0FLEETOP"
PRIVATE = "G0ONCALL1"
BUTTON = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}
PICK = {
    "type": "external_select",
    "action_id": "pick",
    "placeholder": {"type": "plain_text", "text": "SIM"},
}
TYPED = {
    "type": "input",
    "block_id": "why",
    "label": {"type": "plain_text", "text": "Why"},
    "element": {"type": "plain_text_input", "action_id": "text"},
}
MODAL = {"type": "modal", "title": {"type": "plain_text", "text": "Why?"}, "blocks": [TYPED]}
OPTION = {"text": {"type": "plain_text", "text": "pump-7"}, "value": "pump-7"}


async def do(browser, deed, **body):
    """Post a deed; give the status and what is told."""
    answer = await browser.post(f"/page/{deed}", json=body)
    return answer.status_code, answer.json()["error"]


@pytest.fixture
def message(workspace):
    """A message of the bot's, with something to press and to choose."""
    blocks = [{"type": "actions", "block_id": "row", "elements": [BUTTON, PICK]}]
    return workspace.write(FLEET, BOT.id, "hello", blocks=blocks)


@pytest.fixture
def modal(workspace):
    """A modal that Ana has open."""
    return workspace.views.open(ANA.id, ANA.team, MODAL)


async def test_say_and_reply(browser, workspace, app):
    """
    What is said stands in the channel, what is replied in the thread, and the app hears of it.
    """
    await do(browser, "say", user=ANA.id, channel=FLEET, text="is *pump-7* up?")
    root = workspace.messages.all()[0]
    await do(browser, "say", user=BEN.id, channel=FLEET, text="yes", thread_ts=root.ts)
    told = [(m.user, m.text, m.thread_ts) for m in workspace.messages.all()]

    assert [(ANA.id, "is *pump-7* up?", None), (BEN.id, "yes", root.ts)] == told
    assert {"events_api"} == {kind for kind, _ in app.seen}


async def test_command(browser, app):
    """
    A slash command reaches the app with who typed it and where.
    """
    done = await do(
        browser, "command", user=ANA.id, channel=FLEET, command="/simsessions", text="pump-7"
    )

    assert (200, None) == done
    assert ("pump-7", ANA.id, FLEET) == tuple(
        app.last[key] for key in ("text", "user_id", "channel_id")
    )


async def test_command_that_times_out(browser, workspace, app):
    """
    Slack's own error comes back, and Slackbot says it to the person alone.
    """
    app.ack = Ack("operation_timeout", 3.0)
    done = await do(
        browser, "command", user=ANA.id, channel=FLEET, command="/simsessions", text="pump-7"
    )
    (said,) = workspace.messages.all()

    assert (200, "operation_timeout") == done
    assert '/simsessions failed with the error "operation_timeout"' == said.text
    assert ANA.id == said.ephemeral_to


async def test_click(browser, app, message):
    """
    A click on a message reaches the app as that button's.
    """
    where = {"message_ts": message.ts, "block_id": "row"}
    done = await do(browser, "click", user=BEN.id, action_id="go", **where)

    assert (200, None) == done
    assert ["go"] == [action["action_id"] for action in app.last["actions"]]
    assert BEN.id == app.last["user"]["id"]


async def test_suggest(browser, app, message):
    """
    What is typed into an external select comes back as the app's options.
    """
    app.ack = Ack(None, 0.01, {"options": [OPTION]})
    where = {"user": ANA.id, "message_ts": message.ts, "block_id": "row", "action_id": "pick"}
    answer = await browser.post("/page/suggest", json={**where, "typed": "pum"})

    assert [OPTION] == answer.json()["answer"]["options"]
    assert "pum" == app.last["value"]


async def test_modal_is_sent_off(browser, workspace, app, modal):
    """
    What was filled in reaches the app, and the modal is gone.
    """
    values = {"why": {"text": "because"}}
    done = await do(browser, "submit", user=ANA.id, values=values)
    state = app.last["view"]["state"]["values"]

    assert (200, None) == done
    assert "because" == state["why"]["text"]["value"]
    assert modal.user == ANA.id
    assert workspace.views.top(ANA.id) is None


async def test_modal_is_closed(browser, workspace, modal):
    """
    A closed modal is gone.
    """
    done = await do(browser, "close", user=modal.user)

    assert (200, None) == done
    assert workspace.views.top(ANA.id) is None


MOODS = {
    Mood.WELL: ([], 0.0),
    Mood.SLOW: ([], SLOW_SECONDS),
    Mood.BUSY: ([(429, "2")], 0.0),
    Mood.DOWN: ([(503, None)], 0.0),
}


@pytest.mark.parametrize("mood", MOODS)
async def test_kore_is_made_to_misbehave(browser, faults, mood):
    """
    Each mood sets KORE's stand-in to answer so, whatever it did before.
    """
    faults.add(Fault(times=None, status=500))
    done = await do(browser, "kore", user=ANA.id, mood=mood)
    state = (await browser.get("/page/state")).json()

    assert (200, None) == done
    waiting = [(fault.status, fault.retry_after) for fault in faults.waiting]
    assert MOODS[mood] == (waiting, faults.latency)
    assert mood == state["kore"]["mood"]


SAY = {"user": ANA.id, "channel": FLEET, "text": "hi"}


NOT_FOUND = (404, "not_found")
INVALID = (422, "invalid_arguments")
NOBODYS = {"user": ANA.id, "message_ts": "1.0", "block_id": "b", "action_id": "a"}


@pytest.mark.parametrize(
    ("deed", "body", "told"),
    [
        ("dance", SAY, (404, "no_such_deed")),
        ("say", SAY | {"channel": "C0NOWHERE"}, NOT_FOUND),
        ("say", SAY | {"user": "U0NOBODY"}, NOT_FOUND),
        ("say", SAY | {"user": BEN.id, "channel": PRIVATE}, NOT_FOUND),
        ("say", SAY | {"thread_ts": "1.000000"}, NOT_FOUND),
        ("say", {"user": ANA.id}, INVALID),
        ("say", SAY | {"more": 1}, INVALID),
        ("say", SAY | {"text": "x" * 300_000}, (413, "too_large")),
        ("kore", {"user": ANA.id, "mood": "grumpy"}, INVALID),
        ("close", {"user": ANA.id}, NOT_FOUND),
        ("submit", {"user": ANA.id, "values": {}}, NOT_FOUND),
        ("click", NOBODYS, NOT_FOUND),
        ("suggest", NOBODYS | {"typed": "pum"}, NOT_FOUND),
    ],
)
async def test_what_cannot_be_done(browser, workspace, deed, body, told):
    """
    Whoever or whatever is not there is said, and nothing is written.
    """
    assert told == await do(browser, deed, **body)
    assert () == workspace.messages.all()


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
