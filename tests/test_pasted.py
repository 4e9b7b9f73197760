"""A gallery of what people paste, all invented, and what must be read of it: by every entry."""

import json
from pathlib import Path

import pytest

from bot.blocks import ids
from bot.cli.lookups import meant
from bot.digests.form import FormValues
from bot.digests.subscription import SelectionKind
from bot.errors import AskedTooOften
from bot.sims.extraction import Place
from bot.sims.message_text import places_in
from bot.sims.spotter import SimSpotter
from tests.handlers.conftest import Dispatch
from tests.whole_bot import whole_bot

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
    async with whole_bot(prefix_channels="C0FLEETOP") as running:
        for number, name in enumerate(NAMES):
            sim = {"sid": f"DE{number + 77:032x}", "status": "active", "unique_name": name}
            running.kore.add(sim)
        await running.bot.services.spotter._directory.refresh()
        yield running


@pytest.fixture
def seen(monkeypatch):
    """What is read, of the message that is asked about; nothing is looked up then."""
    found, read = [], SimSpotter.read

    async def recorded(self, places, **more):
        spotted = await read(self, places, **more)
        found.append([spot.value for spot in spotted.spots if spot.taken])
        raise AskedTooOften(1, 1, is_said=True)  # nothing is answered to that

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
    spotter = whole.bot.services.spotter
    texts = [([Place("text", text)], text, values) for text, values in each("text")]
    messages = [(places_in(message), message, values) for message, values in each("message")]
    for places, what, values in texts + messages:
        spotted = await spotter.read(places)

        assert values == [spot.value for spot in spotted.spots if spot.taken], what
        assert spotted.total <= len(values), what


async def entries(whole):
    """Yield each entry of Slack's as a function that makes its payload of a text."""

    def event(text, **more):
        ts = f"{whole.bot.services.clock.now().timestamp():.6f}"
        about = EVENT | {"ts": ts, "event_ts": ts, "text": text} | more
        return {"type": "event_callback", "team_id": "T0ACMEIOT", "event": about}

    dispatch = Dispatch(whole)
    view = {"type": "modal", "callback_id": ids.PASTE_VIEW, "private_metadata": "x"}
    yield "command", dispatch.command
    yield "mention", lambda t: event(f"<@U0SIMSESS> {t}", type="app_mention")
    yield "direct", lambda t: event(t, type="message", channel="D0ANADM01", channel_type="im")
    yield "prefix", lambda t: event(f"!sim {t}", type="message")
    yield "shortcut", lambda t: SHORTCUT | {"message": {"text": t, "ts": "1.0"}}
    pasted = lambda t: {"values": {ids.PASTED: {ids.PASTED: {"value": t}}}}  # noqa: E731 -- short
    yield "window", lambda t: SHORTCUT | {
        "type": "view_submission", "view": view | {"state": pasted(t)},
    }  # fmt: skip


async def test_every_entry_reads_the_same(whole, seen):
    """A command, a mention, a direct message, `!sim`, the shortcut and its window read alike."""
    dispatch = Dispatch(whole)
    async for name, payload_of in entries(whole):
        for text, values in each("text"):
            seen.clear()
            await dispatch(payload_of(text))
            await whole.settle()

            assert [values] == seen[:1], (name, text)


async def test_a_list_and_the_terminal_read_the_same(whole, seen):
    """A digest's list and `simsessions lookup` have the same reader."""
    services = whole.bot.services
    for text, values in each("text"):
        seen.clear()
        with pytest.raises(AskedTooOften):
            await meant([text], services.spotter)
        with pytest.raises(AskedTooOften):
            await services.digests.selector.select(
                FormValues(which=SelectionKind.LISTED, listed=text)
            )

        assert [values, values] == seen, text
