"""Identifiers that nothing else looks like, wherever they stand in a text. Pure.

A SID is 32 hex digits behind DE or HS. The length, the beginning and the check digit of an ICCID
(ITU-T E.118) or an IMEI (GSMA TS.06) make it certain, so whatever touches it is no obstacle. Behind
the word `ICCID` or `IMEI` any number of that length counts: what is wrong with it is said in the
answer. What a word before it calls otherwise (IMSI, EID, phone, order, card) is not taken.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice
from operator import itemgetter
from typing import NamedTuple
from urllib.parse import unquote_plus

from bot.sims.identifier import (
    LINK,
    MENTION,
    OTHER_SIDS,
    SID,
    blanked,
    plain_letters,
    sims_in,
    strip_links,
)
from bot.sims.labels import LENIENT, NO_LABEL, Label, Labels, TableCell, label_behind
from bot.sims.numbers import (
    ROUNDED,
    explain_number,
    is_certain_iccid,
    is_certain_imei,
    is_eid,
    passes_luhn,
    unswap_digits,
    whole_imei,
)

LONGEST = 40_000
"""Characters that are read of one text."""
LONGEST_LINE = 4_000
MOST_NUMBERS = 1_000
"""Numbers of 14 digits and more: five of each of the 200 SIMs that are looked up."""


class FoundText(NamedTuple):
    """Something that a text holds: `value` plainly spelt, `text` as it was written at `at`.

    `why` says why it is not taken; empty, it is.
    """

    at: int
    end: int
    kind: str
    value: str
    text: str
    why: str = ""


class TextPart(NamedTuple):
    """Where in a message or thread a text stands, as people say it, and the text.

    One that `is_name` is a file's: what in it no SIM is called is no item of a list.
    """

    where: str
    text: str
    is_name: bool = False


_CHANNEL = re.compile(r"<#[^<>]*>")
_LABELLED_LINK = re.compile(r"<((?:https?://|tel:(?=[^<>|]*\|[^<>\d]*>))[^<>|]*)\|([^<>]*)>")
_LONG_NUMBER = re.compile(r"[0-9]{14,}")
_COUNTED = re.compile(
    r"[0-9](?<![0-9][0-9])(?:[0-9]{13,}+|(?:[ -]?+[0-9]){13,21}+)"
)  # one in groups, too
_INVISIBLE = re.compile(
    "[\u00ad\u0600-\u0605\u061c\u06dd\u070f\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    "\u2460-\u24ff\u2776-\u2793\ufff9-\ufffb\U000e0001\U000e0020-\U000e007f]"
)
_CONTROLS = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff`\\—]"
    r"(?:(?<![`\\—])|(?<=`)``+|(?<=\\)n|(?<=[0-9]—)(?=[^\W\d]))"
)
_BREAKS = re.compile(r"[\r\v\f\u2028\u2029](?:(?<=\r)\n)?")
_TOO_LONG = re.compile(rf"(?m)^(.{{{LONGEST_LINE}}}).+$")
_MARKS = dict(zip("、،؛。│┃║", ",,;.|||", strict=True))
_ROUNDS = 2


def cleaned(text: str, longest: int = LONGEST) -> tuple[str, bool]:
    """Return a text without Slack's markup and what cannot be seen, and whether it was cut."""
    is_cut = len(text) > longest
    text = _CHANNEL.sub(" ", MENTION.sub(" ", text[:longest]))
    text = _LABELLED_LINK.sub(_with_its_numbers, text)
    for _ in range(_ROUNDS):
        text = strip_links(text)
    text = _TAG.sub(_parted, text) if "</" in text else text
    text = _CONTROLS.sub(" ", _BREAKS.sub("\n", text.replace("…", " ")))
    if not text.isascii():
        text = plain_letters(_INVISIBLE.sub("", text))
        chars = [c for c in set(text) if not c.isascii()]
        marks = {c: _MARKS[c] for c in chars if c in _MARKS}
        digits = {c: str(unicodedata.decimal(c)) for c in chars if c.isdecimal()}
        for char, meant in (marks | digits).items():
            text = text.replace(char, meant)
    text, cuts = _TOO_LONG.subn(r"\1", text)
    beyond = next(islice(_COUNTED.finditer(text), MOST_NUMBERS, None), None)
    return text[: beyond.start()] if beyond else text, is_cut or cuts > 0 or beyond is not None


_TAG = re.compile(  # of HTML, but for links
    r"(?i)<(?:(?P<cell>/t[dh])|(?P<line>/(?:tr|p|div|li|pre|h\d)|br\s*/?)"
    r"|/?(?:html|body|table|thead|tbody|tfoot|tr|t[dh]|div|span|p|pre|code|ul|ol|li|h\d|hr"
    r"|b|i|u|em|strong|font|small)(?:\s[^<>]*)?)>"
)


def _parted(tag: re.Match[str]) -> str:
    return {"cell": "\t", "line": "\n"}.get(tag.lastgroup or "", " ")


def _with_its_numbers(link: re.Match[str]) -> str:
    numbers = set(_LONG_NUMBER.findall(link[1]))
    if not numbers:
        return link[0]
    return f"{link[2]} {link[1]}" if numbers - set(_LONG_NUMBER.findall(link[2])) else link[2]


def identifiers_in(text: str, cells: Sequence[TableCell] = ()) -> list[FoundText]:
    """Return what is certain, and the long numbers that are something else, in their order."""
    found: list[FoundText] = []

    def link(match: re.Match[str]) -> str:
        written = match[0].rstrip(_LINK_ENDS)
        sims = sims_in(written)
        for sim in sims:
            kind = "sid" if SID.fullmatch(sim) else "name"
            found.append(FoundText(match.start(), match.start() + len(written), kind, sim, sim))
        if not sims and _IS_KORE.match(written):
            why = "a link in which no SIM stands"
            found.append(FoundText(match.start(), match.end(), "link", written, written, why))
        rest = "" if sims else unquote_plus(match[0]).replace("\n", " ")
        return rest[: len(match[0])].ljust(len(match[0]))

    def taken(match: re.Match[str], at: int = 0) -> str:
        if each := _by_shape(match, at + match.start()):
            found.append(each)
        return blanked(match)

    def shapes(word: re.Match[str]) -> str:
        return _SHAPES.sub(partial(taken, at=word.start()), word[0])

    links = LINK if ".com/" in text.lower() else _WEB_LINK
    rest = links.sub(link, text) if "/" in text else text
    rest = _ESCAPED.sub(blanked, rest) if "%" in rest or "\\u" in rest else rest
    rest = _LONG_WORD.sub(shapes, rest)
    rest = _ROUNDED.sub(taken, rest) if _MAY_BE_ROUNDED.search(rest) else rest
    rest = _PARTED.sub(_dashed, rest) if _MAY_BE_PARTED.search(rest) else rest
    if _MAY_BE_THOUSANDS.search(rest):
        rest = _THOUSANDS.sub(lambda number: number[0].replace(",", "-"), rest)
    return sorted((*found, *_numbers(rest, cells), *_swapped(rest, cells)), key=itemgetter(0))


_PARTED = re.compile(
    r"[0-9](?<![0-9][0-9])(?<![0-9][._/][0-9])[0-9]{0,7}(?P<by>[._/])[0-9]{1,8}"
    r"(?:(?P=by)[0-9]{1,8}){1,8}(?!(?P=by)?[0-9])"
)
_MAY_BE_PARTED = re.compile(r"[._/](?<=[0-9].)[0-9]{1,8}[._/][0-9]")
_FEWEST, _MOST = 15, 20
_MAY_BE_THOUSANDS = re.compile(r",(?<=[0-9],)[0-9]{3},[0-9]{3},[0-9]{3}")
_THOUSANDS = re.compile(r"\d{3}(?<![\d,.$€£¥]\d{3}),\d{3}(?:,\d{3}){3}(?![\d.]|, ?\d)")


def _dashed(number: re.Match[str]) -> str:
    """Return a number whose groups are parted by dots as one that is by dashes."""
    digits = len(number[0]) - number[0].count(number["by"])
    return number[0].replace(number["by"], "-") if _FEWEST <= digits <= _MOST else number[0]


_WEB_LINK = re.compile(r"[hH][tT][tT][pP][sS]?://\S+")
_LINK_ENDS = ").,;:!?\"'>]}"
_IS_KORE = re.compile(r"(?i)(?:https?://)?(?:[\w-]+\.)*(?:korewireless|twilio)\.com/")
_ESCAPED = re.compile(r"%(?:2[0-9A-F]|[357][A-F])|\\u00[2357][0-9A-Fa-f]")  # a quote
_LONG_WORD = re.compile(r"[0-9a-zA-Z-](?<![0-9a-zA-Z-].)[0-9a-zA-Z-]{23,}+")
_SHAPES = re.compile(
    rf"(?i)(?P<sid>{SID.pattern[4:]})"
    r"|(?P<other>(?<![0-9a-z])(?:AC|DC|HF|WN|WP)[0-9a-f]{32}(?![0-9a-z]))"
    r"|(?P<hex>(?<![0-9a-z])(?:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
    r"|(?=[0-9]*+[a-f]++[0-9])[0-9a-f]{24,})(?![0-9a-z]))"
)
_ROUNDED = re.compile(rf"(?i)(?<![0-9.])(?P<rounded>{ROUNDED.pattern[4:]})(?![0-9])")
_MAY_BE_ROUNDED = re.compile(r"[eE](?<=[0-9][eE])\+?[12][0-9]")


def _by_shape(match: re.Match[str], at: int) -> FoundText | None:
    """Return a SID, whosever it is, or a rounded number; None for other hex digits: they go."""
    text = match[0]
    end = at + len(text)
    if match.lastgroup == "sid":
        return FoundText(at, end, "sid", text[:2].upper() + text[2:], text)
    if match.lastgroup == "other":
        why = f"the SID of {OTHER_SIDS[text[:2].upper()]}; a SIM's begins with DE"
        return FoundText(at, end, "sid", text, text, why)
    if match.lastgroup == "rounded" and (known := explain_number(text)):
        return FoundText(at, end, known[0], text, text, known[1])
    return None


_LONG_RUN = re.compile(r"[0-9](?<![0-9][0-9])(?:[ -]?+[0-9]){13,}+")
_GROUP = re.compile(r"\d+")
_NEXT_GROUP = re.compile(  # of one digit only where an ICCID or an IMEI may begin
    r"\d{2,}|\d(?<=[0134589])(?=[ -]\d[ -]\d[ -])(?:(?<=8)(?=[ -][69])|(?<=3)(?=[ -][035])"
    r"|(?<=[0145])(?=[ -][0-59])|(?<=9)(?=[ -][189]))"
)
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
_FRACTION = re.compile(r"(?<![\w.])v?\d{1,11}[.]$")
_SEPARATORS = frozenset({" ", "-"})
_LONG_GROUP = 14
_NOTES = ("(", " (")


def _swapped(text: str, cells: Sequence[TableCell]) -> Iterator[FoundText]:
    for match in _SWAPPED_ICCID.finditer(text):
        if iccid := unswap_digits(match[0]):
            label = Labels(text, cells).at(match.start())
            meaning = ("iccid", "") if label.is_of_sim else (label.kind, _because(label))
            yield FoundText(*match.span(), meaning[0], iccid, iccid, meaning[1])


def _numbers(text: str, cells: Sequence[TableCell]) -> Iterator[FoundText]:
    """Return the numbers in runs of groups of digits, each with what its label makes of it."""
    labels = Labels(text, cells)
    for run in _LONG_RUN.finditer(text):
        start, end = run.span()
        label, group = labels.at(start), run if run[0].isdigit() else _GROUP.match(text, start)
        while group:
            found = _number_at(text, group, label)
            if found:
                yield found
                labels.end(label, found.end)
            at, label = found.end if found else group.end(), NO_LABEL
            group = _NEXT_GROUP.search(text, at, end) if end - at >= _LONG_GROUP else None


def doubtful_in(
    text: str, cells: Sequence[TableCell], told_at: Sequence[int], *, thorough: bool
) -> Iterator[FoundText]:
    """Return what is an ICCID or an IMEI but for its check digit, and is not explained yet.

    `told_at` are the places of what is, in order. Where one is `thorough`, each short number too
    that has a label, as in `phone 555-0100`.
    """
    labels, starts = Labels(text, cells), {*told_at}
    for match in (_SHORT if thorough else _PRINTED).finditer(text):
        if match.start() in starts or is_between(told_at, *match.span()):
            continue
        digits = "".join(filter(str.isdigit, match[0]))
        if doubt := _doubt(
            digits, labels.at(match.start()), is_printed=_PRINTED.fullmatch(match[0]) is not None
        ):
            yield FoundText(*match.span(), doubt[0], digits, match[0], doubt[1])


def is_between(places: Sequence[int], start: int, end: int) -> bool:
    """Return whether one of some places, which are in order, is between two others."""
    at = bisect_left(places, start)
    return at < len(places) and places[at] < end


_PRINTED = re.compile(
    r"[0389](?<![0-9][0-9])[1569](?:(?<=89)(?:\d{17,18}|\d\d(?:[ -]\d{4}){3}[ -]\d{3,4})"
    r"|(?<=01|35|86|99)\d{13})(?!\d)"
)
_SHORT = re.compile(
    rf"{_PRINTED.pattern}|(?<![\w.])\+?\d(?:[ ().-]{{0,2}}\d){{2,20}}(?!\w|[ ().-]{{0,2}}\d)"
)
_MISPRINTED = "its check digit does not fit, so a digit may be wrong"
_LENGTHS = {"iccid": "an ICCID has 18 to 22", "imei": "an IMEI has 15"}


def _doubt(digits: str, label: Label, *, is_printed: bool) -> tuple[str, str] | None:
    if not label.is_of_sim:
        return label.kind, _because(label)
    if is_printed and not passes_luhn(digits):
        return "iccid" if digits.startswith("89") else "imei", _MISPRINTED
    if label.kind and not LENIENT[label.kind](digits):
        return label.kind, f"it has {len(digits)} digits; {_LENGTHS[label.kind]}"
    return None


def _because(label: Label) -> str:
    return f"the word {label.word} before it says that it is something else"


def _number_at(text: str, group: re.Match[str], label: Label) -> FoundText | None:
    """Return the number whose first group of digits is this; None where there is none."""
    (at, end), match, kind, digits = group.span(), None, label.kind, group[0]
    before, is_alone = text[at - 1 : at], text[end : end + 1] not in _SEPARATORS
    swapped = digits.startswith("98") and _SWAPPED_ICCID.match(text, at)
    if swapped and unswap_digits(swapped[0]):
        return None
    if kind in LENIENT and is_alone:
        match = group if LENIENT[kind](digits) else None
    if match is None:
        match, kind = _certain_at(text, group)
    if match is None and label.kind in LENIENT and not is_alone:
        match, kind = _grouped_at(text, at, label.kind), label.kind
    if match is None:
        return _explained(group, label)
    why, written = "", match[0]
    if not label.kind and text.startswith(_NOTES, at + len(written)):
        label = label_behind(text, at + len(written))
    if kind == "eid":
        _, why = explain_number(written) or ("", "")
    elif not label.is_of_sim and not (kind == "iccid" and _is_link(text, at)):
        kind = label.kind
        why = _because(label)
    elif before == "+" or (before == "." and kind == "imei" and _is_fraction(text, at)):
        return None
    digits = digits if written == digits else _joined(written)
    return FoundText(at, at + len(written), kind, digits, written, why)


def _joined(number: str) -> str:
    return number.replace(" ", "").replace("-", "")


def _is_link(text: str, at: int) -> bool:
    """Return whether a number stands in a link to call it, as programs make of any."""
    return text.startswith("tel:", max(0, at - 4))


def _is_fraction(text: str, at: int) -> bool:
    return _FRACTION.search(text[max(0, at - 13) : at]) is not None


def _certain_at(text: str, group: re.Match[str]) -> tuple[re.Match[str] | None, str]:
    """Return the number that begins here and its kind, in one group of digits or in several."""
    digits = group[0]
    if kind := _kind_of(digits):
        return group, kind
    shapes = () if len(digits) >= _LONG_GROUP else _GROUPED if digits[:2] == "89" else _IMEIS
    if len(digits) == 1:
        shapes = (_ONE_BY_ONE,)
    for shape in shapes:
        match = shape.match(text, group.start())
        if match and (kind := _kind_of(_joined(match[0]))):
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


def _grouped_at(text: str, at: int, kind: str) -> re.Match[str] | None:
    """Return the longest number, in several groups, that has that length."""
    for shape in _LABELLED:
        match = shape.match(text, at)
        if match and LENIENT[kind](_joined(match[0])):
            return match
    return None


def _explained(group: re.Match[str], label: Label) -> FoundText | None:
    """Return a number that is something else, in words; None where nothing can be said of it."""
    known = explain_number(group[0]) if len(group[0]) >= _LONG_GROUP else None
    if known is None and (label.kind in LENIENT or len(group[0]) < _LONG_GROUP):
        return None
    if not label.is_of_sim:
        why = known[1] if known and known[0] == label.kind else _because(label)
        return FoundText(*group.span(), label.kind, group[0], group[0], why)
    value = whole_imei(group[0]) or group[0]
    return FoundText(*group.span(), known[0], value, group[0], known[1]) if known else None
