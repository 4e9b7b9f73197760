"""How strongly columns are covered by bars."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.pictures.columns import FULL, NARROWEST, PALE, row_of, touched

WIDTH = 40


@pytest.mark.parametrize(
    ("bars", "strengths"),
    [
        ([], [0] * 8),
        ([(2, 5)], [0, 0, 15, 15, 15, 0, 0, 0]),
        ([(1.5, 4.8)], [0, 8, 15, 15, 12, 0, 0, 0]),
        ([(0, 8)], [15] * 8),
        ([(0, 2.4), (2.8, 8)], [15, 15, 9, 15, 15, 15, 15, 15]),
        ([(0, 3), (2, 5)], [15, 15, 15, 15, 15, 0, 0, 0]),
        ([(4.1, 4.2)], [0, 0, 0, 15, 15, 0, 0, 0]),
        ([(0, 0)], [15, 15, 0, 0, 0, 0, 0, 0]),
        ([(8, 8)], [0, 0, 0, 0, 0, 0, 15, 15]),
        ([(5.5, 8)], [0, 0, 0, 0, 0, 8, 15, 15]),
    ],
)
def test_strengths(bars, strengths):
    """
    An edge between two pixels shows as much as it covers; no bar is too short to be seen.
    """
    row = row_of(bars, 8)

    assert strengths == list(row.strengths)
    assert not row.crowded


def test_a_gap_of_a_pixel_is_empty():
    """
    Long bars do not grow into the gap between them.
    """
    assert 0 == row_of([(0, 10), (11, 30)], WIDTH).strengths[10]


def test_a_crowd_of_short_bars_is_pale():
    """
    A bar every pixel is no bar without gaps; one that is there at the same time stays strong.
    """
    crowd = [(x + 0.1, x + 0.3) for x in range(20)]
    row = row_of([*crowd, (5, 12)], WIDTH)

    assert row.crowded
    assert {PALE} == set(row.strengths[:5]) | set(row.strengths[12:20])
    assert {FULL} == set(row.strengths[5:12])


def test_short_bars_with_gaps_are_no_crowd():
    """
    Each keeps its full strength where there is nothing beside it.
    """
    row = row_of([(x, x + 0.2) for x in range(4, 36, 4)], WIDTH)

    assert not row.crowded
    assert {0, FULL} == set(row.strengths)
    assert 8 * NARROWEST == row.strengths.count(FULL)


@pytest.mark.parametrize(
    ("bars", "columns"),
    [
        ([], []),
        ([(2.2, 5.1)], [2, 3, 4, 5]),
        ([(39.5, 40)], [38, 39]),
        ([(0, 40)], list(range(40))),
        ([(7.4, 7.4)], [6, 7]),
    ],
)
def test_touched(bars, columns):
    """
    Whatever a bar touches counts whole, and even the shortest touches two columns.
    """
    assert columns == [x for x, value in enumerate(touched(bars, WIDTH)) if value]


bar = st.tuples(st.floats(0, WIDTH), st.floats(0, WIDTH)).map(sorted).map(tuple)


@settings(max_examples=100, deadline=None, database=None)
@given(st.lists(bar, max_size=30))
def test_any_bars(bars):
    """
    Every bar is seen, and where no bar is, within two columns, nothing is.
    """
    strengths = row_of(bars, WIDTH).strengths

    assert WIDTH == len(strengths)
    assert max(strengths, default=0) <= FULL
    for left, right in bars:
        seen = strengths[max(int(left) - 1, 0) : int(right) + 2]
        assert max(seen) >= PALE
    for x, strength in enumerate(strengths):
        if strength:
            assert any(left - NARROWEST <= x <= right + NARROWEST for left, right in bars)
