"""What is written, changed and taken away, as the app hears of it."""

import pytest

from bot.emulators.slack.faults import SlackError
from bot.emulators.slack.message_actions import as_slack_sends
from bot.emulators.slack.people import CHANNELS, PEOPLE, USER_GROUPS
from tests.bot.emulators.slack.kit import ANA, BOT, FLEET, GENERAL, PRIVATE, ask, section

ALL = frozenset({"channels:history", "groups:history", "im:history", "app_mentions:read"})
MENTION = "<@U0SIMSESS> pump-7"


@pytest.fixture
def heard(app, api):
    """Return what the app has heard of since the last time, once nothing is on its way."""
    api.scopes |= ALL

    async def settled():
        await api.dispatcher.settled()
        events = [request.payload["event"] for request in app.seen]
        app.seen.clear()
        return events

    return settled


async def test_an_alert_is_a_bots_message(workspace, heard):
    """Another app's bot writes without a user; blocks and attachments are told."""
    drawn = {"color": "#f00", "text": "DE1", "blocks": [section("pump-7")]}
    await workspace.alert("fleet-ops", "5 SIMs are down", blocks=[section()], attachments=[drawn])

    (event,) = await heard()

    told = {"type": "message", "subtype": "bot_message", "username": "Grafana"}
    assert (told | {"bot_id": "B0GRAFANA"}).items() <= event.items()
    assert "user" not in event
    assert ["DE1"] == [one["text"] for one in event["attachments"]]
    assert {"block_id"} <= event["attachments"][0]["blocks"][0].keys()


async def test_an_edit_tells_before_and_after(workspace, heard):
    """message_changed is hidden and carries both; the message is marked as edited."""
    message = await workspace.say("ana", FLEET, "old")
    await heard()
    await workspace.edit("ana", message.ts, "new")

    (event,) = await heard()

    told = {"subtype": "message_changed", "hidden": True, "channel_type": "channel"}
    assert told.items() <= event.items()
    assert ("old", "new") == (event["previous_message"]["text"], event["message"]["text"])
    assert ANA == event["message"]["edited"]["user"]


@pytest.mark.parametrize(
    ("before", "after", "mentions"),
    [("pump-7", MENTION, 1), (MENTION, f"{MENTION}0", 0), (MENTION, "pump-7", 0)],
    ids=["added", "kept", "taken"],
)
async def test_a_mention_that_an_edit_adds_is_one(workspace, heard, before, after, mentions):
    """What mentioned the bot before does not mention it again."""
    message = await workspace.say("ana", FLEET, before)
    await heard()
    await workspace.edit("ana", message.ts, after)

    assert mentions == [event["type"] for event in await heard()].count("app_mention")


async def test_a_message_taken_away_is_told(workspace, heard):
    """message_deleted names it and carries what it was."""
    message = await workspace.say("ana", FLEET, "old")
    await heard()
    await workspace.delete("ana", message.ts)

    (event,) = await heard()

    assert ("message_deleted", message.ts) == (event["subtype"], event["deleted_ts"])
    assert "old" == event["previous_message"]["text"]
    assert () == workspace.messages.all()


async def test_the_bot_hears_itself(web, heard):
    """What it writes and changes comes back, marked as its own; not what one person alone sees."""
    await web.chat_postEphemeral(channel=FLEET, user=ANA, text="psst")
    ts = (await web.chat_postMessage(channel=FLEET, text="hi"))["ts"]
    (written,) = await heard()
    await web.chat_update(channel=FLEET, ts=ts, text="ho")
    (changed,) = await heard()

    assert (BOT, "B0SIMSESS") == (written["user"], written["bot_id"])
    assert "message_changed" == changed["subtype"]


@pytest.mark.parametrize(
    ("subscribed", "heard_of"),
    [
        (None, ["app_mention", "message"]),
        (("app_mention",), ["app_mention"]),
        (("message.channels",), ["message"]),
        (("message.im", "message.groups"), []),
        ((), []),
    ],
)
async def test_only_what_was_asked_for_is_told(api, workspace, heard, subscribed, heard_of):
    """Besides the scope the app needs the subscription of the manifest."""
    api.subscribed = subscribed
    await workspace.say("ana", FLEET, MENTION)

    assert heard_of == sorted(event["type"] for event in await heard())


async def test_what_nobody_may_do(workspace):
    """Nobody changes or deletes what somebody else wrote, or writes into an archived channel."""
    message = await workspace.say("ana", FLEET, "mine")

    with pytest.raises(SlackError, match="cant_update_message"):
        await workspace.edit("ben", message.ts, "x")
    with pytest.raises(SlackError, match="cant_delete_message"):
        await workspace.delete("ben", message.ts)
    with pytest.raises(SlackError, match="is_archived"):
        await workspace.say("ana", "depot-2024", "hello")


async def test_a_reply_to_a_reply_stays_in_the_thread(workspace):
    """A thread has one root, also when people answer an answer."""
    root = await workspace.say("ana", FLEET, "root")
    reply = await workspace.say("ben", FLEET, "one", root.ts)
    deeper = await workspace.say("ana", FLEET, "two", reply.ts)

    assert [root.ts] * 2 == [reply.thread_ts, deeper.thread_ts]


async def test_a_response_url_does_not_change_what_a_person_wrote(app, workspace):
    """A shortcut's answer is a new message, also where the app asks to replace the original."""
    message = await workspace.say("ana", FLEET, "look here")
    await workspace.shortcut("ana", "look_up", message.ts)

    body = {"text": "an answer", "replace_original": True}
    status, _ = await ask(app.last["response_url"], json=body)

    assert 200 == status
    assert ["look here", "an answer"] == [each.text for each in workspace.messages.all()]


async def mentioned_in(workspace, channel):
    """Have Ana mention the app where it is not; return what Slackbot tells her of it."""
    await workspace.say("ana", channel, "@simsessions pump-7")
    return workspace.messages.in_channel(channel, seen_by=ANA)[-1]


async def press(workspace, message, number):
    """Press one of Slackbot's buttons."""
    block = message.blocks[-1]
    action = block["elements"][number]["action_id"]
    return await workspace.click("ana", message.ts, block["block_id"], action)


async def test_slackbot_says_who_is_not_in_the_channel(workspace, heard):
    """Whoever mentions the app where it is not is told so, alone; the app hears of nothing."""
    said = {each: await mentioned_in(workspace, each) for each in (GENERAL, PRIVATE, FLEET)}

    for channel, place in ((GENERAL, "channel"), (PRIVATE, "private channel")):
        assert f"You mentioned <@{BOT}>, but they're not in this {place}." == said[channel].text
    assert ("USLACKBOT", ANA) == (said[GENERAL].user, said[GENERAL].ephemeral_to)
    assert MENTION == said[FLEET].text
    assert {FLEET} == {event["channel"] for event in await heard()}


async def test_whoever_is_added_hears_of_the_mention(workspace, heard):
    """Add Them lets the app in, which then gets the mention; Dismiss takes the question away."""
    for pressed, joined in ((1, []), (0, ["app_mention"])):
        said = await mentioned_in(workspace, GENERAL)
        await press(workspace, said, pressed)

        told = [event for event in await heard() if event["type"] == "app_mention"]
        assert joined == [event["type"] for event in told], pressed
        assert workspace.messages.get(said.ts) is None, pressed
    assert MENTION == told[0]["text"]
    assert "was added to #general by Ana Ruiz." == workspace.messages.all()[-1].text


async def test_a_message_is_forwarded(workspace, heard):
    """It is an attachment with its blocks, attachments and address; the note stands above it."""
    drawn = {"color": "#f00", "text": "DE1"}
    alert = await workspace.alert("fleet-ops", "down", blocks=[section()], attachments=[drawn])
    await heard()
    root = await workspace.say("ben", FLEET, "an incident")
    await heard()
    await workspace.forward("ana", alert.ts, FLEET, "@simsessions this one", root.ts)
    mention, event = await heard()
    (share,) = event["attachments"]

    assert "app_mention" == mention["type"]
    assert (root.ts, "<@U0SIMSESS> this one") == (event["thread_ts"], event["text"])
    assert (True, "Grafana", alert.ts) == (share["is_share"], share["author_name"], share["ts"])
    assert share["from_url"].endswith(f"/archives/{FLEET}/p{alert.ts.replace('.', '')}")
    assert list(alert.blocks) == share["message_blocks"][0]["message"]["blocks"]
    assert ["DE1"] == [one["text"] for one in share["attachments"]]


async def test_what_cannot_be_forwarded(workspace):
    """What one person alone sees, and what one does not see oneself, stays where it is."""
    alone = workspace.write(workspace.channel(FLEET).id, BOT, "psst", ephemeral_to=ANA)
    hidden = await workspace.say("ana", PRIVATE, "between us")
    for user, message in (("ana", alone), ("ben", hidden)):
        with pytest.raises(KeyError):
            await workspace.forward(user, message.ts, GENERAL)


NUMBERS = ("8901260012345678909", "8901 2600 1234 5678 909", "01493100-012970-0")
PLAIN = (*NUMBERS, "DE0123456789abcdef0123456789abcdef", "@nobody", "#nowhere", "truck-42", "")


def test_what_slack_marks_up_is_marked_up():
    """Links, addresses, names and phone numbers are; what is marked, or names nobody, stays."""
    for typed, sent in (
        ("a & b < c > d", "a &amp; b &lt; c &gt; d"),
        ("see https://x.invalid/a?b=1&c", "see <https://x.invalid/a?b=1&amp;c>"),
        ("mail ana@x.invalid", "mail <mailto:ana@x.invalid|ana@x.invalid>"),
        ("@ana look", "<@U0ANA0001> look"),
        ("@on-call look", "<!subteam^S0ONCALL1> look"),
        ("in #general", "in <#C0GENERAL|general>"),
        ("call +1 555 010 0199", "call <tel:+15550100199|+1 555 010 0199>"),
        ("call 555-010-0199", "call <tel:5550100199|555-010-0199>"),
        ("<@U0ANA0001> and <https://x.invalid|x>", "<@U0ANA0001> and <https://x.invalid|x>"),
        *((plain, plain) for plain in PLAIN),
    ):
        assert sent == as_slack_sends(typed, PEOPLE, CHANNELS, USER_GROUPS), (typed, sent)
