"""How often a digest comes."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest

from bot.digests.schedule import (
    HOURS,
    OFFERED,
    DigestSchedule,
    Frequency,
    QuietHours,
    all_zones,
    clock_changes,
    cron_line,
    cron_words,
    next_due,
    shortest_gap,
    zone_choices,
    zone_named,
    zones_like,
)

FIRST, FIRST_WORDS = "0 9 1 * *", "at 09:00 on the first day of every month"
CADENCES = [
    (DigestSchedule(Frequency.HOURS), "0 * * * *", "every hour"),
    (DigestSchedule(Frequency.HOURS, hours=6), "0 0,6,12,18 * * *", "every 6 hours"),
    (DigestSchedule(Frequency.DAY), "0 9 * * *", "daily at 09:00"),
    (DigestSchedule(Frequency.WEEKDAY, at=time(8, 30)), "30 8 * * 1-5", "on weekdays at 08:30"),
    (DigestSchedule(Frequency.WEEK, at=time(0, 5), day=0), "5 0 * * 1", "on Mondays at 00:05"),
    (DigestSchedule(Frequency.WEEK, day=6), "0 9 * * 7", "on Sundays at 09:00"),
    (DigestSchedule(Frequency.CRON, line=FIRST), FIRST, f"by cron {FIRST} ({FIRST_WORDS})"),
]


@pytest.mark.parametrize(("cadence", "cron", "words"), CADENCES)
def test_a_cadence_as_cron_and_as_words(cadence, cron, words):
    """Each choice has its cron line, its words, and comes back from what is stored."""
    assert "at 09:00 on Monday" == cron_words("0 9 * * 1")
    assert cron == cadence.cron
    assert cron == cron_line(cadence.cron)
    assert words == cadence.words
    assert cadence == DigestSchedule.from_json(cadence.to_json())


@pytest.mark.parametrize("hours", HOURS)
def test_every_so_many_hours_is_the_same_every_day(hours):
    """The hours on offer divide the day, so midnight shortens no gap."""
    assert timedelta(hours=hours) == shortest_gap(DigestSchedule(Frequency.HOURS, hours=hours).cron)


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
    """Blanks and letters are written one way."""
    assert line == cron_line(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "it has no fields, not 5"),
        ("0 9 * *", "it has 4 fields, not 5"),
        ("0 0 9 * * 1", "it has 6 fields, not 5"),
        ("@daily", "it has 1 field, not 5"),
        ("61 * * * *", "the minute must be 0 to 59"),
        ("0 24 * * *", "the hour must be 0 to 23"),
        ("0 9 31 2 *", "there is no such day of the month"),
        ("0 9 * 13 *", "the month must be 1 to 12, or JAN to DEC"),
        ("0 9 * * 8", "the day of the week must be 0 to 7, or SUN to SAT"),
        ("0 9 * * Montag", "the day of the week must be 0 to 7, or SUN to SAT"),
        ("*/0 * * * *", "the minute must be 0 to 59"),
        ("٠ 9 * * *", "the minute must be 0 to 59"),
        ("0 " * 200, "it has 200 fields, not 5"),
        (",".join("0" * 60) + " 9 * * *", "it is longer than 100 characters"),
    ],
)
def test_what_is_no_cron_line(text, why):
    """The fault is named, with what to write instead."""
    with pytest.raises(ValueError, match="Write minute, hour") as raised:
        cron_line(text)

    assert f"That is not a cron line: {why}." in str(raised.value)


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
    """Two runs over midnight count where their days follow each other, else they do not."""
    assert gap == shortest_gap(line)


@pytest.mark.parametrize(
    "stored",
    [{}, {"every": "year"}, {"every": "day", "at": "25:00"}, {"every": "week", "day": "x"}],
)
def test_what_is_no_cadence(stored):
    """Anything else than what was stored is refused."""
    with pytest.raises((ValueError, KeyError)):
        DigestSchedule.from_json(stored)


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
    """A fixed time comes once a day whatever the clocks do."""
    assert at(expected) == next_due(cron, zone, None, at(after))


@pytest.mark.parametrize(
    ("clock", "is_quiet"),
    [("21:59", False), ("22:00", True), ("23:59", True), ("00:00", True), ("07:00", False)],
)
def test_quiet_hours_over_midnight(clock, is_quiet):
    """They begin with their first minute and end before their last."""
    moment = datetime.combine(datetime(2026, 1, 1, tzinfo=UTC), time.fromisoformat(clock), UTC)

    assert is_quiet is NIGHT.cover(moment)


def test_quiet_hours_of_a_day():
    """Those that do not go over midnight cover what lies between; they come back from the store."""
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
    """Runs in the quiet hours are passed over; where that is all of them, there is none."""
    found = next_due(cron, "Europe/Berlin", NIGHT, at(after))

    assert (expected and at(expected)) == found


SKIPPED = "On 2026-03-29 the clocks skip 02:{}; it comes right after."
TWICE = "On 2026-10-25 the clocks show 02:30 twice; it comes the first time."


@pytest.mark.parametrize(
    ("cron", "zone", "expected"),
    [
        ("30 2 * * *", "Europe/Berlin", (SKIPPED.format("30"), TWICE)),
        ("30 2 * * 1", "Europe/Berlin", ()),
        ("*/30 2 * 3 *", "Europe/Berlin", (SKIPPED.format("00"), SKIPPED.format("30"))),
        ("*/30 * * * *", "Europe/Berlin", ()),
        ("0 9 * * *", "Europe/Berlin", ()),
        ("0 * * * *", "Europe/Berlin", ()),
        ("30 2 * * *", "UTC", ()),
        ("30 2 * 6 *", "Europe/Berlin", ()),
    ],
)
def test_what_the_clocks_do_to_it(cron, zone, expected):
    """Days on which a fixed time is skipped or shown twice are told in advance, and no other."""
    assert expected == clock_changes(cron, zone, at("2026-01-01T00:00"))


def test_every_zone_can_be_had():
    """The list names what zoneinfo knows."""
    assert set() == set(all_zones()) - available_timezones()
    assert all(ZoneInfo(name) for name in all_zones())


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        (" europe/berlin ", "Europe/Berlin"),
        ("utc", "UTC"),
        ("America/New York", "America/New_York"),
    ],
)
def test_a_zone_however_it_is_spelt(text, name):
    """Case, blanks and underscores are no matter."""
    assert name == zone_named(text)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("Berlin", "Did you mean Europe/Berlin?"),
        ("Europe/Berln", "Did you mean Europe/Berlin?"),
        ("CEST", "Write it as Europe/Berlin or UTC."),
        ("../../etc/passwd", "Write it as Europe/Berlin or UTC."),
        ("", "Write it as Europe/Berlin or UTC."),
    ],
)
def test_what_is_no_zone(text, hint):
    """A name that nearly fits is offered."""
    with pytest.raises(ValueError, match="no time zone") as raised:
        zone_named(text)

    assert hint in str(raised.value)


def test_zones_are_offered_while_somebody_types():
    """A city is found without its continent, and not everything is offered at once."""
    assert "America/New_York" == zones_like("new y")[0]
    assert OFFERED == len(zones_like("a"))
    assert () == zones_like("atlantis")
    assert not [name for name in zones_like("gmt") if name.startswith("Etc/GMT+")]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("GMT+2", "Africa/"),
        ("utc +5:30", "Asia/Kolkata"),
        ("-0500", "America/New_York"),
        ("UTC+1", "Europe/Berlin"),
    ],
)
def test_zones_are_found_by_how_far_they_are_from_utc(typed, first):
    """Never the inverted names: Etc/GMT+2 is two hours west."""
    names = [name for name, _ in zone_choices(typed, datetime(2026, 1, 5, 12, tzinfo=UTC))]

    assert names[0].startswith(first)
    assert not any("Etc/" in name for name in names)
