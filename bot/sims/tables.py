"""Tables in a text: Markdown's, psql's, CSV, TSV, what a spreadsheet or a terminal shows. Pure."""

import csv
import re
from bisect import bisect_left
from dataclasses import dataclass
from itertools import chain, repeat

from bot.sims.labels import Cell

MOST_ITEMS = 1_000
"""Items of a list, rows of tables; of more only what is certain or known by its name is read."""
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
_DELIMITERS = ("\t", "|", ";", ",", "  ")
_SPACED = re.compile(r"\S+(?: \S+)*")
_MOST_COLUMNS = 50


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
    end, left, folded = -1, MOST_ITEMS, text.lower()
    heads = _MAY_HAVE_HEADS.finditer(folded if len(folded) == len(text) else text)
    starts = [head.start() for head in heads]
    for start in starts:
        if start > end and left > 0:
            table, end = _table_at(text, text.rfind("\n", 0, start) + 1, starts)
            left -= len(table.rows) if table else 0
            found += [table] if table and not table.is_upright else []
    return found


def _table_at(text: str, at: int, starts: list[int]) -> tuple[Table | None, int]:
    """Return the table whose head stands in a line, if one does, and where what was read ends.

    `starts` are the places of all that may be a head.
    """
    end = _end_of_line(text, at)
    line = text[at:end]
    between = next((mark for mark in _DELIMITERS if mark in line.strip()), None)
    heads = [head.strip() for _, _, head in _cells(at, line, between)] if between else []
    plain = [re.sub(r"[\W_]+", "", head).lower() for head in heads[:_MOST_COLUMNS]]
    if between is None or not any(head in _HEADS or head.endswith(_ENDINGS) for head in plain):
        return None, end
    rows: list[tuple[Cell, ...]] = []
    is_upright = False
    while end < len(text) and len(rows) < MOST_ITEMS:
        start, below = end + 1, text[end + 1 : _end_of_line(text, end + 1)]
        is_rule = _RULE.fullmatch(below) is not None
        if not (below.strip() and (is_rule or between in below.strip(" "))):
            break
        end = start + len(below)
        if not is_rule:
            cells = _cells(start, below, between)
            named = zip(cells, chain(heads, repeat("")), strict=False)
            rows.append(tuple([Cell(start, end, head) for (start, end, _), head in named]))
            if bisect_left(starts, start) < bisect_left(starts, end):
                is_upright |= not _HEADS.isdisjoint([cell.strip().lower() for _, _, cell in cells])
    names = tuple(plain.index(name) for name in _NAMES if name in plain)
    return Table(at, end, tuple(rows), names, is_upright) if rows else None, end


def _end_of_line(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _cells(at: int, line: str, between: str) -> list[tuple[int, int, str]]:
    """Return where each cell of a row begins and ends, and what stands in it."""
    if between == "  ":
        return [(at + m.start(), at + m.end(), m[0]) for m in _SPACED.finditer(line)]
    quoted = '"' in line
    cells = next(csv.reader([line], delimiter=between)) if quoted else line.split(between)
    found, start = [], 0
    for text in cells:
        start = max(start, line.find(text, start)) if quoted else start
        end = start + len(text)
        found.append((at + start, at + end, text))
        start = end + 1
    return found
