"""Draws when, where and by which radio a SIM was connected, as a PNG.

Nothing is drawn here: sessions become spans, spans lanes, lanes are laid out, and that is painted.
Pillow is imported by the painting alone, so that importing this costs nothing.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from bot.diagnosis.thresholds import DEFAULTS, Thresholds
from bot.kore.errors import KoreError
from bot.pictures.canvas import (
    GRID,
    INK,
    LACKS,
    PAPER,
    QUIET,
    RADIOS,
    RULE,
    SHAPE,
    SMALL,
    TEXT,
    TITLE,
    WEEKEND,
    Box,
    Canvas,
    Lettering,
    counted,
    drawn_at,
    empty_note,
    omissions,
    report_notes,
    subtitle,
    timeline_title,
    unread_note,
)
from bot.pictures.layout import (
    FOOT_LINE,
    LEFT,
    LEGEND,
    MARGIN,
    RIGHT,
    WIDTH,
    Bars,
    DayWindow,
    Extent,
    Layout,
    MarkKind,
    MarkRow,
    Strip,
    changes_of,
    lanes_of,
    lay_out,
    spans_of,
)
from bot.sessions.report import SessionReport
from bot.struct import Struct

NAME = "Radio"
HATCHED = "open, no update"
PALE = "many short sessions"
_SIDE, _HEIGHT, _SPACE = 30, 24, 8
_WHOLE = ((0.0, float(_SIDE)),)
_CROWD = tuple((x + 0.2, x + 0.4) for x in range(_SIDE))


class Entry(NamedTuple):
    """A small bar of a generation, as it stands in the lanes, and what it means."""

    generation: int | None
    words: str
    bars: Sequence[Extent] = _WHOLE
    hatched: bool = False


def entries(plan: Layout, crowded: set[int | None]) -> list[Entry]:
    """Return the entries for what is there: generations tallest first, then ways of drawing."""
    there = [bars for strip in plan.strips for bars in strip.bars]
    used = {bars.generation for bars in there}
    hatched = {bars.generation for bars in there if bars.hatched}
    found = [Entry(gen, radio.name) for gen, radio in RADIOS.items() if gen in used]
    if crowded:
        found.append(Entry(_tallest(crowded), PALE, _CROWD))
    if hatched:
        found.append(Entry(_tallest(hatched), HATCHED, hatched=True))
    return found


def paint_legend(canvas: Canvas, plan: Layout, crowded: set[int | None]) -> None:
    """Paint the entries in one line; `crowded` are the generations that have pale bars."""
    middle = plan.legend_top + LEGEND // 2
    x = float(LEFT)
    for entry in entries(plan, crowded):
        _paint_swatch(canvas, round(x), middle + _HEIGHT // 2, entry)
        canvas.write(x + _SIDE + _SPACE, middle, entry.words, SMALL)
        x += _SIDE + _SPACE + canvas.letters.width(entry.words, SMALL) + 3 * _SPACE
    if x > LEFT:
        canvas.write(MARGIN, middle, NAME, SMALL, QUIET)


def _paint_swatch(canvas: Canvas, x: int, base: int, entry: Entry) -> None:
    radio = RADIOS[entry.generation]
    top, bottom = (base - round(_HEIGHT * part) for part in (radio.top, radio.bottom))
    paint: Callable[..., object] = canvas.hatch if entry.hatched else canvas.bars
    canvas.fill(x, base, x + _SIDE, base + 1, RULE)
    paint(Box(x, top, _SIDE, bottom - top), entry.bars, entry.generation)


def _tallest(generations: set[int | None]) -> int | None:
    return max(generations, key=lambda generation: RADIOS[generation].top)


SHAPES = {MarkKind.DEVICE: "▲", MarkKind.COUNTRY: "◆"}
_MARK_SPACE = 4


def paint_marks(canvas: Canvas, plan: Layout) -> None:
    """Paint every row; its name, at the left, says what its shape means."""
    for row in plan.mark_rows:
        shape = SHAPES[row.kind]
        name_at = MARGIN + canvas.letters.width(shape, SHAPE) + 2 * _MARK_SPACE
        canvas.write(MARGIN, row.middle, shape, SHAPE)
        canvas.write(name_at, row.middle, counted(row.changes, row.kind), SMALL, QUIET)
        _paint_row(canvas, plan, row)


def _paint_row(canvas: Canvas, plan: Layout, row: MarkRow) -> None:
    shape = SHAPES[row.kind]
    half = canvas.letters.width(shape, SHAPE) / 2
    nexts = [*(LEFT + mark.x - half for mark in row.marks[1:]), WIDTH - MARGIN / 2]
    free = float(LEFT)
    for mark, following in zip(row.marks, nexts, strict=True):
        x, width = LEFT + mark.x, canvas.letters.width(mark.label, SMALL)
        canvas.dashes(x, plan.lanes_top, plan.lanes_bottom, INK)
        canvas.write(x - half, row.middle, shape, SHAPE)
        label_at = label_place(free, x, half + _MARK_SPACE, width, following)
        if label_at is not None:
            canvas.write(label_at, row.middle, mark.label, SMALL)
        free = max(x + half, (label_at or 0) + width) + 2 * _MARK_SPACE


def label_place(free: float, x: float, away: float, width: float, following: float) -> float | None:
    """Return where a label begins: right of its shape at `x`, else left of it, else nowhere.

    `free` is the first free column, `following` where the next shape begins, and `away` how far
    from `x` a label keeps.
    """
    if x + away + width < following:
        return x + away
    return x - away - width if x - away - width > free else None


SPACE = 8
TITLE_MIDDLE, SUBTITLE_MIDDLE = 34, 72
_NAMES = LEFT - MARGIN - 2 * SPACE  # how wide the lanes' names may be


class Texts(Struct):
    """What stands above and below the plot; `nothing` is said where there is no lane."""

    title: str
    subtitle: str
    notes: Sequence[str]
    drawn_at: str
    nothing: str


class Painter:
    """Paints one timeline on one canvas."""

    def __init__(self, canvas: Canvas, plan: Layout, window: DayWindow) -> None:
        self._canvas = canvas
        self._letters = canvas.letters
        self._plan = plan
        self._window = window

    def paint(self, texts: Texts) -> None:
        """Paint everything, from the paper up."""
        self._weekends()
        self._days()
        crowded = {bars.generation for s in self._plan.strips for bars in self._strip(s)}
        self._frame()
        paint_marks(self._canvas, self._plan)
        if not self._plan.strips:
            self._nothing(texts.nothing)
        paint_legend(self._canvas, self._plan, crowded)
        self._header(texts)
        self._foot(texts)

    def _header(self, texts: Texts) -> None:
        title = self._letters.fitted(texts.title, TITLE, WIDTH - 2 * MARGIN)
        self._canvas.write(MARGIN, TITLE_MIDDLE, title, TITLE)
        self._canvas.write(MARGIN, SUBTITLE_MIDDLE, texts.subtitle, TEXT, QUIET)

    def _weekends(self) -> None:
        scale, plan = self._plan.scale, self._plan
        for begin, end in self._window.weekends():
            left, right = LEFT + scale.x(begin), LEFT + scale.x(end)
            self._canvas.fill(left, plan.lanes_top, right, plan.lanes_bottom, WEEKEND)

    def _days(self) -> None:
        """Draw the axis, leaving out a label that would touch the one before or the last."""
        plan, middle = self._plan, self._plan.axis_middle
        now_at = RIGHT - self._letters.width("now", SMALL)
        free = float(LEFT)
        for tick in self._window.ticks():
            x = LEFT + plan.scale.x(tick.moment)
            end = x + self._letters.width(tick.label, SMALL) + SPACE
            top = plan.lanes_top if tick.label else plan.lanes_bottom
            self._canvas.fill(x, top, x + 1, plan.lanes_bottom + 6, GRID if tick.label else RULE)
            if tick.label and x >= free and end < now_at:
                self._canvas.write(x, middle, tick.label, SMALL, QUIET)
                free = end
        self._canvas.write(now_at, middle, "now", SMALL)

    def _frame(self) -> None:
        top, bottom = self._plan.lanes_top, self._plan.lanes_bottom
        self._canvas.fill(LEFT, bottom - 1, RIGHT, bottom + 1, RULE)
        self._canvas.fill(RIGHT, top, RIGHT + 2, bottom + SPACE, INK)

    def _strip(self, strip: Strip) -> list[Bars]:
        """Paint a lane, the tallest bars behind; give those that are a crowd."""
        middle = (strip.top + strip.bottom) // 2
        name = self._letters.fitted(strip.name, TEXT, _NAMES)
        detail = self._letters.fitted(strip.detail, SMALL, _NAMES)
        self._canvas.write(MARGIN, middle - 12, name, TEXT)
        self._canvas.write(MARGIN, middle + 13, detail, SMALL, QUIET)
        self._canvas.fill(LEFT, strip.bottom - 1, RIGHT, strip.bottom, RULE)
        tallest_first = sorted(strip.bars, key=lambda bars: -RADIOS[bars.generation].top)
        return [bars for bars in tallest_first if self._bars(bars, strip)]

    def _bars(self, bars: Bars, strip: Strip) -> bool:
        radio, tallest = RADIOS[bars.generation], strip.bottom - strip.top
        top, bottom = (strip.bottom - round(tallest * part) for part in (radio.top, radio.bottom))
        box = Box(LEFT, top, self._plan.scale.width, bottom - top)
        self._canvas.hatch(box, bars.hatched, bars.generation)
        return self._canvas.bars(box, bars.solid, bars.generation)

    def _nothing(self, words: str) -> None:
        middle = (self._plan.lanes_top + self._plan.lanes_bottom) // 2
        width = self._letters.width(words, TEXT)
        left = (LEFT + RIGHT - width) / 2
        self._canvas.fill(left - SPACE, middle - 18, left + width + SPACE, middle + 18, PAPER)
        self._canvas.write(left, middle, words, TEXT)

    def _foot(self, texts: Texts) -> None:
        """Write the notes, a line each; the first shares its line with the time."""
        drawn_from = RIGHT - self._letters.width(texts.drawn_at, SMALL)
        middle = self._plan.foot_top + FOOT_LINE // 2
        self._canvas.write(drawn_from, middle, texts.drawn_at, SMALL, QUIET)
        for line, note in enumerate(texts.notes):
            room = (RIGHT if line else drawn_from - 2 * SPACE) - MARGIN
            words = self._letters.fitted(note, SMALL, room)
            self._canvas.write(MARGIN, middle + line * FOOT_LINE, words, SMALL, QUIET)


def draw_report(report: SessionReport, *, days: int = 30, limits: Thresholds = DEFAULTS) -> bytes:
    """Draw the last `days` of a report as a PNG, 1200 pixels wide and about 420 high.

    What the report lacks, and what is left out here, stands below. Raises KoreError where its
    sessions could not be read.
    """
    if report.sessions is None:
        raise KoreError(unread_note(report))
    window, letters, title = (
        DayWindow(report.made_at, days),
        Lettering(),
        timeline_title(report.sim),
    )
    spans = spans_of(report.sessions, window, limits)
    lanes = lanes_of(spans.drawn)
    lines = [*report_notes(report), *omissions(spans.omitted, window)]
    if letters.lacks(title, *(lane.name for lane in lanes)):
        lines.append(LACKS)
    plan = lay_out(window, lanes, changes_of(spans.sessions, window), len(lines))
    canvas = Canvas(WIDTH, plan.height, letters)
    texts = Texts(title, subtitle(spans, window), lines, drawn_at(window), empty_note(window))
    Painter(canvas, plan, window).paint(texts)
    return canvas.png()
