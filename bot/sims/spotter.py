"""Reads what people paste, wherever they paste it: which SIMs it names, and what names none.

What counts: a SID, ICCID, IMEI or console link that is certain, wherever it stands; what is exactly
one SIM's name in the directory, in prose too; and in a list that is surely one each item that may
be a name.

Of a message all text is read: alert bots put it into blocks and attachments, people into files. A
forwarded message is an attachment with blocks, files and attachments of its own; a mail or a
snippet is a file with its text; a pasted table is a block, or an attachment, with rows.
"""

import asyncio
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

from bot.sims.directory import SimDirectory
from bot.sims.extraction import LONGEST, TextPart
from bot.sims.identifier import (
    MENTION,
    Identifier,
    IdentifierKind,
    is_sid,
    name_key,
    quoted,
    strip_links,
)
from bot.sims.reading import CUT, UNKNOWN, UNLISTED, Spot, TextReading
from bot.sims.wording import mended_imei
from bot.slack.client import items, part, parts, text_in
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
    def with_unknown(self) -> "Spotted":
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
        sentences = (f"I did not take {quoted(spot.text)}: {spot.why}." for spot in left)
        return self.sentence or next(sentences, self.cut_short)

    @property
    def mended(self) -> str | None:
        """That an IMEI was taken whose check digit is missing or wrong."""
        imeis = (spot.text for spot in self.spots if spot.kind == "imei" and spot.taken)
        return next(filter(None, map(mended_imei, imeis)), None)

    @property
    def sentence(self) -> str | None:
        """What a number is that names no SIM, and what to paste instead."""
        explained = (spot for spot in self.spots if spot.kind in _EXPLAINED and ". " in spot.why)
        return next((f"{quoted(spot.text)} is {spot.why}" for spot in explained), None)


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
        return await self.read([TextPart("text", text)], asked=asked, patience=patience)

    async def read(
        self,
        places: Iterable[TextPart],
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
        every, texts = tuple(places), list[TextReading]()
        if len(every) == 1 and is_sid(every[0].text):
            return _of_sid(every[0])
        for place in every:
            is_asked = asked and not texts
            accounts = self._directory.accounts
            text = TextReading(place, longest, accounts, asked=is_asked, thorough=thorough)
            texts.append(text)
            longest -= min(longest, len(place.text))
            await asyncio.sleep(0)
        keys = set[str]().union(*(text.keys for text in texts))
        is_listed = not keys or await self._directory.ready(patience)
        pieces = set[str]().union(*(text.pieces for text in texts))
        keys |= await self._directory.parted_in(pieces) if pieces else set()
        named = await self._directory.all_named(keys) if keys else {}
        read = [text.spots(named, is_listed=is_listed) for text in texts]
        sims = await self._sims([spot for spots in read for spot in spots])
        in_order = (_joined(sorted(map(sims, spots), key=attrgetter("at"))) for spots in read)
        return self._each_once([spot for spots in in_order for spot in spots], is_listed=is_listed)

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
            is_taken = not spot.why or spot.kind in {IdentifierKind.EID, IdentifierKind.IMEI}
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
                value = name_key(spot.value) if spot.kind == IdentifierKind.NAME else spot.value
                sims.setdefault(spot.sim or (spot.kind, value), spot.text)
        texts = tuple(sims.values())
        return Spotted(texts[: self._most], len(texts), tuple(seen.values()), is_listed)


def _of_sid(place: TextPart) -> Spotted:
    """Return what all of a text is that is one SID: nothing else can be read in it."""
    value = place.text[:2].upper() + place.text[2:]
    return Spotted((place.text,), 1, (Spot("sid", value, place.text, place.where, value),))


_LISTED = frozenset({"iccid", "eid"})
_KINDS = {
    "sid": IdentifierKind.SID,
    "iccid": IdentifierKind.ICCID,
    "imei": IdentifierKind.IMEI,
    "eid": IdentifierKind.EID,
}


def _joined(spots: Sequence[Spot]) -> list[Spot]:
    """Mark the IMEIs that stand beside another identifier of the same device."""
    beside = _partners([spot for spot in spots if not spot.why])
    return [_with_partner(s, beside[s.at]) if s.at in beside else s for s in spots]


def _partners(spots: Sequence[Spot]) -> dict[int, Spot]:
    """Return the identifier that names the same device as an IMEI, by the place of the IMEI.

    It stands in the same line, or each of them has one in turns, and no more.
    """
    found: dict[int, Spot] = {}
    if not any(spot.kind == IdentifierKind.IMEI for spot in spots):
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


Body = Mapping[str, Any]

_DEEPEST = 12
_FORWARDED = 3
_LINES = frozenset({"rich_text_section", "rich_text_preformatted", "rich_text_quote"})
_SILENT = frozenset({"button", "workflow_button", "static_select", "image"})
_SAYS = (
    "title",
    "rich_text_title",
    "subtitle",
    "text",
    "body",
    "caption",
    "description",
    "details",
    "output",
    "alt",
)
_HOLDS = ("elements", "fields", "child_blocks", "cards", "tasks")
_ATTACHED = (
    "service_name",
    "author_name",
    "author_subname",
    "pretext",
    "title",
    "title_link",
    "from_url",
    "text",
    "footer",
)
_IN_FILES = (
    "plain_text",
    "preview",
    "preview_plain_text",
    "preview_highlight",
    "subject",
    "alt_txt",
)


def places_of(message: Body) -> list[TextPart]:
    """Return each text of a message, each once, and where it stands: its own text first.

    Each is as Slack's mrkdwn, with a line for each paragraph, item and row.
    """
    found: dict[str, TextPart] = {}
    for place in _places(message, "", _FORWARDED):
        said = re.sub(r"\W+", "", strip_links(MENTION.sub("", place.text)))
        if said:
            found.setdefault(said, place)
    return list(found.values())


def places_in(payload: Body) -> list[TextPart]:
    """Return the same of whatever holds messages: an event, a shortcut's payload, a thread.

    Also of the envelope in which Socket Mode brings those.
    """
    for name in ("payload", "event", "message"):
        if isinstance(payload.get(name), Mapping):
            return places_in(part(payload, name))
    if messages := parts(payload, "messages"):
        return [
            place._replace(where=f"message {number}, {place.where}")
            for number, message in enumerate(messages, 1)
            for place in places_of(message)
        ]
    return places_of(payload)


def _places(message: Body, inside: str, depth: int) -> Iterator[TextPart]:
    yield TextPart(f"{inside}text", text_in(message, "text"))
    for number, block in enumerate(parts(message, "blocks"), 1):
        yield TextPart(f"{inside}block {number}", _text_of([block]))
    for number, attachment in enumerate(parts(message, "attachments") if depth else (), 1):
        yield from _of_attachment(attachment, f"{inside}attachment {number}", depth - 1)
    for number, file in enumerate(parts(message, "files"), 1):
        where = f"{inside}file {number}"
        yield TextPart(where, "\n".join(_named([file], ("title", "name"))), is_name=True)
        yield from (TextPart(f"{where}, {name}", text_in(file, name)) for name in _IN_FILES)
        yield TextPart(f"{where}, subject", text_in(part(file, "headers"), "subject"))
        yield TextPart(f"{where}, comment", text_in(part(file, "initial_comment"), "comment"))


def _of_attachment(attachment: Body, where: str, depth: int) -> Iterator[TextPart]:
    fields = (": ".join(_named([each], ("title", "value"))) for each in parts(attachment, "fields"))
    links = _named(parts(attachment, "actions"), ("url",))
    yield TextPart(where, "\n".join([*_named([attachment], _ATTACHED), *fields, *links]))
    inner = {name: each for name, each in attachment.items() if name != "text"}
    yield from _places(inner, f"{where}, ", depth)
    yield TextPart(f"{where}, table", _text_of([part(attachment, "table")]))
    for each in parts(attachment, "message_blocks"):
        yield from _places(part(each, "message"), f"{where}, message, ", depth)
    yield TextPart(f"{where}, fallback", text_in(attachment, "fallback"))


def _text_of(blocks: Iterable[Body]) -> str:
    return "\n".join(_lines(blocks, _DEEPEST))


def _lines(nodes: Iterable[Body], depth: int) -> Iterator[str]:
    """Return the lines of blocks, however nested, down to some depth."""
    for node in nodes if depth else ():
        if text_in(node, "type") in _LINES:
            yield "".join(_inline(parts(node, "elements")))
            continue
        yield from _own(node, depth)
        for name in _HOLDS:
            yield from _lines(parts(node, name), depth - 1)
        yield from _rows(node, depth)


def _own(node: Body, depth: int) -> Iterator[str]:
    """Return what a block says itself; of buttons and inputs only where they lead."""
    if url := text_in(node, "url"):
        yield f"<{url}>"
    if text_in(node, "type") in _SILENT:
        return
    yield from _lines([part(node, "accessory")], depth - 1)
    for name in _SAYS:
        if text := text_in(node, name):
            yield text
        elif inner := part(node, name):
            yield from _lines([inner], depth - 1)


def _rows(node: Body, depth: int) -> Iterator[str]:
    """Return a table's rows, the cells parted as a pasted table's are."""
    for row in items(node, "rows"):
        cells = [cell for cell in row if isinstance(cell, Mapping)] if isinstance(row, list) else []
        yield " | ".join(_cell(cell, depth) for cell in cells)


def _cell(cell: Body, depth: int) -> str:
    value = cell.get("value")
    said = " ".join(_lines([cell], depth - 1))
    return said or (str(value) if isinstance(value, int) else "")


def _inline(nodes: Iterable[Body]) -> Iterator[str]:
    """Return the parts of one line of rich text."""
    for node in nodes:
        url, text = text_in(node, "url"), text_in(node, "text")
        yield f"<{url}|{text}>" if url and text else f"<{url}>" if url else text or " "


def _named(nodes: Iterable[Body], names: Iterable[str]) -> list[str]:
    return [text for node in nodes for name in names if (text := text_in(node, name))]
