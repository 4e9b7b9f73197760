"""Reads what people paste, wherever they paste it: which SIMs it names, and what names none.

What counts: a SID, ICCID, IMEI or console link that is certain, wherever it stands; what is exactly
one SIM's name in the directory, in prose too; and in a list that is surely one each item that may
be a name.
"""

import asyncio
import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from bot.sims.directory import SimDirectory
from bot.sims.errors import Candidate
from bot.sims.extraction import LONGEST, LONGEST_LINE, Cell, Found, cleaned, identifiers_in
from bot.sims.identifier import Identifier, Kind, bare
from bot.sims.lists import (
    Item,
    Phrase,
    Table,
    distinct_places,
    items_in,
    keys_in,
    phrases_in,
    tables_in,
    without_addresses,
)
from bot.sims.names import key, quoted

MOST = 200
"""SIMs of one text that are looked up; the rest is counted."""
PATIENCE = 2.0
_FEW_WORDS = 3
_EXPLAINED = frozenset({"imsi", "eid", "imei", "number"})
_UNKNOWN = "no SIM of KORE's list is called so"
_CUT = f"only the first {LONGEST} characters are read, and {LONGEST_LINE} of a line"

Named = Mapping[str, tuple[Candidate, ...]]


class Place(NamedTuple):
    """A text, and where in a message or thread it stands, as people say it."""

    where: str
    text: str


@dataclass(frozen=True, slots=True)
class Spot:
    """Something that a text names: `value` plainly spelt, `text` as it is looked up, `where`.

    `sim` is its SID where that is known; `why` says why it is not taken. What is `joined` is taken
    with the SIM that stands beside it.
    """

    kind: str
    value: str
    text: str
    where: str
    sim: str | None = None
    why: str = ""
    joined: bool = False
    at: int = 0

    @property
    def taken(self) -> bool:
        """Whether it is looked up."""
        return not self.why


@dataclass(frozen=True, slots=True)
class Spotted:
    """What to look up, in the order of the text; `total` counts also what is beyond the limit.

    `spots` is all that was seen.
    """

    texts: tuple[str, ...] = ()
    total: int = 0
    spots: tuple[Spot, ...] = ()

    @property
    def cut(self) -> int:
        """How many were left out."""
        return self.total - len(self.texts)

    @property
    def unknown(self) -> tuple[str, ...]:
        """What looks like the names of a list, and no SIM is called so."""
        return tuple(dict.fromkeys(spot.text for spot in self.spots if spot.why == _UNKNOWN))

    @property
    def sentence(self) -> str | None:
        """What a number is that names no SIM, and what to paste instead."""
        told = (s for s in self.spots if s.kind in {"imsi", "eid", "imei", "number"} and s.why)
        return next(
            (f"{quoted(spot.text)} is {spot.why}" for spot in told if ". " in spot.why), None
        )


class SimSpotter:
    """Reads texts; `known_sid` tells what is known of an identifier without asking KORE."""

    def __init__(
        self,
        directory: SimDirectory,
        known_sid: Callable[[Identifier], str | None],
        *,
        most: int = MOST,
    ) -> None:
        self._directory = directory
        self._known_sid = known_sid
        self._most = most

    async def spot(self, text: str, *, asked: bool = False, patience: float = PATIENCE) -> Spotted:
        """Return the SIMs that one text names, as `read` does."""
        return await self.read([Place("text", text)], asked=asked, patience=patience)

    async def read(
        self, places: Iterable[Place], *, asked: bool = False, patience: float = PATIENCE
    ) -> Spotted:
        """Return the SIMs that any of the places names, each once, and what names none.

        `asked` says that the first of them was written to us: then of a single word nothing is
        read, for it may be a name that is not in the list yet; a list is taken at its word, and
        from a few words none is picked that may be a part of one name. The first list of SIMs is
        waited for `patience` seconds at most.
        """
        spots: list[Spot] = []
        for number, place in enumerate(places):
            spots += await self._in_place(place, asked=asked and number == 0, patience=patience)
        return await self._each_once(spots)

    async def _in_place(self, place: Place, *, asked: bool, patience: float) -> list[Spot]:
        text, is_cut = cleaned(place.text)
        tables = tables_in(text)
        found = identifiers_in(text, [cell for t in tables for row in t.rows for cell in row])
        await asyncio.sleep(0)
        prose = without_addresses(text)
        items = items_in(prose, tables)
        is_one_word = len(items) <= 1 and len(prose.split()) <= 1
        if not _is_any_word(prose, found) or (asked and is_one_word and not found):
            named, is_listed = {}, True
        else:
            keys = {*keys_in(prose), *(key(item.text) for item in items)}
            keys |= {key(bare(prose[c.start : c.end])) for c in _name_cells(tables)}
            is_listed = await self._directory.ready(patience)
            named = await self._directory.all_named(keys)
        await asyncio.sleep(0)
        text_read = _Text(place, prose, found, items, tables, named)
        spots = [] if asked and text_read.may_be_one_name() else text_read.names()
        spots += text_read.numbers()
        if not (asked and is_one_word):
            spots += text_read.listed(spots, asked=asked, is_listed=is_listed)
        spots = self._joined(sorted(map(self._known, spots), key=lambda spot: spot.at))
        spots += [Spot("text", "", "", place.where, why=_CUT)] if is_cut else []
        return spots

    def _known(self, spot: Spot) -> Spot:
        """Return the same with the SID of its SIM, where that is known; an EID is taken then."""
        if spot.sim or spot.kind not in _KINDS or (spot.why and spot.kind != Kind.EID):
            return spot
        if spot.value.startswith("HS"):
            return spot
        sim = self._known_sid(Identifier(_KINDS[spot.kind], spot.value, spot.text))
        return replace(spot, sim=sim, why="") if sim else spot

    def _joined(self, spots: list[Spot]) -> list[Spot]:
        """Mark the IMEIs that stand beside another identifier of the same device."""
        beside = _partners([spot for spot in spots if spot.taken])
        return [
            _with_partner(spot, beside[spot.at]) if spot.at in beside else spot for spot in spots
        ]

    async def _each_once(self, spots: Sequence[Spot]) -> Spotted:
        seen: dict[tuple[str, str], Spot] = {}
        for spot in spots:
            before = seen.setdefault((spot.kind, spot.value), spot)
            if spot.taken and (spot.joined or not before.taken) and not before.joined:
                seen[spot.kind, spot.value] = spot
        sims: dict[object, str] = {}
        for spot in seen.values():
            if spot.taken and not spot.joined:
                sims.setdefault(spot.sim or (spot.kind, key(spot.value)), spot.text)
        texts = tuple(sims.values())
        return Spotted(texts[: self._most], len(texts), tuple(seen.values()))


_KINDS = {"sid": Kind.SID, "iccid": Kind.ICCID, "imei": Kind.IMEI, "eid": Kind.EID}


def _is_any_word(prose: str, found: Sequence[Found]) -> bool:
    """Return whether anything but identifiers stands in a text."""
    at = 0
    for each in found:
        if any(map(str.isalnum, prose[at : each.at])):
            return True
        at = max(at, each.end)
    return any(map(str.isalnum, prose[at:]))


def _name_cells(tables: Sequence[Table]) -> Iterable[Cell]:
    return (
        row[at] for table in tables for row in table.rows for at in table.names if at < len(row)
    )


class _Text:
    """One text and all that was seen in it."""

    def __init__(  # noqa: PLR0913, PLR0917 -- what was seen, by kind
        self,
        place: Place,
        prose: str,
        found: Sequence[Found],
        items: Sequence[Item],
        tables: Sequence[Table],
        named: Named,
    ) -> None:
        self._place = place
        self._prose = prose
        self._items = items
        self._tables = tables
        self._named = named
        self._breaks: list[int] | None = None
        names = self._known_names() if named else []
        self._found = [each for each in found if not _is_within(each, names)]
        self._names = [name for name in names if not _is_within(name, self._found)]
        self._beside = self._beside_in_rows()

    def _known_names(self) -> list[Phrase]:
        certain = {name for name, sims in self._named.items() if len(sims) == 1}
        phrases = phrases_in(self._prose, certain)
        phrases += [
            Phrase(item.at, item.end, item.text)
            for item in self._items
            if key(item.text) in self._named
        ]
        return distinct_places(phrases)

    def may_be_one_name(self) -> bool:
        """Return whether a few words may all be one name, of which a part happens to be another's.

        `check pump-7` is not: the known word has a digit, and no other has.
        """
        words = [bare(word) for word in self._prose.split()]
        if not 1 < len(words) <= _FEW_WORDS or "\n" in self._prose.strip() or len(self._items) > 1:
            return False
        longer = [word for word in words if len(word) >= _FEW_WORDS]
        is_whole = any(name.text.split() == words for name in self._names)
        return not is_whole and any(_has_digit(w) != (key(w) in self._named) for w in longer)

    def numbers(self) -> list[Spot]:
        """Return the identifiers, and what looks like one."""
        return [
            Spot(f.kind, f.value, f.text, self._where(f.at), why=f.why, at=f.at)
            for f in self._found
        ]

    def names(self) -> list[Spot]:
        """Return the known names; in the row of a table only that of its column of names."""
        return [self._name(name) for name in self._names]

    def _name(self, name: Phrase) -> Spot:
        sims = self._named.get(key(name.text), ())
        value, sim = (sims[0].name, sims[0].sid) if len(sims) == 1 else (name.text, None)
        why = "another identifier in its row is taken" if name.at in self._beside else ""
        return Spot("name", value, name.text, self._where(name.at), sim, why, at=name.at)

    def _beside_in_rows(self) -> set[int]:
        """Return where the names stand that are not taken since their row names its SIM better."""
        beside: set[int] = set()
        for table in self._tables:
            for row in filter(None, table.rows):
                names = [n.at for n in self._names if row[0].start <= n.at < row[-1].end]
                if not names:
                    continue
                numbers = (f for f in self._found if row[0].start <= f.at < row[-1].end)
                if any(f.kind in {"sid", "iccid"} and not f.why for f in numbers):
                    beside |= set(names)
                elif cell := self._name_cell(table, row):
                    beside |= {at for at in names if not cell.start <= at < cell.end}
        return beside

    def _name_cell(self, table: Table, row: Sequence[Cell]) -> Cell | None:
        """Return the first cell of the columns of names in which something stands."""
        cells = (row[at] for at in table.names if at < len(row))
        return next((c for c in cells if bare(self._prose[c.start : c.end])), None)

    def listed(self, spots: Sequence[Spot], *, asked: bool, is_listed: bool) -> list[Spot]:
        """Return the items of a list that may be names and that nobody knows.

        They are taken where half of the items are SIMs, those without a digit only where each item
        may be one; where we were asked, one SIM is enough, or that there is no list of SIMs yet.
        """
        sure, words, prose = self._weighed(sorted(spot.at for spot in spots))
        is_half = sure > 0 and sure >= len(words) + prose
        is_clean = not prose and not any(item.is_heading for item in self._items)
        takes_all = is_clean and (is_half or (asked and (sure > 0 or not is_listed)))
        takes_some = is_half or takes_all
        return [
            Spot("name", word.text, word.text, self._where(word.at), at=word.at)
            if takes_all or (takes_some and word.is_like_a_name)
            else Spot("name", word.text, word.text, self._where(word.at), why=_UNKNOWN, at=word.at)
            for word in words
            if is_clean or word.is_like_a_name
        ]

    def _weighed(self, places: Sequence[int]) -> tuple[int, list[Item], int]:
        """Count the items that are SIMs, gather those that may be, count those that are prose."""
        cells = (
            Item(cell.start, cell.end, bare(self._prose[cell.start : cell.end]))
            for table in self._tables
            for row in table.rows
            if row and not _between(places, row[0].start, row[-1].end)
            if (cell := self._name_cell(table, row))
        )
        rows = [row for table in self._tables for row in table.rows if row]
        sure = sum(_between(places, row[0].start, row[-1].end) for row in rows)
        words, prose = [cell for cell in cells if cell.is_word], 0
        for item in self._items:
            if _between(places, item.at, item.end):
                sure += 1
            elif item.is_heading:
                continue
            elif item.is_word:
                words.append(item)
            elif not item.is_silent:
                prose += 1
        return sure, words, prose

    def _where(self, at: int) -> str:
        if self._breaks is None:
            self._breaks = [match.start() for match in re.finditer("\n", self._prose.rstrip())]
        if not self._breaks:
            return self._place.where
        return f"{self._place.where}, line {bisect_left(self._breaks, at) + 1}"


def _is_within(one: Found | Phrase, others: Sequence[Found] | Sequence[Phrase]) -> bool:
    """Return whether one overlaps another, which is as long at least; a name must be longer."""
    at = bisect_left(others, one.end, key=lambda other: other.at) - 1
    if at < 0 or others[at].end <= one.at:
        return False
    other = others[at]
    longer = (other.end - other.at) - (one.end - one.at)
    return longer > 0 or isinstance(other, Found)


def _between(places: Sequence[int], start: int, end: int) -> bool:
    at = bisect_left(places, start)
    return at < len(places) and places[at] < end


def _partners(spots: Sequence[Spot]) -> dict[int, Spot]:
    """Return the identifier that names the same device as an IMEI, by the place of the IMEI.

    It stands in the same line, or each of them has one in turns, and no more.
    """
    found: dict[int, Spot] = {}
    if not any(spot.kind == Kind.IMEI for spot in spots):
        return found
    lines: dict[str, list[Spot]] = {}
    for spot in spots:
        lines.setdefault(spot.where, []).append(spot)
    for group in (*lines.values(), spots):
        imeis = [spot for spot in group if spot.kind == Kind.IMEI]
        others = [spot for spot in group if spot.kind != Kind.IMEI]
        in_turns = len({spot.kind == Kind.IMEI for spot in group[::2]}) == 1
        if imeis and in_turns and len(imeis) == len(others):
            pairs = zip(imeis, others, strict=True)
            found |= {imei.at: other for imei, other in pairs if imei.at not in found}
    return found


def _with_partner(imei: Spot, partner: Spot) -> Spot:
    if imei.sim and imei.sim != partner.sim:
        return imei
    return replace(imei, sim=partner.sim, joined=True)


def _has_digit(word: str) -> bool:
    return any(map(str.isdigit, word))
