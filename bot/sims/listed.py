"""Whether a text is a list of SIMs rather than prose: one a line, a row of them, a pasted table.

In a list every item is meant as a SIM, also one that is misspelt. Pure.
"""

import csv
import re
from collections.abc import Callable, Sequence

from bot.sims.unwrap import bare

_BETWEEN = re.compile(r"\s*[,;|]\s*|\s+(?:and|und|&)\s+")
_COLUMNS = (",", ";", "|")
_HEADS = ("sid", "iccid", "uniquename", "simname", "sim", "name", "friendlyname", "device", "imei")
_TOKEN = re.compile(r"\w[\w.\-/+@#]*|\d[\d ]+\d")
_NAME_LIKE = re.compile(r"(?=.*[^\W\d_])(?=.*\d)")
_NO_SIM = re.compile(
    r"""(?ix) \d{1,4}[-/.]\d{1,2}[-/.]\d{1,4} .*   # a date, and what follows it
      | \d{1,2}:\d\d .*                            # a time
      | \+[\d\s()/-]+                              # a phone number
      | \d{1,5} | \d+[.,]\d+ %? | \d+%             # a count, a price, a share
      | \d+ (?:ms|s|m|min|h|d|w|k|kb|mb|gb|x)      # a length of time or of data
      | [\w.+-]+@[\w-]+\.[\w.]+ | \S+://\S+ """
)
_LONGEST_NAME = 64

IsOne = Callable[[str], bool]


def items_of(lines: Sequence[str]) -> list[str] | None:
    """Give what stands in each place of a text that may be a list; None where it surely is none."""
    if column := _column(lines):
        return column
    if len(lines) == 1:
        return _in_a_row(lines[0])
    return [bare(line) for line in lines] if all(map(_fits, lines)) else None


def is_list(items: Sequence[str], is_one: IsOne, *, asked: bool) -> bool:
    """Tell whether the items are SIMs; `is_one` tells of an item whether it surely is.

    What was `asked` for is taken at its word where each item is one word or number; what only
    stands in a thread must hold one SIM at least. Longer items: half of them must be SIMs.
    """
    sure = sum(map(is_one, items))
    if all(is_one(item) or _TOKEN.fullmatch(item) for item in items):
        return sure > 0 or asked
    return sure * 2 >= len(items)


def is_name_like(word: str) -> bool:
    """Tell whether a word has letters and digits, and is no time, length or address."""
    return bool(_TOKEN.fullmatch(word) and _NAME_LIKE.match(word)) and not is_no_sim(word)


def is_no_sim(item: str) -> bool:
    """Tell whether an item is a date, a time, a phone number, a count, a mail or web address."""
    return _NO_SIM.fullmatch(item) is not None


def _in_a_row(line: str) -> list[str] | None:
    parts = [bare(part) for part in _BETWEEN.split(line)]
    items = [part for part in parts if part]
    if len(items) > 1:
        return items if all(map(_fits, items)) else None
    words = [bare(word) for word in line.split()]
    return words if len(words) > 1 and all(is_name_like(word) for word in words) else None


def _fits(item: str) -> bool:
    return len(item) <= _LONGEST_NAME and ":" not in item


def _column(lines: Sequence[str]) -> list[str] | None:
    """Give the column of SIMs in a table whose first line names its columns."""
    between = next((mark for mark in _COLUMNS if mark in lines[0]), None) if lines else None
    if between is None or len(lines) < 2:  # noqa: PLR2004 -- a head and a row
        return None
    head, *rows = csv.reader((line.strip("| ") for line in lines), delimiter=between)
    names = [re.sub(r"[\s_.-]+", "", cell).lower() for cell in head]
    places = [names.index(name) for name in _HEADS if name in names]
    if not places:
        return None
    return [cell for row in rows if (cell := _first_told(row, places))]


def _first_told(row: Sequence[str], places: Sequence[int]) -> str:
    cells = (bare(row[at]) for at in places if at < len(row))
    return next(filter(None, cells), "")
