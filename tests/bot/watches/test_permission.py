"""Whether somebody who watches may still ask, and what is left out there."""

from contextlib import AsyncExitStack

import pytest

from bot.errors import NotAllowed
from bot.sandbox.slack_api.people import ANA, GIL, HOME
from bot.slack.access import Access
from bot.slack.admission import Admission, Policies
from bot.slack.channels import Channels
from bot.slack.client import SlackClient, open_session
from bot.slack.groups import UserGroups
from bot.slack.people import People
from bot.watches.permission import Admitted
from bot.watches.watch import Asker
from tests.fakes import FakeClock
from tests.workspaces import BOT_TOKEN, slack_side

FLEET, SHARED = "C0FLEETOP", "C0PARTNER"


@pytest.fixture
async def permission():
    """Give a maker of permissions with these lists, as the running bot has them."""
    clock = FakeClock()
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(slack_side(clock))
        slack.api.scopes |= {"users:read", "channels:read", "groups:read"}
        session = await stack.enter_async_context(open_session())
        client = SlackClient(session, clock, token=BOT_TOKEN, api_url=slack.api_url)

        def make(**lists):
            access = Access(HOME.id, **{name: frozenset(ids) for name, ids in lists.items()})
            people, channels = People(client, clock), Channels(client, clock)
            groups = UserGroups(client, clock, frozenset())
            admission = Admission(access, people, channels, groups, Policies())
            stack.push_async_callback(admission.aclose)
            return Admitted(access, admission)

        yield make


def an_asker(person=ANA, channel=FLEET):
    return Asker(person.id, channel, team=person.team)


async def test_who_may_ask_watches_and_sees_all(permission):
    """
    In a channel of one's own workspace nothing is left out.
    """
    assert None is await permission().left_out(an_asker())


@pytest.mark.parametrize(
    ("lists", "asker"),
    [
        ({"users": ["U0OTHER"]}, an_asker()),
        ({"channels": ["C0OTHER"]}, an_asker()),
        ({"teams": ["T0OTHER"]}, an_asker()),
    ],
)
async def test_who_was_taken_from_a_list_may_not_any_more(permission, lists, asker):
    """
    Each list is asked for each look.
    """
    with pytest.raises(NotAllowed):
        await permission(**lists).left_out(asker)


async def test_what_was_begun_in_a_window_asks_for_no_channel(permission):
    """
    A watch from the Home tab is told directly, so that lists of channels do not matter.
    """
    asker = an_asker(channel=ANA.id)

    assert None is await permission(channels=["C0OTHER"]).left_out(asker)


@pytest.mark.parametrize(
    "asker", [an_asker(channel=SHARED), an_asker(GIL)], ids=["shared channel", "guest"]
)
async def test_what_others_may_not_see_is_left_out(permission, asker):
    """
    In a shared channel, and for a guest, card and device are left out, and why is said.
    """
    assert "ICCID, IMEI, cell and location are left out" in await permission().left_out(asker)
