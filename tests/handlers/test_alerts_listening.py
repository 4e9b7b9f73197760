"""Alerts of other apps in a channel that listens, over the whole bot."""

from collections import Counter

import pytest

from bot.emulators.slack.dispatcher import DeliveryFaults
from bot.emulators.slack.people import GRAFANA
from bot.services import ListeningConfig
from bot.store.lookups import LookupFilter, Lookups
from handlers.payloads import is_foreign_alert
from tests.databases import on_both, one_store
from tests.handlers.alert_steps import DOWN, HISTORY, alert, answers, done, listening
from tests.whole_bot import whole_bot

kind = one_store


@pytest.fixture
async def heard(database_url):
    """A bot that listens in #fleet-ops."""
    async with listening(database_url) as whole:
        yield whole


@on_both
async def test_an_alert_that_names_sims_is_answered_in_its_thread(heard):
    """As if somebody had mentioned the bot: one answer for all, with what they have in common."""
    raised = await alert(heard, DOWN)

    (answer,) = answers(heard)
    assert (raised.ts, None) == (answer.thread_ts, answer.ephemeral_to)
    assert "All 3 SIMs are down in one outage" in answer.text
    assert "This channel listens to alerts" in str(answer.blocks)
    assert "I'm on it" in str(answer.blocks)


async def test_one_sim_gets_its_card(heard):
    """Wherever its name stands: here in an attachment."""
    fields = [{"title": "sim", "value": "pump-7"}]
    raised = await alert(heard, "", attachments=[{"title": "No data", "fields": fields}])

    (answer,) = answers(heard)
    assert (raised.ts, True) == (answer.thread_ts, "pump-7 is offline" in answer.text)
    assert "Refresh" in str(answer.blocks)


@pytest.mark.parametrize(
    ("channel", "scope"),
    [("#fleet-ops", "channels:history"), ("#on-call-private", "groups:history")],
)
async def test_a_channel_that_cannot_be_read(database_url, channel, scope):
    """Without the scope for this kind of channel it is not switched on, and the scope is named."""
    async with whole_bot(database_url=database_url) as whole:
        workspace = whole.slack.workspace
        workspace.put_channel(workspace.channel(channel).with_members("U0SIMSESS"))
        whole.slack.api.scopes = (whole.slack.api.scopes | HISTORY | {"groups:read"}) - {scope}
        await whole.type("alert listen on", channel=channel)
        said = whole.slack.seen_by("ana", channel)[-1].text
        listens = await whole.bot.services.listening_channels.of(workspace.channel(channel).id)

    assert f"an admin can add the scope {scope}" in said
    assert listens is None


async def test_what_gets_no_answer(heard):
    """What names no SIM for certain; a person; a thread; a channel that does not listen; us."""
    workspace = heard.slack.workspace
    workspace.put_channel(workspace.channel("#general").with_members("U0SIMSESS", GRAFANA.id))
    for text in ("CPU of db-1 is at 97 %", "the wells are down", "SID DE" + "0" * 32):
        await alert(heard, text)
    await heard.say(DOWN)
    await alert(heard, DOWN, channel="#general")
    root = await heard.say("see here")
    by_a_bot = {"subtype": "bot_message", "extra": {"bot_id": GRAFANA.bot_id}}
    workspace.write("C0FLEETOP", GRAFANA.id, DOWN, thread_ts=root.ts, **by_a_bot)
    await heard.heard()
    await done(heard)

    assert [] == answers(heard)


async def test_an_alert_of_no_time(heard):
    """It is left alone, and those that come after it are answered as ever."""
    about = {"type": "message", "subtype": "bot_message", "bot_id": "B0GRAFANA1", "text": DOWN}
    place = {"channel": "C0FLEETOP", "channel_type": "channel"}
    for ts in ("inf", "nan", "1e30", "9" * 12 + ".000000", "soon", ""):
        heard.slack.api.emit(about | place | {"ts": ts})
        await heard.heard()
        await done(heard)
        assert [] == answers(heard), ts
    raised = await alert(heard, DOWN)

    assert [raised.ts] == [each.thread_ts for each in answers(heard)]


@on_both
@pytest.mark.parametrize("way", ["twice", "again"])
async def test_an_event_that_comes_twice(heard, way):
    """Slack's second delivery is no second alert: neither at once nor after a restart."""
    heard.slack.api.dispatcher.delivery_faults = DeliveryFaults(twice=way == "twice")
    await alert(heard, DOWN)
    if way == "again":
        heard.bot.services.deduplication.recent._ids.clear()  # as another process knows nothing
        await heard.slack.api.dispatcher.redeliver_all()
        await heard.heard()
        await done(heard)

    (answer,) = answers(heard)
    assert not answer.edited_ts


@on_both
async def test_switched_off_it_is_silent(heard):
    """By anybody in the channel; what was begun is not answered either."""
    await heard.type("alert listen off", user="ben")
    await alert(heard, DOWN)

    assert [] == answers(heard)
    assert "no longer listen" in heard.answer("ben").text
    await heard.type("alert listen")
    assert "I'm not listening" in heard.answer().text


async def test_how_it_stands(heard):
    """Who asked for it and since when; asked twice, the first stays."""
    await heard.type("alert listen on", user="ben")

    assert "<@U0ANA0001> turned it on" in str(heard.answer("ben").blocks)
    (told,) = [m for m in heard.slack.seen_by("chloe") if not m.ephemeral_to]
    assert "<@U0ANA0001> told me to listen" in str(told.blocks)


async def test_where_it_cannot_be_switched_on(heard):
    """In a direct message, where the bot is not, and with another word."""
    heard.slack.workspace.put_channel(heard.slack.workspace.channel("#general"))
    for channel, text, says in (
        ("D0ANADM01", "on", "in channels only"),
        ("#general", "on", "/invite @simsessions"),
        ("#fleet-ops", "maybe", "alert listen off"),
    ):
        await heard.type(f"alert listen {text}", channel=channel)

        assert says in heard.answer("ana", channel).text, text


async def test_it_is_audited(heard):
    """Who switched it on; and each look-up, under that person, by the alert."""
    await alert(heard, DOWN)
    await heard.bot.services.audit.flush()
    rows = await Lookups(heard.bot.services.store).find(LookupFilter())

    assert {"U0ANA0001"} == {row.person for row in rows}
    assert {"command alert listen on": 1, "alert": 3} == Counter(row.entry for row in rows)


US = ListeningConfig("U0SIMSESS", bot_id="B0SIMSESS")
ALERT = {
    "type": "message",
    "channel": "C1",
    "channel_type": "channel",
    "ts": "1700000000.000100",
    "bot_id": "B0OTHER",
}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"subtype": "bot_message"},
        {"channel_type": "group"},
        {"thread_ts": "1700000000.000100"},
        {"bot_id": None, "app_id": "A0OTHER", "user": "U0OTHER"},
        {"bot_id": None, "user": "USLACKBOT", "subtype": "file_share", "files": []},
    ],
)
def test_what_is_an_alert(changes):
    """Whatever another app writes anew in a channel."""
    assert is_foreign_alert({"api_app_id": "A0SIMSESS", "event": ALERT | changes}, US)


@pytest.mark.parametrize(
    "changes",
    [
        {"bot_id": "B0SIMSESS"},
        {"user": "U0SIMSESS"},
        {"app_id": "A0SIMSESS"},
        {"bot_profile": {"app_id": "A0SIMSESS", "id": "B0AGAIN"}},
        {"bot_profile": {"id": "B0SIMSESS"}},
        {"bot_id": None, "user": "U0ANA0001"},
        {"channel_type": "im"},
        {"thread_ts": "1700000000.000000"},
        {"edited": {"user": "U1"}},
        {"hidden": True},
        {"subtype": "message_changed"},
        {"subtype": "bot_add"},
        {"type": "app_mention"},
    ],
)
def test_what_is_none(changes):
    """Our own by any of our ids; people; changes; replies, direct messages, other events."""
    assert not is_foreign_alert({"api_app_id": "A0SIMSESS", "event": ALERT | changes}, US)
