"""Identifiers that nothing else looks like, wherever they stand in a text. Pure.

A SID is 32 hex digits behind DE or HS. An ICCID begins with 89 (ITU-T E.118), has 19 or 20 digits
and a check digit that fits; an IMEI has 15, begins with the code of a body that hands IMEIs out
(GSMA TS.06) and its check digit fits. Behind the word `ICCID` or `IMEI` any number of that length
counts: what is wrong with it is said in the answer. Timestamps, phone numbers, orders and card
numbers are none of these.
"""

import csv
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from bot.sims.identifier import LINK, MENTION, SID, bare, sims_in, unlinked
from bot.sims.names import plain
from bot.sims.numbers import is_iccid, is_imei, passes_luhn

_RUN = re.compile(r"(?<![\w+.])(?<!\w-)\d++(?:[ -]\d++)*+")
_GOES_ON = re.compile(r"(?i)f{0,2}+(?:\w|[.:/-]\w)")
_DIGITS = re.compile(r"\d+")
_LABEL = re.compile(r"(?i)\b(iccid|imeisv|imei)\b\W{0,4}$")
_BODIES = re.compile(r"01|10|3[035]|4[459]|5[0-4]|86|9[189]")
_IMEI_GROUPS = frozenset({(15,), (2, 6, 6, 1), (8, 6, 1), (6, 8, 1), (6, 2, 6, 1)})
_ICCID_LENGTHS = frozenset({19, 20})
_TELECOM = "89"
_MOST_GROUPS = 7
_TAKEN = " ; "
_LINK_ENDS = ").,;:!?\"'>]}"


class Certain(NamedTuple):
    """An identifier as it was written, and where in its line it began."""

    at: int
    text: str


def certain_in(line: str) -> tuple[list[Certain], str]:
    """Return the identifiers in the order in which they stand, and the line without them."""
    found: list[Certain] = []

    def link(match: re.Match[str]) -> str:
        sims = sims_in(match[0].rstrip(_LINK_ENDS))
        found.extend(Certain(match.start(), sim) for sim in sims)
        return _TAKEN.ljust(len(match[0]))

    def sid(match: re.Match[str]) -> str:
        found.append(Certain(match.start(), match[0]))
        return _TAKEN.ljust(len(match[0]))

    rest = SID.sub(sid, LINK.sub(link, line))
    for start, end in _numbers(rest):
        found.append(Certain(start, rest[start:end]))
        rest = rest[:start] + _TAKEN.ljust(end - start) + rest[end:]
    return sorted(found), rest


def _numbers(line: str) -> list[tuple[int, int]]:
    """Return where each number begins and ends."""
    return [place for run in _RUN.finditer(line) for place in _in_run(run, line)]


def _in_run(run: re.Match[str], line: str) -> Iterator[tuple[int, int]]:
    """Return the numbers in a run of groups of digits."""
    label = _LABEL.search(line, 0, run.start())
    if not label and line[: run.start()].endswith("#"):
        return
    groups, at = list(_DIGITS.finditer(line, run.start(), run.end())), 0
    while at < len(groups):
        here = groups[at : at + _MOST_GROUPS]
        taken = _labelled(here, label[1].lower()) if label and not at else 0
        taken = taken or _iccid(here) or _imei(here)
        if taken and not _GOES_ON.match(line, here[taken - 1].end()):
            yield here[0].start(), here[taken - 1].end()
        at += taken or 1


def _labelled(groups: list[re.Match[str]], label: str) -> int:
    """Count the groups of a number behind its label: the most that still have its length."""
    fits = is_iccid if label == "iccid" else is_imei
    texts = list(accumulate(group[0] for group in groups))
    return max((count for count, text in enumerate(texts, 1) if fits(text)), default=0)


def _iccid(groups: list[re.Match[str]]) -> int:
    if not groups[0][0].startswith(_TELECOM):
        return 0
    texts = enumerate(accumulate(group[0] for group in groups), 1)
    fitting = (count for count, t in texts if len(t) in _ICCID_LENGTHS and passes_luhn(t))
    return next(fitting, 0)


def _imei(groups: list[re.Match[str]]) -> int:
    for lengths in _IMEI_GROUPS:
        parts = [group[0] for group in groups[: len(lengths)]]
        if tuple(map(len, parts)) == lengths and _is_certain_imei("".join(parts)):
            return len(lengths)
    return 0


def _is_certain_imei(digits: str) -> bool:
    return bool(_BODIES.match(digits)) and bool(digits[2:].strip("0")) and passes_luhn(digits)


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
    """Return the items of a text that may be a list; None where it surely is none."""
    if column := _column(lines):
        return column
    if len(lines) == 1:
        return _in_a_row(lines[0])
    return [bare(line) for line in lines] if all(map(_fits, lines)) else None


def is_list(items: Sequence[str], is_one: IsOne, *, asked: bool) -> bool:
    """Return whether the items are SIMs; `is_one` tells of an item whether it surely is.

    What was `asked` for is taken at its word where each item is one word or number; what only
    stands in a thread must hold one SIM at least. Longer items: half of them must be SIMs.
    """
    sure = sum(map(is_one, items))
    if all(is_one(item) or _TOKEN.fullmatch(item) for item in items):
        return sure > 0 or asked
    return sure * 2 >= len(items)


def is_name_like(word: str) -> bool:
    """Return whether a word has letters and digits, and is no time, length or address."""
    return bool(_TOKEN.fullmatch(word) and _NAME_LIKE.match(word)) and not is_no_sim(word)


def is_no_sim(item: str) -> bool:
    """Return whether an item is a date, a time, a phone number, a count, a mail or web address."""
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
    """Return the column of SIMs in a table whose first line names its columns."""
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


_ADDRESS = re.compile(r"\S+@\S+|\S+://\S+")
_WORD = re.compile(r"""[^\s,;|=(){}\[\]"'`<>:?!*~]+""")
_MOST_WORDS = 3
_LEAST = 3
_LEAST_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Phrase:
    """Some words as they were written, and where they stand."""

    text: str
    at: int
    end: int
    words: int


def phrases_in(line: str, offset: int = 0) -> Iterator[Phrase]:
    """Return each phrase of a line, by its place, of one place the longest first.

    Words are parted by blanks and punctuation; a phrase never goes over punctuation. What is too
    short to be told from a count or from a word of prose is left out.
    """
    line = _ADDRESS.sub(lambda address: " ; ".ljust(len(address[0])), line)
    words = list(_WORD.finditer(line))
    for first in range(len(words)):
        for count in range(_MOST_WORDS, 0, -1):
            phrase = _phrase(line, words[first : first + count], count, offset)
            if phrase:
                yield phrase


def _phrase(line: str, words: list[re.Match[str]], count: int, offset: int) -> Phrase | None:
    if len(words) < count:
        return None
    start, end = words[0].start(), words[-1].end()
    text = line[start:end].strip("._-/…")
    in_one = line[start:end].count(" ") == count - 1
    return Phrase(text, offset + start, offset + end, count) if in_one and _is_name(text) else None


def _is_name(text: str) -> bool:
    if any(map(str.isalpha, text)):
        return len(text) >= _LEAST
    return sum(map(str.isdigit, text)) >= _LEAST_DIGITS


LONGEST = 20_000
"""Characters that are read of one text: 200 lines of 100."""
_LINE = 4_000
_CHANNEL = re.compile(r"<#[^<>]*>")
_ROUNDS = 2
_FENCE = re.compile(r"```+")
_DECORATION = re.compile(r"^(?:\s*(?:>+|[-*•◦▪‣–—]|\d{1,3}[.)]|\[[ xX]?\]|[☐☑✅❌🔴🟠🟢])(?=\s))+")
_UNREADABLE = {"Cc", "Cs"}
_NO_WIDTH = "Cf"


def lines_of(text: str) -> list[str]:
    """Return the lines with something in them, without bullets, quote marks and code fences.

    Tabs become `;`, so that pasted columns stay apart; typographic quotes and dashes become plain.
    """
    text = MENTION.sub(" ", _CHANNEL.sub(" ", text[:LONGEST]))
    for _ in range(_ROUNDS):
        text = unlinked(text)
    found = (_line(line[:_LINE]) for line in _FENCE.sub("\n", text).splitlines())
    return [line for line in found if line]


def _line(line: str) -> str:
    if not (line.isascii() and line.isprintable()):
        line = plain("".join(map(_visible, line)))
    return _DECORATION.sub("", " ".join(line.split())).strip()


def _visible(char: str) -> str:
    if char == "\t":
        return "; "
    category = unicodedata.category(char)
    if category in _UNREADABLE:
        return " "
    return "" if category == _NO_WIDTH else char
