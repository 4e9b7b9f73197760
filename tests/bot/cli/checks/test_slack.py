"""Scopes against the manifest, and what is said where nothing can be tried."""

import pytest

from bot.cli.checks.check import Standing
from bot.cli.checks.slack import scopes_check, slack_checks
from bot.settings import Settings
from bot.slack.manifest import bot_scopes
from tests.fakes import FakeClock

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
