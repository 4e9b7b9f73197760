"""Days packed by the month."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.diagnosis.rule import Severity
from bot.diagnosis.state import State
from bot.digests.days import (
    FINAL_AFTER,
    WINDOW_DAYS,
    Day,
    day_number,
    first_day,
    first_open_day,
    merged_months,
    month_of,
    unpacked,
)

TODAY = day_number(date(2026, 3, 5))
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
    """
    Any days come back as they were, in order, with nothing between them.
    """
    found = unpacked(merged_months({}, days, TODAY))

    assert dict(sorted(days.items())) == found
    assert sorted(days) == list(found)


def test_a_month_is_a_row_of_its_own():
    """
    Days of three months are three rows, none longer than its days.
    """
    packed = merged_months({}, {n: Day() for n in range(TODAY - WINDOW_DAYS, TODAY + 1)}, TODAY)

    assert {month_of(TODAY) - 1: 28 * 14, month_of(TODAY): 5 * 14} == {
        month: len(room) for month, room in packed.items()
    }


@pytest.mark.parametrize(
    "day",
    [Day(sessions=70_000, networks=300, up=2**40, down=2**33)],
)
def test_what_is_too_large_is_cut(day):
    """
    A number that has no room is the largest that has, never a small one.
    """
    expected = Day(sessions=65_535, networks=255, up=2**32 - 2, down=2**32 - 2)

    assert {TODAY: expected} == unpacked(merged_months({}, {TODAY: day}, TODAY))


def test_what_was_seen_of_a_day_stays():
    """
    A later scan that adds a day up anew keeps the state of the scan that saw it.
    """
    seen = Day(state=State.OFFLINE, worst=Severity.CRITICAL)
    first = merged_months({}, {TODAY: seen}, TODAY)
    second = first | merged_months(first, {TODAY: Day(sessions=4)}, TODAY + 1)

    assert {TODAY: replace(seen, sessions=4)} == unpacked(second)


def test_only_changed_months_are_given():
    """
    A scan of today leaves the month before alone.
    """
    packed = merged_months({}, {TODAY - 20: Day(), TODAY: Day()}, TODAY)

    assert [month_of(TODAY)] == list(merged_months(packed, {TODAY: Day(1)}, TODAY))


def test_a_sim_that_is_new_is_learnt_from_the_window_on():
    """
    Without anything known, all whole days that KORE shows are to be learnt.
    """
    assert TODAY - WINDOW_DAYS == first_open_day({}, TODAY)


def test_days_before_a_sim_was_made_are_not_learnt():
    """
    A SIM that is younger than the window is learnt from its first day on.
    """
    assert TODAY - 3 == first_open_day({}, TODAY, TODAY - 3)
    assert TODAY == first_open_day({}, TODAY, TODAY + 1)


def test_final_days_are_not_learnt_again():
    """
    What was added up when it could no longer change is left as it is; the rest comes anew.
    """
    packed = merged_months({}, {n: Day() for n in range(TODAY - WINDOW_DAYS, TODAY + 1)}, TODAY)

    assert TODAY - FINAL_AFTER + 1 == first_open_day(packed, TODAY)
    assert TODAY - FINAL_AFTER + 1 == first_open_day(packed, TODAY + 5)


def test_after_a_long_pause_the_window_is_learnt():
    """
    Days that nobody scanned and KORE has forgotten stay unknown.
    """
    packed = merged_months({}, {TODAY: Day()}, TODAY)
    later = TODAY + 60

    assert later - WINDOW_DAYS == first_open_day(packed, later)


def test_a_row_cut_short_gives_what_is_whole():
    """
    Half a day at the end of a row is no day.
    """
    month = month_of(TODAY)
    packed = merged_months({}, {first_day(month): Day(1), first_day(month) + 1: Day(2)}, TODAY)

    assert {first_day(month): Day(1)} == unpacked({month: packed[month][:20]})


def test_a_state_that_is_not_known_yet_is_unknown():
    """
    A row of a newer version is read as far as this one understands it.
    """
    month = month_of(TODAY)
    packed = merged_months({}, {first_day(month): Day(state=State.ONLINE)}, TODAY)[month]
    newer = bytes([packed[0] | 0x0F]) + packed[1:]

    assert {first_day(month): Day()} == unpacked({month: newer})
