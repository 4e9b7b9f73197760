"""Waits between tries, and durations as people and HTTP write them."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.clock import Backoff, format_duration, parse_seconds, read_retry_after, spread
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
    spreads = [spread(100, 0.1, lambda drawn=drawn: drawn) for drawn in (0, 0.5, 1)]

    assert [90, 100, 110] == [round(seconds) for seconds in spreads]
    assert all(90 <= spread(100, 0.1) <= 110 for _ in range(20))


READ = {
    "90s": 90, "90 seconds": 90, "1min": 60, "90 min": 5400, "90m": 5400, "1.5h": 5400,
    "1h30min": 5400, "1 h 30 min": 5400, "1 hour and 30 minutes": 5400, "2 H": 7200, "4hrs": 14400,
    "1d": 86400, "7 days": 604_800,
}  # fmt: skip


@pytest.mark.parametrize("typed", READ)
def test_durations_are_read_as_people_write_them(typed):
    """Units may be short or long, apart or together."""
    assert READ[typed] == parse_seconds(typed)


@pytest.mark.parametrize("typed", ["", "ever", "2", "-2h", "2x", "2h ago", "h", "1h,2h", "3 weeks"])
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
