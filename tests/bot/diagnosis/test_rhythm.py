"""What recurs is usual, what happened once or twice is not."""

import pytest

from bot.diagnosis.rhythm import (
    DAY,
    HOUR,
    WEEK,
    Contact,
    Rhythm,
    contacts_of,
    usual_high,
    usual_low,
)

NOW = 100 * DAY


def rhythm(*hours_ago, lasting=0.1):
    """Return the rhythm of contacts that began so many hours ago."""
    starts = sorted(NOW - each * HOUR for each in hours_ago)
    rows = [Contact(start, start + lasting * HOUR, is_open=False, up=5, down=5) for start in starts]
    return Rhythm(contacts_of(rows), NOW)


HOURLY = range(1, 24 * 20)
NIGHTLY = [d * 24 + h for d in range(20) for h in range(9)]
WEEKS = [w * 168 + d * 24 + h for w in range(4) for d in range(5) for h in (0, 2, 4, 6, 8)]
FORTNIGHTS = [w * 336 + 168 + h for w in range(2) for h in range(144)]

LONGEST = [
    ("hourly", HOURLY, 1),
    ("a hole of six days is no habit", [*range(1, 200), *range(344, 480)], 1),
    ("nor are two", [*range(1, 99), *range(123, 199), *range(247, 400)], 1),
    ("three are", [*range(1, 99), *range(123, 199), *range(223, 299), *range(323, 400)], 25),
    ("one report in ten is missed", [h for h in HOURLY if h % 10 != 3], 2),
    ("nights", NIGHTLY, 16),
    ("nights, and one day off", [h for h in NIGHTLY if h // 24 != 9], 16),
    ("nights, and two days off", [h for h in NIGHTLY if h // 24 not in {9, 14}], 40),
    ("nights, and two outages", [h for h in NIGHTLY if not 220 < h < 247 and h // 24 != 14], 16),
    ("weekends, and nights", WEEKS, 64),
    ("two weekends", [h for h in WEEKS if h < 168 * 2 + 99], 64),
    ("a week on, a week off", FORTNIGHTS, 193),
    ("a week's outage at another hour", [h - 5 * (h < 400) for h in FORTNIGHTS], 1),
    ("of unknown rhythm, the longest there is", [1, 5, 50], 45),
    ("seen once", [5], 0),
    ("never seen", [], 0),
]


@pytest.mark.parametrize(("why", "hours", "longest"), LONGEST)
def test_the_longest_usual_interval(why, hours, longest):
    """It recurs, or lies whole weeks from another; one or two outages do not stretch it."""
    assert longest == round(rhythm(*hours).longest / HOUR), why


@pytest.mark.parametrize(("gaps", "known"), [(0, False), (4, False), (5, True), (99, True)])
def test_with_fewer_than_five_gaps_it_is_unknown(gaps, known):
    """Five gaps are a rhythm."""
    assert known == rhythm(*range(gaps + 1)).is_known


def test_what_came_within_an_hour_is_no_rhythm():
    """Many short gaps within an hour or two, as when a device is installed, tell no habit."""
    burst = [n / 10 for n in range(12)]

    assert not rhythm(*burst).is_known
    assert not rhythm(*burst, 400, 600).is_known
    assert rhythm(*burst, *range(2, 9)).is_known


DAILY_BEFORE = [24 * n for n in range(13, 29)]
CHANGED = [
    ("more often for twelve days", [*range(290), *DAILY_BEFORE], 1),
    ("for a week, which may be a project", [*range(168), *range(191, 700, 24)], 24),
    ("a few times seldom before", [*range(290), 300, 330, 400, 460], 70),
    ("less often for twelve days", [*range(0, 290, 24), *range(290, 600)], 24),
    ("two weeks of rest in between", [*range(290), *range(600, 700)], 311),
    ("by day only, as ever", NIGHTLY, 16),
]


@pytest.mark.parametrize(("why", "hours", "longest"), CHANGED)
def test_a_habit_that_it_gave_up_is_none(why, hours, longest):
    """What was typical and has not come for eight days is over, and no longer usual."""
    usual = rhythm(*hours).settled()

    assert longest == round(max(usual.intervals) / HOUR), why


ALWAYS_ON = [
    ("one session of weeks", [500], 490, True),
    ("a session a day", range(24, 500, 24), 23.9, True),
    ("with an outage of two days", [*range(24, 240, 24), *range(312, 500, 24)], 23.9, True),
    ("for an hour", [5], 1, False),
    ("half of the time", range(24, 500, 24), 12, False),
    ("once a week", [24, 192, 360], 0.1, False),
    ("never", [], 1, False),
]


@pytest.mark.parametrize(("why", "hours", "lasting", "always"), ALWAYS_ON)
def test_always_on(why, hours, lasting, always):
    """What is connected nine tenths of the time, but for an outage or two, is always on."""
    assert always == rhythm(*hours, lasting=lasting).is_always_on, why


PARKED = (*range(0, 21, 2), 31.5, *range(43, 72, 2))  # it has two contacts in 24 hours, at times
DRIVES = [0, *(cycle + hour + 3.5 for cycle in range(0, 576, 72) for hour in PARKED)]
SEVERAL = [
    ("every six hours", range(1, 300, 6), True),
    ("but for an outage", [*range(1, 100, 6), *range(140, 400, 6)], True),
    ("not at weekends", WEEKS, False),
    ("at six, noon and six", [6 * n + (n % 3) * 0.01 for n in range(90) if n % 4], True),
    ("twice a day", range(1, 300, 12), False),
    ("since yesterday", range(1, 40, 6), False),
    ("parked at any hour", DRIVES, True),
    ("but for a day", [h for h in DRIVES if not 150 < h < 175], True),
    ("but for two days", [h for h in DRIVES if not (150 < h < 175 or 300 < h < 325)], False),
]


@pytest.mark.parametrize(("why", "hours", "several"), SEVERAL)
def test_several_times_a_day(why, hours, several):
    """Three contacts on each day, but for one or two odd days, are several a day."""
    assert several == rhythm(*hours).is_several_a_day, why


def test_rests_that_come_with_the_week():
    """Weekends lie a week apart; shifts of another period do not."""
    shifts = [c * 192 + d * 24 + h for c in range(4) for d in range(5) for h in (0, 4, 8)]

    assert (True, False) == (rhythm(*WEEKS).is_weekly, rhythm(*shifts).is_weekly)
    assert rhythm(*(60 + h for h in WEEKS)).stopped_at_its_usual_hour()
    assert not rhythm(*(60 + h for h in HOURLY)).stopped_at_its_usual_hour()


def test_what_was_missed_since():
    """For each week that is known it tells how many contacts there were while it is silent now."""
    assert [0, 0, 0] == rhythm(*(50 + h for h in WEEKS)).missed()[:3]
    assert [5, 5, 5] == rhythm(*(85 + h for h in WEEKS)).missed()[:3]
    assert [] == rhythm(5).missed()
    assert WEEK == 7 * DAY


def rows(*told):
    """Return rows from (start in seconds, length)."""
    return [Contact(start, start + length, is_open=False, up=1, down=2) for start, length in told]


ATTACHES = [
    ("one after the other", rows((0, 50), (60, 50), (120, 50)), [1, 1, 1]),
    ("side by side", rows((0, 200), (2, 200)), [2]),
    ("of three data networks", rows((0, 200), (2, 200), (110, 9)), [3]),
    ("over two minutes later", rows((0, 900), (121, 9)), [1, 1]),
    ("beside an open one", [Contact(0, 5, is_open=True, up=1, down=2), *rows((60, 9))], [2]),
    ("none", [], []),
]


@pytest.mark.parametrize(("why", "told", "sizes"), ATTACHES)
def test_sessions_side_by_side_are_one_attach(why, told, sizes):
    """Sessions that begin within two minutes while the first one runs are one attach."""
    contacts = contacts_of(told)

    assert sizes == [contact.rows for contact in contacts], why
    assert len(told) == sum(contact.up for contact in contacts)


def test_packets_of_an_attach_are_unknown_where_a_part_is():
    """What is not told of one session is not known of all."""
    (contact,) = contacts_of([*rows((0, 200)), Contact(2, 90, is_open=False, up=None, down=0)])

    assert (None, 2, False) == (contact.up, contact.down, contact.is_empty)


HIGHS = [
    ("no day", [], 0),
    ("one day", [7], 7),
    ("an accident", [1, 1, 90, 1, 1, 1], 1),
    ("two accidents", [1, 80, 90, 1, 1, 1], 1),
    ("what comes again", [1, 80, 90, 1, 85, 1], 80),
    ("on this day of the week", [1, 1, 1, 1, 1, 1, 90], 90),
    ("two weeks ago", [*[1] * 13, 90], 90),
    ("on another day of the week", [1, 1, 1, 1, 1, 90, 1], 1),
]


@pytest.mark.parametrize(("why", "days", "high"), HIGHS)
def test_the_most_that_is_usual(why, days, high):
    """What comes three times, or came on this day of the week, is usual."""
    assert high == usual_high(days), why


def test_the_least_that_is_usual():
    """A tenth of all may be lower."""
    assert (0, 5, 2) == (usual_low([]), usual_low([5, 6]), usual_low([1, *range(2, 12)]))
