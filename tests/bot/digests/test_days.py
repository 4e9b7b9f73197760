"""A SIM's days, added up from its sessions."""

from datetime import timedelta

import pytest

from bot.diagnosis.evidence import Evidence
from bot.digests.days import Day, date_of, day_number, days_of
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


def test_a_day_is_that_of_utc():
    """
    A moment belongs to its day in UTC, whatever zone it is told in.
    """
    assert NOON.date() == date_of(day_number(NOON))


def test_a_session_within_a_day_counts_there():
    """
    A session's minutes and packets belong to the day on which it ran.
    """
    found = added_up(closed(NOON - 24 * H, 2 * H))

    assert [Day(), Day(1, 120, 246, 296, 1), Day()] == found


def test_a_session_over_midnight_is_spread_evenly():
    """
    Packets of a session over two days are parted by time, and it started on the first.
    """
    found = added_up(closed(NOON - 18 * H, 12 * H, packets_uploaded=100, packets_downloaded=10))

    assert [Day(), Day(1, 360, 50, 5, 1), Day(0, 360, 50, 5, 1)] == found


def test_an_open_session_runs_until_it_was_last_heard_of():
    """
    Nothing is known of an open session after its last update.
    """
    found = added_up(a_session(start=NOON, last_updated=NOON + H))

    assert Day(1, 60, 246, 296, 1) == found[-1]


def test_two_sessions_of_one_day_are_one_day():
    """
    A day's networks are counted once each, its sessions and packets are added.
    """
    other = {"operator_mnc": "410"}
    found = added_up(closed(NOON, H), closed(NOON + H, H, **other), closed(NOON + 2 * H, H))

    assert Day(3, 180, 738, 888, 2) == found[-1]


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
    """
    Packets are unknown where sessions ran and none of them told; a day without any has 0.
    """
    sessions = [
        closed(NOON + n * H, H, packets_uploaded=up, packets_downloaded=down)
        for n, (up, down) in enumerate(told)
    ]
    day = added_up(*sessions)[-1]

    assert expected == (day.up, day.down)


@pytest.mark.parametrize(
    "session",
    [
        closed(NOON - 99 * H, H),
        a_session(start=None, end=NOON, last_updated=NOON),
    ],
)
def test_what_lies_before_or_nowhere_adds_nothing(session):
    """
    A session of an earlier day, or without a start, is in none of the days.
    """
    assert [Day(), Day(), Day()] == added_up(session)


def test_a_session_that_ended_before_it_began_lasted_no_time():
    """
    Clocks that disagree make no negative minutes.
    """
    assert Day(1, 0, 246, 296, 1) == added_up(closed(NOON, -H))[-1]


def test_no_day_has_more_than_its_minutes():
    """
    Sessions that overlap do not make a day longer.
    """
    found = added_up(*(closed(NOON - 36 * H - n * timedelta(seconds=1), 30 * H) for n in range(3)))

    assert 1440 == found[1].minutes
