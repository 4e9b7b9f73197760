"""What is said of a digest that somebody asked for."""

from datetime import UTC, datetime, time

import pytest

from bot.blocks.speech import MRKDWN, PLAIN
from bot.blocks.subscription_words import about, small_print, when_next
from bot.digests.cadence import Cadence, Every
from bot.digests.dues import QuietHours
from bot.digests.selection import Selection, Which
from bot.digests.subscription import WhenQuiet, Why
from tests.bot.digests.subscriptions import PUMPS, subscription

BUT = ", but not from 22:00 to 07:00"
MONDAY = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "Pumps — SIMs called pump-*, on weekdays at 09:00 (Europe/Berlin)"),
        (
            {"selection": Selection(Which.ALL), "cadence": Cadence(Every.HOURS, hours=4)},
            "Pumps — all SIMs, every 4 hours (Europe/Berlin)",
        ),
        (
            {"quiet_hours": QuietHours(time(22), time(7))},
            "Pumps — SIMs called pump-*, on weekdays at 09:00 (Europe/Berlin)" + BUT,
        ),
    ],
)
def test_what_it_is_about(changes, words):
    """
    Its name, its SIMs, how often, and when not.
    """
    assert words == about(subscription(**changes), PLAIN)


def test_nothing_in_it_speaks_to_slack():
    """
    What people typed is shown as it is.
    """
    evil = subscription(name="<!channel>", selection=Selection(Which.PATTERN, "*<@U1>*"))

    assert "<" not in about(evil, MRKDWN)


@pytest.mark.parametrize(
    ("changes", "percent", "words"),
    [
        ({}, None, "next: 2026-01-06 08:00 UTC"),
        ({}, 34, "being made now: 34 % · next: 2026-01-06 08:00 UTC"),
        ({"paused": Why.ASKED}, None, "paused"),
        (
            {"paused": Why.ARCHIVED},
            5,
            "being made now: 5 % · paused, because its channel is archived",
        ),
        ({"quiet_hours": QuietHours(time(8), time(10))}, None, "never comes"),
    ],
)
def test_when_it_comes_next(changes, percent, words):
    """
    The next run, or why there is none, and how far one is that is being made.
    """
    assert words == when_next(subscription(**changes), MONDAY, PLAIN, percent)
    assert "<!date^" in when_next(PUMPS, MONDAY, MRKDWN)


@pytest.mark.parametrize(
    ("changes", "lines"),
    [
        ({}, ("When nothing changed it says so in one line.",)),
        ({"when_quiet": WhenQuiet.SKIP}, ("When nothing changed it posts nothing.",)),
        (
            {"cadence": Cadence(Every.DAY, at=time(2, 30))},
            (
                "When nothing changed it says so in one line.",
                "On 2026-03-29 the clocks skip 02:30; it comes when they go on.",
                "On 2026-10-25 the clocks show 02:30 twice; it comes at the first.",
            ),
        ),
    ],
)
def test_the_small_print(changes, lines):
    """
    What it does when all is quiet, and what the clocks will do to it.
    """
    assert lines == small_print(subscription(**changes), MONDAY)


def test_what_can_be_copied_stands_as_it_was_typed():
    """
    Slack's marks are left alone in patterns and cron lines.
    """
    cron = subscription(cadence=Cadence(Every.CRON, line="*/15 * * * *"))

    assert "SIMs called `pump-*`, by cron `*/15 * * * *`, every 15" in about(cron, MRKDWN)
