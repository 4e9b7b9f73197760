"""Identifiers that nothing else looks like, wherever they stand in a text. Pure.

A SID is 32 hex digits behind DE or HS. The length, the beginning and the check digit of an ICCID
(ITU-T E.118) or an IMEI (GSMA TS.06) make it certain, so whatever touches it is no obstacle. Behind
the word `ICCID` or `IMEI` any number of that length counts: what is wrong with it is said in the
answer. What a word before it calls otherwise (IMSI, EID, phone, order, card) is not taken.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple
from urllib.parse import unquote_plus

from bot.sims.identifier import LINK, MENTION, SID, plain_letters, sims_in, unlinked
from bot.sims.labels import LENIENT, NO_LABEL, Cell, Label, Labels
from bot.sims.numbers import (
    ROUNDED,
    explanation,
    is_certain_iccid,
    is_certain_imei,
    is_eid,
    passes_luhn,
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
    """Where in a message or thread a text stands, as people say it, and the text.

    One that `is_name` is a file's: what in it no SIM is called is no item of a list.
    """

    where: str
    text: str
    is_name: bool = False


_CHANNEL = re.compile(r"<#[^<>]*>")
_LABELLED_LINK = re.compile(r"<((?:https?://|tel:(?=[^<>|]*\|[^<>\d]*>))[^<>|]*)\|([^<>]*)>")
_LONG_NUMBER = re.compile(r"\d{14,}")
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
    numbers = set(_LONG_NUMBER.findall(link[1]))
    if not numbers:
        return link[0]
    return f"{link[2]} {link[1]}" if numbers - set(_LONG_NUMBER.findall(link[2])) else link[2]


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
    rest = _PARTED.sub(_dashed, rest) if _MAY_BE_PARTED.search(rest) else rest
    return sorted((*found, *_numbers(rest, cells), *_swapped(rest)), key=lambda each: each.at)


_PARTED = re.compile(
    r"(?<!\d)(?<!\d[._/])\d{1,8}(?P<by>[._/])\d{1,8}(?:(?P=by)\d{1,8}){1,8}(?!(?P=by)?\d)"
)
_MAY_BE_PARTED = re.compile(r"[._/](?<=[0-9].)[0-9]{1,8}[._/][0-9]")
_FEWEST, _MOST = 15, 20


def _dashed(number: re.Match[str]) -> str:
    """Return a number whose groups are parted by dots as one that is by dashes."""
    digits = len(number[0]) - number[0].count(number["by"])
    return number[0].replace(number["by"], "-") if _FEWEST <= digits <= _MOST else number[0]


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
        r"|\d{6}[ -]\d\d[ -]\d{6}[ -]\d|\d{4}(?:[ -]\d{4}){2}[ -]\d{3}|\d{3}(?:-\d{3}){4})(?!\d)"
    ),
)
_ONE_BY_ONE = re.compile(r"\d(?:[ -]\d){14,19}(?![ -]?\d)")
_LABELLED = tuple(re.compile(rf"\d(?:[ -]?\d){{{more}}}(?!\d)") for more in range(21, 12, -1))
_SWAPPED_ICCID = re.compile(
    r"98(?<![0-9a-fA-F]98)(?:(?:[ :-]|,? ?0x)?\d\d){8}"
    r"(?:[ :-]|,? ?0x)?(?:\d\d|[fF]\d)(?![0-9a-fA-F])"
)
_FRACTION = re.compile(r"(?<!\d)\d{1,11}[.]$")
_SEPARATORS = frozenset({" ", "-"})
_NOT_SEPARATE = re.compile(r"[ -]")
_LONG_GROUP = 14


def _swapped(text: str) -> Iterator[Found]:
    for match in _SWAPPED_ICCID.finditer(text):
        if iccid := unswapped(match[0]):
            yield Found(*match.span(), "iccid", iccid, iccid)


def _numbers(text: str, cells: Sequence[Cell]) -> Iterator[Found]:
    """Return the numbers in runs of groups of digits, each with what its label makes of it."""
    labels = Labels(text, cells)
    for run in _LONG_RUN.finditer(text):
        start, end = run.span()
        at = start
        while at < end:
            label = labels.at(at) if at == start else NO_LABEL
            found = _number_at(text, at, label)
            if found:
                yield found
                labels.end(label, found.end)
            at = found.end if found else _end_of_group(text, at)
            while at < end and not text[at].isdigit():
                at += 1


def doubtful_in(
    text: str, cells: Sequence[Cell], is_told: Callable[[int, int], bool], *, thorough: bool
) -> Iterator[Found]:
    """Return what is an ICCID or an IMEI but for its check digit, and of which nothing `is_told`.

    Where one is `thorough`, each short number too that has a label, as in `phone 555-0100`.
    """
    labels = Labels(text, cells)
    for match in (_SHORT if thorough else _PRINTED).finditer(text):
        if is_told(*match.span()):
            continue
        digits = "".join(filter(str.isdigit, match[0]))
        if told := _doubt(
            digits, labels.at(match.start()), is_printed=_PRINTED.fullmatch(match[0]) is not None
        ):
            yield Found(*match.span(), told[0], digits, match[0], told[1])


_PRINTED = re.compile(
    r"(?<!\d)(?:89\d{17,18}|89\d\d(?:[ -]\d{4}){3}[ -]\d{3,4}|(?:01|35|86|99)\d{13})(?!\d)"
)
_SHORT = re.compile(
    rf"{_PRINTED.pattern}|(?<![\w.])\+?\d(?:[ ().-]{{0,2}}\d){{2,20}}(?!\w|[ ().-]{{0,2}}\d)"
)
_MISPRINTED = "its check digit does not fit, so a digit may be wrong"
_LENGTHS = {"iccid": "an ICCID has 18 to 22", "imei": "an IMEI has 15"}


def _doubt(digits: str, label: Label, *, is_printed: bool) -> tuple[str, str] | None:
    if label.kind and label.kind not in LENIENT:
        return label.kind, _because(label)
    if is_printed and not passes_luhn(digits):
        return "iccid" if digits.startswith("89") else "imei", _MISPRINTED
    if label.kind and not LENIENT[label.kind](digits):
        return label.kind, f"it has {len(digits)} digits; {_LENGTHS[label.kind]}"
    return None


def _because(label: Label) -> str:
    return f"the word {label.word} before it says that it is something else"


def _end_of_group(text: str, at: int) -> int:
    group = _GROUP.match(text, at)
    return group.end() if group else at + 1


def _number_at(text: str, at: int, label: Label) -> Found | None:
    """Return the number whose first group of digits begins here; None where there is none."""
    match, kind = None, label.kind
    swapped = _SWAPPED_ICCID.match(text, at) if text.startswith("98", at) else None
    if swapped and unswapped(swapped[0]):
        return None
    if label.kind in LENIENT:
        match = _alone_at(text, at, label.kind)
    if match is None:
        match, kind = _certain_at(text, at)
    if match is None and label.kind in LENIENT:
        match, kind = _grouped_at(text, at, label.kind), label.kind
    if match is None:
        return _explained_at(text, at, label)
    why = ""
    if kind == "eid":
        _, why = explanation(match[0]) or ("", "")
    elif label.kind and label.kind not in LENIENT and not (kind == "iccid" and _is_link(text, at)):
        kind = label.kind
        why = _because(label)
    elif text[at - 1 : at] == "+" or (kind == "imei" and _is_fraction(text, at)):
        return None
    digits = match[0] if match[0].isdigit() else _NOT_SEPARATE.sub("", match[0])
    return Found(match.start(), match.end(), kind, digits, match[0], why)


def _is_link(text: str, at: int) -> bool:
    """Return whether a number stands in a link to call it, as programs make of any."""
    return text.startswith("tel:", max(0, at - 4))


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
        return alone if LENIENT[kind](alone[0]) else None
    return None


def _grouped_at(text: str, at: int, kind: str) -> re.Match[str] | None:
    """Return the longest number, in several groups, that has that length."""
    for shape in _LABELLED:
        match = shape.match(text, at)
        if match and LENIENT[kind](_NOT_SEPARATE.sub("", match[0])):
            return match
    return None


def _explained_at(text: str, at: int, label: Label) -> Found | None:
    """Return a number that is something else, in words; None where nothing can be said of it."""
    group = _GROUP.match(text, at)
    told = explanation(group[0]) if group else None
    if group is None or (told is None and label.kind in LENIENT):
        return None
    if label.kind and label.kind not in LENIENT:
        if len(group[0]) < _LONG_GROUP:
            return None
        why = told[1] if told and told[0] == label.kind else _because(label)
        return Found(*group.span(), label.kind, group[0], group[0], why)
    return Found(*group.span(), told[0], group[0], group[0], told[1]) if told else None
