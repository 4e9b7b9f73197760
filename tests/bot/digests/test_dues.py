"""When a digest is due."""

from datetime import UTC, datetime, time

import pytest

from bot.digests.dues import QuietHours, clock_changes, next_due

NIGHT = QuietHours(time(22), time(7))


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("cron", "zone", "after", "expected"),
    [
        ("0 9 * * *", "UTC", "2026-01-01T09:00", "2026-01-02T09:00"),
        ("0 9 * * 1", "Asia/Tokyo", "2026-01-01T00:00", "2026-01-05T00:00"),
        # 02:30 does not exist on the 29th of March in Berlin
        ("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00", "2026-03-29T01:00"),
        # 02:30 is there twice on the 25th of October
        ("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00", "2026-10-25T00:30"),
        ("30 2 * * *", "Europe/Berlin", "2026-10-25T01:10", "2026-10-26T01:30"),
    ],
)
def test_the_next_time(cron, zone, after, expected):
    """
    A fixed time comes once a day whatever the clocks do.
    """
    assert at(expected) == next_due(cron, zone, None, at(after))


@pytest.mark.parametrize(
    ("clock", "is_quiet"),
    [("21:59", False), ("22:00", True), ("23:59", True), ("00:00", True), ("07:00", False)],
)
def test_quiet_hours_over_midnight(clock, is_quiet):
    """
    They begin with their first minute and end before their last.
    """
    moment = datetime.combine(datetime(2026, 1, 1, tzinfo=UTC), time.fromisoformat(clock), UTC)

    assert is_quiet is NIGHT.cover(moment)


def test_quiet_hours_of_a_day():
    """
    Those that do not go over midnight cover what lies between; they come back from the store.
    """
    lunch = QuietHours(time(12), time(13, 30))

    assert lunch.cover(at("2026-01-01T12:15"))
    assert not lunch.cover(at("2026-01-01T23:00"))
    assert "12:00 to 13:30" == lunch.words
    assert lunch == QuietHours.from_json(lunch.to_json())


@pytest.mark.parametrize(
    ("cron", "after", "expected"),
    [
        ("0 * * * *", "2026-01-01T20:30", "2026-01-02T06:00"),  # 21:30 and 07:00 in Berlin
        ("*/20 * * * *", "2026-01-01T20:50", "2026-01-02T06:00"),
        ("0 3,9 * * *", "2026-01-01T20:30", "2026-01-02T08:00"),
        ("0 3 * * *", "2026-01-01T20:30", None),
        ("0 23 1 * *", "2026-01-01T20:30", None),
    ],
)
def test_the_next_outside_the_quiet_hours(cron, after, expected):
    """
    Runs in the quiet hours are passed over; where that is all of them, there is none.
    """
    found = next_due(cron, "Europe/Berlin", NIGHT, at(after))

    assert (expected and at(expected)) == found


@pytest.mark.parametrize(
    ("cron", "zone", "expected"),
    [
        (
            "30 2 * * *",
            "Europe/Berlin",
            (
                "On 2026-03-29 the clocks skip 02:30; it comes when they go on.",
                "On 2026-10-25 the clocks show 02:30 twice; it comes at the first.",
            ),
        ),
        ("30 2 * * 1", "Europe/Berlin", ()),
        (
            "*/30 2 * 3 *",
            "Europe/Berlin",
            (
                "On 2026-03-29 the clocks skip 02:00; it comes when they go on.",
                "On 2026-03-29 the clocks skip 02:30; it comes when they go on.",
            ),
        ),
        ("*/30 * * * *", "Europe/Berlin", ()),
        ("0 9 * * *", "Europe/Berlin", ()),
        ("0 * * * *", "Europe/Berlin", ()),
        ("30 2 * * *", "UTC", ()),
        ("30 2 * 6 *", "Europe/Berlin", ()),
    ],
)
def test_what_the_clocks_do_to_it(cron, zone, expected):
    """
    Days on which a fixed time is skipped or shown twice are told in advance, and no other.
    """
    assert expected == clock_changes(cron, zone, at("2026-01-01T00:00"))
