"""`/simsessions digest …` and `@simsessions digest …`."""

import pytest

from bot.slack.access import Actor
from handlers.payloads import Context, Request
from handlers.subcommands.digest import RUNS, digest
from tests.handlers.digest_steps import added, kept, view
from tests.whole_bot import find_button


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

    assert "New digest" == view(whole)["title"]["text"]


async def test_a_button_of_the_list_opens_a_digest(whole):
    """Edit shows what is kept."""
    await added(whole)
    await whole.type("digest list")
    await whole.click(whole.answer(), "Edit")

    assert "Edit digest" == view(whole)["title"]["text"]
    assert "truck-*" in str(view(whole)["blocks"])


@pytest.mark.parametrize(("text", "label"), [("add", "New digest…"), ("edit Pumps", "Pumps")])
async def test_what_needs_a_window_gives_a_button_instead(whole, text, label):
    """A mention cannot open a window, so it says what to press."""
    await added(whole)
    reply = await digest.run(mentioned(whole, text))
    screen = reply.screen

    buttons = [element for block in screen.blocks for element in block.get("elements", ())]
    assert "only after a command or a button" in screen.text
    assert label in [button["text"]["text"] for button in buttons]


async def test_each_word_of_the_usage_is_known():
    """What help lists can be typed."""
    listed = digest.usage.partition("[")[2].partition("]")[0].split("|")

    assert sorted(listed) == sorted(RUNS)


async def test_the_confirmation_stands_on_the_button(whole):
    """In a list nobody removes a digest with one slip of the finger."""
    await added(whole)
    await whole.type("digest")
    _, button = find_button(whole.answer(), "Remove")

    assert "Remove Pumps?" == button["confirm"]["title"]["text"]
    assert 1 == len(await kept(whole))


async def test_a_mention_does_the_same(whole):
    """What needs no window is done at once, what needs one gives the button for it."""
    await added(whole)
    await whole.say("<@U0SIMSESS> digest pause Pumps")
    paused = (await kept(whole))[0].paused
    await whole.say("<@U0SIMSESS> digest add")
    await whole.click(whole.answer(), "New digest…")

    assert paused is not None
    assert "New digest" == view(whole)["title"]["text"]
