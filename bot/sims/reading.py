"""What one text holds: identifiers, known names, the unknown items of a list, and what is none."""

import re
from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Generic, NamedTuple, TypeVar

from bot.errors import Candidate
from bot.sims.extraction import (
    LONGEST,
    LONGEST_LINE,
    MOST_NUMBERS,
    FoundText,
    TextPart,
    cleaned,
    doubtful_in,
    identifiers_in,
    is_between,
)
from bot.sims.identifier import is_pattern, name_key, strip_punctuation
from bot.sims.labels import PastedTable, TableCell, tables_in
from bot.sims.lists import (
    Item,
    Phrase,
    is_no_sim,
    is_parted,
    items_in,
    keys_in,
    phrases_in,
    pieces_in,
    with_one_word_each,
    without_addresses,
    without_overlaps,
)

UNKNOWN = "no SIM in KORE's list is called that"
UNLISTED = "KORE's list of SIMs could not be read, which tells whether one is called that"
CUT = (
    f"only the first {LONGEST:,} characters and {MOST_NUMBERS:,} long numbers are read, and "
    f"{LONGEST_LINE:,} characters of a line"
)
_FEW_WORDS = 3
_GLUED = re.compile(r"[^\W\d_]{1,4}\d+[a-z]?")  # v2, eth0, B12
_WORD = re.compile(r"\S+")
_PLAIN_WORD = re.compile(r"[\w.-]*")
_UNPARTED = (  # by blanks: 設備truck-42離線, 水位計-4が圏外です
    r"[\u3040-\u309f\u0e00-\u0e7f]|[\u2e80-\ud7ff][a-zA-Z]|[a-zA-Z][\u2e80-\ud7ff]"
)
_BEHIND = re.compile(r"(?i)(?<![\w./:@-])(?P<account>[a-z0-9-]{1,20})/(?P<rest>[^\s,;|/][^\s,;|]*)")


class PrefixedName(NamedTuple):
    """`acme/pump-7`: what is held to the account before it, and is not known to be its SIM."""

    at: int
    end: int
    text: str
    is_taken: bool


T = TypeVar("T", FoundText, Phrase, PrefixedName)
Named = Mapping[str, tuple[Candidate, ...]]


class Spot(NamedTuple):
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


def _is_any_word(prose: str, found: Sequence[FoundText]) -> bool:
    """Return whether anything but identifiers stands in a text."""
    at = 0
    for each in found:
        if any(map(str.isalnum, prose[at : each.at])):
            return True
        at = max(at, each.end)
    return any(map(str.isalnum, prose[at:]))


def _is_one_word(text: str) -> bool:
    if _PLAIN_WORD.fullmatch(text) is None:
        return False
    return text.isascii() or not re.search(_UNPARTED, text)  # compiled with the first such text


def _name_cells(tables: Sequence[PastedTable]) -> Iterable[TableCell]:
    return (
        row[at] for table in tables for row in table.rows for at in table.names if at < len(row)
    )


class _Ordered(Generic[T]):
    """Things in the order in which they stand, found by their place."""

    def __init__(self, things: Sequence[T]) -> None:
        self._things: Sequence[T] = things
        self._starts = [thing.at for thing in things]

    def between(self, start: int, end: int) -> Sequence[T]:
        """Return those that begin between two places."""
        first = bisect_left(self._starts, start)
        return self._things[first : bisect_left(self._starts, end, first)]

    def holds(self, one: FoundText | Phrase | PrefixedName, *, longer: bool = False) -> bool:
        """Return whether one of them overlaps this one; `longer`: and is longer."""
        at = bisect_left(self._starts, one.end) - 1
        if at < 0 or self._things[at].end <= one.at:
            return False
        other = self._things[at]
        return not longer or other.end - other.at > one.end - one.at


class TextReading:
    """One text and what may be in it; then, with the names that are known, all that is."""

    def __init__(
        self,
        place: TextPart,
        longest: int,
        accounts: Collection[str] = (),
        *,
        asked: bool,
        thorough: bool = False,
    ) -> None:
        text, self._is_cut = cleaned(place.text, longest)
        self._place = place
        self._tables = tables_in(text)
        self._cells = [c for t in self._tables for r in t.rows for c in r]
        self._found = identifiers_in(text, self._cells)
        self._prose = without_addresses(text)
        self._items = items_in(self._prose, self._tables)
        self._asked, self._thorough = asked, thorough
        self._accounts = accounts
        self._held: list[PrefixedName] = []
        self._is_one_word = _is_one_word(strip_punctuation(text.strip()))
        self._names: list[Phrase] = []
        self._named: Named = {}
        self._beside: set[int] = set()
        self._breaks: list[int] | None = None
        self._in_order: tuple[_Ordered[Phrase], _Ordered[FoundText]] = _Ordered(()), _Ordered(())

    @property
    def keys(self) -> set[str]:
        """What may be names, as they are compared; none where nobody has to be asked."""
        if not self._may_name:
            return set()
        cells = (self._prose[cell.start : cell.end] for cell in _name_cells(self._tables))
        texts = {*(item.text for item in self._items), *(c for c in cells if not c.isdigit())}
        return keys_in(self._prose).union(name_key(strip_punctuation(text)) for text in texts)

    @property
    def pieces(self) -> set[str]:
        """What the names may be made of that hold commas and the like."""
        return pieces_in(self._prose) if self._may_name else set()

    @cached_property
    def _may_name(self) -> bool:
        is_asked = self._asked and self._is_one_word and not self._found
        return not is_asked and _is_any_word(self._prose, self._found)

    def spots(self, named: Named, *, is_listed: bool) -> list[Spot]:
        """Return all that stands in the text, by the names in it that are SIMs'."""
        self._named = named
        names = self._known_names() if named else []
        if names:
            around = _Ordered(names)
            self._found = [each for each in self._found if not around.holds(each, longer=True)]
            taken = _Ordered(self._found)
            self._names = [name for name in names if not taken.holds(name)]
        if self._accounts and "/" in self._prose:
            self._hold()
        self._in_order = _Ordered(self._names), _Ordered(self._found)
        self._beside = self._beside_in_rows()
        spots = [*map(self._spot, self._found), *map(self._held_spot, self._held)]
        spots += [] if self._asked and self._may_be_one_name() else map(self._name, self._names)
        if not (self._place.is_name or (self._asked and self._is_one_word)):
            spots += self._listed(spots, is_listed=is_listed)
        cut = [Spot("text", "", "", self._place.where, why=CUT)] if self._is_cut else []
        return [*spots, *self._doubtful(spots), *cut]

    def _hold(self) -> None:
        """Hold to an account what stands behind its name: no other's SIM is meant by that.

        Where we were asked, a name that stands behind anything else is not that SIM's either.
        """
        of_found, of_names = _Ordered(self._found), _Ordered(self._names)
        for word in _BEHIND.finditer(self._prose):
            at, start, end = word.start(), word.start("rest"), word.end()
            before = of_names.between(at, start)
            numbers = [n for n in of_found.between(start, end) if not n.why or n.kind == "eid"]
            names = [] if numbers else of_names.between(start, end)
            inner = numbers[0] if numbers else names[0] if names else None
            whole, rest = (
                strip_punctuation(word[0]),
                inner.text if inner else strip_punctuation(word["rest"]),
            )
            if is_pattern(word[0]) or any(name.end > start for name in before):
                continue
            if name_key(word["account"]) in self._accounts:
                text, end = f"{word['account']}/{rest}", inner.end if inner else end
                is_taken = bool(numbers) or (self._asked and _has_digit(rest))
                self._held.append(PrefixedName(at, end, text, is_taken))
            elif self._asked and names and not before and whole.endswith(f"/{rest}"):
                self._held.append(PrefixedName(at, end, whole, is_taken=True))
        around = _Ordered(self._held)
        self._found = [each for each in self._found if not around.holds(each)]
        self._names = [name for name in self._names if not around.holds(name)]

    def _held_spot(self, held: PrefixedName) -> Spot:
        why = "" if held.is_taken else UNKNOWN
        return Spot("name", held.text, held.text, self._where(held.at), why=why, at=held.at)

    def _doubtful(self, spots: Sequence[Spot]) -> list[Spot]:
        """Return the numbers besides of which it can be said why they are not taken."""
        told_at = sorted([spot.at for spot in spots])
        found = doubtful_in(self._prose, self._cells, told_at, thorough=self._thorough)
        return [self._spot(each) for each in found]

    def _known_names(self) -> list[Phrase]:
        """Return the names that are SIMs': in prose those of one; a parted one is no item then."""
        parted = {name for name in self._named if is_parted(name)}
        certain = {name for name, sims in self._named.items() if len(sims) == 1}
        phrases = phrases_in(self._prose, certain | parted)
        if parted:
            whole = list(filter(_is_parted, phrases))
            self._items = items_in(with_one_word_each(self._prose, whole), self._tables)
        phrases += [
            Phrase(item.at, item.end, item.text)
            for item in self._items
            if name_key(item.text) in self._named
        ]
        return without_overlaps(phrases)

    def _may_be_one_name(self) -> bool:
        """Return whether a few words may all be one name, of which a part happens to be another's.

        `check pump-7` is not: each known name has a digit, and no other word has.
        """
        words = list(_WORD.finditer(self._prose))
        is_list = "\n" in self._prose.strip() or len(self._items) > 1
        if is_list or not 1 < len(words) <= _FEW_WORDS or any(not each.why for each in self._found):
            return False
        if any(
            name.text.split() == self._prose.split() or _is_parted(name) for name in self._names
        ):
            return False
        names, longest = self._names, [w for w in words if len(w[0]) >= _FEW_WORDS]
        if not all(_has_digit(name.text) for name in names):
            return True
        rest = (w for w in longest if all(w.end() <= n.at or n.end <= w.start() for n in names))
        words_left = (strip_punctuation(w[0]) for w in rest)
        return any(
            _has_digit(w) and _PLAIN_WORD.fullmatch(w) and not is_no_sim(w) for w in words_left
        )

    def _spot(self, found: FoundText) -> Spot:
        at, _, kind, value, text, why = found
        return Spot(kind, value, text, self._where(at), None, why, joined=False, at=at)

    def _name(self, name: Phrase) -> Spot:
        """Return a known name; in the row of a table only that of its column of names is taken."""
        sims = self._named.get(name_key(name.text), ())
        value, sim = (sims[0].full_name, sims[0].sid) if len(sims) == 1 else (name.text, None)
        why = "another identifier in its row is taken" if name.at in self._beside else ""
        return Spot("name", value, name.text, self._where(name.at), sim, why, at=name.at)

    def _beside_in_rows(self) -> set[int]:
        """Return where the names stand that are not taken since their row names its SIM better."""
        beside: set[int] = set()
        for table in self._tables:
            for row in filter(None, table.rows):
                of_names, of_numbers = self._in_order
                named = of_names.between(row[0].start, row[-1].end)
                if not named:
                    continue
                names = {name.at for name in named}
                numbers = of_numbers.between(row[0].start, row[-1].end)
                if any(f.kind in {"sid", "iccid"} and not f.why for f in numbers):
                    beside |= names
                elif cell := self._name_cell(table, row):
                    beside |= {at for at in names if not cell.at <= at < cell.end}
        return beside

    def _name_cell(self, table: PastedTable, row: Sequence[TableCell]) -> Item | None:
        """Return the first cell of the columns of names in which a name stands, or may stand."""
        cells = [self._item(row[at]) for at in table.names if at < len(row)]
        known = (cell for cell in cells if self._in_order[0].between(cell.at, cell.end))
        return next(known, next((cell for cell in cells if cell.is_word), None))

    def _item(self, cell: TableCell) -> Item:
        return Item(cell.start, cell.end, strip_punctuation(self._prose[cell.start : cell.end]))

    def _listed(self, spots: Sequence[Spot], *, is_listed: bool) -> list[Spot]:
        """Return the items of a list that may be names and that nobody knows.

        They are taken where half of the items, or of the rows of tables, are SIMs; those without a
        digit only where each item may be one, and names here have no digits; where we were asked,
        one a line will do, and one SIM is enough, or that there is no list of SIMs yet. Where there
        is one, some name must be known.
        """
        sure, words, prose, of_rows = self._weighed(spots)
        if sure and not any(_GLUED.fullmatch(name.text) for name in self._names):
            words = [word for word in words if not _GLUED.fullmatch(word.text)]
        is_half = sure > 0 and sure >= len(words) + prose
        is_clean = not prose and not any(item.is_heading for item in self._items)
        plain = sum(not _has_digit(spot.text) for spot in spots)
        is_unlisted = self._asked and is_clean and not is_listed
        lines = self._prose.strip().split("\n")
        is_a_line_each = len(lines) == len(self._items) > 1 and sure >= 2 * len(words)
        likely = (self._asked and is_a_line_each) or plain * 2 >= len(spots)
        takes_all = is_unlisted or (is_clean and is_half and likely)
        why = UNKNOWN if is_listed else UNLISTED
        takes_some = takes_all or is_half or (self._asked and is_clean and sure > 0)
        if is_listed and not self._names:  # among numbers alone nothing tells what a name is
            takes_all = takes_some = False
            of_rows = set()
        return [
            Spot("name", word.text, word.text, self._where(word.at), at=word.at)
            if takes_all or ((takes_some or word.at in of_rows) and word.is_like_a_name)
            else Spot("name", word.text, word.text, self._where(word.at), why=why, at=word.at)
            for word in words
            if is_clean or word.is_like_a_name
        ]

    def _weighed(self, spots: Sequence[Spot]) -> tuple[int, list[Item], int, set[int]]:
        """Count the items that are SIMs, gather those that may be, count those that are prose.

        Last come the places of those in rows, where as many rows are SIMs.
        """
        places = sorted(spot.at for spot in spots if spot.taken)
        others = sorted(spot.at for spot in spots if not spot.taken)
        rows = [(table, row) for table in self._tables for row in table.rows if row]
        rest = [each for each in rows if not is_between(places, each[1][0].start, each[1][-1].end)]
        cells = (cell for each in rest if (cell := self._name_cell(*each)))
        sure, words, prose = len(rows) - len(rest), [cell for cell in cells if cell.is_word], 0
        of_rows = {cell.at for cell in words if sure >= len(words)}
        for item in self._items:
            if is_between(places, item.at, item.end):
                sure += 1
            elif item.is_heading or is_between(others, item.at, item.end):
                continue
            elif word := item if item.is_word else item.head:
                words.append(word)
            elif not item.is_silent:
                prose += 1
        return sure, words, prose, of_rows

    def _where(self, at: int) -> str:
        if self._breaks is None:
            self._breaks = [match.start() for match in re.finditer("\n", self._prose.rstrip())]
        if not self._breaks:
            return self._place.where
        return f"{self._place.where}, line {bisect_left(self._breaks, at) + 1}"


def _is_parted(name: Phrase) -> bool:
    return is_parted(name_key(name.text))


def _has_digit(word: str) -> bool:
    return any(map(str.isdigit, word))
