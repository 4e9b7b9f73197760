"""A table in four forms, each within its limits: data_table, table, fields, text.

A row that no longer fits ends the table: what is drawn is always the first rows, and `Drawn.rows`
says how many, so that the screen can say what was left out.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import partial
from itertools import accumulate
from typing import NamedTuple

from bot.blocks.format import MRKDWN, utc
from bot.blocks.kit import (
    SECTION,
    Block,
    Degradable,
    Part,
    clean,
    cut,
    escape,
    fields,
    section,
    unbroken,
)
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


class Number(NamedTuple):
    """A cell that sorts as a number and reads as `text`."""

    value: float
    text: str


class Moment(NamedTuple):
    """A cell that holds a time, shown in the reader's own zone where the form can."""

    at: datetime


Cell = str | Number | Moment
Row = tuple[Cell, ...]


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
    if isinstance(cell, Moment):
        return _moment(cell)
    if isinstance(cell, Number):
        return {"type": "raw_number", "value": cell.value, "text": cell_text(cell)}
    return {"type": "raw_text", "text": cell_text(cell)}


def _moment(cell: Moment) -> Block:
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
    if isinstance(cell, Moment):
        return f"{utc(cell.at):%Y-%m-%d %H:%M} UTC"
    return clean(cell.text if isinstance(cell, Number) else cell, _CELL)


def _rest(table: Table, row: Row) -> str:
    pairs = zip(table.header[1:], row[1:], strict=True)
    return cut(" · ".join(f"{escape(head)}: {_in_mrkdwn(cell)}" for head, cell in pairs), 900)


def _line(table: Table, row: Row) -> str:
    return f"{_in_mrkdwn(row[0])} · {_rest(table, row)}"


def _in_mrkdwn(cell: Cell) -> str:
    """Return a cell as mrkdwn; a time in the reader's own zone."""
    return MRKDWN.when(cell.at) if isinstance(cell, Moment) else escape(cell_text(cell), _CELL)


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
