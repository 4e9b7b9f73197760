"""The same words for three kinds of reader."""

from datetime import datetime, timedelta, timezone

import pytest

from bot.blocks.speech import MRKDWN, NOTICE, PLAIN, utc
from tests.builders import NOON

BERLIN = timezone(timedelta(hours=1))


def test_a_moment_in_slack_is_a_date_token():
    """
    Slack gets the moment for the reader's own zone, with ISO 8601 in UTC where that fails.
    """
    token = "<!date^1767614400^{date_short_pretty} {time}|2026-01-05T12:00:00Z>"

    assert token == MRKDWN.when(NOON)
    assert token == MRKDWN.when(NOON.astimezone(BERLIN))


@pytest.mark.parametrize("speak", [NOTICE, PLAIN])
def test_a_moment_elsewhere_is_in_utc(speak):
    """
    Notifications and terminals say the minute in UTC.
    """
    assert "2026-01-05 12:00 UTC" == speak.when(NOON.astimezone(BERLIN))


def test_a_moment_without_a_zone_is_utc():
    """
    KORE's times are UTC.
    """
    assert NOON == utc(datetime(2026, 1, 5, 12, 0))  # noqa: DTZ001 -- what is tested


@pytest.mark.parametrize(
    ("speak", "shown"),
    [
        (MRKDWN, "*&lt;b&gt; ∗* `a&amp;ˋ` &gt;"),
        (NOTICE, "&lt;b&gt; ∗ a&amp;ˋ &gt;"),
        (PLAIN, "<b> * a&` >"),
    ],
)
def test_marks(speak, shown):
    """
    Only Slack's blocks have marks of ours, and only Slack needs escapes.
    """
    said = f"{speak.strong(speak.data('<b> *'))} {speak.code('a&`')} {speak.own('>')}"

    assert shown == said


@pytest.mark.parametrize(
    ("speak", "shown"),
    [
        (
            MRKDWN,
            "V & W: 4, <https://v.example/a?b=1&amp;c=2|v.example>; ours".replace("& W", "&amp; W"),
        ),
        (NOTICE, "V &amp; W: 4, https://v.example/a?b=1&amp;c=2; ours"),
        (PLAIN, "V & W: 4, https://v.example/a?b=1&c=2; ours"),
    ],
)
def test_linked(speak, shown):
    """
    An address is a link in Slack and stays an address elsewhere.
    """
    assert shown == speak.linked("V & W: 4, https://v.example/a?b=1&c=2; ours")


@pytest.mark.parametrize(
    ("speak", "shown"),
    [
        (MRKDWN, "I read `<b>`.".replace("<b>", "&lt;b&gt;")),
        (NOTICE, "I read &lt;b&gt;."),
        (PLAIN, "I read `<b>`."),
    ],
)
def test_sentence(speak, shown):
    """
    An error's sentence keeps its code spans where they can be seen.
    """
    assert shown == speak.sentence("I read `<b>`.")


def test_terminals_are_not_steered():
    """
    Escape sequences in a SIM's name do not reach a terminal.
    """
    assert "\x1b" not in PLAIN.data("\x1b]0;title\x07pump") + PLAIN.code("\x1b[2J")
