"""Reads what people paste, wherever they paste it: which SIMs it names, and what names none.

What counts: a SID, ICCID, IMEI or console link that is certain, wherever it stands; what is exactly
one SIM's name in the directory, in prose too; and in a list that is surely one each item that may
be a name.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from operator import attrgetter

from bot.sims.directory import SimDirectory
from bot.sims.extraction import LONGEST, Place
from bot.sims.identifier import Identifier, Kind, is_sid, key, quoted
from bot.sims.reading import CUT, UNKNOWN, UNLISTED, Reading, Spot
from bot.struct import Struct, replace

MOST = 200
"""SIMs of one text that are looked up; the rest is counted."""
PATIENCE = 2.0
_MOST_SAID = 3
_UNKNOWN = frozenset({UNKNOWN, UNLISTED})
_EXPLAINED = frozenset({"imsi", "eid", "imei", "number"})


class Spotted(Struct):
    """What to look up, in the order of the text; `total` counts also what is beyond the limit.

    `spots` is all that was seen; `is_listed` says that the list of SIMs was at hand for the names.
    """

    texts: tuple[str, ...] = ()
    total: int = 0
    spots: tuple[Spot, ...] = ()
    is_listed: bool = True

    @property
    def cut(self) -> int:
        """How many were left out."""
        return self.total - len(self.texts)

    @property
    def unknown(self) -> tuple[str, ...]:
        """What looks like the names of a list, and no SIM is called that."""
        return tuple(dict.fromkeys(spot.text for spot in self.spots if spot.why in _UNKNOWN))

    @property
    def named(self) -> list[str]:
        """All that is to be looked up, and the unknown names of a list: nothing is dropped."""
        return [*self.texts, *self.unknown]

    @property
    def as_it_is(self) -> "Spotted":
        """The same with the unknown names of a list as what to look up, where they are several."""
        several = self.unknown if len(self.unknown) > 1 else ()
        return replace(self, texts=several[:MOST], total=len(several))

    @property
    def cut_short(self) -> str | None:
        """That a text was too long to be read to its end."""
        is_cut = any(spot.why == CUT for spot in self.spots)
        return f"That is a long text: {CUT}." if is_cut else None

    @property
    def unknown_said(self) -> str | None:
        """That no SIM is called like what looks like a name in a list."""
        names = {spot.text for spot in self.spots if spot.why == UNKNOWN}
        like = [name for name in self.unknown if name in names and any(map(str.isdigit, name))]
        more = f" and {len(like) - _MOST_SAID} more" if len(like) > _MOST_SAID else ""
        return (
            f"No SIM is called {', '.join(map(quoted, like[:_MOST_SAID]))}{more}." if like else None
        )

    @property
    def why_nothing(self) -> str | None:
        """Why nothing is taken of what looks like it, or of a text that is too long."""
        left = (s for s in self.spots if s.why and s.value and s.why not in _UNKNOWN)
        told = (f"I did not take {quoted(spot.text)}: {spot.why}." for spot in left)
        return self.sentence or next(told, self.cut_short)

    @property
    def sentence(self) -> str | None:
        """What a number is that names no SIM, and what to paste instead."""
        told = (spot for spot in self.spots if spot.kind in _EXPLAINED and ". " in spot.why)
        return next((f"{quoted(spot.text)} is {spot.why}" for spot in told), None)


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
        self,
        places: Iterable[Place],
        *,
        asked: bool = False,
        patience: float = PATIENCE,
        longest: int = LONGEST,
        thorough: bool = False,
    ) -> Spotted:
        """Return the SIMs that any of the places names, each once, and what names none.

        `asked` says that the first of them was written to us: then of a single word nothing is
        read, for it may be a name that is not in the list yet; a list is taken at its word, and
        from a few words none is picked that may be a part of one name. The first list of SIMs is
        waited for `patience` seconds at most; of all places together `longest` characters are read.
        One that is `thorough` tells of short numbers too why they are not taken.
        """
        every, texts = tuple(places), list[Reading]()
        if len(every) == 1 and is_sid(every[0].text):
            return _of_sid(every[0])
        for place in every:
            is_asked = asked and not texts
            accounts = self._directory.accounts
            text = Reading(place, longest, accounts, asked=is_asked, thorough=thorough)
            texts.append(text)
            longest -= min(longest, len(place.text))
            await asyncio.sleep(0)
        keys = set[str]().union(*(text.keys for text in texts))
        is_listed = not keys or await self._directory.ready(patience)
        named = await self._directory.all_named(keys) if keys else {}
        read = [text.spots(named, is_listed=is_listed) for text in texts]
        sims = await self._sims([spot for spots in read for spot in spots])
        told = (_joined(sorted(map(sims, spots), key=attrgetter("at"))) for spots in read)
        return self._each_once([spot for spots in told for spot in spots], is_listed=is_listed)

    async def _sims(self, spots: Sequence[Spot]) -> Callable[[Spot], Spot]:
        """Return what tells the SID of each number's SIM, where it is known; an EID is taken then.

        The list is walked once, however many numbers there are.
        """
        ours = (spot for spot in spots if spot.kind in _KINDS and not spot.value.startswith("HS"))
        values = {spot[:2] for spot in ours}
        digits = {value for kind, value in values if kind in _LISTED}
        listed = await self._directory.all_numbered(digits) if digits else {}
        known: dict[tuple[str, str], str | None] = {}
        for kind, value in values:
            known[kind, value] = listed.get(value)
            if kind not in _LISTED or not listed:
                known[kind, value] = self._known_sid(Identifier(_KINDS[kind], value, value))

        def told(spot: Spot) -> Spot:
            sim = spot.sim or known.get((spot.kind, spot.value))
            is_taken = not spot.why or spot.kind == Kind.EID
            is_news = sim and is_taken and (sim != spot.sim or spot.why)
            return Spot(*spot[:4], sim, "", *spot[6:]) if is_news else spot

        return told

    def _each_once(self, spots: Sequence[Spot], *, is_listed: bool) -> Spotted:
        seen: dict[tuple[str, str], Spot] = {}
        for spot in spots:
            before = seen.setdefault((spot.kind, spot.value), spot)
            is_better = not (spot.why or before.joined) and (spot.joined or before.why)
            if is_better:
                seen[spot.kind, spot.value] = spot
        sims: dict[object, str] = {}
        for spot in seen.values():
            if not (spot.why or spot.joined):
                value = key(spot.value) if spot.kind == Kind.NAME else spot.value
                sims.setdefault(spot.sim or (spot.kind, value), spot.text)
        texts = tuple(sims.values())
        return Spotted(texts[: self._most], len(texts), tuple(seen.values()), is_listed)


def _of_sid(place: Place) -> Spotted:
    """Return what all of a text is that is one SID: nothing else can be read in it."""
    value = place.text[:2].upper() + place.text[2:]
    return Spotted((place.text,), 1, (Spot("sid", value, place.text, place.where, value),))


_LISTED = frozenset({"iccid", "eid"})
_KINDS = {"sid": Kind.SID, "iccid": Kind.ICCID, "imei": Kind.IMEI, "eid": Kind.EID}


def _joined(spots: Sequence[Spot]) -> list[Spot]:
    """Mark the IMEIs that stand beside another identifier of the same device."""
    beside = _partners([spot for spot in spots if not spot.why])
    return [_with_partner(s, beside[s.at]) if s.at in beside else s for s in spots]


def _partners(spots: Sequence[Spot]) -> dict[int, Spot]:
    """Return the identifier that names the same device as an IMEI, by the place of the IMEI.

    It stands in the same line, or each of them has one in turns, and no more.
    """
    found: dict[int, Spot] = {}
    if not any(spot.kind == Kind.IMEI for spot in spots):
        return found
    lines = (list(line) for _, line in groupby(spots, attrgetter("where")))
    for group in (*(line for line in lines if len(line) > 1), spots):
        is_imei = [spot.kind == "imei" for spot in group]
        if 2 * sum(is_imei) == len(group) and len(set(is_imei[::2])) == 1:
            pairs = zip(group[not is_imei[0] :: 2], group[is_imei[0] :: 2], strict=True)
            for imei, other in pairs:
                found.setdefault(imei.at, other)
    return found


def _with_partner(imei: Spot, partner: Spot) -> Spot:
    if imei.sim and imei.sim != partner.sim:
        return imei
    return Spot(*imei[:4], partner.sim, imei.why, joined=True, at=imei.at)
