"""Identifiers that nothing else looks like, wherever they stand in a text. Pure.

A SID is 32 hex digits behind DE or HS. The length, the beginning and the check digit of an ICCID
(ITU-T E.118) or an IMEI (GSMA TS.06) make it certain, so whatever touches it is no obstacle. Behind
the word `ICCID` or `IMEI` any number of that length counts: what is wrong with it is said in the
answer. What a word before it calls otherwise (IMSI, EID, phone, order, card) is not taken.
"""

import re
import unicodedata
from bisect import bisect
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote_plus

from bot.sims.identifier import LINK, MENTION, SID, plain_letters, sims_in, unlinked
from bot.sims.numbers import (
    ROUNDED,
    explanation,
    is_certain_iccid,
    is_certain_imei,
    is_eid,
    is_iccid,
    is_imei,
    unswapped,
)

LONGEST = 40_000
"""Characters that are read of one text."""
LONGEST_LINE = 4_000


class Found(NamedTuple):
    """Something that a text holds: `value` plainly spelt, `text` as it was written at `at`.

    `why` says why it is not taken; empty, it is.
    """

    at: int
    end: int
    kind: str
    value: str
    text: str
    why: str = ""


class Place(NamedTuple):
    """Where in a message or thread a text stands, as people say it, and the text."""

    where: str
    text: str


class Cell(NamedTuple):
    """Where a cell of a table begins and ends, and what stands at the head of its column."""

    start: int
    end: int
    head: str


_CHANNEL = re.compile(r"<#[^<>]*>")
_LABELLED_LINK = re.compile(r"<(https?://[^<>|]*)\|([^<>]*)>")
_LONG_NUMBER = re.compile(r"\d{14}")
_INVISIBLE = re.compile(
    "[\u00ad\u0600-\u0605\u061c\u06dd\u070f\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    "\u2460-\u24ff\u2776-\u2793\ufff9-\ufffb\U000e0001\U000e0020-\U000e007f]"
)
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]|```+|\\n")
_BREAKS = re.compile(r"\r\n?|[\v\f\u2028\u2029]")
_TOO_LONG = re.compile(rf"(?m)^(.{{{LONGEST_LINE}}}).+$")
_MARKS = dict(zip(map(ord, "、،؛。│┃║"), ",,;.|||", strict=True))
_ROUNDS = 2


def cleaned(text: str, longest: int = LONGEST) -> tuple[str, bool]:
    """Return a text without Slack's markup and what cannot be seen, and whether it was cut."""
    is_cut = len(text) > longest
    text = _CHANNEL.sub(" ", MENTION.sub(" ", text[:longest]))
    text = _LABELLED_LINK.sub(_with_its_numbers, text)
    for _ in range(_ROUNDS):
        text = unlinked(text)
    text = _CONTROLS.sub(" ", _BREAKS.sub("\n", text.replace("…", " ")))
    if not text.isascii():
        text = plain_letters(_INVISIBLE.sub("", text))
        digits = {ord(c): str(unicodedata.decimal(c)) for c in set(text) if c.isdecimal()}
        text = text.translate(digits | _MARKS)
    text, cuts = _TOO_LONG.subn(r"\1", text)
    return text, is_cut or cuts > 0


def _with_its_numbers(link: re.Match[str]) -> str:
    return f"{link[2]} {link[1]}" if _LONG_NUMBER.search(link[1]) else link[0]


def identifiers_in(text: str, cells: Sequence[Cell] = ()) -> list[Found]:
    """Return what is certain, and the long numbers that are something else, in their order."""
    found: list[Found] = []

    def link(match: re.Match[str]) -> str:
        written = match[0].rstrip(_LINK_ENDS)
        sims = sims_in(written)
        for sim in sims:
            kind = "sid" if SID.fullmatch(sim) else "name"
            found.append(Found(match.start(), match.start() + len(written), kind, sim, sim))
        if not sims and _IS_KORE.match(written):
            why = "a link in which no SIM stands"
            found.append(Found(match.start(), match.end(), "link", written, written, why))
        rest = "" if sims else unquote_plus(match[0]).replace("\n", " ")
        return rest[: len(match[0])].ljust(len(match[0]))

    def taken(match: re.Match[str]) -> str:
        if each := _by_shape(match):
            found.append(each)
        return " " * len(match[0])

    rest = LINK.sub(link, text) if "/" in text else text
    rest = _SHAPES.sub(taken, rest) if _MAY_HAVE_SHAPES.search(rest) else rest
    return sorted((*found, *_numbers(rest, cells), *_swapped(rest)), key=lambda each: each.at)


_LINK_ENDS = ").,;:!?\"'>]}"
_IS_KORE = re.compile(r"(?i)(?:https?://)?(?:[\w-]+\.)*(?:korewireless|twilio)\.com/")
_SHAPES = re.compile(
    rf"(?i)(?P<sid>{SID.pattern[4:]})"
    r"|(?P<other>(?<![0-9a-z])(?:AC|DC|HF|WN|WP)[0-9a-f]{32}(?![0-9a-z]))"
    r"|(?P<hex>(?<![0-9a-z])(?:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
    r"|(?=[0-9]*+[a-f]++[0-9])[0-9a-f]{24,})(?![0-9a-z]))"
    rf"|(?P<rounded>(?<![0-9.,]){ROUNDED.pattern[4:]}(?![0-9]))"
)
_MAY_HAVE_SHAPES = re.compile(  # much faster, and ten times what it is with (?i)
    r"(?<![0-9a-fA-F-])[0-9a-fA-F-]{24}|[eE](?<=[0-9][eE])\+?[12][0-9]"
)
_OTHER_SIDS = {
    "AC": "an account",
    "DC": "a Command",
    "HF": "a fleet of Super SIMs",
    "WN": "a data session",
    "WP": "a rate plan",
}


def _by_shape(match: re.Match[str]) -> Found | None:
    """Return a SID, whosever it is, or a rounded number; None for other hex digits: they go."""
    start, end, text = *match.span(), match[0]
    if match["sid"]:
        return Found(start, end, "sid", text[:2].upper() + text[2:], text)
    if match["other"]:
        why = f"the SID of {_OTHER_SIDS[text[:2].upper()]}; a SIM's begins with DE"
        return Found(start, end, "sid", text, text, why)
    if match["rounded"] and (told := explanation(text)):
        return Found(start, end, told[0], text, text, told[1])
    return None


_LONG_RUN = re.compile(r"(?<!\d)\d(?:[ -]?+\d){13,}+")
_GROUP = re.compile(r"\d+")
_GROUPED = tuple(re.compile(rf"89(?:[ -]?\d){{{more}}}(?!\d)") for more in (30, 17, 18))
_IMEIS = (
    re.compile(
        r"(?:\d\d[ -]\d{6}[ -]\d{6}[ -]\d|\d{8}[ -]\d{6}[ -]\d|\d{6}[ -]\d{8}[ -]\d"
        r"|\d{6}[ -]\d\d[ -]\d{6}[ -]\d|\d{4}(?:[ -]\d{4}){2}[ -]\d{3})(?!\d)"
    ),
)
_ONE_BY_ONE = re.compile(r"\d(?:[ -]\d){14,19}(?![ -]?\d)")
_LABELLED = tuple(re.compile(rf"\d(?:[ -]?\d){{{more}}}(?!\d)") for more in range(21, 12, -1))
_SWAPPED_ICCID = re.compile(
    r"98(?<![0-9a-fA-F]98)(?:[ :-]?\d\d){8}[ :-]?(?:\d\d|[fF]\d)(?![0-9a-fA-F])"
)
_FRACTION = re.compile(r"(?<!\d)\d{1,11}[.]$")
_NOT_SEPARATE = re.compile(r"[ -]")
_LONG_GROUP = 14


def _swapped(text: str) -> Iterator[Found]:
    for match in _SWAPPED_ICCID.finditer(text):
        if iccid := unswapped(match[0]):
            yield Found(*match.span(), "iccid", iccid, iccid)


def _numbers(text: str, cells: Sequence[Cell]) -> Iterator[Found]:
    """Return the numbers in runs of groups of digits, each with what its label makes of it."""
    last, ended, starts = _NO_LABEL, 0, [cell.start for cell in cells]
    for run in _LONG_RUN.finditer(text):
        start, end = run.span()
        at = start
        while at < end:
            label = _NO_LABEL
            if at == start:
                cell = cells[bisect(starts, at) - 1] if cells else None
                label = _label_in_cell(text, at, cell) or label_of(text, at, last, ended)
            found = _number_at(text, at, label)
            if found:
                yield found
                last, ended = label, found.end
            at = found.end if found else _end_of_group(text, at)
            while at < end and not text[at].isdigit():
                at += 1


def _end_of_group(text: str, at: int) -> int:
    group = _GROUP.match(text, at)
    return group.end() if group else at + 1


def _number_at(text: str, at: int, label: "Label") -> Found | None:
    """Return the number whose first group of digits begins here; None where there is none."""
    match, kind = None, label.kind
    swapped = _SWAPPED_ICCID.match(text, at) if text.startswith("98", at) else None
    if swapped and unswapped(swapped[0]):
        return None
    if label.kind in _LENIENT:
        match = _alone_at(text, at, label.kind)
    if match is None:
        match, kind = _certain_at(text, at)
    if match is None and label.kind in _LENIENT:
        match, kind = _grouped_at(text, at, label.kind), label.kind
    if match is None:
        return _explained_at(text, at, label)
    why = ""
    if kind == "eid":
        _, why = explanation(match[0]) or ("", "")
    elif label.kind and label.kind not in _LENIENT:
        kind = label.kind
        why = f"the word {label.word} before it says that it is something else"
    elif text[at - 1 : at] == "+" or (kind == "imei" and _is_fraction(text, at)):
        return None
    digits = match[0] if match[0].isdigit() else _NOT_SEPARATE.sub("", match[0])
    return Found(match.start(), match.end(), kind, digits, match[0], why)


def _is_fraction(text: str, at: int) -> bool:
    return text[at - 1 : at] == "." and _FRACTION.search(text[max(0, at - 13) : at]) is not None


def _certain_at(text: str, at: int) -> tuple[re.Match[str] | None, str]:
    """Return the number that begins here and its kind, in one group of digits or in several."""
    group = _GROUP.match(text, at)
    digits = group[0] if group else ""
    if kind := _kind_of(digits):
        return group, kind
    shapes = () if len(digits) >= _LONG_GROUP else _GROUPED if digits[:2] == "89" else _IMEIS
    if len(digits) == 1:
        shapes = (_ONE_BY_ONE,)
    for shape in shapes:
        match = shape.match(text, at)
        if match and (kind := _kind_of(_NOT_SEPARATE.sub("", match[0]))):
            return match, kind
    return None, ""


def _kind_of(digits: str) -> str:
    kind, fits = _SURE.get(len(digits), ("", None))
    return kind if fits and fits(digits) else ""


_SURE = {
    15: ("imei", is_certain_imei),
    19: ("iccid", is_certain_iccid),
    20: ("iccid", is_certain_iccid),
    32: ("eid", is_eid),
}


def _alone_at(text: str, at: int, kind: str) -> re.Match[str] | None:
    """Return the number in one group that has the length of what its label says."""
    alone = _GROUP.match(text, at)
    if alone and text[alone.end() : alone.end() + 1] not in _SEPARATORS:
        return alone if _LENIENT[kind](alone[0]) else None
    return None


def _grouped_at(text: str, at: int, kind: str) -> re.Match[str] | None:
    """Return the longest number, in several groups, that has that length."""
    for shape in _LABELLED:
        match = shape.match(text, at)
        if match and _LENIENT[kind](_NOT_SEPARATE.sub("", match[0])):
            return match
    return None


def _explained_at(text: str, at: int, label: "Label") -> Found | None:
    """Return a number that is something else, in words; None where nothing can be said of it."""
    group = _GROUP.match(text, at)
    told = explanation(group[0]) if group else None
    if group is None or (told is None and label.kind in _LENIENT):
        return None
    if label.kind and label.kind not in _LENIENT:
        if len(group[0]) < _LONG_GROUP:
            return None
        why = told[1] if told and told[0] == label.kind else f"the word {label.word} says so"
        return Found(*group.span(), label.kind, group[0], group[0], why)
    return Found(*group.span(), told[0], group[0], group[0], told[1]) if told else None


class Label(NamedTuple):
    """What the words before a number call it: `kind` is empty where they call it nothing.

    Of a list, it holds for the next number as well where only a break of lines or a comma stands in
    between: a plural does so, and a line above the numbers.
    """

    kind: str
    word: str
    is_of_list: bool


_LENIENT = {"iccid": is_iccid, "imei": is_imei}
_SEPARATORS = frozenset({" ", "-"})
_NO_LABEL = Label("", "", is_of_list=False)
_KINDS = {
    "iccid": r"iccids?|icc[ _-]?ids?|q?ccids?|icc",
    "imei": r"imei(?:svs?|-msisdn|s)?|cgsn",
    "imsi": r"imsis?|cimi",
    "eid": r"e-?ids?|euicc(?:[ _-]?id)?s?",
    "phone": r"msisdns?|(?:tele|cell|mobile )?phones?|telefon\w*|teléfono|t[eé]l(?:[eé]phone)?"
    r"|rufn\w+|mobil(?:e|n\w+)?|fax|handy|cnum|call|whatsapp|sms|телефон|тел",
    "order": r"orders?|ord|po|invoices?|inv|bill|receipt|tickets?|incident"
    r"|(?<!in )(?<!this )(?<!that )(?<!any )case|lading|tracking|parcel|shipment|waybill|awb"
    r"|accounts?|acct|customer|contract|transaction|txn|trx|payment|quote|rma|reference|ref"
    r"|bestell\w*|auftrag\w*|rechnung\w*|ordine|ordre|encomenda|zamówieni\w*|pedido|factura"
    r"|commande|facture|заказ\w*|сч[её]т|serial[ _-]order|ean|gtin|upc|isbn"
    r"|(?:user|event|message|msg|request|trace|span|job|build|alert|problem|session"
    r"|correlation)[ ._-]?id",
    "card": r"(?<!sim )(?<!sim-)(?<!sim_)(?<!sim)cards?|visa|mastercard|amex|credit|debit|pan|iban"
    r"|(?<!sim )(?<!sim-)(?<!sim)kart\w+|(?<=de )(?:tarjeta|carte)|(?<!сим-)(?<!сим )карт\w+",
}
_SCRIPTS = {
    "phone": "電話|电话|手机|전화|هاتف",
    "order": "注文|订单|訂單|請求|주문|طلب",
    "card": "(?<!sim)カード",
}
_FILLED = (
    r"(?:[ _-]?(?:number|numéro|nummer|num|nr|no|n|id|code|key)|番号|号|번호|'s)?"
    r"(?:[ _-]?\d\b)?(?: ?\([^()\n]{1,12}\))?"
)
_GAP = (  # "is", what parts them, the rule under a column's head
    r"(?:[^\w\n,;?!]{0,4}(?:is|was|ist|es|est)\b)?"
    r"[^\w\n,;?!]{0,6}(?: *\n[-=+|: ]{3,})?\n?[^\w\n,;?!]{0,3}"
)
_BEGIN = r"(?:(?<![^\W\d_])|(?-i:(?<=[a-z]{2})(?=[A-Z])))"  # of a word, in simIccid too
_LABEL = re.compile(
    "(?i)(?:"
    + "|".join(
        rf"(?P<{kind}>{_BEGIN}(?:{words})" + (f"|{_SCRIPTS[kind]})" if kind in _SCRIPTS else ")")
        for kind, words in _KINDS.items()
    )
    + f"){_FILLED}{_GAP}$"
)
_FARTHEST = 48
_OF_A_SIM = re.compile(r"(?i)iccid|\bsim\b")
_WORDS_OF_PROSE = frozenset({"phone", "order", "card"})
_BREAK = re.compile(r"[,;]|\d\d")
_OWN_NUMBER = "+CNUM:"  # a modem's, with a name before it
_AND = re.compile(r"[^\S\n]*(?:[,;/&]|and)?[^\S\n]*")
_NEXT_LINE = re.compile(r"[^\S\n]*\n\W*")


def _label_in_cell(text: str, at: int, cell: Cell | None) -> Label | None:
    """Return what the head of its column calls a number with which a cell begins."""
    if cell is None or not cell.start <= at < cell.end:
        return None
    is_first = at == cell.start or not any(map(str.isalnum, text[cell.start : at]))
    return _label_in(cell.head) if is_first else None


def label_of(text: str, at: int, last: Label, ended: int) -> Label:
    """Return what the words right before a number call it.

    `last` is the label of the number before, which `ended` there.
    """
    before = text[max(0, at - _FARTHEST) : at]
    if cut := _BREAK.search(before[::-1]):
        before = before[len(before) - cut.start() :]
    label = _label_in(before)
    own = text.rfind(_OWN_NUMBER, max(0, at - _FARTHEST), at)
    if own >= 0 and "\n" not in text[own:at]:
        return Label("phone", "CNUM", is_of_list=False)
    if label.kind or not last.is_of_list:
        return label
    between = text[ended:at]
    return last if _NEXT_LINE.fullmatch(between) or _AND.fullmatch(between) else _NO_LABEL


@lru_cache(maxsize=1024)
def _label_in(before: str) -> Label:
    match = _LABEL.search(before) if any(map(str.isalpha, before)) else None
    if match is None or not match.lastgroup:
        return _NO_LABEL
    kind, word = match.lastgroup, match[match.lastgroup]
    if kind == "card" and _OF_A_SIM.search(before):
        return _NO_LABEL  # "ICCID, as printed on the card"
    is_above = "\n" in before[match.end(kind) :]
    line = before[before.rfind("\n", 0, match.start()) + 1 : match.start()]
    if is_above and kind in _WORDS_OF_PROSE and any(map(str.isalnum, line)):
        return _NO_LABEL  # "no answer to my call", and the number stands in the next line
    return Label(kind, word, is_of_list=is_above or word.lower().endswith("s"))
