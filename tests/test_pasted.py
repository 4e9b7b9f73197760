"""A gallery of what people paste, all invented, and what must be read of it: by every entry."""

import json
from pathlib import Path

import pytest

from bot.blocks import ids
from bot.cli.lookups import meant, places_from, spots_in
from bot.digests.form import FormValues
from bot.digests.sim_selection import selector_of
from bot.digests.subscription import SelectionKind
from bot.emulators.slack.messages import Message
from bot.errors import AskedTooOften
from bot.sims.extraction import TextPart
from bot.sims.spotter import SimSpotter, places_in
from tests.handlers.conftest import Dispatch
from tests.whole_bot import whole_bot

pytestmark = pytest.mark.slow
GALLERY = json.loads(Path(__file__).with_name("pasted.json").read_text())
NAMES = (
    "North Gate", "gw:42", "n07.west", "site/12", "Übergabe 3", "水位計-4", "Depot 9",
    "Pump House 2/b", "alpha", "bravo", "charlie", "METER_0017",
)  # fmt: skip
EVENT = {"user": "U0ANA0001", "channel": "C0FLEETOP", "channel_type": "channel"}
SHORTCUT = {
    "type": "message_action",
    "callback_id": ids.LOOK_UP_MESSAGE,
    "team": {"id": "T0ACMEIOT"},
    "user": {"id": "U0ANA0001"},
    "channel": {"id": "C0FLEETOP"},
}


@pytest.fixture
async def whole():
    """The bot with a fleet that bears the gallery's names, its list read."""
    async with whole_bot(scopes=["channels:history"], prefix_channels="C0FLEETOP") as running:
        for number, name in enumerate(NAMES):
            sim = {"sid": f"DE{number + 77:032x}", "status": "active", "unique_name": name}
            running.kore.add(sim)
        await running.view.spotter._directory.refresh()
        yield running


@pytest.fixture
def seen(monkeypatch):
    """What is read, of the message that is asked about; nothing is looked up then."""
    found, read = [], SimSpotter.read

    async def recorded(self, places, **more):
        places = list(places)
        spotted = await read(self, places, **more)
        if any(place.text.strip() for place in places):
            found.append([spot.value for spot in spotted.spots if spot.taken])
            raise AskedTooOften(1, 1, is_said=True)  # nothing is answered to that
        return spotted

    monkeypatch.setattr(SimSpotter, "read", recorded)
    return found


def each(kind):
    """Return the texts, or the messages, with what is to be read of each."""
    return [(each[kind], each["read"]) for each in GALLERY if each.get(kind)]


def test_the_gallery_is_large():
    """It has a hundred and fifty texts and forty messages at least, each once."""
    assert 150 <= len(each("text"))
    assert 40 <= len(each("message"))
    assert len(GALLERY) == len({json.dumps(one, sort_keys=True) for one in GALLERY})


async def test_what_is_read(whole):
    """All that is a SIM is read, nothing that is none, and nobody need have asked."""
    spotter = whole.view.spotter
    texts = [([TextPart("text", text)], text, values) for text, values in each("text")]
    messages = [(places_in(message), message, values) for message, values in each("message")]
    for places, what, values in texts + messages:
        spotted = await spotter.read(places)

        assert values == [spot.value for spot in spotted.spots if spot.taken], what
        assert spotted.total <= len(values), what


def event_of(whole, text, more):
    """Say what somebody wrote."""
    ts = f"{whole.bot.services.clock.now().timestamp():.6f}"
    about = EVENT | more | {"ts": ts, "event_ts": ts, "text": text}
    return {"type": "event_callback", "team_id": "T0ACMEIOT", "event": about}


def entries(whole, message):
    """Return each entry of Slack's that holds a message as a function of its text."""

    def event(text, **more):
        return event_of(whole, text, message | more)

    return {
        "mention": lambda t: event(f"<@U0SIMSESS> {t}", type="app_mention"),
        "heard": lambda t: event(f"<@U0SIMSESS> {t}", type="message"),
        "direct": lambda t: event(t, type="message", channel="D0ANADM01", channel_type="im"),
        "prefix": lambda t: event(f"!sim {t}", type="message"),
        "shortcut": lambda t: SHORTCUT | {"message": message | {"text": t, "ts": "1.0"}},
    }


def window(text):
    """Say what somebody put into the window of the global shortcut."""
    state = {"values": {ids.PASTED: {ids.PASTED: {"value": text}}}}
    view = {"type": "modal", "callback_id": ids.PASTE_VIEW, "private_metadata": "x"}
    return SHORTCUT | {"type": "view_submission", "view": view | {"state": state}}


@pytest.mark.parametrize(
    "entry", ["mention", "heard", "direct", "prefix", "shortcut", "command", "window"]
)
async def test_every_entry_reads_the_same(whole, seen, entry):
    """A command, a mention, a direct message, `!sim`, the shortcut and its window read alike."""
    dispatch = Dispatch(whole)
    every = entries(whole, {}) | {"command": dispatch.command, "window": window}
    for text, values in each("text"):
        seen.clear()
        await dispatch(every[entry](text))
        await whole.settle()

        assert [values] == (seen[:1] or [[]]), text


async def test_every_entry_reads_all_of_a_message(whole, seen):
    """So do those that hold a message, of all that it holds, and a mention in its thread."""
    dispatch, written = Dispatch(whole), whole.slack.workspace.messages
    messages = [(the_message_in(payload), values) for payload, values in each("message")]
    for message, values in (pair for pair in messages if pair[0] is not None):
        for name, payload_of in entries(whole, message).items():
            seen.clear()
            await dispatch(payload_of(message.get("text") or ""))
            await whole.settle()

            assert [values] == (seen[:1] or [[]]), (name, message)
        seen.clear()
        root = Message("1767578400.000001", EVENT["channel"], "U0BEN0001", "", extra=message)
        written.put(root)
        under = {"type": "app_mention", "thread_ts": root.ts}
        await dispatch(event_of(whole, "<@U0SIMSESS>", under))
        await whole.settle()

        assert [values] == (seen[:1] or [[]]), ("above", message)


def the_message_in(payload):
    """Return the one message that is asked about, as a person has written it; None if several."""
    while inner := payload.get("event") or payload.get("message"):
        payload = inner
    about_its_author = {"bot_id", "type", "subtype", "edited", "user"}
    own = {name: value for name, value in payload.items() if name not in about_its_author}
    return None if "messages" in payload else own


async def test_the_terminal_reads_the_same_of_a_message(whole):
    """`simsessions read --message` tells what the bot reads."""
    for payload, values in each("message"):
        places = places_from(json.dumps(payload), is_message=True)
        spotted = await spots_in(places, whole.view.spotter, 0.0)

        assert values == [spot.value for spot in spotted.spots if spot.taken], payload


async def test_a_list_and_the_terminal_read_the_same(whole, seen):
    """A digest's list and `simsessions lookup` have the same reader."""
    for text, values in each("text"):
        seen.clear()
        with pytest.raises(AskedTooOften):
            await meant([text], whole.view.spotter)
        with pytest.raises(AskedTooOften):
            await selector_of(whole.view).select(
                FormValues(which=SelectionKind.LISTED, listed=text)
            )

        assert [values, values] == seen, text
