"""Where everything stands."""

from itertools import pairwise

import pytest

from bot.pictures.layout import FOOT_LINE, HEADER, LEFT, MARK_ROW, RIGHT, Scale
from bot.pictures.spans import Change, Kind
from tests.bot.pictures.sheets import DAY, TELCEL, WINDOW, ago, an_open, laid_out
from tests.builders import NOON


@pytest.mark.parametrize(
    ("days_ago", "share"), [(30, 0), (15, 0.5), (0, 1), (7.5, 0.75), (99, 0), (-4, 1)]
)
def test_scale(days_ago, share):
    """Time runs evenly from the left edge to the right; what is outside stands at the edge."""
    assert share * (RIGHT - LEFT) == Scale(WINDOW.begin, NOON).x(NOON - days_ago * DAY)


def networks(number):
    return [ago(n + 1, 2, operator_mnc=f"{n:03}") for n in range(number)]


@pytest.mark.parametrize("lanes", range(9))
def test_lanes_fill_the_plot_from_top_to_bottom(lanes):
    """Lanes follow one another without gap or overlap, each tall enough for two lines of text."""
    plan = laid_out(*networks(lanes))
    edges = [strip.bottom for strip in plan.strips]

    assert min(lanes, 6) == len(plan.strips)
    assert all(after - before >= 56 for before, after in pairwise([plan.lanes_top, *edges]))
    assert plan.lanes_bottom == max([*edges, plan.lanes_top + 128 * (not edges)])
    assert 300 <= plan.height <= 560


def test_notes_and_marks_take_the_room_that_they_need():
    """Each row of marks moves the lanes down, each note but the first makes the picture taller."""
    bare = laid_out(ago(1))
    changes = [Change(Kind.DEVICE, NOON, "a"), Change(Kind.COUNTRY, NOON, "b")]
    marked = laid_out(ago(1), changes=changes)

    assert HEADER == bare.lanes_top
    assert HEADER + 2 * MARK_ROW == marked.lanes_top
    assert bare.height == laid_out(ago(1), notes=1).height
    assert bare.height + 2 * FOOT_LINE == laid_out(ago(1), notes=3).height
    assert bare.lanes_bottom < bare.axis_middle < bare.legend_top < bare.foot_top < bare.height


def test_bars_stand_where_their_time_is():
    """A generation's bars are kept together, solid ones apart from hatched ones."""
    plan = laid_out(ago(15, 24), ago(9, 24, radio_link="UMTS"), an_open(3, 24))
    (strip,) = plan.strips
    four, three = strip.bars
    day = (RIGHT - LEFT) / 30

    assert (4, 3) == (four.generation, three.generation)
    assert pytest.approx((15 * day, 16 * day)) == four.solid[0]
    assert pytest.approx((27 * day, 29 * day)) == four.solid[1]
    assert [pytest.approx((29 * day, 30 * day))] == list(four.hatched)
    assert ((), 1) == (three.hatched, len(three.solid))


def test_marks_that_are_too_close_become_one():
    """They have their number, one far off its name; without sessions there is an empty plot."""
    moments = [20, 10, 9.9, 9.8]
    changes = [Change(Kind.COUNTRY, NOON - days * DAY, f"C{days}") for days in moments]
    (row,) = laid_out(ago(1, **TELCEL), changes=changes).mark_rows

    assert ["C20", "×3"] == [mark.label for mark in row.marks]
    assert (Kind.COUNTRY, 4) == (row.kind, row.changes)

    plan = laid_out()

    assert ((), ()) == (plan.strips, plan.mark_rows)
    assert plan.lanes_bottom - plan.lanes_top >= 100
