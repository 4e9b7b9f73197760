"""The shortcut of a message, and the window to paste into."""

import pytest

from bot.blocks import ids
from bot.sims.spotter import SimSpotter
from bot.struct import replace
from tests.whole_bot import the_view

FIELDS_TO_PASTE = (ids.PASTED, *ids.PASTED_MORE)
SHORTCUT = ids.LOOK_UP_MESSAGE
FIELDS = [
    {
        "color": "#f00",
        "title": "SIM offline",
        "fields": [{"title": "SIM", "value": "well-1"}, {"title": "SIM", "value": "well-2"}],
        "footer": "1767578400",
    }
]
BLOCKS = [
    {"type": "section", "text": {"type": "mrkdwn", "text": "*Offline*"}},
    {"type": "section", "fields": [{"type": "mrkdwn", "text": "`well-1`"}]},
    {"type": "context", "elements": [{"type": "mrkdwn", "text": "and well-2"}]},
]


async def use(whole, message, user="ana"):
    """Use the shortcut on a message."""
    delivery = await whole.slack.workspace.shortcut(user, SHORTCUT, message.ts)
    await whole.settle()
    return delivery


async def paste(whole, text, user="ana"):
    """Fill in the window and send it off."""
    await whole.slack.workspace.submit_view(user, {ids.PASTED: {ids.PASTED: text}})
    await whole.settle()


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("well-1 and well-2 are down", {}),
        ("Alert", {"attachments": FIELDS}),
        ("Alert", {"blocks": BLOCKS}),
        ("", {"attachments": [{"blocks": BLOCKS}]}),
    ],
)
async def test_an_alert_is_answered_in_its_thread(both_ways, text, more):
    """Text, fields, blocks and attachments are read; everybody sees the table under the alert."""
    alert = await both_ways.slack.workspace.alert("#fleet-ops", text, **more)

    delivery = await use(both_ways, alert)

    (answer,) = both_ways.slack.seen_by("ben")
    assert (True, alert.ts) == (delivery.ok, answer.thread_ts)
    assert "Both SIMs" in answer.text


async def test_one_sim_is_a_report(whole):
    """A message in a thread is answered in that thread."""
    root = await whole.say("hello")
    message = await whole.say("is truck-42 fine?", under=root.ts)
    await use(whole, message, "ben")

    (answer,) = whole.slack.seen_by("ana")
    assert ("truck-42 is" in answer.text, answer.thread_ts) == (True, root.ts)


async def test_where_the_bot_is_not_the_asker_alone_reads_it(whole):
    """In a channel without the bot the answer comes through the response_url."""
    message = await whole.say("truck-42, well-1", channel="#on-call-private")
    await use(whole, message)

    (answer,) = whole.slack.seen_by("ana", "#on-call-private")
    assert ("2 SIMs" in answer.text, bool(answer.ephemeral_to)) == (True, True)


async def test_without_a_sim_a_window_asks_for_some(both_ways):
    """What is pasted is answered in the message's thread."""
    message = await both_ways.say("it is down again, order 4711")
    await use(both_ways, message)
    view = both_ways.slack.workspace.views.top(both_ways.slack.workspace.person("ana").id)
    await paste(both_ways, "well-1\nwell-2\nwell-3")

    (answer,) = both_ways.slack.seen_by("ben")
    assert "names no SIM that I know" in str(view.body["blocks"])
    assert ("All 3 SIMs" in answer.text, answer.thread_ts) == (True, message.ts)


async def test_a_window_with_another_channel_in_it(whole):
    """What comes back with a channel that the person is not in is answered to them alone."""
    await use(whole, await whole.say("it is down again"), "ben")
    view = whole.slack.workspace.views.top(whole.slack.workspace.person("ben").id)
    forged = ids.ReplyTarget(channel="G0ONCALL1", response_url="https://evil.example/hook")
    view.body["private_metadata"] = forged.to_value()
    await paste(whole, "truck-42", "ben")

    assert () == whole.slack.seen_by("chloe", "#on-call-private")
    assert "truck-42 is" in whole.slack.direct("ben")[-1].text


async def test_two_hundred_can_be_pasted(whole):
    """One field holds 3,000 characters, 142 ICCIDs: further ones take the rest."""
    message = await whole.say("it is down again")
    await use(whole, message)
    sids = [f"DE{number:032x}" for number in range(200)]
    parts = ("\n".join(sids[at : at + 80]) for at in (0, 80, 160))
    values = {name: {name: text} for name, text in zip(FIELDS_TO_PASTE, parts, strict=True)}
    await whole.slack.workspace.submit_view("ana", values)
    await whole.settle()

    assert "of 200 SIMs" in whole.answer("ben").text


async def test_what_was_pasted_and_is_no_sim_is_said(whole):
    """The answer is the sentence that a mistake behind the command gets."""
    message = await whole.say("it is down again")
    await use(whole, message)
    await paste(whole, "truk-42")

    assert "Did you mean truck-42" in whole.answer().text


async def test_the_window_opens_before_the_list_of_sims_is_there(dispatch_with, whole):
    """A trigger lives for three seconds: the first list is not waited for that long."""
    waited = []

    class Unlisted:
        accounts = ()

        async def ready(self, patience):
            waited.append(patience)
            return False

        async def all_named(self, _names):
            return {}

        async def parted_in(self, _pieces):
            return set()

    spotter = SimSpotter(Unlisted(), lambda _identifier: None)
    dispatch = dispatch_with(views=the_view(replace(whole.view, spotter=spotter)))
    message = await whole.say("it is down again")
    about = {"message": message.to_slack(), "message_ts": message.ts}
    about |= {"callback_id": SHORTCUT, "channel": {"id": "C0FLEETOP"}}
    await dispatch.interaction("message_action", **about)
    await whole.settle()

    assert ["views.open"] == [m for m in whole.slack.methods() if m.startswith("views")]
    assert sum(waited) <= 1


async def test_a_window_that_is_not_ours_is_answered_directly(dispatch, whole):
    """Metadata that cannot be read leaves the asker an answer all the same."""
    view = {
        "type": "modal",
        "callback_id": ids.PASTE_VIEW,
        "private_metadata": "rubbish",
        "state": {"values": {ids.PASTED: {ids.PASTED: {"value": "truck-42"}}}},
    }
    await dispatch.interaction("view_submission", view=view, response_url=None)
    await whole.settle()

    assert "truck-42 is" in whole.slack.direct("ana")[-1].text
