"""Whether the user groups that may ask can be read."""

import pytest

from bot.cli.checks.check import Standing
from bot.cli.checks.groups import groups_checks
from bot.settings import Settings
from bot.slack.client import SlackClient, open_session
from tests.fakes import FakeClock
from tests.workspaces import BOT_TOKEN, slack_side


@pytest.fixture
async def check():
    """Give a function that checks groups with these scopes."""
    clock = FakeClock()
    async with slack_side(clock) as slack, open_session() as session:
        client = SlackClient(session, clock, token=BOT_TOKEN, api_url=slack.api_url)

        async def look(groups, *scopes):
            slack.api.scopes |= set(scopes)
            return await groups_checks(client, Settings(allowed_groups=frozenset(groups)))

        yield look


async def test_a_group_that_can_be_read(check):
    """
    It says how many it lets in.
    """
    (found,) = await check({"S0ONCALL1"}, "usergroups:read")

    assert (Standing.OK, "S0ONCALL1 lets 2 in") == (found.standing, found.says)


@pytest.mark.parametrize(
    ("group", "scopes", "why", "mend"),
    [
        ("S0ONCALL1", (), "missing_scope", "add usergroups:read"),
        ("S0OTHER01", ("usergroups:read",), "no_such_subteam", "copy the id"),
    ],
)
async def test_a_group_that_cannot(check, group, scopes, why, mend):
    """
    It lets nobody in, and what mends it is said.
    """
    (found,) = await check({group}, *scopes)

    assert Standing.FAILED == found.standing
    assert why in found.says
    assert "lets nobody in" in found.says
    assert found.mend.startswith(mend)


async def test_without_groups_nothing_is_checked(check):
    """
    Who sets none is not bothered.
    """
    assert () == await check(set())
