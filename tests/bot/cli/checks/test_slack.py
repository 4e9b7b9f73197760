"""Scopes against the manifest, and what is said where nothing can be tried."""

import pytest

from bot.cli.checks.check import Standing
from bot.cli.checks.slack import groups_checks, scopes_check, slack_checks
from bot.settings import Settings
from bot.slack.client import SlackClient, open_session
from bot.slack.manifest import bot_scopes
from tests.fakes import FakeClock
from tests.workspaces import BOT_TOKEN, slack_side

NEEDED, OPTIONAL = bot_scopes()


def test_the_manifest_asks_for_the_least():
    """
    What the bot cannot do without is what a command and an answer need.
    """
    assert {"commands", "chat:write"} <= NEEDED
    assert not NEEDED & OPTIONAL


@pytest.mark.parametrize("lacks", sorted(NEEDED))
def test_a_scope_that_is_needed(lacks):
    """
    Each needed scope is missed by name.
    """
    check = scopes_check(NEEDED - {lacks})

    assert Standing.FAILED == check.standing
    assert lacks in check.says


def test_a_scope_that_is_optional():
    """
    An optional scope that was not granted is told, and nothing is amiss.
    """
    check = scopes_check(NEEDED)

    assert Standing.OK == check.standing
    assert [scope for scope in OPTIONAL if scope not in check.says] == []


async def test_nothing_is_set():
    """
    Without tokens nothing is asked.
    """
    checks = await slack_checks(Settings(), FakeClock())

    assert [Standing.SKIPPED] * 2 == [check.standing for check in checks]
    assert ["no usable SLACK_BOT_TOKEN", "no usable SLACK_APP_TOKEN or SLACK_SIGNING_SECRET"] == [
        check.says for check in checks
    ]


async def test_signed_http_cannot_be_tried_from_here():
    """
    With a signing secret alone, the line says where Slack must come.
    """
    *_, check = await slack_checks(Settings(slack_signing_secret="s", port=3001), FakeClock())

    assert Standing.SKIPPED == check.standing
    assert "port 3001, /slack/events" in check.says


@pytest.fixture
async def check():
    """Return a function that checks groups with these scopes."""
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
