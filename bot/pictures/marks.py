"""Paints the rows of marks above the lanes: a shape for each change, its label, a line down."""

from bot.pictures.canvas import Canvas
from bot.pictures.changes import Kind
from bot.pictures.layout import LEFT, MARGIN, WIDTH, Layout, MarkRow
from bot.pictures.lettering import SHAPE, SMALL, Lettering
from bot.pictures.palette import INK, QUIET
from bot.pictures.words import counted

SHAPES = {Kind.DEVICE: "▲", Kind.COUNTRY: "◆"}
_SPACE = 4


def paint_marks(canvas: Canvas, letters: Lettering, plan: Layout) -> None:
    """Paint every row; its name, at the left, says what its shape means."""
    for row in plan.mark_rows:
        shape = SHAPES[row.kind]
        name_at = MARGIN + letters.width(shape, SHAPE) + 2 * _SPACE
        canvas.write(MARGIN, row.middle, shape, SHAPE)
        canvas.write(name_at, row.middle, counted(row.changes, row.kind), SMALL, QUIET)
        _paint_row(canvas, letters, plan, row)


def _paint_row(canvas: Canvas, letters: Lettering, plan: Layout, row: MarkRow) -> None:
    shape = SHAPES[row.kind]
    half = letters.width(shape, SHAPE) / 2
    nexts = [*(LEFT + mark.x - half for mark in row.marks[1:]), WIDTH - MARGIN / 2]
    free = float(LEFT)
    for mark, following in zip(row.marks, nexts, strict=True):
        x, width = LEFT + mark.x, letters.width(mark.label, SMALL)
        canvas.dashes(x, plan.lanes_top, plan.lanes_bottom, INK)
        canvas.write(x - half, row.middle, shape, SHAPE)
        label_at = label_place(free, x, half + _SPACE, width, following)
        if label_at is not None:
            canvas.write(label_at, row.middle, mark.label, SMALL)
        free = max(x + half, (label_at or 0) + width) + 2 * _SPACE


def label_place(free: float, x: float, away: float, width: float, following: float) -> float | None:
    """Give where a label begins: right of its shape at `x`, else left of it, else nowhere.

    `free` is the first free column, `following` where the next shape begins, and `away` how far
    from `x` a label keeps.
    """
    if x + away + width < following:
        return x + away
    return x - away - width if x - away - width > free else None
