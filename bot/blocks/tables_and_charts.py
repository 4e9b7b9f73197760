"""Tables and charts, each in forms from Slack's newest to plain text, all within their limits.

A row that no longer fits ends the table: what is drawn is always the first rows, and `Drawn.rows`
says how many, so that the screen can say what was left out. A chart counts numbers per bin of time.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import accumulate
from math import ceil
from typing import NamedTuple

from bot.blocks.format import MRKDWN, grouped, utc
from bot.blocks.kit import (
    SECTION,
    Block,
    Degradable,
    Part,
    clean,
    context,
    cut,
    escape,
    fields,
    section,
    unbroken,
)
from bot.kore.models import DataSession
from bot.struct import Struct

# docs.slack.dev: data-table-block and table-block; a header row counts as one.
DATA_TABLE_ROWS = 201
DATA_TABLE_CHARACTERS = 20_000
TABLE_ROWS = 100
TABLE_CHARACTERS = 10_000
FIELD_ROWS = 30
TEXT_CHARACTERS = 3000
PAGE = 10
_CELL = 300
_MOMENT_WEIGHT = 40


class NumberCell(NamedTuple):
    """A cell that sorts as a number and reads as `text`."""

    value: float
    text: str


class TimeCell(NamedTuple):
    """A cell that holds a time, shown in the reader's own zone where the form can."""

    at: datetime


Cell = str | NumberCell | TimeCell
Row = tuple[Cell, ...]


def number_cell(number: int | None) -> Cell:
    """Return a count as a cell; None is said to be unknown."""
    return "unknown" if number is None else NumberCell(number, grouped(number))


class Table(Struct):
    """Rows under a header, the most important first; at most 20 columns, the first names a row.

    `kept_columns` stay where all of them would cost rows; None: all are needed.
    """

    caption: str
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    kept_columns: int | None = None


class Drawn(Struct):
    """What was drawn of a table, and how much of it."""

    blocks: list[Block]
    rows: int
    columns: int


def as_data_table(table: Table) -> Drawn:
    """Draw a table that the reader can sort, filter and page through."""
    rows = _cells(table, DATA_TABLE_ROWS - 1, DATA_TABLE_CHARACTERS)
    block: Block = {
        "type": "data_table",
        "caption": clean(table.caption, _CELL),
        "rows": rows,
        "page_size": PAGE,
        "row_header_column_index": 0,
    }
    return Drawn([block], len(rows) - 1, len(rows[0]))


def as_table(table: Table) -> Drawn:
    """Draw a plain table."""
    rows = _cells(table, TABLE_ROWS - 1, TABLE_CHARACTERS)
    return Drawn([{"type": "table", "rows": rows}], len(rows) - 1, len(rows[0]))


def as_fields(table: Table) -> Drawn:
    """Draw each row as a paragraph of its own, two beside each other."""
    rows = table.rows[:FIELD_ROWS]
    shown = [(_in_mrkdwn(row[0]), _rest(table, row)) for row in rows]
    return Drawn(fields(shown), len(rows), len(table.header))


def as_text(table: Table) -> Drawn:
    """Write each row as a line; for a message of text alone."""
    lines = [_line(table, row) for row in table.rows[:FIELD_ROWS]]
    kept = lines[: _fitting([len(line) + 1 for line in lines], TEXT_CHARACTERS)]
    return Drawn([section("\n".join(kept))], len(kept), len(table.header))


def _cells(table: Table, most: int, characters: int) -> list[list[Block]]:
    """Return header and rows. Columns go from the right until all rows fit, then rows go.

    Each cell is made once: cleaning its text is what costs.
    """
    rows = [_drawn_row(row) for row in (table.header, *table.rows[:most])]
    columns = [sum(_weight(row[at]) for row in rows) for at in range(len(table.header))]
    fit = max(_fitting(columns, characters), table.kept_columns or len(columns))
    rows = [row[:fit] for row in rows]
    weights = [sum(map(_weight, row)) for row in rows]
    return rows[: _fitting(weights, characters)]


def _fitting(weights: Sequence[int], most: int) -> int:
    """Count how many of the first weights stay within `most` together."""
    return sum(total <= most for total in accumulate(weights))


def _weight(cell: Block) -> int:
    return len(cell["text"]) if "text" in cell else _MOMENT_WEIGHT


def _drawn_row(row: Row) -> list[Block]:
    """Draw a row; its first cell is a name, which stays as it is."""
    name, *others = map(_cell, row)
    return [
        name,
        *(one | {"text": unbroken(one["text"])} if "text" in one else one for one in others),
    ]


def _cell(cell: Cell) -> Block:
    if isinstance(cell, TimeCell):
        return _moment(cell)
    if isinstance(cell, NumberCell):
        return {"type": "raw_number", "value": cell.value, "text": cell_text(cell)}
    return {"type": "raw_text", "text": cell_text(cell)}


def _moment(cell: TimeCell) -> Block:
    date: Block = {
        "type": "date",
        "timestamp": int(utc(cell.at).timestamp()),
        "format": "{date_short_pretty} {time}",
        "fallback": cell_text(cell),
    }
    section_of_it = {"type": "rich_text_section", "elements": [date]}
    return {"type": "rich_text", "elements": [section_of_it]}


def cell_text(cell: Cell) -> str:
    """Return a cell as text; a time in UTC."""
    if isinstance(cell, TimeCell):
        return f"{utc(cell.at):%Y-%m-%d %H:%M} UTC"
    return clean(cell.text if isinstance(cell, NumberCell) else cell, _CELL)


def _rest(table: Table, row: Row) -> str:
    pairs = zip(table.header[1:], row[1:], strict=True)
    return cut(" · ".join(f"{escape(head)}: {_in_mrkdwn(cell)}" for head, cell in pairs), 900)


def _line(table: Table, row: Row) -> str:
    return f"{_in_mrkdwn(row[0])} · {_rest(table, row)}"


def _in_mrkdwn(cell: Cell) -> str:
    """Return a cell as mrkdwn; a time in the reader's own zone."""
    return MRKDWN.when(cell.at) if isinstance(cell, TimeCell) else escape(cell_text(cell), _CELL)


Beneath = Callable[[Drawn], Iterable[Block]]
_FORMS = (
    ("data_table", as_data_table),
    ("table", as_table),
    (SECTION, as_fields),
    ("", as_text),
)


def table_parts(
    table: Table,
    beneath: Beneath = lambda _drawn: (),
    forms: Sequence[tuple[str, Callable[[Table], Drawn]]] = _FORMS,
) -> list[Part]:
    """Draw a table, and what stands `beneath` it, which may say how much of it was drawn."""
    (kind, draw), *plainer = forms
    drawn = draw(table)
    blocks = [*drawn.blocks, *beneath(drawn)]
    if not plainer:
        return [*blocks]
    return [Degradable(kind, blocks, partial(table_parts, table, beneath, plainer))]


_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
# Up to so many days, steps of this length; the day in which the window begins takes one more.
_STEPS = ((1, 2 * _HOUR), (2, 4 * _HOUR), (3, 6 * _HOUR), (19, _DAY), (30, 2 * _DAY))


class Bins(Struct):
    """Steps of equal length, UTC: the first begins at `start`; the last may end in the future."""

    start: datetime
    step: timedelta
    size: int

    @property
    def unit(self) -> str:
        """Name a step: `day`, `2 days`, `4 hours`."""
        if self.step == _DAY:
            return "day"
        days = self.step // _DAY
        return f"{days} days" if days else f"{self.step // _HOUR} hours"

    @property
    def labels(self) -> list[str]:
        """Name each step: `5 Jan 14:00` for hours, `5 Jan` for a day, `5–6 Jan` for two."""
        return [self._label(self.start + at * self.step) for at in range(self.size)]

    def _label(self, begin: datetime) -> str:
        if self.step < _DAY:
            return f"{begin.day} {begin:%b %H:%M}"
        last = begin + self.step - _DAY
        if last == begin:
            return f"{begin.day} {begin:%b}"
        month = f" {begin:%b}" if last.month != begin.month else ""
        return f"{begin.day}{month}–{last.day} {last:%b}"

    def place(self, moment: datetime) -> int | None:
        """Return the step that a moment falls in; None where it is outside."""
        at = (utc(moment) - self.start) // self.step
        return at if 0 <= at < self.size else None

    def shares(self, start: datetime, end: datetime) -> list[tuple[int, float]]:
        """Return the steps that a stretch of time touches, each with its part of the whole."""
        first = (utc(start) - self.start) / self.step
        last = max(first, (utc(end) - self.start) / self.step)
        begun = int(first) if first >= 0 else -1
        if last <= begun + 1:  # within one step, as most sessions are
            return [(begun, 1.0)] if 0 <= begun < self.size else []
        touched = range(max(0, begun), min(self.size, ceil(last)))
        return [(at, (min(at + 1, last) - max(at, first)) / (last - first)) for at in touched]


def bins_of(days: int, now: datetime) -> Bins:
    """Cut the last `days` (1 to 30) so that steps begin on full hours or days, UTC."""
    days = min(max(days, 1), _STEPS[-1][0])
    step = next(length for most, length in _STEPS if days <= most)
    midnight = utc(now).replace(hour=0, minute=0, second=0, microsecond=0)
    grid = min(step, _DAY)
    end = midnight + grid * ((utc(now) - midnight) // grid + 1)
    size = ceil((end - (utc(now) - timedelta(days=days))) / step)
    return Bins(end - size * step, step, size)


def starts_in(bins: Bins, sessions: Iterable[DataSession]) -> list[int]:
    """Count the sessions that started in each step."""
    counts = [0] * bins.size
    for session in sessions:
        at = bins.place(session.start) if session.start else None
        if at is not None:
            counts[at] += 1
    return counts


def packets_in(
    bins: Bins, sessions: Sequence[DataSession], now: datetime
) -> dict[str, list[float | None]]:
    """Return packets `up` and `down` in each step; None where sessions ran and none of them tells.

    A session's packets are spread evenly from its start to its `end` or `last_updated`. A
    direction that no session tells is not there at all.
    """
    spans = [
        (session, bins.shares(session.start, session.end or session.last_updated or now))
        for session in sessions
        if session.start
    ]
    packets = {
        "up": [(session.packets_uploaded, shares) for session, shares in spans],
        "down": [(session.packets_downloaded, shares) for session, shares in spans],
    }
    return {
        name: _spread(bins.size, pairs)
        for name, pairs in packets.items()
        if any(packets is not None for packets, _ in pairs)
    }


def _spread(
    size: int, sessions: Iterable[tuple[int | None, Sequence[tuple[int, float]]]]
) -> list[float | None]:
    sums = [0.0] * size
    known, unknown = [False] * size, [False] * size
    for packets, shares in sessions:
        for at, share in shares:
            (unknown if packets is None else known)[at] = True
            sums[at] += (packets or 0) * share
    return [None if unknown[at] and not known[at] else _tidy(sums[at]) for at in range(size)]


def _tidy(number: float) -> float:
    """Return tenths of packets, and whole ones without a point."""
    short = round(number, 1)
    return int(short) if short == int(short) else short


_TITLE = 50
_NAME = 20
_CATEGORIES = 20
_SERIES = 12
_BARS = "▁▂▃▄▅▆▇█"


class Chart(Struct):
    """Numbers along one axis: each series has one finite number for each category."""

    title: str
    categories: Sequence[str]
    series: Mapping[str, Sequence[float]]


def chart_parts(charts: Sequence[Chart]) -> list[Part]:
    """Draw charts one beneath the other, at most two a message; plainer, a line for each series."""

    def plainer() -> list[Part]:
        return [context(*(line for chart in charts for line in chart_lines(chart)))]

    return [Degradable("data_visualization", [as_chart(chart) for chart in charts], plainer)]


def as_chart(chart: Chart) -> Block:
    """Draw bars: at most 20 categories and 12 series; what is beyond is not drawn."""
    categories = [clean(name, _NAME) for name in chart.categories[:_CATEGORIES]]
    return {
        "type": "data_visualization",
        "title": clean(chart.title, _TITLE),
        "chart": {
            "type": "bar",
            "series": [
                _series(name, categories, values)
                for name, values in list(chart.series.items())[:_SERIES]
            ],
            "axis_config": {"categories": categories},
        },
    }


def _series(name: str, categories: Sequence[str], values: Sequence[float]) -> Block:
    points = zip(categories, values, strict=False)
    return {
        "name": clean(name, _NAME),
        "data": [{"label": label, "value": value} for label, value in points],
    }


def chart_lines(chart: Chart) -> list[str]:
    """Write each series as a line: its bars, and the highest with its category."""
    return [_series_line(chart, name, values) for name, values in chart.series.items()]


def _series_line(chart: Chart, name: str, values: Sequence[float]) -> str:
    top = max(values)
    if not top:
        return f"{chart.title}, {name}: none"
    bars = "".join(_BARS[round(value / top * (len(_BARS) - 1))] for value in values)
    at = chart.categories[list(values).index(top)]
    first, last = chart.categories[0], chart.categories[-1]
    return f"{chart.title}, {name}: {bars} ({first} to {last}; most {grouped(top)}, {at})"
