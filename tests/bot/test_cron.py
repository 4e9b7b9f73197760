"""When cron lines fire, above all where the clocks move."""

from datetime import datetime, timedelta
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

import pytest

from bot.cron import due_times

DAY = timedelta(days=1)


def fired(line, zone, day, days=1):
    """Return when a line fires on a day, by the clocks there."""
    place = ZoneInfo(zone)
    start = datetime.fromisoformat(day).replace(tzinfo=place)
    end = (datetime.fromisoformat(day) + days * DAY).replace(tzinfo=place).timestamp()
    moments = takewhile(lambda due: due < end, due_times([line], zone, start.timestamp() - 1))
    return [f"{datetime.fromtimestamp(due, place):%H:%M %z}" for due in moments]


def test_a_time_of_day_comes_once():
    """Each time that a line names comes once a day, in the north and in the south."""
    for line, zone, day, comes in (
        # the clocks skip it: it comes when they go on
        ("30 2 * * *", "Europe/Berlin", "2026-03-29", ["03:00 +0200"]),
        ("30 2 * * *", "America/New_York", "2026-03-08", ["03:00 -0400"]),
        ("30 2 * * *", "Australia/Sydney", "2026-10-04", ["03:00 +1100"]),
        ("15 2 * * *", "Australia/Lord_Howe", "2026-10-04", ["02:30 +1100"]),
        ("0 0 * * *", "America/Santiago", "2026-09-06", ["01:00 -0300"]),
        ("*/15 2 * * *", "Europe/Berlin", "2026-03-29", ["03:00 +0200"]),
        ("0 2,3 * * *", "Europe/Berlin", "2026-03-29", ["03:00 +0200"]),
        ("0 9 * * *", "Pacific/Apia", "2011-12-31", ["00:00 +1400", "09:00 +1400"]),
        # they show it twice: it comes the first time
        ("30 2 * * *", "Europe/Berlin", "2026-10-25", ["02:30 +0200"]),
        ("30 1 * * *", "America/New_York", "2026-11-01", ["01:30 -0400"]),
        ("30 2 * * *", "Australia/Sydney", "2026-04-05", ["02:30 +1100"]),
        ("45 1 * * *", "Australia/Lord_Howe", "2026-04-05", ["01:45 +1100"]),
        ("30 23 * * *", "America/Santiago", "2026-04-04", ["23:30 -0300"]),
        ("*/30 2 * * *", "Europe/Berlin", "2026-10-25", ["02:00 +0200", "02:30 +0200"]),
        ("0 */12 * * *", "America/Havana", "2025-11-02", ["00:00 -0400", "12:00 -0500"]),
        # the day before and after are as ever
        ("30 2 * * *", "Europe/Berlin", "2026-03-28", ["02:30 +0100"]),
        ("30 2 * * *", "Europe/Berlin", "2026-10-26", ["02:30 +0100"]),
        ("0 9 * * 1-5", "Europe/Berlin", "2026-03-29", []),
    ):
        assert comes == fired(line, zone, day), (line, zone, day, comes)


def test_every_hour_follows_the_hours_that_pass():
    """A day of 23 hours has 23 of them, one of 25 has 25."""
    for line, zone, day, runs in (
        ("0 * * * *", "Europe/Berlin", "2026-03-29", 23),
        ("0 * * * *", "Europe/Berlin", "2026-10-25", 25),
        ("0 * * * *", "Europe/Berlin", "2026-10-26", 24),
        ("45 * * * *", "Australia/Lord_Howe", "2026-04-05", 25),
        ("45 * * * *", "Australia/Lord_Howe", "2026-10-04", 24),
        ("* * * * *", "America/Santiago", "2026-04-04", 25 * 60),
        ("*/20 * * * *", "Australia/Sydney", "2026-10-04", 23 * 3),
    ):
        assert runs == len(fired(line, zone, day)), (line, zone, day, runs)


def test_asked_within_the_second_hour_it_does_not_come_back():
    """From the second 02:10 of a night the next 02:30 is that of the day after."""
    place = ZoneInfo("Europe/Berlin")
    after = datetime(2026, 10, 25, 2, 10, tzinfo=place, fold=1)
    due = next(due_times(["30 2 * * *"], "Europe/Berlin", after.timestamp()))

    assert datetime(2026, 10, 26, 2, 30, tzinfo=place).timestamp() == due


def test_several_lines_come_in_one_order():
    """The lines are merged, and two that fire together are one."""
    lines = ["0 9 * * *", "0 17 * * *", "0 9 5 1 *"]
    first = islice(
        due_times(lines, "UTC", datetime(2026, 1, 4, 12, tzinfo=ZoneInfo("UTC")).timestamp()), 3
    )

    assert ["04 17", "05 09", "05 17"] == [
        f"{datetime.fromtimestamp(due, ZoneInfo('UTC')):%d %H}" for due in first
    ]


@pytest.mark.parametrize(
    ("line", "zone", "says"),
    [
        ("0 9 * *", "UTC", "five fields, not 4"),
        ("0 0 9 * * *", "UTC", "five fields, not 6"),
        ("0 25 * * *", "UTC", "bad hour"),
        ("0 0 30 2 *", "UTC", "bad day-of-month"),
        ("nonsense a b c d", "UTC", "bad minute"),
        ("0 9 * * *", "Mars/Olympus", "no time zone of that name"),
        ("0 9 * * *", "../../etc/passwd", "no time zone of that name"),
        ("0 9 * * *", "", "no time zone of that name"),
    ],
)
def test_what_is_no_line_or_zone(line, zone, says):
    """It is said in words."""
    with pytest.raises(ValueError, match=says):
        next(due_times([line], zone, 0.0))
