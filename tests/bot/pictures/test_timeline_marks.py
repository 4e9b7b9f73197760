"""The rows of marks above the lanes."""

import pytest

from bot.pictures.canvas import Canvas, Lettering
from bot.pictures.layout import LEFT, MARGIN, WIDTH
from bot.pictures.spans import Change, Kind
from bot.pictures.timeline import label_place, paint_marks
from tests.bot.pictures.sheets import DAY, INK, ago, count, laid_out, opened
from tests.builders import NOON


@pytest.mark.parametrize(
    ("free", "x", "width", "following", "place"),
    [
        (0, 100, 50, 500, 110),
        (0, 100, 50, 160, 40),
        (0, 100, 50, 161, 110),
        (45, 100, 50, 140, None),
        (39, 100, 50, 140, 40),
        (0, 20, 50, 60, None),
    ],
)
def test_label_place(free, x, width, following, place):
    """
    A label stands right of its shape, left of it where there is no room, or nowhere.
    """
    assert place == label_place(free, x, 10, width, following)


def painted(changes):
    letters = Lettering()
    plan = laid_out(ago(1), changes=changes)
    canvas = Canvas(WIDTH, plan.height, letters)
    paint_marks(canvas, letters, plan)
    return plan, opened(canvas.png())


def ink_around(image, x, row):
    return count(image, INK, (int(x) - 12, row.middle - 12, int(x) + 12, row.middle + 12))


def test_each_change_has_a_shape_a_label_and_a_line():
    """
    The shape stands over its moment, the label beside it, and a dashed line goes down the lanes.
    """
    plan, image = painted([Change(Kind.COUNTRY, NOON - 10 * DAY, "MEX")])
    (row,) = plan.mark_rows
    x = LEFT + row.marks[0].x
    line = (round(x) - 1, plan.lanes_top, round(x) + 1, plan.lanes_bottom)
    label = (int(x) + 12, row.middle - 12, int(x) + 60, row.middle + 12)

    assert ink_around(image, x, row) > 40
    assert count(image, INK, label) > 20
    assert plan.lanes_bottom - plan.lanes_top == pytest.approx(count(image, INK, line), abs=8)


def test_the_two_kinds_differ_in_shape():
    """
    A device is a triangle, a country a diamond: the row of one has less ink at its top.
    """
    changes = [Change(kind, NOON - 10 * DAY, "") for kind in Kind]
    plan, image = painted(changes)
    tops = [
        count(image, INK, (MARGIN, row.middle - 9, MARGIN + 16, row.middle))
        / count(image, INK, (MARGIN, row.middle - 12, MARGIN + 16, row.middle + 12))
        for row in plan.mark_rows
    ]

    assert [Kind.DEVICE, Kind.COUNTRY] == [row.kind for row in plan.mark_rows]
    assert tops[0] != pytest.approx(tops[1], abs=0.05)


def test_without_changes_nothing_is_painted():
    """
    There is no row and no ink.
    """
    plan, image = painted([])

    assert () == plan.mark_rows
    assert 0 == count(image, INK)
