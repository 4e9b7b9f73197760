"""Identifiers that nothing else looks like, wherever they stand in a text. Pure.

A SID is 32 hex digits behind DE or HS. An ICCID begins with 89 (ITU-T E.118), has 19 or 20 digits
and a check digit that fits; an IMEI has 15, begins with the code of a body that hands IMEIs out
(GSMA TS.06) and its check digit fits. Behind the word `ICCID` or `IMEI` any number of that length
counts: what is wrong with it is said in the answer. Timestamps, phone numbers, orders and card
numbers are none of these.
"""

import re
from collections.abc import Iterator
from itertools import accumulate
from typing import NamedTuple

from bot.sims.links import LINK, SID, sims_in
from bot.sims.numbers import is_iccid, is_imei, passes_luhn

_RUN = re.compile(r"(?<![\w+.])(?<!\w-)\d++(?:[ -]\d++)*+")
_GOES_ON = re.compile(r"(?i)f{0,2}+(?:\w|[.:/-]\w)")
_DIGITS = re.compile(r"\d+")
_LABEL = re.compile(r"(?i)\b(iccid|imeisv|imei)\b\W{0,4}$")
_BODIES = re.compile(r"01|10|3[035]|4[459]|5[0-4]|86|9[189]")
_IMEI_GROUPS = frozenset({(15,), (2, 6, 6, 1), (8, 6, 1), (6, 8, 1), (6, 2, 6, 1)})
_ICCID_LENGTHS = frozenset({19, 20})
_TELECOM = "89"
_MOST_GROUPS = 7
_TAKEN = " ; "
_LINK_ENDS = ").,;:!?\"'>]}"


class Certain(NamedTuple):
    """An identifier as it was written, and where in its line it began."""

    at: int
    text: str


def certain_in(line: str) -> tuple[list[Certain], str]:
    """Give the identifiers in the order in which they stand, and the line without them."""
    found: list[Certain] = []

    def link(match: re.Match[str]) -> str:
        sims = sims_in(match[0].rstrip(_LINK_ENDS))
        found.extend(Certain(match.start(), sim) for sim in sims)
        return _TAKEN.ljust(len(match[0]))

    def sid(match: re.Match[str]) -> str:
        found.append(Certain(match.start(), match[0]))
        return _TAKEN.ljust(len(match[0]))

    rest = SID.sub(sid, LINK.sub(link, line))
    for start, end in _numbers(rest):
        found.append(Certain(start, rest[start:end]))
        rest = rest[:start] + _TAKEN.ljust(end - start) + rest[end:]
    return sorted(found), rest


def _numbers(line: str) -> list[tuple[int, int]]:
    """Give where each number begins and ends."""
    return [place for run in _RUN.finditer(line) for place in _in_run(run, line)]


def _in_run(run: re.Match[str], line: str) -> Iterator[tuple[int, int]]:
    """Give the numbers in a run of groups of digits."""
    label = _LABEL.search(line, 0, run.start())
    if not label and line[: run.start()].endswith("#"):
        return
    groups, at = list(_DIGITS.finditer(line, run.start(), run.end())), 0
    while at < len(groups):
        here = groups[at : at + _MOST_GROUPS]
        taken = _labelled(here, label[1].lower()) if label and not at else 0
        taken = taken or _iccid(here) or _imei(here)
        if taken and not _GOES_ON.match(line, here[taken - 1].end()):
            yield here[0].start(), here[taken - 1].end()
        at += taken or 1


def _labelled(groups: list[re.Match[str]], label: str) -> int:
    """Count the groups of a number behind its label: the most that still have its length."""
    fits = is_iccid if label == "iccid" else is_imei
    texts = list(accumulate(group[0] for group in groups))
    return max((count for count, text in enumerate(texts, 1) if fits(text)), default=0)


def _iccid(groups: list[re.Match[str]]) -> int:
    if not groups[0][0].startswith(_TELECOM):
        return 0
    texts = enumerate(accumulate(group[0] for group in groups), 1)
    fitting = (count for count, t in texts if len(t) in _ICCID_LENGTHS and passes_luhn(t))
    return next(fitting, 0)


def _imei(groups: list[re.Match[str]]) -> int:
    for lengths in _IMEI_GROUPS:
        parts = [group[0] for group in groups[: len(lengths)]]
        if tuple(map(len, parts)) == lengths and _is_certain_imei("".join(parts)):
            return len(lengths)
    return 0


def _is_certain_imei(digits: str) -> bool:
    return bool(_BODIES.match(digits)) and bool(digits[2:].strip("0")) and passes_luhn(digits)
