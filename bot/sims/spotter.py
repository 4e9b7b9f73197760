"""Finds the SIMs that a text names, each once: in a mention, an alert, a pasted list.

What counts: a SID, ICCID, IMEI or console link that is certain, wherever it stands; each item of a
plain list (one a line, parted by commas, a column of a table); and in prose each word, or up to
three of them, that is exactly one SIM's name in the directory.
"""

import asyncio
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.sims.directory import SimDirectory
from bot.sims.errors import Candidate, NotASim, SuperSim
from bot.sims.extraction import (
    Phrase,
    certain_in,
    is_list,
    is_no_sim,
    items_of,
    lines_of,
    phrases_in,
)
from bot.sims.identifier import Identifier, Kind, bare, identify
from bot.sims.names import key, plain

MOST = 200
"""SIMs of one text that are looked up; the rest is counted."""
PATIENCE = 2.0
_FEW_WORDS = 3

Named = Mapping[str, tuple[Candidate, ...]]
Placed = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Spotted:
    """What to look up, in the order of the text; `total` counts also what is beyond the limit."""

    texts: tuple[str, ...] = ()
    total: int = 0

    @property
    def cut(self) -> int:
        """How many were left out."""
        return self.total - len(self.texts)


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
        """Return the SIMs that the text names; none where it may be one name, or names none.

        `asked` says that the text was written to us: then a list is taken at its word, and from a
        few words none is picked that may be a part of one name. The first list of SIMs is waited
        for `patience` seconds at most.
        """
        texts, named = await self._read(text, asked=asked, patience=patience)
        return await self._each_once(texts, named)

    async def spot_all(self, texts: Iterable[str], *, patience: float = PATIENCE) -> Spotted:
        """Return the SIMs that any of several texts names, each read by itself."""
        every: list[str] = []
        names: dict[str, tuple[Candidate, ...]] = {}
        for text in texts:
            found, named = await self._read(text, asked=False, patience=patience)
            every += found
            names |= named
        return await self._each_once(every, names)

    async def _read(self, text: str, *, asked: bool, patience: float) -> tuple[list[str], Named]:
        lines = lines_of(text)
        found, phrases = await _looked_through(lines)
        if asked and len(found) <= 1 and _is_one_word(lines):
            return [], {}
        items = items_of(lines) or []
        named = await self._named([*items, *(phrase.text for phrase in phrases)], patience)
        if asked and len(lines) == 1 and key(lines[0]) in named:
            return [], {}
        if items and is_list(items, lambda item: _is_one(item, named), asked=asked):
            return list(_of_list(items, named)), named
        if not (asked and len(lines) == 1 and _may_be_one_name(phrases, named)):
            found += _told_by_name(phrases, named)
        return [text for _, text in sorted(found)], named

    async def _named(self, names: Sequence[str], patience: float) -> Named:
        if not any(any(map(str.isalnum, name)) for name in names):
            return {}
        await self._directory.ready(patience)
        return await self._directory.all_named(names)

    async def _each_once(self, texts: Iterable[str], named: Named) -> Spotted:
        distinct: dict[object, str] = {}
        for text in texts:
            distinct.setdefault(self._meant_by(text, named), text)
            await asyncio.sleep(0)  # an ICCID is looked for in the whole list
        every = tuple(distinct.values())
        return Spotted(every[: self._most], len(every))

    def _meant_by(self, text: str, named: Named) -> object:
        """Return what two spellings of one SIM share, as far as is known without asking."""
        hits = named.get(key(text), ())
        if len(hits) == 1:
            return hits[0].sid
        try:
            identifier = identify(text)
        except (NotASim, SuperSim):
            return text
        if identifier.kind is Kind.NAME:
            return key(text)
        return self._known_sid(identifier) or (identifier.kind, identifier.value)


async def _looked_through(lines: Sequence[str]) -> tuple[list[Placed], list[Phrase]]:
    found: list[Placed] = []
    phrases: list[Phrase] = []
    for number, line in enumerate(lines):
        certain, rest = certain_in(line)
        found += [(_place(number, each.at), each.text) for each in certain]
        phrases += phrases_in(rest, _place(number, 0))
        await asyncio.sleep(0)
    return found, phrases


def _is_one_word(lines: Sequence[str]) -> bool:
    return len(lines) <= 1 and not any(items_of([line]) or " " in line for line in lines)


def _place(line: int, at: int) -> int:
    return line * 10_000 + at


def _is_one(item: str, named: Named) -> bool:
    certain, rest = certain_in(item)
    return key(item) in named or bool(certain and not any(map(str.isalnum, rest)))


def _of_list(items: Iterable[str], named: Named) -> Iterable[str]:
    for item in items:
        certain, _ = certain_in(item)
        if certain:
            yield from (each.text for each in certain)
        elif key(item) in named:
            yield item
        elif within := _said_within(item, named):
            yield within
        elif not is_no_sim(item):
            yield item


def _said_within(item: str, named: Named) -> str | None:
    """Return the one SIM of an item like `well-1 are down`; None where more than prose is left."""
    told = [text for _, text in _told_by_name(list(phrases_in(item)), named)]
    is_prose = len(told) == 1 and all(map(is_around, words_besides(item, told[0])))
    return told[0] if is_prose else None


def _told_by_name(phrases: Sequence[Phrase], named: Named) -> list[Placed]:
    """Return the phrases that are exactly one SIM's name, the longest where they overlap."""
    told: list[Placed] = []
    end = -1
    for phrase in phrases:
        if phrase.at > end and len(named.get(key(phrase.text), ())) == 1:
            told.append((phrase.at, phrase.text))
            end = phrase.end
    return told


def _may_be_one_name(phrases: Sequence[Phrase], named: Named) -> bool:
    """Return whether a few words may all be one name, of which a part happens to be another's.

    `check pump-7` is not: the known word has a digit, and no other has.
    """
    words = [phrase.text for phrase in phrases if phrase.words == 1]
    if len(words) > _FEW_WORDS:
        return False
    return any(_has_digit(word) != (key(word) in named) for word in words)


def _has_digit(word: str) -> bool:
    return any(map(str.isdigit, word))


_TO = r"(?: (?:there|bot|simsessions|all|everyone|again|so much|very much|a lot|you))*"
_HELLO = re.compile(
    rf"(?:hello|hi|hiya|hey|howdy|good (?:morning|afternoon|evening|day)|hola){_TO}"
)
_THANKS = re.compile(
    rf"(?:ok(?:ay)?,? |great,? )?(?:thanks|thank|thx|ty|cheers|gracias|much appreciated){_TO}"
)
_AROUND = {
    "a", "about", "again", "alive", "an", "and", "any", "are", "at", "back", "be", "can", "cannot",
    "check", "could", "dead", "did", "do", "does", "doing", "down", "for", "has", "have", "hello",
    "help", "hey", "hi", "how", "i", "in", "is", "it", "it's", "its", "look", "me", "my", "no",
    "not", "now", "of", "offline", "ok", "on", "online", "our", "please", "pls", "plz", "quick",
    "quickly", "report", "right", "see", "show", "sim", "sims", "state", "status", "still",
    "thanks", "that", "the", "there", "this", "to", "today", "up", "us", "was", "we", "went",
    "what", "what's", "whats", "when", "where", "which", "who", "why", "with", "working", "would",
    "you", "yes",
}  # fmt: skip


def is_greeting(text: str) -> bool:
    """Return whether somebody says hello, and nothing else."""
    return _HELLO.fullmatch(_said(text)) is not None


def is_thanks(text: str) -> bool:
    """Return whether somebody says thanks, and nothing else."""
    return _THANKS.fullmatch(_said(text)) is not None


def words_besides(text: str, sim: str) -> list[str]:
    """Return the words that stand beside the SIM in a text; none where it does not stand there."""
    before, found, after = plain(text).partition(plain(sim))
    words = (bare(word) for word in f"{before} {after}".split()) if found else ()
    return [word for word in words if any(map(str.isalnum, word))]


def is_around(word: str) -> bool:
    """Return whether a word is one of those that stand around a SIM in any sentence."""
    return key(word) in _AROUND


def _said(text: str) -> str:
    return re.sub(r"[^\w ,]+$", "", key(text)).strip(" ,_")
