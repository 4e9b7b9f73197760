"""Which messages are questions to the bot, and where they are answered."""

import pytest

from bot.slack.identity import ListeningConfig
from handlers.mentions import question_in
from tests.waiting import until

US = "U0SIMSESS"
LISTENING = ListeningConfig(US, frozenset({"C0FLEETOP"}))
MENTION = {
    "type": "app_mention",
    "text": f"<@{US}> truck-42",
    "user": "U1",
    "channel": "C1",
    "ts": "1.000001",
}
DIRECT = MENTION | {"type": "message", "channel_type": "im", "text": "truck-42", "channel": "D1"}
PREFIXED = DIRECT | {"channel_type": "channel", "channel": "C0FLEETOP", "text": "!sim truck-42"}


def read(event, **body):
    return question_in({"team_id": "T1", "event": event} | body, LISTENING)


@pytest.mark.parametrize(
    ("event", "text"),
    [
        (MENTION, "truck-42"),
        (MENTION | {"text": f"is <@{US}|simsessions> truck-42 up"}, "is   truck-42 up"),
        (MENTION | {"text": "<@U0SIMSESS> <tel:+1555|+1 555>"}, "+1 555"),
        (MENTION | {"subtype": "file_share"}, "truck-42"),
        (DIRECT, "truck-42"),
        (DIRECT | {"subtype": "thread_broadcast"}, "truck-42"),
        (PREFIXED, "truck-42"),
        (PREFIXED | {"text": "!sim"}, ""),
        (PREFIXED | {"text": "!sim\ntruck-42\nwell-1"}, "truck-42\nwell-1"),
    ],
)
def test_what_is_for_us(event, text):
    """Without the mention or prefix, and without Slack's markup."""
    question = read(event)

    assert text == question.text
    assert f"T1:{event['channel']}:1.000001" == question.key


@pytest.mark.parametrize(
    "event",
    [
        MENTION | {"bot_id": "B1"},
        MENTION | {"bot_profile": {"id": "B1"}},
        MENTION | {"user": US},
        MENTION | {"edited": {"user": "U1", "ts": "2.0"}},
        MENTION | {"user": None},
        MENTION | {"ts": None},
        MENTION | {"channel": 7},
        DIRECT | {"subtype": "message_changed", "hidden": True},
        DIRECT | {"subtype": "channel_join"},
        DIRECT | {"subtype": ["odd"]},
        DIRECT | {"channel_type": "channel"},
        DIRECT | {"channel_type": "mpim"},
        PREFIXED | {"channel": "C0GENERAL"},
        PREFIXED | {"text": "!sims truck-42"},
        PREFIXED | {"text": "so !sim truck-42"},
        PREFIXED | {"text": None},
        {"type": "reaction_added", "user": "U1"},
        {},
    ],
)
def test_what_is_not_for_us(event):
    """Bots, ourselves, edits, joins, other channels, and what nobody expects."""
    assert read(event) is None


def test_an_event_that_is_none():
    """A body without an event says nothing."""
    assert question_in({}, LISTENING) is None
    assert read("odd") is None


@pytest.mark.parametrize(
    ("event", "thread"),
    [
        (MENTION, "1.000001"),
        (MENTION | {"thread_ts": "0.5"}, "0.5"),
        (DIRECT, None),
        (DIRECT | {"thread_ts": "0.5"}, "0.5"),
    ],
)
def test_where_it_is_answered(event, thread):
    """In the thread it came from, in a channel in a new one under it; directly as it was asked."""
    request = read(event).request("rest")

    assert (thread, True, "rest") == (request.thread, request.aloud, request.text)


async def test_help_with_a_topic_is_help(whole):
    """`help digest` asks what can be typed, whatever SIMs stand above it in the thread."""
    whole.slack.api.scopes |= {"channels:history", "groups:history"}
    root = await whole.say("Alert: well-1 is down", user="ben")
    await whole.say(f"<@{US}> help digest", under=root.ts)

    assert "Type /simsessions and a SIM" in whole.answer().text


async def test_a_subcommand_without_a_sim_is_about_those_above(whole):
    """Slack has no commands in threads: `watch` and `history` take the SIMs of the thread."""
    whole.slack.api.scopes |= {"channels:history", "groups:history"}
    for above, words, says in (
        ("Is truck-42 down?", "watch until offline", "Watching truck-42"),
        ("Is truck-42 down?", "watch this for 2h", "Watching truck-42"),
        ("well-1 and well-2 are down", "watch these", "Watching 2 SIMs"),
        ("Is truck-42 down?", "history", "truck-42 had"),
        ("well-1 and well-2 are down", "history", "Which of these: well-1, well-2?"),
        ("Nothing works", "watch", "I found no SIM in this thread"),
        ("Is truck-42 down?", "history of this", "truck-42 had"),
        ("Is truck-42 down?", "watch for this for an hour", "Watching truck-42"),
        ("Is truck-42 down?", "watch for well-1", "Watching well-1"),
        ("Is well-1 down?", "notify me when it is back", "Watching well-1"),
        ("well-1 and well-2 are down", "ping me when both are back", "Watching 2 SIMs"),
    ):
        root = await whole.say(above, user="ben")
        await whole.say(f"<@{US}> {words}", under=root.ts)
        (answer,) = await until(
            lambda at=root.ts: [m for m in whole.slack.seen_by("ana") if m.thread_ts == at]
        )
        assert says in answer.text, (above, words, answer.text)


async def test_a_number_at_the_end_of_a_name_above_is_no_length_of_time(whole):
    """`history` is about the SIM that the thread names, not about another for so many days."""
    whole.slack.api.scopes |= {"channels:history", "groups:history"}
    for number, name in enumerate(("depot", "depot 20")):
        sid = f"DE{number:032x}"
        whole.kore.add({"sid": sid, "unique_name": name, "status": "active"})
    await whole.view.directory.refresh()
    root = await whole.say("Is depot 20 down?", user="ben")
    await whole.say(f"<@{US}> history", under=root.ts)

    assert "depot 20 had no session in the last 30 days" in whole.answer().text


async def test_who_asks_to_be_told_watches(whole):
    """`tell me when` is a watch; where it is not understood, the answer says how to be told."""
    for words, says in (
        ("tell me when well-1 is back", "Watching well-1"),
        ("let me know once the well-2 is online, please", "Watching well-2"),
        ("ping me when truck-42 goes offline", "Watching truck-42"),
        ("tell me when well-1 and well-2 come back", "Watching 2 SIMs"),
        ("notify me when it is back", "Which SIM? Type /simsessions watch <sim>"),
        (
            "let me know if well-1 has used up its data",
            "To be told when it is back, type /simsessions watch well-1 until online.",
        ),
        (
            "tell me if well-1 is online",
            "To be told when it is back, type /simsessions watch well-1 until online.",
        ),
    ):
        asked = await whole.say(f"<@{US}> {words}")
        (answer,) = await until(
            lambda at=asked.ts: [m for m in whole.slack.seen_by("ana") if m.thread_ts == at]
        )
        shown = f"{answer.text}{answer.blocks}".replace("`", "")
        assert says in shown.replace("&lt;", "<").replace("&gt;", ">"), words
