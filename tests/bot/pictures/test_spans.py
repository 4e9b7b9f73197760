"""Sessions as stretches of time."""

from datetime import timedelta

import pytest

from bot.pictures.spans import BACKWARDS, IN_FUTURE, NO_START, TOO_OLD, spans_of
from tests.bot.pictures.sheets import DAY, HOUR, LIMITS, WINDOW, ago, an_open, spans
from tests.builders import NOON, a_session


def test_a_closed_session_is_certain():
    """
    It goes from its start to its end, whatever its last update says.
    """
    (span,) = spans(ago(2, 5, last_updated=NOON))

    assert (NOON - 2 * DAY, 5 * HOUR, None) == (span.start, span.length, span.maybe_until)


@pytest.mark.parametrize(
    ("silent_hours", "end", "maybe_until"),
    [
        (0.05, NOON, None),
        (1, NOON, None),
        (1.1, NOON - 1.1 * HOUR, NOON),
        (20, NOON - 20 * HOUR, NOON),
        (-3, NOON, None),
        (24 * 9, NOON - 2 * DAY, NOON),
        (None, NOON - 2 * DAY, NOON),
    ],
)
def test_an_open_session(silent_hours, end, maybe_until):
    """
    What is fresh reaches now; what is not is certain up to its last news, and unsure from there.
    """
    (span,) = spans(an_open(2, silent_hours))

    assert (end, maybe_until) == (span.end, span.maybe_until)


def test_an_open_row_of_the_past_ends_where_the_next_begins():
    """
    A row that was left open is unsure only until the SIM connected again.
    """
    first, second = spans(ago(1), an_open(3, 24 * 2.5))

    assert (NOON - 2.5 * DAY, NOON - DAY) == (first.end, first.maybe_until)
    assert second.maybe_until is None


def test_an_open_row_that_told_of_itself_after_the_next_began_is_certain():
    """
    Rows that overlap leave nothing to doubt.
    """
    first, _ = spans(ago(1), an_open(3, 2))

    assert (NOON - 2 * HOUR, None) == (first.end, first.maybe_until)


def test_the_order_and_copies_do_not_matter():
    """
    Rows are drawn oldest first, each session once, as its latest copy tells it.
    """
    early = an_open(3, 70)
    late = a_session(start=early.start, end=early.start + HOUR, last_updated=NOON)
    told = spans(ago(2), early, late, ago(4), early)

    assert [4 * DAY, 3 * DAY, 2 * DAY] == [NOON - span.start for span in told]
    assert HOUR == told[1].length


@pytest.mark.parametrize(
    ("session", "why"),
    [
        (a_session(start=None), {NO_START: 1}),
        (ago(31), {TOO_OLD: 1}),
        (ago(-1), {IN_FUTURE: 1}),
        (ago(2, -5), {BACKWARDS: 1}),
        (ago(2), {}),
        (ago(31, 48), {}),
        (an_open(35, 0), {}),
        (an_open(35, None), {}),
        (ago(-0.001), {}),
    ],
)
def test_what_is_left_out_is_counted(session, why):
    """
    What has no place in the window is counted by its reason, and nothing else is.
    """
    assert why == dict(spans_of((session,), WINDOW, LIMITS).left_out)


def test_nothing_leaves_the_present():
    """
    No span begins or ends after now, or ends before it begins.
    """
    odd = (ago(2, 24 * 9), ago(-0.001), ago(3, -9), an_open(1, -50), ago(4, 0))
    told = spans(*odd)

    assert 5 == len(told)
    assert all(span.start <= span.end <= NOON for span in told)


def test_thresholds_are_the_readers():
    """
    Where stale begins later, the same session is still certain.
    """
    patient = type(LIMITS)(stale_after=timedelta(hours=9))
    (span,) = spans_of((an_open(2, 8),), WINDOW, patient).drawn

    assert (NOON, None) == (span.end, span.maybe_until)


def test_no_sessions():
    """
    Of nothing comes nothing.
    """
    told = spans_of((), WINDOW, LIMITS)

    assert ((), (), {}) == (told.drawn, told.sessions, dict(told.left_out))
