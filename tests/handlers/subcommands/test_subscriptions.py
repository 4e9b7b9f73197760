"""`/simsessions alert …` and `digest …`, and the same by mention and by the lists' buttons."""

import pytest

from bot.digests.subscription import PauseReason
from bot.services import Request
from bot.slack.access import Actor
from handlers.payloads import Context
from handlers.subcommands.subscriptions import ALERT, DIGEST, digest
from tests.handlers import digest_steps as digests
from tests.handlers.alert_steps import added, kept
from tests.whole_bot import find_button


async def test_a_channel_without_alerts_says_what_they_are(whole):
    """An empty list offers to make one."""
    await whole.type("alert")

    assert "No alerts in this channel yet" in whole.answer().text
    assert "New alert…" in str(whole.answer().blocks)


async def test_pause_resume_and_remove(whole):
    """Each is done at once, said to the asker and to the channel; removing is asked about first."""
    await added(whole)
    await whole.type("alert pause")
    (paused,) = await kept(whole)
    said = str(whole.answer("ben").blocks)
    await whole.type("alert resume Trucks")
    (resumed,) = await kept(whole)
    await whole.type("alert remove trucks")
    await whole.click(whole.answer(), "Remove")

    assert (PauseReason.ASKED, None) == (paused.paused, resumed.paused)
    assert "paused the alert *Trucks*" in said
    assert () == await kept(whole)
    assert "removed the alert *Trucks*" in str(whole.answer("ben").blocks)


async def test_the_list_has_its_buttons(whole):
    """What a command does, a button of the list does too."""
    await added(whole)
    await whole.type("alert list")
    await whole.click(whole.answer(), "Pause")
    (paused,) = await kept(whole)
    await whole.type("alert list")
    await whole.click(whole.answer(), "Resume")
    (resumed,) = await kept(whole)

    assert (PauseReason.ASKED, None) == (paused.paused, resumed.paused)


async def test_a_test_reaches_the_channel(whole):
    """A test stands in the channel for all, and tells the asker what the last scan saw."""
    await added(whole)
    await whole.type("alert test")

    assert "is testing the alert *Trucks*" in str(whole.answer("ben").blocks)
    assert "sent a test" in whole.answer().text


async def test_a_near_name_is_offered(whole):
    """A name that is not quite right gets a button; a word that is none, a hint."""
    await added(whole)
    await whole.type("alert pause truck")
    near = whole.answer()
    await whole.click(near, "Trucks")
    (paused,) = await kept(whole)
    await whole.type("alert paus")

    assert PauseReason.ASKED is paused.paused
    assert "Did you mean" in whole.answer().text


def mentioned(whole, text):
    """A request without a trigger, as a mention gives it."""
    request = Request(team="T0ACMEIOT", user="U0ANA0001", channel="C0FLEETOP", text=text)
    actor = Actor(request.team, None, request.user, request.channel)
    return Context(actor, request, whole.bot.services)


@pytest.mark.parametrize("text", ["", "list", "LIST"])
async def test_without_a_word_it_lists(both_ways, text):
    """The channel's digests are what most want to see."""
    await both_ways.type(f"digest {text}")

    assert "No digests in this channel yet" in both_ways.answer().text


async def test_the_list_makes_new_ones(whole):
    """Its button opens the window."""
    await whole.type("digest")
    await whole.click(whole.answer(), "New digest…")

    assert "New digest" == whole.window()["title"]["text"]


async def test_a_button_of_the_list_opens_a_digest(whole):
    """Edit shows what is kept."""
    await digests.added(whole)
    await whole.type("digest list")
    await whole.click(whole.answer(), "Edit")

    assert "Edit digest" == whole.window()["title"]["text"]
    assert "truck-*" in str(whole.window()["blocks"])


@pytest.mark.parametrize(("text", "label"), [("add", "New digest…"), ("edit Pumps", "Pumps")])
async def test_what_needs_a_window_gives_a_button_instead(whole, text, label):
    """A mention cannot open a window, so it says what to press."""
    await digests.added(whole)
    reply = await digest.run(mentioned(whole, text))
    screen = reply.screen

    buttons = [element for block in screen.blocks for element in block.get("elements", ())]
    assert "only after a command or a button" in screen.text
    assert label in [button["text"]["text"] for button in buttons]


@pytest.mark.parametrize("kind", [ALERT, DIGEST], ids=lambda kind: kind.a)
async def test_each_word_of_the_usage_is_known(kind):
    """What help lists can be typed."""
    listed = kind.usage.partition("[")[2].partition("]")[0].split("|")

    assert sorted(listed) == sorted(kind.runs)


async def test_the_confirmation_stands_on_the_button(whole):
    """In a list nobody removes a digest with one slip of the finger."""
    await digests.added(whole)
    await whole.type("digest")
    _, button = find_button(whole.answer(), "Remove")

    assert "Remove Pumps?" == button["confirm"]["title"]["text"]
    assert 1 == len(await digests.kept(whole))


async def test_a_mention_does_the_same(whole):
    """What needs no window is done at once, what needs one gives the button for it."""
    await digests.added(whole)
    await whole.say("<@U0SIMSESS> digest pause Pumps")
    paused = (await digests.kept(whole))[0].paused
    await whole.say("<@U0SIMSESS> digest add")
    await whole.click(whole.answer(), "New digest…")

    assert paused is not None
    assert "New digest" == whole.window()["title"]["text"]
