"""Handing a thread over, between the stand-ins."""

import json

import pytest

from bot.blocks import ids
from bot.emulators.kore.faults import broken, late
from bot.emulators.slack.people import BOT
from bot.errors import NoThread
from bot.services import Request
from bot.slack.identity import bot_scopes
from handlers.subcommands.sessions import ThreadLink, thread_in, thread_of
from tests.whole_bot import whole_bot

HANDOVER = f"<@{BOT.id}> handover"


@pytest.fixture(params=["socket", "http"])
async def bot(request):
    """The whole bot with every scope, once over Socket Mode and once over signed HTTP."""
    async with whole_bot(over_http=request.param == "http") as running:
        running.slack.api.scopes |= frozenset.union(*bot_scopes())
        running.slack.workspace.files.processing_seconds = 0
        yield running


async def incident(bot, channel="#fleet-ops"):
    """Look two SIMs up in a thread; give its root."""
    root = await bot.say("alert: pump-7 and truck-42 are down", channel=channel)
    await bot.say(f"<@{BOT.id}> truck-42", under=root.ts, channel=channel)
    await bot.say(f"<@{BOT.id}> pump-7", under=root.ts, user="ben", channel=channel)
    return root


def newest(bot, user="chloe", channel="#fleet-ops"):
    """What somebody else sees last of the bot's that is no file."""
    seen = bot.slack.seen_by(user, channel)
    return next(message for message in reversed(seen) if message.blocks)


def the_file(bot, channel="#fleet-ops"):
    """The one file that was shared in a channel."""
    ((file,),) = [m.files for m in bot.slack.seen_by("ana", channel) if m.files]
    return bot.slack.workspace.files.get(file["id"])


def words(message):
    return json.dumps([message.text, *message.blocks], ensure_ascii=False)


async def test_a_mention_hands_its_thread_over(bot):
    """One message in the thread for all to see, and a Markdown file beneath it."""
    root = await incident(bot)

    await bot.say(HANDOVER, under=root.ts, user="chloe")

    message = newest(bot)
    assert root.ts == message.thread_ts
    assert "Hand-over: " in message.text
    assert "of 2 SIMs" in message.text
    assert "2 questions here since" in words(message)
    assert "<@U0ANA0001>, <@U0BEN0001>" in words(message)
    file = the_file(bot)
    assert file.name.endswith(".md")
    assert b"## pump-7" in file.content


async def test_a_command_hands_over_the_thread_of_a_link(bot):
    """The link is of the channel in which the command is typed."""
    root = await incident(bot)
    link = f"https://acme-iot.slack.com/archives/C0FLEETOP/p{root.ts.replace('.', '')}"

    await bot.type(f"handover {link}")

    message = newest(bot)
    assert (root.ts, None) == (message.thread_ts, message.ephemeral_to)
    assert "of 2 SIMs" in message.text


async def test_the_shortcut_of_any_message_hands_its_thread_over(bot):
    """Of the root as of a reply."""
    root = await incident(bot)
    reply = next(m for m in bot.slack.seen_by("ana") if m.thread_ts == root.ts)

    for ts in (root.ts, reply.ts):
        await bot.slack.workspace.shortcut("chloe", ids.HAND_OVER, ts)
        await bot.settle()

    told = [m for m in bot.slack.seen_by("chloe") if "Hand-over: " in m.text and m.blocks]
    assert [root.ts] * 2 == [message.thread_ts for message in told]


async def test_what_changed_since_is_told(bot):
    """A SIM that fell silent after it was asked for is first, with what changed and what stayed."""
    root = await incident(bot)
    bot.kore.events.go_silent("truck-42")

    await bot.say(HANDOVER, under=root.ts)

    message = newest(bot)
    assert "both SIMs are still open: 1 barred, 1 offline." in message.text
    assert "*truck-42*: State: online → offline" in words(message)
    assert "*pump-7*: " not in words(message)


async def test_no_tick_stands_over_what_kore_did_not_tell(bot):
    """What is known of the SIM is of before, as KORE fails now."""
    root = await bot.say("alert: truck-42 is down")
    await bot.say(f"<@{BOT.id}> truck-42", under=root.ts)
    bot.kore.faults.add(broken(500, "DataSessions", times=None))

    await bot.say(HANDOVER, under=root.ts)

    message = newest(bot)
    assert message.text.startswith("❔ Hand-over: nothing open")
    assert "not read in full" in message.text


async def test_a_thread_without_look_ups_offers_one(bot):
    """The button looks up what stands in the thread, for all to see; then there is something."""
    root = await bot.say("alert: pump-7 and truck-42 are down")
    await bot.say(HANDOVER, under=root.ts)
    offer = newest(bot)

    await bot.click(offer, "Look up its SIMs", user="ben")
    table = newest(bot)
    await bot.say(HANDOVER, under=root.ts)

    assert "nothing to hand over yet" in offer.text
    assert root.ts == table.thread_ts
    assert "pump-7" in words(table)
    assert "of 2 SIMs" in newest(bot).text


async def test_a_thread_that_names_no_sim_says_so(bot):
    """The button answers with one thing to do."""
    root = await bot.say("lunch?")
    await bot.say(HANDOVER, under=root.ts)

    await bot.click(newest(bot), "Look up its SIMs")

    assert "No message in this thread names a SIM" in words(bot.answer())


async def test_without_the_file_the_message_stands(whole):
    """A workspace without files:write gets the message, and a sentence on the file."""
    whole.slack.api.scopes |= {"channels:history"}
    root = await incident(whole)

    await whole.say(HANDOVER, under=root.ts)

    texts = [message.text for message in whole.slack.seen_by("chloe")]
    assert any("Hand-over: " in text for text in texts)
    assert any("files:write" in text for text in texts)


async def test_of_a_thread_deleted_meanwhile_all_goes_to_the_asker(bot):
    """Message and file alike: Slack would put either into the channel itself."""
    root = await incident(bot)
    bot.kore.faults.add(late(0.3, times=None))
    await bot.slack.workspace.say("ana", "#fleet-ops", HANDOVER, thread_ts=root.ts)
    await bot.slack.api.dispatcher.settled()
    before = bot.slack.seen_by("ben")
    await bot.slack.workspace.delete("ana", root.ts)
    await bot.settle()

    assert not [m for m in bot.slack.seen_by("ben") if m not in before]
    assert [m.files for m in bot.slack.direct("ana") if m.files]


async def test_in_a_shared_channel_nothing_of_card_and_device_is_told(bot):
    """Neither in the message nor in the file."""
    root = await incident(bot, "#partner-shared")
    report = await bot.view.sessions.look_up("truck-42")

    await bot.say(HANDOVER, under=root.ts, channel="#partner-shared")

    message = newest(bot, "dora", "#partner-shared")
    file = the_file(bot, "#partner-shared")
    shown = words(message) + file.content.decode()
    session = report.last_session
    assert report.sim.iccid not in shown
    assert session.imei not in shown
    assert session.cell_id not in shown
    assert "are redacted" in words(message)


async def test_a_guest_may_not_where_guests_are_refused():
    """Nothing is looked up, nothing is posted."""
    async with whole_bot(guests="refuse") as strict:
        root = await incident(strict)
        before = len(strict.slack.seen_by("ana"))

        await strict.say(HANDOVER, under=root.ts, user="gil")

        assert before == len(strict.slack.seen_by("ana"))
        assert "do not answer guests" in strict.answer("gil").text


async def test_without_the_store_it_says_so(whole):
    """What was looked up stands there alone; nothing is made up."""
    root = await incident(whole)
    await whole.bot.services.store.aclose()

    await whole.say(HANDOVER, under=root.ts)

    assert "I can't reach my database right now" in whole.answer().text


ROOT = "1767614400.000100"
LINK = "https://acme-iot.slack.com/archives/C0FLEETOP/p1767614400000100"


@pytest.mark.parametrize(
    ("text", "channel", "root"),
    [
        (LINK, "C0FLEETOP", ROOT),
        (f"  <{LINK}>  ", "C0FLEETOP", ROOT),
        (f"<{LINK}|the thread>", "C0FLEETOP", ROOT),
        (f"{LINK}?thread_ts=1767614000.000200&cid=C0FLEETOP", "C0FLEETOP", "1767614000.000200"),
        (f"{LINK}?thread_ts=rubbish", "C0FLEETOP", ROOT),
        (LINK.replace("C0FLEETOP", "G0ONCALL1"), "G0ONCALL1", ROOT),
        (LINK.replace("acme-iot", "acme.enterprise"), "C0FLEETOP", ROOT),
        (f"{LINK}/", "C0FLEETOP", ROOT),
        (f"<{LINK}>.", "C0FLEETOP", ROOT),
        (LINK.replace("slack.com", "slack-gov.com"), "C0FLEETOP", ROOT),
    ],
)
def test_a_link_names_its_thread(text, channel, root):
    """As "Copy link" gives it; the link of a reply names its root."""
    assert ThreadLink(channel, root) == thread_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "pump-7",
        "https://acme-iot.slack.com/archives/C0FLEETOP",
        "https://evil.example/archives/C0FLEETOP/p1767614400000100",
        "https://slack.com.evil.example/archives/C0FLEETOP/p1767614400000100",
        f"{LINK}/more",
        "https://[::1",
    ],
)
def test_anything_else_is_none(text):
    """No channel's own link, no other page."""
    assert thread_in(text) is None


def asked(text="", thread=None):
    """What Ana asks in #fleet-ops."""
    return Request(team="T1", user="U1", channel="C0FLEETOP", text=text, thread=thread)


@pytest.mark.parametrize(
    ("request_", "root"),
    [
        (asked(thread="1.1"), "1.1"),
        (asked("  ", thread="1.1"), "1.1"),
        (asked(LINK), "1767614400.000100"),
        (asked(LINK, thread="1.1"), "1767614400.000100"),
    ],
)
def test_the_thread_is_that_of_the_link_or_of_the_mention(request_, root):
    """It is handed over aloud, for all who read it."""
    found = thread_of(request_)

    assert (root, True, True) == (found.thread, found.aloud, found.is_public)


@pytest.mark.parametrize(
    "request_",
    [asked(), asked("pump-7"), asked("pump-7", thread="1.1"), asked(LINK.replace("C0F", "C0G"))],
)
def test_no_other_thread_is_guessed(request_):
    """Neither of what is no link, nor of another channel."""
    with pytest.raises(NoThread):
        thread_of(request_)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("handover", "Which thread?"),
        ("handover pump-7", "Which thread?"),
        (
            "handover https://acme-iot.slack.com/archives/C0GENERAL/p1767614400000100",
            "another channel",
        ),
    ],
)
async def test_which_thread_must_be_told(whole, text, says):
    """A command is in no thread, and a link elsewhere would post where the asker may not be."""
    await whole.type(text)

    assert says in whole.answer().text
    assert whole.answer().ephemeral_to
