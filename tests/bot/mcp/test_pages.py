"""Long answers in pages."""

import pytest

from bot.mcp.pages import KEPT_SECONDS, PageGone, Pages
from tests.fakes import FakeClock

ME, OTHER = ("oncall", "find_sims"), ("partner", "find_sims")


def test_rows_come_once_and_in_order():
    """Pages of any size hold all rows, and the last one has no cursor."""
    pages = Pages(FakeClock())
    page = pages.first(ME, "about", range(7), 3)
    rows = list(page.rows)
    while page.next_cursor:
        page = pages.next(ME, page.next_cursor, 2)
        rows += page.rows

    assert list(range(7)) == rows
    assert ("about", False) == (page.about, page.is_first)


def test_a_short_answer_is_not_kept():
    """What fits one page has no cursor."""
    assert Pages(FakeClock()).first(ME, None, range(3), 3).next_cursor is None


def test_a_cursor_is_nobody_elses_and_ends():
    """A cursor that is forged, old or another's leads nowhere."""
    clock = FakeClock()
    pages = Pages(clock)
    cursor = pages.first(ME, None, range(7), 3).next_cursor
    name = cursor.partition(".")[0]
    for owner, wrong in (
        (OTHER, cursor),
        (ME, "x.3"),
        (ME, f"{name}.-1"),
        (ME, f"{name}.7"),
        (ME, f"{name}.{9**99}"),
        (ME, f"{name}.²"),
        (ME, name),
    ):
        with pytest.raises(PageGone):
            pages.next(owner, wrong, 3)

    assert [3, 4, 5] == list(pages.next(ME, cursor, 3).rows)
    clock.move(KEPT_SECONDS + 1)
    with pytest.raises(PageGone):
        pages.next(ME, cursor, 3)
