"""What is asked of the outside, and what is not while an address is wrong."""

import pytest

from bot.cli.checks.check import Status
from bot.cli.checks.outside import outside_checks
from bot.clock import SystemClock
from bot.settings import load_settings


@pytest.mark.parametrize(
    ("faulty", "untried"),
    [
        ({"SLACK_API_URL"}, {"Slack bot token", "Slack app token", "clock against Slack"}),
        ({"KORE_API_URL"}, {"KORE key", "clock against KORE"}),
        ({"KORE_TOKEN_URL"}, {"KORE key"}),
        ({"PORT", "SIMSESSIONS_DRAIN"}, set()),
    ],
)
async def test_nothing_goes_to_an_address_that_was_not_meant(kore, slack, faulty, untried):
    """While an address is wrong, no key goes to the usual one instead, and the line says why."""
    settings = load_settings(kore.settings | slack.settings, None)
    checks = await outside_checks(settings, SystemClock(), frozenset(faulty))
    skipped = {check.name: check.says for check in checks if check.status is Status.SKIPPED}
    why = {name for name, says in skipped.items() if says.split()[0] in faulty}

    assert untried == why
