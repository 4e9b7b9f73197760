"""Scopes against the manifest, and what is said where nothing can be tried."""

import pytest

from bot.cli.checks import MEND_REACH, groups_checks, scopes_check, slack_checks
from bot.cli.terminal import Status
from bot.emulators.slack.installation import granted_scopes
from bot.settings import Settings
from bot.slack.client import SlackClient, open_session
from bot.slack.identity import bot_scopes
from tests.fakes import FakeClock
from tests.slack_rig import BOT_TOKEN, slack_side

NEEDED, OPTIONAL = bot_scopes()


def test_a_scope_that_is_needed_is_missed_by_name():
    """Each needed scope is missed by name, whatever else was granted."""
    checks = {lacks: scopes_check((NEEDED | OPTIONAL) - {lacks}) for lacks in NEEDED}

    assert {Status.FAILED} == {check.status for check in checks.values()}
    assert [] == [lacks for lacks, check in checks.items() if lacks not in check.says]


def test_a_scope_that_is_optional_is_only_told():
    """
    Nothing is amiss where an admin declined all that is optional: what is lacking is said, and how
    to have it.
    """
    declined = scopes_check(granted_scopes(NEEDED | OPTIONAL, OPTIONAL, declined=OPTIONAL))
    allowed = scopes_check(granted_scopes(NEEDED | OPTIONAL, OPTIONAL))

    assert Status.OK == declined.status == allowed.status
    assert [] == [scope for scope in OPTIONAL if scope not in declined.says]
    assert "manifest.yml" in declined.mend
    assert ("", False) == (allowed.mend, "without" in allowed.says)


async def test_nothing_is_set():
    """Without tokens nothing is asked."""
    checks = await slack_checks(Settings(), FakeClock())

    assert [Status.SKIPPED] * 2 == [check.status for check in checks]
    assert ["no usable SLACK_BOT_TOKEN", "no usable SLACK_APP_TOKEN or SLACK_SIGNING_SECRET"] == [
        check.says for check in checks
    ]


async def test_signed_http_cannot_be_tried_from_here():
    """With a signing secret alone, the line says where Slack must come."""
    *_, check = await slack_checks(Settings(slack_signing_secret="s", port=3001), FakeClock())

    assert Status.SKIPPED == check.status
    assert "port 3001, /slack/events" in check.says


@pytest.fixture
async def check():
    """Return a function that checks groups with these scopes."""
    clock = FakeClock()
    async with slack_side(clock) as slack, open_session() as session:
        client = SlackClient(session, clock, token=BOT_TOKEN, api_url=slack.api_url)

        async def look(groups, *scopes, status=None):
            slack.api.scopes |= set(scopes)
            if status:
                slack.api.faults.status("usergroups.users.list", status, "<html>", times=9)
            return await groups_checks(client, Settings(allowed_groups=frozenset(groups)))

        yield look


async def test_a_group_that_can_be_read(check):
    """It says how many it lets in."""
    (found,) = await check({"S0ONCALL1"}, "usergroups:read")

    assert (Status.OK, "S0ONCALL1 lets 2 in") == (found.status, found.says)


@pytest.mark.parametrize(
    ("group", "scopes", "why", "mend"),
    [
        ("S0ONCALL1", (), "missing_scope", "put manifest.yml into the app"),
        ("S0OTHER01", ("usergroups:read",), "no_such_subteam", "copy the id"),
    ],
)
async def test_a_group_that_cannot(check, group, scopes, why, mend):
    """It lets nobody in, and what mends it is said."""
    (found,) = await check({group}, *scopes)

    assert Status.FAILED == found.status
    assert why in found.says
    assert "lets nobody in" in found.says
    assert found.mend.startswith(mend)


async def test_a_group_that_cannot_be_read_now(check):
    """While Slack fails its members stay in, and no setting is to be changed."""
    (found,) = await check({"S0ONCALL1"}, "usergroups:read", status=503)

    assert Status.FAILED == found.status
    assert "lets nobody in" not in found.says
    assert MEND_REACH == found.mend


async def test_without_groups_nothing_is_checked(check):
    """Who sets none is not bothered."""
    assert () == await check(set())
