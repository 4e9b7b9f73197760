"""What is posted is done, once, as the person says."""

import pytest
from starlette.applications import Starlette

from bot.demo.controls import SLOW_SECONDS, Controls, KoreMode
from bot.demo.page.page import page_routes
from bot.emulators.kore.faults import Fault
from bot.emulators.slack.delivery import Ack
from bot.emulators.slack.people import ANA, BEN, BOT
from tests.bot.demo.conftest import browser_of

FLEET, PRIVATE = "C0FLEETOP", "G0ONCALL1"
LABEL = {"type": "plain_text", "text": "Why"}
BUTTON = {"type": "button", "action_id": "go", "text": LABEL}
PICK = {"type": "external_select", "action_id": "pick", "placeholder": LABEL}
INPUT = {"type": "plain_text_input", "action_id": "text"}
TYPED = {"type": "input", "block_id": "why", "label": LABEL, "element": INPUT}
MODAL = {"type": "modal", "title": LABEL, "blocks": [TYPED]}
OPTION = {"text": {"type": "plain_text", "text": "pump-7"}, "value": "pump-7"}
SAY = {"channel": FLEET, "text": "hi"}
COMMAND = {"channel": FLEET, "command": "/simsessions", "text": "pump-7"}
DONE, NOT_FOUND, INVALID = (200, None), (404, "not_found"), (422, "invalid_arguments")


@pytest.fixture
def post(browser):
    """Post an action, as Ana unless somebody else is named; return the status and the error."""

    async def posted(action, **body):
        answer = await browser.post(f"/page/{action}", json={"user": ANA.id} | body)
        return answer.status_code, answer.json()["error"]

    return posted


@pytest.fixture
def state(browser):
    """Read what Ana's page shows."""

    async def read():
        return (await browser.get("/page/state", params={"user": ANA.id})).json()

    return read


@pytest.fixture
def message(workspace):
    """A message of the bot's, with something to press and to choose."""
    blocks = [{"type": "actions", "block_id": "row", "elements": [BUTTON, PICK]}]
    return workspace.write(FLEET, BOT.id, "hello", blocks=blocks)


@pytest.fixture
def modal(workspace):
    """A modal that Ana has open."""
    return workspace.views.open(ANA.id, MODAL)


async def test_say_and_reply(post, workspace, app):
    """What is said stands in the channel, what is replied in the thread, and the app gets both."""
    await post("say", channel=FLEET, text="is *pump-7* up?")
    root = workspace.messages.all()[0]
    await post("say", user=BEN.id, channel=FLEET, text="yes", thread_ts=root.ts)
    said = [(m.user, m.text, m.thread_ts) for m in workspace.messages.all()]

    assert [(ANA.id, "is *pump-7* up?", None), (BEN.id, "yes", root.ts)] == said
    assert {"events_api"} == {kind for kind, _ in app.delivered}


async def test_a_command(post, workspace, app):
    """It reaches the app with who typed it and where; where it fails, Slackbot tells them alone."""
    done = await post("command", **COMMAND)
    delivered = tuple(app.last[key] for key in ("text", "user_id", "channel_id"))
    app.ack = Ack("operation_timeout", 3.0)
    failed = await post("command", **COMMAND)
    (said,) = workspace.messages.all()

    assert DONE == done
    assert ("pump-7", ANA.id, FLEET) == delivered
    assert (200, "operation_timeout") == failed
    assert '/simsessions failed with the error "operation_timeout"' == said.text
    assert ANA.id == said.ephemeral_to


async def test_a_click(post, app, message):
    """A click on a message reaches the app as that button's."""
    done = await post("click", user=BEN.id, action_id="go", message_ts=message.ts, block_id="row")

    assert DONE == done
    assert ["go"] == [action["action_id"] for action in app.last["actions"]]
    assert BEN.id == app.last["user"]["id"]


async def test_suggestions(browser, app, message):
    """What is typed into an external select comes back as the app's options."""
    app.ack = Ack(None, 0.01, {"options": [OPTION]})
    where = {"user": ANA.id, "message_ts": message.ts, "block_id": "row", "action_id": "pick"}
    answer = await browser.post("/page/suggest", json={**where, "typed": "pum"})

    assert [OPTION] == answer.json()["answer"]["options"]
    assert "pum" == app.last["value"]


async def test_a_modal_is_submitted(post, workspace, app, modal):
    """What was filled in reaches the app, and the modal is gone."""
    done = await post("submit", values={"why": {"text": "because"}})

    assert DONE == done
    assert "because" == app.last["view"]["state"]["values"]["why"]["text"]["value"]
    assert workspace.views.top(modal.user) is None


async def test_a_modal_is_closed(post, workspace, modal):
    """A closed modal is gone."""
    assert DONE == await post("close")
    assert workspace.views.top(modal.user) is None


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("normal", ([], 0.0)),
        ("slow", ([], SLOW_SECONDS)),
        ("busy", ([(429, "2", False)], 0.0)),
        ("down", ([(503, None, False)], 0.0)),
        ("silent", ([(None, None, True)], 0.0)),
    ],
)
async def test_kore_is_made_to_misbehave(post, state, kore, mode, expected):
    """Each mode sets the faults of KORE's stand-in, whatever they were before, and is shown."""
    before = (await state())["kore"]
    kore.faults.add(Fault(times=None, status=500))
    done = await post("kore", mode=mode)
    waiting = [(each.status, each.retry_after, each.hang) for each in kore.faults.waiting]

    assert DONE == done
    assert expected == (waiting, kore.faults.latency)
    assert ("normal", mode) == (before["mode"], (await state())["kore"]["mode"])
    assert list(KoreMode) == [each["name"] for each in before["modes"]]


async def test_delivery_is_changed_for_everybody(post, state, controls):
    """From then on the stand-in for Slack delivers so, and the page shows it."""
    done = await post("delivery", mode="twice")
    shown = (await state())["delivery"]

    assert DONE == done
    assert ("twice", "twice") == (controls.delivery.mode, shown["mode"])
    assert ["normal", "twice", "backwards", "late"] == [each["name"] for each in shown["modes"]]


async def test_an_event_happens_to_a_sim(post, state, kore, clock):
    """The page lists the events, and the one that is chosen happens."""
    done = await post("event", sim="gateway-3", event="go_silent")

    assert DONE == done
    assert {"event": "recover", "title": "Recover: a new session, now"} in (await state())["events"]
    assert kore.account.find("gateway-3").sessions(clock.now())[0]["end"]


async def test_bots_are_killed_and_started(post, state, controls):
    """A bot that does not start is an error on the page, not a crash."""
    killed = await post("bot", number=1, to="kill")
    started = await post("bot", number=1, to="start")
    failed = await post("bot", number=2, to="start")

    assert [DONE, DONE, (200, "bot_did_not_start")] == [killed, started, failed]
    assert [("kill", 1), ("start", 1)] == controls.bots.done
    assert [7] == [each["pid"] for each in (await state())["bots"]]


async def test_an_alert_names_five_sims(post, workspace, app):
    """In its text, in its blocks, and by SID and ICCID in its attachment, of a bot without user."""
    await post("alert", channel="fleet-ops")

    (message,) = workspace.messages.all()
    text = str(message.to_slack())
    assert "bot_message" == message.subtype
    assert all(f"well-{number}" in text for number in (1, 2, 3))
    (attachment,) = message.attachments
    assert ["DE", "89"] == [field["value"][:2] for field in attachment["fields"]]


NOBODYS = {"message_ts": "1.0", "block_id": "b", "action_id": "a"}


@pytest.mark.parametrize(
    ("action", "body", "outcome"),
    [
        ("dance", SAY, (404, "no_such_action")),
        ("say", SAY | {"channel": "C0NOWHERE"}, NOT_FOUND),
        ("say", SAY | {"user": "U0NOBODY"}, NOT_FOUND),
        ("say", SAY | {"user": BEN.id, "channel": PRIVATE}, NOT_FOUND),
        ("say", SAY | {"thread_ts": "1.000000"}, NOT_FOUND),
        ("say", {}, INVALID),
        ("say", SAY | {"more": 1}, INVALID),
        ("say", SAY | {"text": "x" * 300_000}, (413, "too_large")),
        ("kore", {"mode": "grumpy"}, INVALID),
        ("close", {}, NOT_FOUND),
        ("submit", {"values": {}}, NOT_FOUND),
        ("click", NOBODYS, NOT_FOUND),
        ("suggest", NOBODYS | {"typed": "pum"}, NOT_FOUND),
        ("event", {"sim": "nobody", "event": "recover"}, NOT_FOUND),
        ("event", {"sim": "gateway-3", "event": "explode"}, NOT_FOUND),
        ("event", {"sim": "nobody", "event": "blink"}, NOT_FOUND),
        ("bot", {"number": 3, "to": "kill"}, NOT_FOUND),
        ("bot", {"number": 3, "to": "start"}, NOT_FOUND),
        ("bot", {"number": 1, "to": "dance"}, INVALID),
        ("alert", {"channel": "nowhere"}, NOT_FOUND),
        ("delivery", {"mode": "lost"}, INVALID),
        ("home", {"tab": "x"}, INVALID),
    ],
)
async def test_what_cannot_be_done(post, workspace, action, body, outcome):
    """Whoever or whatever is not there, or makes no sense, is an error, and nothing is written."""
    assert outcome == await post(action, **body)
    assert () == workspace.messages.all()


async def test_slack_can_be_let_fail(post, controls):
    """The next calls of a method are answered with any status, body and headers, or all is well."""
    fault = {"method": "chat.postMessage", "status": 503, "body": "<html>", "after_work": True}
    assert (200, None) == await post("fail-slack", **fault, headers={"Retry-After": "9"}, times=2)

    taken = [controls.slack.take("chat.postMessage") for _ in range(3)]
    assert [503, 503, None] == [each and each.status for each in taken]
    await post("fail-slack", **fault)
    await post("fail-slack", method="*", times=0)
    assert controls.slack.take("chat.postMessage") is None


async def test_without_controls_nothing_is_offered(workspace):
    """A page over a workspace alone offers none, and refuses what would need one."""
    actions = {
        "event": {"sim": "gateway-3", "event": "recover"},
        "delivery": {"mode": "twice"},
        "bot": {"number": 1, "to": "kill"},
        "kore": {"mode": "down"},
        "fail-slack": {"method": "*"},
    }
    async with browser_of(Starlette(routes=page_routes(Controls(workspace)))) as browser:
        state = (await browser.get("/page/state", params={"user": ANA.id})).json()
        refused = {
            action: await browser.post(f"/page/{action}", json={"user": ANA.id} | body)
            for action, body in actions.items()
        }

    assert [None] * 4 == [state[name] for name in ("kore", "delivery", "events", "bots")]
    assert dict.fromkeys(actions, NOT_FOUND) == {
        action: (answer.status_code, answer.json()["error"]) for action, answer in refused.items()
    }
