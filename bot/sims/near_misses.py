"""SIMs that come near what was typed: slips of the finger, swapped words, a lost or wrong digit.

One block of SIMs at a time, for rapidfuzz holds the interpreter while it compares: a thread would
hold the event loop up for as long, and hand it back 5 ms late besides.
"""

import asyncio
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from itertools import islice

from bot.sims.errors import Candidate
from bot.sims.identifier import Identifier, Kind
from bot.sims.names import key, natural
from bot.sims.numbers import digits_of
from bot.sims.table import Block, Column

Search = Callable[[Block, int, float], Iterable["Match"]]
NEAR_ENOUGH = 0.6
_NEAR_ENOUGH_SHORT = 0.5
_SHORT = 4
_SWAPPED = 0.97
_PART = 0.6
_CUT = 0.95
_SLIPS = 2
_FEWEST_DIGITS = 5
_LONG_SID = 20
_NAMES: tuple[Column, ...] = ("unique_key", "friendly_key")
_SPACED = bytes.maketrans(b"-_./:#", b"      ")
_BLANKS = str.maketrans("-_./:#", "      ")
_WAYS = 6  # in which one SIM can be found: two names, each alike, swapped or containing
_CUT_SHORT = re.compile(r"(?=.{4})(de[0-9a-f]*|[0-9]*)(?:\.{2,}([0-9a-f]+))?")


async def prepare() -> None:
    """Import rapidfuzz beside the event loop, 25 ms that a bot never asked for names can spare."""
    if "rapidfuzz" not in sys.modules:
        await asyncio.to_thread(import_module, "rapidfuzz")


@dataclass(frozen=True, slots=True)
class Match:
    """A SIM and how near it comes: 1 is the same."""

    score: float
    called: str
    block: Block
    row: int
    column: Column

    @property
    def candidate(self) -> Candidate:
        """The SIM itself."""
        return self.block.candidate(self.row, self.column)


class NearMisses:
    """The SIMs nearest to what is wanted among the blocks looked at so far."""

    def __init__(self, wanted: Identifier, limit: int) -> None:
        self._typed = wanted.value
        self._limit = limit
        self._search = _search_of(wanted)
        self._found: list[Match] = []
        self._enough = 0.0

    def look_at(self, block: Block) -> None:
        """Take in the block's SIMs that come nearer than those that are there already."""
        self._found += self._search(block, self._limit, self._enough)
        if len(self._found) > 2 * _WAYS * self._limit:
            self._found = sorted(self._found, key=self._place)[: _WAYS * self._limit]
            self._enough = self._found[-1].score

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """The nearest first, each SIM once."""
        ordered = (match.candidate for match in sorted(self._found, key=self._place))
        distinct: dict[str, Candidate] = {}
        for candidate in ordered:
            distinct.setdefault(candidate.sid, candidate)
        return tuple(distinct.values())[: self._limit]

    def _place(self, match: Match) -> tuple[object, ...]:
        """By score, then by length, then pump-7 before pump-17, then by unique name first."""
        longer = abs(len(match.called) - len(self._typed))
        is_friendly = match.column == "friendly_key"
        return -round(match.score, 3), longer, natural(match.called), is_friendly


def _search_of(wanted: Identifier) -> Search:
    if wanted.kind is Kind.SID:
        return partial(_with_slips, "sid", wanted.value.lower())
    if wanted.kind is Kind.ICCID:
        return partial(_with_slips, "iccid", wanted.value)
    return partial(_named, key(wanted.value))


def _named(typed: str, block: Block, limit: int, enough: float) -> Iterator[Match]:
    """Look for a name, or for what was meant as a SID or ICCID and is too short or too long."""
    for column in _NAMES:
        yield from _alike(column, typed, block, limit, enough)
        yield from _containing(column, typed, block, limit)
    compact = "".join(typed.split())
    if cut := _CUT_SHORT.fullmatch(compact):
        yield from _cut_short(cut[1], cut[2] or "", block, limit)
    if compact.startswith("de") and len(compact) > _LONG_SID:
        yield from _with_slips("sid", compact, block, limit, enough)
    digits = digits_of(typed) or ""
    if len(digits) >= _FEWEST_DIGITS:
        yield from _containing("iccid", digits, block, limit)


def _alike(column: Column, typed: str, block: Block, limit: int, enough: float) -> Iterator[Match]:
    from rapidfuzz import fuzz, process  # noqa: PLC0415 -- see prepare
    from rapidfuzz.distance import OSA  # noqa: PLC0415 -- see prepare

    names = block.values(column, _spaced)
    query = typed.translate(_BLANKS)
    least = max(enough, NEAR_ENOUGH if len(query) > _SHORT else _NEAR_ENOUGH_SHORT)
    near = process.extract(
        query, names, scorer=OSA.normalized_similarity, score_cutoff=least, limit=limit
    )
    yield from (Match(score, name, block, row, column) for name, score, row in near)
    if " " in query:
        swapped = process.extract(
            query, names, scorer=fuzz.token_sort_ratio, score_cutoff=least * 100, limit=limit
        )
        for name, score, row in swapped:
            yield Match(score / 100 * _SWAPPED, name, block, row, column)


def _containing(column: Column, part: str, block: Block, limit: int) -> Iterator[Match]:
    rows = list(islice(block.having(column, part), limit)) if len(part) >= _SHORT else []
    values = block.values(column, _spaced) if rows else []
    for row in rows:
        score = _PART + (1 - _PART) * len(part) / len(values[row])
        yield Match(score, values[row], block, row, column)


def _cut_short(head: str, tail: str, block: Block, limit: int) -> Iterator[Match]:
    column: Column = "sid" if head.startswith("de") else "iccid"
    values = enumerate(block.values(column, bytes.lower))
    fitting = ((row, v) for row, v in values if v.startswith(head) and v.endswith(tail))
    for row, value in islice(fitting, limit):
        yield Match(_CUT, value, block, row, column)


def _with_slips(
    column: Column, typed: str, block: Block, limit: int, _enough: float
) -> Iterator[Match]:
    from rapidfuzz import process  # noqa: PLC0415 -- see prepare
    from rapidfuzz.distance import OSA  # noqa: PLC0415 -- see prepare

    values = block.values(column, bytes.lower)
    near = process.extract(typed, values, scorer=OSA.distance, score_cutoff=_SLIPS, limit=limit)
    for value, slips, row in near:
        yield Match(1 - slips / len(typed), value, block, row, column)


def _spaced(names: bytes) -> bytes:
    return names.translate(_SPACED)
