"""Where everything of a timeline stands, in pixels; numbers only, nothing is painted here."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from bot.pictures.canvas import Extent
from bot.pictures.spans import Change, Kind, Lane, Window
from bot.struct import Struct

WIDTH = 1200
MARGIN = 24
LEFT, RIGHT = 248, WIDTH - MARGIN  # the plot's
HEADER = 96
MARK_ROW = 32
MARK_SPACE = 20  # marks nearer to each other than this become one
ALL_LANES, LEAST_LANE, MOST_LANE = 216, 56, 128
LANE_GAP = 10  # of a lane, above its tallest bar
AXIS, LEGEND, FOOT_LINE = 36, 40, 26


class Scale(Struct):
    """Turns moments into pixels from the plot's left edge."""

    begin: datetime
    now: datetime
    width: int = RIGHT - LEFT

    def x(self, moment: datetime) -> float:
        """Return the place of a moment; what lies outside stands at the edge."""
        share = (moment - self.begin) / (self.now - self.begin)
        return min(max(share, 0.0), 1.0) * self.width


class Mark(Struct):
    """A change at `x` of the plot; several that stand too close are one with a number."""

    x: float
    label: str


class MarkRow(Struct):
    """The marks of one kind, left to right, in the row whose middle is `middle`."""

    kind: Kind
    middle: int
    changes: int
    marks: tuple[Mark, ...]


class Bars(Struct):
    """The bars of one generation in a lane, from row `top` to before row `bottom`."""

    generation: int | None
    solid: tuple[Extent, ...]
    hatched: tuple[Extent, ...]


class Strip(Struct):
    """A lane in place: bars stand on `bottom`, the tallest reaches up to `top`."""

    name: str
    detail: str
    top: int
    bottom: int
    bars: tuple[Bars, ...]


class Layout(Struct):
    """A timeline in place. Rows are counted from the picture's top."""

    scale: Scale
    mark_rows: tuple[MarkRow, ...]
    strips: tuple[Strip, ...]
    lanes_top: int
    lanes_bottom: int
    height: int

    @property
    def axis_middle(self) -> int:
        """Where the labels of the days stand."""
        return self.lanes_bottom + AXIS // 2 + 2

    @property
    def legend_top(self) -> int:
        """Where the legend begins."""
        return self.lanes_bottom + AXIS

    @property
    def foot_top(self) -> int:
        """Where the notes begin."""
        return self.legend_top + LEGEND


def lay_out(window: Window, lanes: Sequence[Lane], changes: Iterable[Change], notes: int) -> Layout:
    """Place everything; `notes` is how many lines the foot has."""
    scale = Scale(window.begin, window.now)
    mark_rows = tuple(_mark_rows(changes, scale))
    top = HEADER + MARK_ROW * len(mark_rows)
    each = min(max(ALL_LANES // max(len(lanes), 1), LEAST_LANE), MOST_LANE)
    strips = tuple(_strip(lane, scale, top + each * n, each) for n, lane in enumerate(lanes))
    bottom = top + each * max(len(lanes), 1)
    height = bottom + AXIS + LEGEND + FOOT_LINE * max(notes, 1) + MARGIN // 2
    return Layout(scale, mark_rows, strips, top, bottom, height)


def _mark_rows(changes: Iterable[Change], scale: Scale) -> Iterator[MarkRow]:
    by_kind = {kind: [change for change in changes if change.kind is kind] for kind in Kind}
    found = ((kind, marked) for kind, marked in by_kind.items() if marked)
    for row, (kind, marked) in enumerate(found):
        middle = HEADER + MARK_ROW * row + MARK_ROW // 2
        yield MarkRow(kind, middle, len(marked), tuple(_marks(marked, scale)))


def _marks(changes: Iterable[Change], scale: Scale) -> Iterator[Mark]:
    groups: list[list[Change]] = []
    for change in changes:
        near = groups and scale.x(change.moment) - scale.x(groups[-1][0].moment) < MARK_SPACE
        groups[-1].append(change) if near else groups.append([change])
    for group in groups:
        label = group[0].label if len(group) == 1 else f"×{len(group)}"
        yield Mark(scale.x(group[0].moment), label)


def _strip(lane: Lane, scale: Scale, top: int, height: int) -> Strip:
    bars: dict[int | None, Bars] = {}
    for generation in dict.fromkeys(span.generation for span in lane.spans):
        spans = [span for span in lane.spans if span.generation == generation]
        solid = tuple((scale.x(span.start), scale.x(span.end)) for span in spans)
        hatched = tuple((scale.x(s.end), scale.x(s.maybe_until)) for s in spans if s.maybe_until)
        bars[generation] = Bars(generation, solid, hatched)
    return Strip(lane.name, lane.detail, top + LANE_GAP, top + height, tuple(bars.values()))
