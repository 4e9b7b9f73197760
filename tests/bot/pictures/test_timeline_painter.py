"""Header, days, lanes with their bars, and notes, as they come out."""

from itertools import pairwise

import pytest

from bot.pictures.canvas import RADIOS, WEEKEND, Canvas, Lettering, colours
from bot.pictures.layout import (
    FOOT_LINE,
    HEADER,
    LEFT,
    MARGIN,
    RIGHT,
    WIDTH,
    MarkKind,
    TimelineChange,
)
from bot.pictures.timeline import Painter, Texts, label_place, paint_marks
from tests.bot.pictures.sheets import (
    DAY,
    INK,
    TELCEL,
    WHITE,
    WINDOW,
    ago,
    an_open,
    colour_of,
    column,
    count,
    laid_out,
    opened,
)
from tests.builders import NOON

TITLE, NOTE = "pump-7", "1 row left out"


def painted(*sessions, title=TITLE, notes=()):
    plan = laid_out(*sessions, notes=len(notes))
    canvas = Canvas(WIDTH, plan.height, Lettering())
    texts = Texts(title, "30 days", notes, "drawn today", "No data session")
    Painter(canvas, plan, WINDOW).paint(texts)
    return plan, opened(canvas.png())


def box_of(plan, lane, begin, end):
    """Return the box of a stretch of time in a lane, one pixel inside."""
    strip = plan.strips[lane]
    return column(plan, begin) + 1, strip.top, column(plan, end) - 1, strip.bottom - 1


@pytest.mark.parametrize(
    ("radio_link", "generation"), [("NR", 5), ("LTE-M", 4), ("HSPA", 3), ("EDGE", 2), ("x", None)]
)
def test_a_bar_has_its_generations_colour_and_height(radio_link, generation):
    """Within its time the lane is filled from the bar's bottom to its top, and no further."""
    plan, image = painted(ago(10, 48, radio_link=radio_link))
    box = box_of(plan, 0, NOON - 10 * DAY, NOON - 8 * DAY)
    tall = plan.strips[0].bottom - plan.strips[0].top
    rows = count(image, colour_of(generation), box) / (box[2] - box[0])
    radio = RADIOS[generation]

    assert pytest.approx(tall * (radio.top - radio.bottom), abs=1.6) == rows
    assert {generation} == {g for g in RADIOS if count(image, colour_of(g), box)}


def test_gaps_and_the_shortest_session():
    """Nothing is painted between sessions, and one of no length has two full columns."""
    plan, image = painted(ago(21, 24), ago(19, 24), ago(20, 20, **TELCEL))
    gap = box_of(plan, 0, NOON - 20 * DAY, NOON - 19 * DAY)
    other = box_of(plan, 1, NOON - 19 * DAY, NOON - 18 * DAY)

    for left, top, right, bottom in (gap, other):
        assert (right - left) * (bottom - top) == count(image, WHITE, (left, top, right, bottom))

    plan, image = painted(ago(17, 0))
    at = column(plan, NOON - 17 * DAY)
    strip = plan.strips[0]
    found = count(image, colour_of(4), (at - 2, strip.top, at + 3, strip.bottom))

    assert pytest.approx(2 * 0.78 * (strip.bottom - strip.top), abs=4) == found


def test_what_is_unsure_is_hatched_up_to_now():
    """Up to the last news it is full, then lines on paper; a fresh one is full up to now."""
    plan, image = painted(an_open(10, 5 * 24))
    sure = box_of(plan, 0, NOON - 10 * DAY, NOON - 5 * DAY)
    unsure = box_of(plan, 0, NOON - 5 * DAY, NOON)
    full, lines = (count(image, colour_of(4), box) for box in (sure, unsure))

    assert 0.2 * full < lines < 0.5 * full

    plan, image = painted(an_open(10, 0.5))

    assert colour_of(4) == image.getpixel((RIGHT - 1, plan.strips[0].bottom - 3))
    assert INK == image.getpixel((RIGHT, plan.strips[0].bottom - 3))


def test_a_short_fall_back_is_not_hidden_behind_a_taller_bar():
    """Where sessions overlap, the lower generation stands in front."""
    plan, image = painted(ago(10, 48), ago(9.5, 24, radio_link="GSM"))
    at = column(plan, NOON - 9 * DAY)
    strip = plan.strips[0]

    assert colour_of(2) == image.getpixel((at, strip.bottom - 3))
    assert colour_of(4) == image.getpixel((at, strip.bottom - (strip.bottom - strip.top) // 2))


def test_an_empty_plot():
    """Weekends are darker than the days around them, and words stand in the middle."""
    plan, image = painted()
    row = plan.lanes_top + 3
    days = [image.getpixel((column(plan, NOON - (7 + n) * DAY), row)) for n in range(5)]
    shade = colours()[WEEKEND]

    assert [WHITE, shade, shade, WHITE, WHITE] == days

    plan, image = painted()
    middle = (plan.lanes_top + plan.lanes_bottom) // 2

    assert count(image, INK, (LEFT, middle - 18, RIGHT, middle + 18)) > 100
    assert 0 == count(image, INK, (MARGIN, plan.lanes_top, LEFT - 2, plan.lanes_bottom))


def test_names_and_titles_are_cut():
    """However long, a name ends before the plot and a title at the margin."""
    plan, image = painted(ago(3, operator_name="An operator with a name that never ends at all"))
    gap = (LEFT - 12, plan.lanes_top, LEFT, plan.lanes_bottom)

    assert 12 * (plan.lanes_bottom - plan.lanes_top) - 12 <= count(image, WHITE, gap)
    assert count(image, INK, (MARGIN, plan.lanes_top, LEFT - 12, plan.lanes_bottom)) > 100

    _, image = painted(title="W" * 300)

    assert MARGIN * HEADER == count(image, WHITE, (WIDTH - MARGIN, 0, WIDTH, HEADER))
    assert count(image, INK, (0, 0, WIDTH, 60)) > 1000


def test_each_note_has_its_line():
    """The first shares its line with the time of drawing; without notes the left half is empty."""
    plan, image = painted(ago(1), notes=(NOTE, "x" * 300, NOTE))
    lines = [plan.foot_top + n * FOOT_LINE for n in range(4)]
    filled = [
        (line[1] - line[0]) * RIGHT != count(image, WHITE, (0, line[0], RIGHT, line[1]))
        for line in pairwise(lines)
    ]

    assert [True] * 3 == filled
    assert MARGIN * plan.height == count(image, WHITE, (0, 0, MARGIN, plan.height))

    plan, image = painted(ago(1))
    foot = (0, plan.foot_top, WIDTH // 2, plan.height)

    assert WIDTH // 2 * (plan.height - plan.foot_top) == count(image, WHITE, foot)


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
    """A label stands right of its shape, left of it where there is no room, or nowhere."""
    assert place == label_place(free, x, 10, width, following)


def marked(changes):
    plan = laid_out(ago(1), changes=changes)
    canvas = Canvas(WIDTH, plan.height, Lettering())
    paint_marks(canvas, plan)
    return plan, opened(canvas.png())


def ink_around(image, x, row):
    return count(image, INK, (int(x) - 12, row.middle - 12, int(x) + 12, row.middle + 12))


def test_each_change_has_a_shape_a_label_and_a_line():
    """The shape stands over its moment, the label beside it, a dashed line down the lanes."""
    plan, image = marked([TimelineChange(MarkKind.COUNTRY, NOON - 10 * DAY, "MEX")])
    (row,) = plan.mark_rows
    x = LEFT + row.marks[0].x
    line = (round(x) - 1, plan.lanes_top, round(x) + 1, plan.lanes_bottom)
    label = (int(x) + 12, row.middle - 12, int(x) + 60, row.middle + 12)

    assert ink_around(image, x, row) > 40
    assert count(image, INK, label) > 20
    assert plan.lanes_bottom - plan.lanes_top == pytest.approx(count(image, INK, line), abs=8)


def test_the_two_kinds_differ_in_shape():
    """A device is a triangle, a country a diamond, with less ink at its top; no change, no ink."""
    changes = [TimelineChange(kind, NOON - 10 * DAY, "") for kind in MarkKind]
    plan, image = marked(changes)
    tops = [
        count(image, INK, (MARGIN, row.middle - 9, MARGIN + 16, row.middle))
        / count(image, INK, (MARGIN, row.middle - 12, MARGIN + 16, row.middle + 12))
        for row in plan.mark_rows
    ]

    assert [MarkKind.DEVICE, MarkKind.COUNTRY] == [row.kind for row in plan.mark_rows]
    assert tops[0] != pytest.approx(tops[1], abs=0.05)

    plan, image = marked([])

    assert () == plan.mark_rows
    assert 0 == count(image, INK)
