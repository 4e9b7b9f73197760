"""Many SIMs in little room: columns of text, a block at a time, searched without unpacking.

A hundred thousand SIMs as objects weigh 50 MB and more and slow every garbage collection down. As
one run of bytes a column they weigh what their text weighs, and `bytes.find` walks them at memory
speed.
"""

import asyncio
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import partial
from importlib import import_module
from itertools import islice
from typing import Literal

from bot.errors import Candidate
from bot.kore.models import Sim
from bot.sims.identifier import Identifier, IdentifierKind, name_key, natural_key
from bot.sims.lists import is_parted, without_marks
from bot.sims.numbers import digits_of
from bot.struct import Struct

Column = Literal[
    "sid", "iccid", "eid", "unique_name", "friendly_name", "unique_key", "friendly_key"
]
BLOCK = 500
"""SIMs; a block is what is done between two turns of the event loop."""


class SimBlock(Struct):
    """Some SIMs; each column holds one value a SIM between line breaks, empty where unknown.

    `parted` are the names that no few words of a text are, as they are compared, each once.
    """

    sid: bytes
    iccid: bytes
    eid: bytes
    status: bytes
    unique_name: bytes
    friendly_name: bytes
    unique_key: bytes
    friendly_key: bytes
    account: str | None = None
    parted: bytes = b""

    @classmethod
    def of(cls, sims: Sequence[Sim], account: str | None = None) -> "SimBlock":
        """Pack SIMs, in order; all are of one account."""
        unique = _packed(sims, lambda sim: sim.unique_name)
        friendly = _packed(sims, lambda sim: sim.friendly_name)
        unique_key = _or(unique, _packed(sims, lambda sim: name_key(sim.unique_name or "")))
        friendly_key = _or(friendly, _packed(sims, lambda sim: name_key(sim.friendly_name or "")))
        return cls(
            sid=_packed(sims, lambda sim: sim.sid),
            iccid=_packed(sims, lambda sim: sim.iccid),
            eid=_packed(sims, lambda sim: sim.eid),
            status=_packed(sims, lambda sim: sim.status),
            unique_name=unique,
            friendly_name=friendly,
            unique_key=unique_key,
            friendly_key=friendly_key,
            account=account,
            parted=_parted(unique_key + friendly_key),
        )

    def parted_in(self, pieces: set[str]) -> list[str]:
        """Return the parted names of which each piece is one of those of a text."""
        names, words = (
            lines.decode().split("\n") for lines in (self.parted, without_marks(self.parted))
        )
        each = zip(names, words, strict=True)
        return [name for name, words in each if pieces.issuperset(words.split())]

    def equal(self, column: Column, value: str) -> Iterator[int]:
        """Return the rows whose value is this one."""
        return self.having(column, f"\n{value}\n") if value else iter(())

    def among(self, column: Column, wanted: AbstractSet[str]) -> AbstractSet[str]:
        """Return those of the wanted values that stand in a column."""
        return wanted & set(self.values(column)) if wanted else wanted

    def having(self, column: Column, piece: str) -> Iterator[int]:
        """Yield the rows that contain `piece`; a line break in it starts or ends a value."""
        text, wanted = getattr(self, column), piece.encode()
        row, counted = -1, 0
        at = text.find(wanted)
        while at >= 0:
            here = at + wanted.startswith(b"\n")
            row, counted = row + text.count(b"\n", counted, here), here
            yield row
            at = text.find(wanted, text.index(b"\n", here))

    def values(self, column: Column, change: Callable[[bytes], bytes] = bytes) -> list[str]:
        """Return the values of a column, in order, `change` applied to all of them at once."""
        return change(getattr(self, column))[1:-1].decode().split("\n")

    def sids_named(self, fits: Callable[[str], object], start: str = "") -> Iterator[str]:
        """Return the SIDs of the SIMs of which the unique or the friendly name fits.

        None is looked at where none has that `start`.
        """
        wanted = f"\n{start}".encode(errors="replace")
        if wanted not in self.unique_key and wanted not in self.friendly_key:
            return
        names = zip(
            self.values("sid"), self.values("unique_key"), self.values("friendly_key"), strict=True
        )
        for sid, unique, friendly in names:
            if (unique and fits(unique)) or (friendly and fits(friendly)):
                yield sid

    def candidate(self, row: int, column: Column = "sid") -> Candidate:
        """Return one SIM, called by the name in `column` where that is a column of names."""
        sid, iccid, status, unique, friendly = (
            text.split(b"\n", row + 2)[row + 1].decode()
            for text in (self.sid, self.iccid, self.status, self.unique_name, self.friendly_name)
        )
        names = (friendly, unique) if column.startswith("friendly") else (unique, friendly)
        name = names[0] or names[1] or sid
        return Candidate(sid, name, iccid or None, status or None, self.account)


class SimTable:
    """All SIMs of an account, in the order in which they came; it only ever grows."""

    def __init__(self, account: str | None = None, blocks: Iterable[SimBlock] = ()) -> None:
        self._account = account
        self.blocks = list(blocks)
        self.count = 0

    def add(self, sims: Sequence[Sim]) -> None:
        """Add a block of SIMs."""
        self.blocks.append(SimBlock.of(sims, self._account))
        self.count += len(sims)

    def equal(self, column: Column, value: str) -> tuple[Candidate, ...]:
        """Return the SIMs whose value is this one, each once, although pages can overlap."""
        found = (
            block.candidate(row, column)
            for block in self.blocks
            for row in block.equal(column, value)
        )
        return tuple({sim.sid: sim for sim in found}.values())


def _packed(sims: Sequence[Sim], read: Callable[[Sim], str | None]) -> bytes:
    values = ((read(sim) or "").replace("\n", " ") for sim in sims)
    return ("\n" + "\n".join(values) + "\n").encode(errors="replace")


def _parted(names: bytes) -> bytes:
    return "\n".join(set(filter(is_parted, filter(None, names.decode().split("\n"))))).encode()


def _or(kept: bytes, same: bytes) -> bytes:
    """Return `kept` itself where both are equal, so that it takes its room once."""
    return kept if kept == same else same


Search = Callable[[SimBlock, int, float], Iterable["Match"]]
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


async def import_rapidfuzz() -> None:
    """Import rapidfuzz beside the event loop, 25 ms that a bot never asked for names can spare."""
    if "rapidfuzz" not in sys.modules:
        await asyncio.to_thread(import_module, "rapidfuzz")


class Match(Struct):
    """A SIM and how near it comes: 1 is the same."""

    score: float
    called: str
    block: SimBlock
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

    def look_at(self, block: SimBlock) -> None:
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
        return -round(match.score, 3), longer, natural_key(match.called), is_friendly


def _search_of(wanted: Identifier) -> Search:
    if wanted.kind is IdentifierKind.SID:
        return partial(_with_slips, "sid", wanted.value.lower())
    if wanted.kind is IdentifierKind.ICCID:
        return partial(_with_slips, "iccid", wanted.value)
    return partial(_named, name_key(wanted.value))


def _named(typed: str, block: SimBlock, limit: int, enough: float) -> Iterator[Match]:
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


def _alike(
    column: Column, typed: str, block: SimBlock, limit: int, enough: float
) -> Iterator[Match]:
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


def _containing(column: Column, part: str, block: SimBlock, limit: int) -> Iterator[Match]:
    rows = list(islice(block.having(column, part), limit)) if len(part) >= _SHORT else []
    values = block.values(column, _spaced) if rows else []
    for row in rows:
        score = _PART + (1 - _PART) * len(part) / len(values[row])
        yield Match(score, values[row], block, row, column)


def _cut_short(head: str, tail: str, block: SimBlock, limit: int) -> Iterator[Match]:
    column: Column = "sid" if head.startswith("de") else "iccid"
    values = enumerate(block.values(column, bytes.lower))
    fitting = ((row, v) for row, v in values if v.startswith(head) and v.endswith(tail))
    for row, value in islice(fitting, limit):
        yield Match(_CUT, value, block, row, column)


def _with_slips(
    column: Column, typed: str, block: SimBlock, limit: int, _enough: float
) -> Iterator[Match]:
    from rapidfuzz import process  # noqa: PLC0415 -- see prepare
    from rapidfuzz.distance import OSA  # noqa: PLC0415 -- see prepare

    values = block.values(column, bytes.lower)
    near = process.extract(typed, values, scorer=OSA.distance, score_cutoff=_SLIPS, limit=limit)
    for value, slips, row in near:
        yield Match(1 - slips / len(typed), value, block, row, column)


def _spaced(names: bytes) -> bytes:
    return names.translate(_SPACED)
