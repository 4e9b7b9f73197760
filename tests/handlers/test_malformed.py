"""Payloads of every type with one value that Slack does not send, signed all the same."""

from copy import deepcopy
from random import Random

import pytest

from bot.blocks import ids
from bot.blocks.digest_setup import DIGEST
from bot.digests.form import FormField
from bot.emulators.slack.delivery import encoded
from bot.slack.bolt_app import ABOUT
from tests.handlers.digest_steps import PUMPS, send
from tests.handlers.test_previews import link, with_links
from tests.whole_bot import whole_bot

NO_WAY_LEFT = "not-delivered"  # without a person or a channel an answer reaches nobody
GONE = object()
ODD = (None, [], {}, "", 1, "x", GONE)
DEPTH = 3
TYPES = {"command", "event_callback message", *ABOUT} - {"event_callback"}
BAD = (
    {"type": "view_submission", "view": {"callback_id": ids.PASTE_VIEW}},
    {"type": "view_submission", "view": "callback_id"},
    {"type": "block_actions", "actions": {"a": 1}},
    {"type": "block_actions", "actions": []},
    {"type": "block_actions", "actions": [{"action_id": 7}]},
    {"type": "block_actions", "actions": [{"action_id": ids.MORE}], "view": [1]},
    {"type": "block_suggestion", "action_id": 7},
    {"type": "interactive_message", "callback_id": 7, "actions": [{}]},
    {"type": "event_callback", "event": {"type": "message"}, "authorizations": {"team_id": "T1"}},
    {"type": "event_callback", "event": {"type": "message", "user": 1}},
    {"type": "event_callback", "event": None},
    {"type": "message_action"},
    {"type": ["event_callback"]},
    {"type": 1},
    {},
)


@pytest.fixture
async def over_http():
    """A bot over signed HTTP that listens to all there is."""
    settings = {"unfurl_links": "yes", "work_objects": "yes"}
    async with whole_bot(over_http=True, scopes=["channels:history"], **settings) as whole:
        yield await with_links(whole)


async def recorded(whole):
    """Do something of every type; return what was delivered, by the names of its types."""
    dispatcher, workspace = whole.slack.api.dispatcher, whole.slack.workspace
    told, plain = {}, dispatcher._http.deliver

    async def noted(url, kind, payload, headers):
        told.setdefault(name_of(payload), (kind, payload))
        return await plain(url, kind, payload, headers)

    dispatcher._http.deliver = noted
    await whole.type("truck-42")
    await whole.click(whole.answer(), "Watch")
    message = await whole.say("<@U0SIMSESS> pump-7")
    await workspace.edit("ana", message.ts, "<@U0SIMSESS> pump-8")
    await workspace.alert("#fleet-ops", "truck-42 is offline")
    url = await link(whole)
    await workspace.open_entity("ana", (await whole.say(url)).ts, url)
    await workspace.shortcut("ana", ids.LOOK_UP_MESSAGE, message.ts)
    await workspace.shortcut("ana", ids.HAND_OVER)
    await whole.type("digest add")
    zone = DIGEST.block_of(FormField.ZONE)
    await workspace.suggest("ana", zone, zone, "Ber")
    await send(whole, PUMPS)
    await workspace.open_home("ana")
    await whole.heard()
    dispatcher._http.deliver = plain
    kind, sent = told["view_submission"]
    return told | {"view_closed": (kind, sent | {"type": "view_closed"})}


def name_of(payload):
    event = payload.get("event", {})
    named = (payload.get("type", "command"), event.get("type"), event.get("subtype"))
    return " ".join(filter(None, named))


def paths_in(value, path=()):
    """Return where values are, down to three levels."""
    if path:
        yield path
    pairs = value.items() if isinstance(value, dict) else ()
    pairs = enumerate(value) if isinstance(value, list) else pairs
    if len(path) < DEPTH:
        for key, each in pairs:
            yield from paths_in(each, (*path, key))


def spoilt(payload, path, odd, number):
    """Return a payload with one odd value; it is another delivery than those before."""
    made = deepcopy(payload)
    made |= {key: f"{number}.1" for key in ("trigger_id", "event_id") if key in made}
    *above, last = path
    inner = made
    for key in above:
        inner = inner[key]
    if odd is GONE:
        del inner[last]
    else:
        inner[last] = odd
    return made


async def post(whole, kind, payload):
    http, url = whole.slack.api.dispatcher._http, whole.slack.api.request_url
    return (await http.post(url, *encoded(kind, payload), {})).status_code


async def test_one_odd_value_anywhere_is_answered(over_http, caplog):
    """Whatever stands where: never a status of 500, and nothing that went wrong in the log."""
    whole, told = over_http, await recorded(over_http)
    cases = [
        (name, path, odd)
        for name, (_, payload) in told.items()
        for path in paths_in(payload)
        for odd in ODD
    ]
    bad = []
    for number, (name, path, odd) in enumerate(Random(7).sample(cases, 150)):
        kind, payload = told[name]
        caplog.clear()
        status = await post(whole, kind, spoilt(payload, path, odd, number))
        await whole.settle()
        errors = {each.getMessage() for each in caplog.records if each.levelname == "ERROR"}
        if status >= 500 or errors - {NO_WAY_LEFT}:
            bad.append((name, path, "gone" if odd is GONE else odd, status, errors))

    assert TYPES <= set(told)
    assert [] == bad


async def test_what_slack_never_sends_is_400_and_said(over_http, caplog):
    """The log has one line that says what is wrong, and no traceback."""
    for payload in BAD:
        caplog.clear()
        status = await post(over_http, "events_api", payload)

        said = [each for each in caplog.records if each.getMessage() == "request-malformed"]
        assert (400, 1, False) == (status, len(said), "Traceback" in caplog.text), payload


async def test_over_socket_mode_it_is_acknowledged_and_dropped(whole, caplog):
    """Slack would send it again otherwise."""
    for payload in BAD:
        ack = await whole.slack.api.dispatcher.hand_over("interactive", payload)

        assert ack.error is None, payload
    assert len(BAD) == caplog.text.count("request-malformed")
