"""Paints the legend: only what is in the picture, each with the height that it has there."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from bot.pictures.canvas import Box, Canvas
from bot.pictures.columns import Extent
from bot.pictures.layout import LEFT, LEGEND, MARGIN, Layout
from bot.pictures.lettering import SMALL, Lettering
from bot.pictures.palette import QUIET, RADIOS, RULE

NAME = "Radio"
HATCHED = "open, no news"
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
    """Give the entries for what is there: generations tallest first, then ways of drawing."""
    there = [bars for strip in plan.strips for bars in strip.bars]
    used = {bars.generation for bars in there}
    hatched = {bars.generation for bars in there if bars.hatched}
    found = [Entry(gen, radio.name) for gen, radio in RADIOS.items() if gen in used]
    if crowded:
        found.append(Entry(_tallest(crowded), PALE, _CROWD))
    if hatched:
        found.append(Entry(_tallest(hatched), HATCHED, hatched=True))
    return found


def paint_legend(
    canvas: Canvas, letters: Lettering, plan: Layout, crowded: set[int | None]
) -> None:
    """Paint the entries in one line; `crowded` are the generations that have pale bars."""
    middle = plan.legend_top + LEGEND // 2
    x = float(LEFT)
    for entry in entries(plan, crowded):
        _paint_swatch(canvas, round(x), middle + _HEIGHT // 2, entry)
        canvas.write(x + _SIDE + _SPACE, middle, entry.words, SMALL)
        x += _SIDE + _SPACE + letters.width(entry.words, SMALL) + 3 * _SPACE
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
