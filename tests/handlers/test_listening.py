"""Alerts of other apps in a channel that listens, over the whole bot."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import func, select, update

from bot.emulators.kore.faults import broken
from bot.emulators.slack.dispatcher import DeliveryFaults
from bot.emulators.slack.people import GRAFANA
from bot.jobs.kinds.foreign_alert import REFUSALS
from bot.services import ListeningConfig
from bot.store.lookups import Lookups, Wanted
from bot.store.schema import NOW, buckets, jobs
from bot.struct import force_setattr
from handlers.payloads import is_foreign_alert
from tests.handlers.digest_steps import bot_on

HISTORY = frozenset({"channels:history", "groups:history"})
DOWN = "[FIRING:1] SimSilent: well-1, well-2 and well-3 are down"


@asynccontextmanager
async def listening(database_url, **changes):
    """A bot that listens in #fleet-ops."""
    async with bot_on(database_url, **changes) as whole:
        whole.slack.api.scopes |= HISTORY
        await whole.type("alert listen on")
        yield whole


@pytest.fixture
async def heard(database_url):
    """The same, on one of both databases."""
    async with listening(database_url) as whole:
        yield whole


async def alert(whole, text, channel="#fleet-ops", **more):
    """Have Grafana's bot write, and wait until what comes of it is done."""
    message = await whole.slack.workspace.alert(channel, text, **more)
    await whole.heard()
    await done(whole)
    return message


async def live(whole):
    """Count the alerts that wait or are worked on."""
    mine = jobs.c.kind == "foreign_alert", jobs.c.ended.is_(None)
    async with whole.bot.services.store.read() as tx:
        return await tx.scalar(select(func.count()).where(*mine))


async def done(whole):
    """Wait until no alert is worked on; what is to be tried again is tried at once."""
    async with asyncio.timeout(30):
        while await live(whole):
            async with whole.bot.services.store.write() as tx:
                waits = jobs.c.kind == "foreign_alert", jobs.c.due > NOW
                await tx.execute(update(jobs).where(*waits).values(due=NOW))
            whole.bot.services.foreign_alerts._queue.news.set()
            await asyncio.sleep(0.02)


def answers(whole, root=None, user="ben", channel="#fleet-ops"):
    """What everybody sees of the bot's in threads, or in the thread of one message."""
    seen = [m for m in whole.slack.seen_by(user, channel) if m.thread_ts]
    return [m for m in seen if root is None or m.thread_ts == root.ts]


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
    async with bot_on(database_url) as whole:
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
    place = workspace.channel("#fleet-ops")
    workspace.write(
        place.id,
        GRAFANA.id,
        DOWN,
        thread_ts=root.ts,
        subtype="bot_message",
        extra={"bot_id": GRAFANA.bot_id},
    )
    await heard.heard()
    await done(heard)

    assert [] == answers(heard)


async def test_an_alert_that_repeats_brings_the_answer_up_to_date(heard):
    """Within an hour, and as it resolves: one answer, where the first alert stands."""
    first = await alert(heard, DOWN)
    await alert(heard, DOWN)
    await alert(heard, "[RESOLVED] SimSilent: well-1, well-2 and well-3 are down")

    (answer,) = answers(heard)
    assert first.ts == answer.thread_ts
    assert answer.edited_ts
    assert "The alert came 3 times" in str(answer.blocks)


async def test_another_alert_is_another_answer(heard):
    """Other SIMs, or another title."""
    for text in (DOWN, f"{DOWN} pump-7", "Billing: well-1, well-2, well-3 went over"):
        raised = await alert(heard, text)

        assert 1 == len(answers(heard, raised)), text


async def test_after_an_hour_it_is_answered_anew(heard):
    """An answer that far up helps nobody: the new alert's thread gets its own."""
    first = await alert(heard, DOWN)
    async with heard.bot.services.store.write() as tx:
        (job,) = (await tx.execute(select(jobs.c.args).where(jobs.c.kind == "foreign_alert"))).all()
        before = f"{float(first.ts) - 3700:.6f}"
        await tx.execute(update(jobs).values(args=job.args.replace(first.ts, before)))
    second = await alert(heard, DOWN)

    assert [1, 1] == [len(answers(heard, first)), len(answers(heard, second))]


@pytest.mark.parametrize("ts", ["inf", "nan", "1e30", "9" * 12 + ".000000", "soon", ""])
async def test_an_alert_of_no_time(heard, ts):
    """It is left alone, and those that come after it are answered as ever."""
    about = {"type": "message", "subtype": "bot_message", "bot_id": "B0GRAFANA1", "text": DOWN}
    place = {"channel": "C0FLEETOP", "channel_type": "channel"}
    heard.slack.api.emit(about | place | {"ts": ts})
    await heard.heard()
    await done(heard)
    raised = await alert(heard, DOWN)

    assert [raised.ts] == [each.thread_ts for each in answers(heard)]


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
    await heard.bot.services.audit.kept()
    rows = await Lookups(heard.bot.services.store).find(Wanted())

    assert {"U0ANA0001"} == {row.person for row in rows}
    assert {"command alert listen on": 1, "alert": 3} == {
        entry: sum(row.entry == entry for row in rows) for entry in {row.entry for row in rows}
    }


async def test_what_readers_may_not_see_is_redacted(database_url):
    """In a channel shared with another company, as for a mention there."""
    async with bot_on(database_url) as whole:
        whole.slack.api.scopes |= HISTORY
        await whole.type("alert listen on", channel="#partner-shared")
        workspace = whole.slack.workspace
        workspace.put_channel(workspace.channel("#partner-shared").with_members(GRAFANA.id))
        await alert(whole, "pump-7 is down", channel="#partner-shared")

        (answer,) = answers(whole, channel="#partner-shared")
        assert "redacted in a channel shared with another company" in str(answer.blocks)


async def test_who_may_no_longer_ask_ends_it(database_url):
    """The answer is in the name of who asked for it: without them nothing is told."""
    async with listening(database_url, allowed_users="U0ANA0001") as whole:
        services = whole.bot.services
        force_setattr(services.access, "users", frozenset({"U0BEN0001"}))
        await alert(whole, DOWN)

        said = whole.slack.seen_by("ben")[-1]
        assert [] == answers(whole)
        assert "I no longer listen to alerts in this channel" in said.text
        assert REFUSALS == 5
        await services.listening_channels.read()
        assert not services.listening_channels.may_listen("C0FLEETOP")


async def test_a_storm_does_not_eat_kore(heard):
    """A channel's alerts have so many SIMs looked up; that there are more is said once an hour."""
    store, mine = heard.bot.services.store, jobs.c.kind == "foreign_alert"
    full = heard.bot.services.store.insert(buckets)
    async with store.write() as tx:
        await tx.execute(full.values(name="alerts C0FLEETOP", full_at=NOW + 179))
    asked = len(heard.kore.requests)
    raised = [
        await heard.slack.workspace.alert("#fleet-ops", text)
        for text in ("pump-7 is down", "truck-42 is down")
    ]
    await heard.heard()

    assert (2, [], asked) == (await live(heard), answers(heard), len(heard.kore.requests))

    async with store.write() as tx:
        for each in raised:
            (args,) = (
                await tx.execute(select(jobs.c.args).where(mine, jobs.c.args.contains(each.ts)))
            ).one()
            late = args.replace(f'"latest":"{each.ts}"', f'"latest":"{float(each.ts) - 599}"')
            await tx.execute(update(jobs).where(jobs.c.args == args).values(args=late))
    await done(heard)

    (said,) = answers(heard)
    assert "More alerts come in here" in said.text
    assert asked == len(heard.kore.requests)


async def test_while_kore_does_not_answer_it_is_tried_again(heard):
    """Nobody asked, so nobody is told that it did not work; the answer comes when it can."""
    heard.kore.faults.add(broken(times=12))
    await alert(heard, "pump-7 is down")

    (answer,) = answers(heard)
    assert "pump-7 is offline" in answer.text


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
