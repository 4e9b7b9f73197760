"""A SIM's days, added up from its sessions and packed by the month."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.diagnosis.evidence import Evidence, State
from bot.diagnosis.rule import Severity
from bot.digests.days import (
    FINAL_AFTER,
    WINDOW_DAYS,
    Day,
    contacts_of,
    date_of,
    day_number,
    days_of,
    first_day,
    first_open_day,
    merged_months,
    month_of,
    unpack_days,
)
from tests.builders import NOON, a_session, a_sim

NOW = NOON + timedelta(hours=3)
TODAY = day_number(NOW)
H = timedelta(hours=1)


def closed(start, length, **changes):
    """Return a session that ended."""
    return a_session(start=start, end=start + length, last_updated=start + length, **changes)


def added_up(*sessions, days=3):
    """Return the last days, oldest first."""
    found = days_of(Evidence(a_sim(), sessions, NOW), TODAY - days + 1)
    return [found[number] for number in sorted(found)]


NOTHING, OTHER = Day(), {"operator_mnc": "410"}
SPREAD = closed(NOON - 18 * H, 12 * H, packets_uploaded=100, packets_downloaded=10)
CASES = {
    "within a day": ([closed(NOON - 24 * H, 2 * H)], [NOTHING, Day(1, 120, 246, 296, 1), NOTHING]),
    "over midnight, packets by time": (
        [SPREAD],
        [NOTHING, Day(1, 360, 50, 5, 1), Day(0, 360, 50, 5, 1)],
    ),
    "open: until it was last heard from": (
        [a_session(start=NOON, last_updated=NOON + H)],
        [NOTHING, NOTHING, Day(1, 60, 246, 296, 1)],
    ),
    "several: each network once": (
        [closed(NOON, H), closed(NOON + H, H, **OTHER), closed(NOON + 2 * H, H)],
        [NOTHING, NOTHING, Day(3, 180, 738, 888, 2)],
    ),
    "ended before it began": ([closed(NOON, -H)], [NOTHING, NOTHING, Day(1, 0, 246, 296, 1)]),
    "of an earlier day": ([closed(NOON - 99 * H, H)], [NOTHING] * 3),
    "without a start": ([a_session(start=None, end=NOON, last_updated=NOON)], [NOTHING] * 3),
}


@pytest.mark.parametrize("case", CASES)
def test_sessions_add_up_to_days(case):
    """Minutes and packets belong to the days a session ran, its start to the first of them."""
    sessions, expected = CASES[case]

    assert expected == added_up(*sessions)


def test_a_day_is_that_of_utc():
    """A moment belongs to its day in UTC, whatever zone it is told in."""
    assert NOON.date() == date_of(day_number(NOON))


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([(None, None)], (None, None)),
        ([(None, 5)], (None, 5)),
        ([(None, 5), (7, None)], (7, 5)),
        ([(0, 0)], (0, 0)),
        ([], (0, 0)),
    ],
)
def test_unknown_packets_are_not_nothing(told, expected):
    """Packets are unknown where sessions ran and none of them told; a day without any has 0."""
    sessions = [
        closed(NOON + n * H, H, packets_uploaded=up, packets_downloaded=down)
        for n, (up, down) in enumerate(told)
    ]
    day = added_up(*sessions)[-1]

    assert expected == (day.up, day.down)


def test_no_day_has_more_than_its_minutes():
    """Sessions that overlap do not make a day longer."""
    found = added_up(*(closed(NOON - 36 * H - n * timedelta(seconds=1), 30 * H) for n in range(3)))

    assert 1440 == found[1].minutes


ANY_DAY = st.builds(
    Day,
    sessions=st.integers(0, 65_535),
    minutes=st.integers(0, 1440),
    up=st.none() | st.integers(0, 2**32 - 2),
    down=st.none() | st.integers(0, 2**32 - 2),
    networks=st.integers(0, 255),
    state=st.none() | st.sampled_from(State),
    worst=st.none() | st.sampled_from(Severity),
)


@given(st.dictionaries(st.integers(TODAY - 70, TODAY), ANY_DAY, max_size=20))
def test_what_is_packed_is_read_again(days):
    """Any days come back as they were, in order, with nothing between them."""
    found = unpack_days(merged_months({}, days, TODAY))

    assert dict(sorted(days.items())) == found
    assert sorted(days) == list(found)


WINDOW = range(TODAY - WINDOW_DAYS, TODAY + 1)
THIS_MONTH = month_of(TODAY)


def packed_window():
    return merged_months({}, {number: Day() for number in WINDOW}, TODAY)


def test_a_month_is_a_row_of_its_own():
    """Days of two months are two rows, none longer than its days."""
    sizes = {month: len(room) for month, room in packed_window().items()}

    assert {month_of(WINDOW[0]), THIS_MONTH} == set(sizes)
    assert (TODAY - first_day(THIS_MONTH) + 1) * 14 == sizes[THIS_MONTH]


def test_what_is_too_large_is_cut():
    """A number that has no room is the largest that has, never a small one."""
    day = Day(sessions=70_000, networks=300, up=2**40, down=2**33)
    expected = Day(sessions=65_535, networks=255, up=2**32 - 2, down=2**32 - 2)

    assert {TODAY: expected} == unpack_days(merged_months({}, {TODAY: day}, TODAY))


def test_the_stored_state_of_a_day_stays():
    """A later scan that adds a day up anew keeps the state of the scan made on that day."""
    scanned = Day(state=State.OFFLINE, worst=Severity.CRITICAL)
    first = merged_months({}, {TODAY: scanned}, TODAY)
    second = first | merged_months(first, {TODAY: Day(sessions=4)}, TODAY + 1)

    assert {TODAY: scanned._replace(sessions=4)} == unpack_days(second)


def test_only_changed_months_are_given():
    """A scan of today leaves the month before alone, and one that finds nothing new both."""
    packed = merged_months({}, {TODAY - 40: Day(), TODAY: Day()}, TODAY)

    assert [THIS_MONTH] == list(merged_months(packed, {TODAY: Day(1)}, TODAY))
    assert [] == list(merged_months(packed, {TODAY - 40: Day(), TODAY: Day()}, TODAY))


@pytest.mark.parametrize(
    ("packed", "today", "made", "expected"),
    [
        ({}, TODAY, None, TODAY - WINDOW_DAYS),
        ({}, TODAY, TODAY - 3, TODAY - 3),
        ({}, TODAY, TODAY + 1, TODAY),
        (packed_window(), TODAY, None, TODAY - FINAL_AFTER + 1),
        (packed_window(), TODAY + 5, None, TODAY - FINAL_AFTER + 1),
        (merged_months({}, {TODAY: Day()}, TODAY), TODAY + 60, None, TODAY + 60 - WINDOW_DAYS),
    ],
    ids=["new", "younger than the window", "made later", "final", "final later", "long pause"],
)
def test_the_first_day_that_is_not_final(packed, today, made, expected):
    """Days are added up from the window, or the SIM's own first day, on, and no final day again."""
    assert expected == first_open_day(packed, today, made)


def test_a_row_cut_short_gives_what_is_whole():
    """Half a day at the end of a row is no day."""
    first = first_day(THIS_MONTH)
    packed = merged_months({}, {first: Day(1), first + 1: Day(2)}, TODAY)

    assert {first: Day(1)} == unpack_days({THIS_MONTH: packed[THIS_MONTH][:20]})


def test_a_state_that_is_not_known_yet_is_unknown():
    """A row of a newer version is read as far as this one understands it."""
    first = first_day(THIS_MONTH)
    packed = merged_months({}, {first: Day(state=State.ONLINE)}, TODAY)[THIS_MONTH]
    newer = bytes([packed[0] | 0x0F]) + packed[1:]

    assert {first: Day()} == unpack_days({THIS_MONTH: newer})


KEPT_CONTACTS = [
    ("a report a week", {0: Day(1, 5), 7: Day(1, 5), 8: Day()}, [0.5, 7.5]),
    ("twice a day", {3: Day(2, 10)}, [3.25, 3.75]),
    ("a session that began the day before", {3: Day(1, 10), 4: Day(0, 30)}, [3.5]),
    ("mostly on", {3: Day(1, 10), 4: Day(1, 1440)}, []),
]


@pytest.mark.parametrize(("why", "days", "starts"), KEPT_CONTACTS)
def test_kept_days_tell_contacts(why, days, starts):
    """Each start is a contact, spread over its day; what is mostly on shows no rhythm by days."""
    first = first_day(month_of(TODAY))
    packed = merged_months({}, {first + number: day for number, day in days.items()}, TODAY)
    found = [each.start / 86_400 - first for each in contacts_of(packed)]

    assert starts == pytest.approx(found), why
