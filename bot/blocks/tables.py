"""One table drawn in four ways: data_table, table, fields, text; budgets are kept by counting.

A row that no longer fits ends the table: what is drawn is always the first rows, and `Drawn.rows`
says how many, so that the screen can say what was left out.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from bot.blocks.kit import Block, Screen, clean, escape, fields, screen, section

# docs.slack.dev: data-table-block and table-block; a header row counts as one.
DATA_TABLE_ROWS = 201
DATA_TABLE_CHARACTERS = 20_000
TABLE_ROWS = 100
TABLE_CHARACTERS = 10_000
FIELD_ROWS = 30
TEXT_CHARACTERS = 3000
PAGE = 10
_CELL = 300


class Number(NamedTuple):
    """A cell that sorts as a number and reads as `text`."""

    value: float
    text: str


Cell = str | Number
Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a header, the most important first; at most 20 columns, the first names a row.

    `telling` columns stay where all of them would cost rows; None: all are needed.
    """

    caption: str
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    telling: int | None = None


@dataclass(frozen=True, slots=True)
class Drawn:
    """What was drawn of a table, and how much of it."""

    blocks: list[Block]
    rows: int
    columns: int


def as_data_table(table: Table) -> Drawn:
    """Draw a table that the reader can sort, filter and page through."""
    header, rows = _within(table, DATA_TABLE_ROWS - 1, DATA_TABLE_CHARACTERS)
    block: Block = {
        "type": "data_table",
        "caption": clean(table.caption, _CELL),
        "rows": _cells([header, *rows]),
        "page_size": PAGE,
        "row_header_column_index": 0,
    }
    return Drawn([block], len(rows), len(header))


def as_table(table: Table) -> Drawn:
    """Draw a plain table."""
    header, rows = _within(table, TABLE_ROWS - 1, TABLE_CHARACTERS)
    block: Block = {"type": "table", "rows": _cells([header, *rows])}
    return Drawn([block], len(rows), len(header))


def as_fields(table: Table) -> Drawn:
    """Draw each row as a paragraph of its own, two beside each other."""
    rows = table.rows[:FIELD_ROWS]
    shown = [(escape(_text(row[0]), _CELL), escape(_rest(table, row), 900)) for row in rows]
    return Drawn(fields(shown), len(rows), len(table.header))


def as_text(table: Table) -> Drawn:
    """Write each row as a line; for a message of text alone."""
    lines = [_line(table, row) for row in table.rows[:FIELD_ROWS]]
    kept = lines[: _fitting([len(line) + 1 for line in lines], TEXT_CHARACTERS)]
    return Drawn([section("\n".join(kept))], len(kept), len(table.header))


def _within(table: Table, most: int, characters: int) -> tuple[Row, Sequence[Row]]:
    """Drop columns from the right until all rows fit, down to the telling ones; then rows."""
    lines: list[Row] = [table.header, *table.rows[:most]]
    columns = [sum(len(_text(row[at])) for row in lines) for at in range(len(table.header))]
    fit = max(_fitting(columns, characters), table.telling or len(columns))
    lines = [row[:fit] for row in lines]
    kept = lines[: _fitting([_weight(row) for row in lines], characters)]
    return kept[0], kept[1:]


def _fitting(weights: Sequence[int], most: int) -> int:
    """Count how many of the first weights stay within `most` together."""
    return sum(total <= most for total in accumulate(weights))


def _weight(row: Row) -> int:
    return sum(len(_text(cell)) for cell in row)


def _cells(rows: Iterable[Row]) -> list[list[Block]]:
    return [[_cell(cell) for cell in row] for row in rows]


def _cell(cell: Cell) -> Block:
    if isinstance(cell, Number):
        return {"type": "raw_number", "value": cell.value, "text": _text(cell)}
    return {"type": "raw_text", "text": _text(cell)}


def _text(cell: Cell) -> str:
    return clean(cell.text if isinstance(cell, Number) else cell, _CELL)


def _rest(table: Table, row: Row) -> str:
    pairs = zip(table.header[1:], row[1:], strict=True)
    return " · ".join(f"{head}: {_text(cell)}" for head, cell in pairs)


def _line(table: Table, row: Row) -> str:
    return f"{escape(_text(row[0]), _CELL)} · {escape(_rest(table, row), 900)}"


Refused = frozenset[str]
NOTHING: Refused = frozenset()
# The newest first: the likeliest to be unknown, where Slack does not say which it was.
NEWEST_FIRST = ("data_visualization", "data_table", "container", "table")
FIELDS = "section"
ALL_TEXT: Refused = frozenset({*NEWEST_FIRST, FIELDS})
_POINTER = re.compile(r"/blocks/(\d+)")


def draw_table(table: Table, refused: Refused = NOTHING) -> Drawn:
    """Draw a table on the highest rung that the workspace has not refused."""
    if "data_table" not in refused:
        return as_data_table(table)
    if "table" not in refused:
        return as_table(table)
    return as_fields(table) if FIELDS not in refused else as_text(table)


def lowered(drawn: Screen, refused: Refused) -> Screen:
    """Write the words of the blocks into the text, where no block may be used."""
    if FIELDS not in refused:
        return drawn
    return screen("\n".join(_lines(drawn.blocks)), [])


def _lines(blocks: Iterable[Block]) -> Iterator[str]:
    for block in blocks:
        if "text" in block:
            yield block["text"]["text"]
        yield from (field["text"].replace("\n", " ") for field in block.get("fields", ()))
        if block["type"] == "context":
            yield from (element["text"] for element in block["elements"])


def retreat(
    refused: Refused, blocks: Sequence[Block], messages: Iterable[str] = ()
) -> Refused | None:
    """Add one kind of block to what is refused; None where there was no block left to blame.

    `messages` are Slack's `response_metadata.messages`, which may name the block or point at it.
    """
    used = _newer(blocks)
    if not used:
        return ALL_TEXT if blocks else None
    blamed = _blamed(blocks, messages) & used
    given_up = next(kind for kind in NEWEST_FIRST if kind in (blamed or used))
    return refused | {given_up}


def _newer(blocks: Iterable[Block]) -> Refused:
    return frozenset(kind for kind in _kinds(blocks) if kind in NEWEST_FIRST)


def _kinds(blocks: Iterable[Block]) -> Iterator[str]:
    for block in blocks:
        yield block["type"]
        yield from _kinds(block.get("child_blocks", ()))


def _blamed(blocks: Sequence[Block], messages: Iterable[str]) -> Refused:
    found: set[str] = set()
    for message in messages:
        found.update(kind for kind in NEWEST_FIRST if re.search(rf"\b{kind}\b", message))
        at = _POINTER.search(message)
        if at and int(at[1]) < len(blocks):
            found.add(blocks[int(at[1])]["type"])
    return frozenset(found)
