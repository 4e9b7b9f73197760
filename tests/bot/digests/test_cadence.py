"""How often a digest comes."""

from datetime import time, timedelta

import pytest

from bot.digests.cadence import HOURS, Cadence, Every, cron_line, explained, shortest_gap

CADENCES = [
    (Cadence(Every.HOURS), "0 * * * *", "every hour"),
    (Cadence(Every.HOURS, hours=6), "0 0,6,12,18 * * *", "every 6 hours"),
    (Cadence(Every.DAY), "0 9 * * *", "daily at 09:00"),
    (Cadence(Every.WEEKDAY, at=time(8, 30)), "30 8 * * 1-5", "on weekdays at 08:30"),
    (Cadence(Every.WEEK, at=time(0, 5), day=0), "5 0 * * 1", "on Mondays at 00:05"),
    (Cadence(Every.WEEK, day=6), "0 9 * * 7", "on Sundays at 09:00"),
    (
        Cadence(Every.CRON, line="0 9 1 * *"),
        "0 9 1 * *",
        "by cron 0 9 1 * * (at 09:00 on the first day of every month)",
    ),
]


@pytest.mark.parametrize(("cadence", "cron", "words"), CADENCES)
def test_a_cadence_as_cron_and_as_words(cadence, cron, words):
    """
    Each choice has its cron line, its words, and comes back from what is stored.
    """
    assert cron == cadence.cron
    assert cron == cron_line(cadence.cron)
    assert words == cadence.words
    assert cadence == Cadence.from_json(cadence.to_json())


@pytest.mark.parametrize("hours", HOURS)
def test_every_so_many_hours_is_the_same_every_day(hours):
    """
    The hours on offer divide the day, so midnight shortens no gap.
    """
    assert timedelta(hours=hours) == shortest_gap(Cadence(Every.HOURS, hours=hours).cron)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("0 9 * * 1", "0 9 * * 1"),
        ("  */15  8-17 * * mon-fri ", "*/15 8-17 * * MON-FRI"),
        ("0 9 L * *", "0 9 L * *"),
        ("0 9 * * 1#1", "0 9 * * 1#1"),
        ("0 0 29 2 *", "0 0 29 2 *"),
    ],
)
def test_a_cron_line_is_read(text, line):
    """
    Blanks and letters are written one way.
    """
    assert line == cron_line(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "it has 0 fields, not 5"),
        ("0 9 * *", "it has 4 fields, not 5"),
        ("0 0 9 * * 1", "it has 6 fields, not 5"),
        ("@daily", "it has 1 fields, not 5"),
        ("61 * * * *", "bad minute"),
        ("0 24 * * *", "bad hour"),
        ("0 9 31 2 *", "bad day-of-month"),
        ("0 9 * 13 *", "bad month"),
        ("0 9 * * 8", "bad day-of-week"),
        ("0 9 * * Montag", "bad day-of-week"),
        ("*/0 * * * *", "bad minute"),
        ("٠ 9 * * *", "bad minute"),
        ("0 " * 200, "it has 200 fields, not 5"),
        (",".join("0" * 60) + " 9 * * *", "it is longer than 100 characters"),
    ],
)
def test_what_is_no_cron_line(text, why):
    """
    The fault is named, with what to write instead.
    """
    with pytest.raises(ValueError, match="Write minute, hour") as raised:
        cron_line(text)

    assert f"That is no cron line: {why}." in str(raised.value)


@pytest.mark.parametrize(
    ("line", "gap"),
    [
        ("* * * * *", timedelta(minutes=1)),
        ("*/15 * * * *", timedelta(minutes=15)),
        ("0,5 9 * * *", timedelta(minutes=5)),
        ("50 23 * * *", timedelta(days=1)),
        ("0,50 0,23 * * 1-2", timedelta(minutes=10)),
        ("0,50 0,23 * * 1", timedelta(minutes=50)),
        ("0 9 * * 1", timedelta(days=7)),
        ("0 9 * * 1,2", timedelta(days=1)),
        ("0 0 1 1 *", timedelta(days=365)),
        ("0 0 29 2 *", timedelta(days=1461)),
        ("*/7 9 1 * *", timedelta(minutes=7)),
    ],
)
def test_the_shortest_gap(line, gap):
    """
    Two runs over midnight count where their days follow each other, else they do not.
    """
    assert gap == shortest_gap(line)


def test_a_cron_line_is_explained():
    """
    People who do not read cron read what it means.
    """
    assert "at 09:00 on Monday" == explained("0 9 * * 1")


@pytest.mark.parametrize(
    "stored",
    [{}, {"every": "year"}, {"every": "day", "at": "25:00"}, {"every": "week", "day": "x"}],
)
def test_what_is_no_cadence(stored):
    """
    Anything else than what was stored is refused.
    """
    with pytest.raises((ValueError, KeyError)):
        Cadence.from_json(stored)
