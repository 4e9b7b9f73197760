"""Paints a timeline that has been laid out: header, days, lanes with their bars, notes."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.pictures.canvas import Box, Canvas
from bot.pictures.layout import FOOT_LINE, LEFT, MARGIN, RIGHT, WIDTH, Bars, Layout, Strip
from bot.pictures.legend import paint_legend
from bot.pictures.lettering import SMALL, TEXT, TITLE, Lettering
from bot.pictures.marks import paint_marks
from bot.pictures.palette import GRID, INK, PAPER, QUIET, RADIOS, RULE, WEEKEND
from bot.pictures.window import Window

SPACE = 8
TITLE_MIDDLE, SUBTITLE_MIDDLE = 34, 72
_NAMES = LEFT - MARGIN - 2 * SPACE  # how wide the lanes' names may be


@dataclass(frozen=True, slots=True)
class Texts:
    """What stands above and below the plot; `nothing` is said where there is no lane."""

    title: str
    subtitle: str
    notes: Sequence[str]
    drawn_at: str
    nothing: str


class Painter:
    """Paints one timeline on one canvas."""

    def __init__(self, canvas: Canvas, letters: Lettering, plan: Layout, window: Window) -> None:
        self._canvas = canvas
        self._letters = letters
        self._plan = plan
        self._window = window

    def paint(self, texts: Texts) -> None:
        """Paint everything, from the paper up."""
        self._weekends()
        self._days()
        crowded = {bars.generation for s in self._plan.strips for bars in self._strip(s)}
        self._frame()
        paint_marks(self._canvas, self._letters, self._plan)
        if not self._plan.strips:
            self._nothing(texts.nothing)
        paint_legend(self._canvas, self._letters, self._plan, crowded)
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
