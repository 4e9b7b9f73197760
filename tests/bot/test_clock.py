"""Waits between tries, durations as people and HTTP write them, and when cron lines fire."""

from datetime import UTC, datetime, timedelta
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

import pytest

from bot.clock import Backoff, due_times, format_duration, jittered, parse_seconds, read_retry_after
from tests.measures import cpu_at_most


def test_waits_double_up_to_the_longest():
    """Without jitter they are always the same, and a day of failures is no number too large."""
    backoff = Backoff(first=5, longest=60)

    assert [5, 10, 20, 40, 60, 60] == [backoff.after(failures) for failures in range(1, 7)]
    assert 60 == backoff.after(1_000_000)


def test_chance_takes_its_share_and_no_more():
    """Of a wait with jitter only that share is left to chance, and no wait exceeds the longest."""
    shares = [Backoff(4, 6, 0.25, lambda drawn=drawn: drawn).after(2) for drawn in (0, 0.5, 1)]
    waits = {Backoff(4, 6, 0.25).after(1) for _ in range(20)}

    assert [4.5, 5.25, 6] == shares
    assert len(waits) > 10
    assert all(3 <= wait <= 4 for wait in waits)


def test_what_comes_round_is_spread_to_both_sides():
    """On average it comes as often as it should."""
    spreads = [jittered(100, 0.1, lambda drawn=drawn: drawn) for drawn in (0, 0.5, 1)]

    assert [90, 100, 110] == [round(seconds) for seconds in spreads]
    assert all(90 <= jittered(100, 0.1) <= 110 for _ in range(20))


READ = {
    "90s": 90, "90 seconds": 90, "1min": 60, "90 min": 5400, "90m": 5400, "1.5h": 5400,
    "1h30min": 5400, "1 h 30 min": 5400, "1 hour and 30 minutes": 5400, "2 H": 7200, "4hrs": 14400,
    "1d": 86400, "7 days": 604_800, "1w": 604_800, "1 week": 604_800, "2 Weeks": 1_209_600,
    "a week": 604_800, "A day": 86400, "an hour": 3600, "one hour": 3600, "half an hour": 1800,
    "half a day": 43_200, "a week and 2 days": 777_600, "an hour 30 minutes": 5400,
}  # fmt: skip


@pytest.mark.parametrize("typed", READ)
def test_durations_are_read_as_people_write_them(typed):
    """Units may be short or long, apart or together."""
    assert READ[typed] == parse_seconds(typed)


@pytest.mark.parametrize(
    "typed",
    ["", "ever", "2", "-2h", "2x", "2h ago", "h", "1h,2h", "3 months", "half", "a", "a few days"],
)
def test_nothing_is_guessed(typed):
    """What is not understood as a whole is no duration, a number without a unit neither."""
    assert None is parse_seconds(typed)


@pytest.mark.parametrize("piece", ["9", "1 ", "9.", "1h ", "a1", "and "])
def test_a_long_text_is_read_once(piece):
    """However long it is, no part of it is read again and again: the square would take minutes."""
    with cpu_at_most(2):
        parse_seconds(piece * 40_000)


@pytest.mark.parametrize("written", ["7d", "2h", "90min", "90s", "1.5s"])
def test_a_duration_is_written_as_it_may_be_typed(written):
    """What is said can be typed back."""
    assert written == format_duration(timedelta(seconds=parse_seconds(written)))


RETRY_AFTER = {
    "2": 2.0,
    " 2 ": 2.0,
    "1.5": 1.5,
    "Mon, 05 Jan 2026 12:00:30 GMT": 30.0,
    "Mon, 05 Jan 2026 11:00:00 GMT": 0.0,
    "Mon, 05 Jan 2026 12:00:30": 30.0,
    "1000000000": 900.0,
    "9" * 400: 900.0,
    "Fri, 01 Jan 2027 00:00:00 GMT": 900.0,
    "Mon, 05 Jan 9999999999999999999999 12:00:30 GMT": None,
    "inf": None,
    "soon": None,
    "-1": None,
    "": None,
    None: None,
}


def test_retry_after_is_seconds_or_a_date():
    """What is neither seconds nor a date is as if it were not there."""
    now = datetime(2026, 1, 5, 12, tzinfo=UTC)

    assert RETRY_AFTER == {text: read_retry_after(text, now) for text in RETRY_AFTER}


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
