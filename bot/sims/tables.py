"""Tables in a text: Markdown's, psql's, CSV, TSV, what a spreadsheet or a terminal shows. Pure."""

import csv
import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, repeat

from bot.sims.labels import Cell

_MOST_ROWS = 1_000

_RULE = re.compile(r"[\s|+:=_─━┼│├┤┌┐└┘┬┴-]+")
_NAMES = (
    "sid", "simsid", "iccid", "uniquename", "simname", "sim", "sims", "name", "friendlyname",
    "device", "devicename", "router", "gateway", "modem", "asset", "unit", "host", "hostname",
    "thing", "equipment", "station", "imei",
)  # fmt: skip
_HEADS = frozenset(_NAMES) | {
    "imsi", "msisdn", "eid", "iccids", "imeis", "phone", "phonenumber", "order", "ordernumber",
    "orderid", "orderno", "card", "cardnumber", "ccid", "invoice", "ticket", "account",
}  # fmt: skip
_ENDINGS = ("imei", "iccid", "imsi", "msisdn")  # Device IMEI
_MAY_HAVE_HEADS = re.compile(
    r"sid|sim|imei|imsi|msisdn|ccid|eid|name|device|router|gateway|modem|asset|unit|host|thing"
    r"|equipment|station|phone|order|card|invoice|ticket|account"
)
_NOT_PLAIN = re.compile(r"[\W_]+")
_DELIMITERS = ("\t", "|", ";", ",", "  ")
_SPACED = re.compile(r"\S+(?: \S+)*")
_MOST_COLUMNS = 50
_COST_OF_NONE = 3  # rows: what it takes to see that a line is no head


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells below their heads, where in the text they stand, and the columns of names.

    One that `is_upright` has its heads in a column, and is read line by line.
    """

    start: int
    end: int
    rows: tuple[tuple[Cell, ...], ...]
    names: tuple[int, ...]
    is_upright: bool


def tables_in(text: str) -> list[Table]:
    """Return the tables whose first line names its columns."""
    found: list[Table] = []
    if not any(mark in text for mark in _DELIMITERS):
        return found
    end, left, folded = -1, _MOST_ROWS, text.lower()
    heads = _MAY_HAVE_HEADS.finditer(folded if len(folded) == len(text) else text)
    starts = [head.start() for head in heads]
    for start in starts:
        if start > end and left > 0:
            table, end = _table_at(text, text.rfind("\n", 0, start) + 1, starts)
            left -= len(table.rows) if table else _COST_OF_NONE
            found += [table] if table and not table.is_upright else []
    return found


def _table_at(text: str, at: int, starts: list[int]) -> tuple[Table | None, int]:
    """Return the table whose head stands in a line, if one does, and where what was read ends.

    `starts` are the places of all that may be a head.
    """
    end = _end_of_line(text, at)
    line = text[at:end]
    between = next((mark for mark in _DELIMITERS if mark in line.strip()), None)
    cells = _cells(at, line, between) if between else ()
    heads = [text[cell.start : cell.end].strip() for cell in cells]
    plain = [_NOT_PLAIN.sub("", head).lower() for head in heads[:_MOST_COLUMNS]]
    if between is None or not any(head in _HEADS or head.endswith(_ENDINGS) for head in plain):
        return None, end
    rows: list[tuple[Cell, ...]] = []
    is_upright = False
    while end < len(text) and len(rows) < _MOST_ROWS:
        start, below = end + 1, text[end + 1 : _end_of_line(text, end + 1)]
        is_rule = _RULE.fullmatch(below) is not None
        if not (below.strip() and (is_rule or between in below.strip(" "))):
            break
        end = start + len(below)
        if not is_rule:
            cells = _cells(start, below, between, heads)
            rows.append(cells)
            if bisect_left(starts, start) < bisect_left(starts, end):
                is_upright |= any(text[c.start : c.end].strip().lower() in _HEADS for c in cells)
    names = tuple(plain.index(name) for name in _NAMES if name in plain)
    return Table(at, end, tuple(rows), names, is_upright) if rows else None, end


def _end_of_line(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _cells(at: int, line: str, between: str, heads: Sequence[str] = ()) -> tuple[Cell, ...]:
    """Return the cells of a row."""
    named = chain(heads, repeat(""))
    if between == "  ":
        spans = (match.span() for match in _SPACED.finditer(line))
        return tuple([Cell(at + start, at + end, next(named)) for start, end in spans])
    quoted = '"' in line
    cells = next(csv.reader([line], delimiter=between)) if quoted else line.split(between)
    found, start = [], 0
    for text, head in zip(cells, named, strict=False):
        start = max(start, line.find(text, start)) if quoted else start
        found.append(Cell(at + start, at + start + len(text), head))
        start += len(text) + 1
    return tuple(found)
