"""The sentences for a SIM that is not found: what was understood, what was tried, what to do."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from bot.errors import Candidate, SimAmbiguous, SimNotFound
from bot.sims.identifier import Identifier, IdentifierKind, quoted
from bot.sims.numbers import (
    MAX_ICCID,
    MIN_ICCID,
    check_digit_fits,
    digits_of,
    explain_number,
    is_imei,
    whole_imei,
)
from bot.struct import Struct

_LIKE_A_SID = re.compile(r"(?i)(DE|HS)([0-9a-z]{16,64})")
_CUT_SHORT = re.compile(r"(?i)(?:(?:DE|HS)[0-9a-f ]*|[0-9 ]{4,})\.{2,}[0-9a-f ]+")
_NOT_HEX = re.compile(r"(?i)[^0-9a-f]")
_HEX = 32
_FEWEST_DIGITS = 6
_SID_END = 4


class ListCoverage(Struct):
    """How much of the list of SIMs could be searched."""

    complete: bool
    count: int
    failed: bool = False


def not_found(
    wanted: Identifier, candidates: tuple[Candidate, ...], listed: ListCoverage
) -> SimNotFound:
    """Say that no SIM is what was typed, and which come near."""
    explained = explain_number(wanted.value)
    about = (
        (f"{quoted(wanted.typed)} is {explained[1]}",)
        if explained
        else (_understood(wanted), _odd(wanted), _next_step(wanted, candidates, listed))
    )
    error = SimNotFound(_joined(*about, _searched(listed)), candidates)
    if candidates and not explained:
        near = "Did you mean one of the candidates?"
        error.nameless = _joined(*about[:-1], near, _searched(listed))
    return error


def mended_imei(typed: str) -> str | None:
    """Say that an IMEI was taken whose check digit is missing or wrong; None where it fits."""
    digits = digits_of(typed) or ""
    if whole_imei(digits):
        return f"{quoted(typed)} is an IMEI without its check digit: I went by its 14 digits."
    if is_imei(digits) and not check_digit_fits(digits):
        return f"The check digit of the IMEI {quoted(typed)} is wrong: I went by the other 14."
    return None


def _joined(*sentences: str) -> str:
    return " ".join(filter(None, sentences))


def ambiguous(wanted: Identifier, sims: tuple[Candidate, ...], shown: int) -> SimAmbiguous:
    """Say how many SIMs fit; the first `shown` are offered."""
    fit = "were seen in the device" if wanted.kind is IdentifierKind.IMEI else "are called"
    which = f"Which one? These are {shown} of them." if len(sims) > shown else "Which one?"
    sentence = f"{_number(len(sims))} SIMs {fit} {quoted(wanted.typed)}. {which}"
    return SimAmbiguous(sentence, sims[:shown], len(sims))


def one_at_a_time(wanted: Identifier, sims: tuple[Candidate, ...], shown: int) -> SimAmbiguous:
    """Say that several SIMs were named at once; the first `shown` are offered."""
    sentence = (
        f"I read {quoted(wanted.typed)} as {_number(len(sims))} SIMs, and this is about one at a "
        "time. Which one?"
    )
    return SimAmbiguous(sentence, sims[:shown], len(sims))


def _understood(wanted: Identifier) -> str:
    typed = quoted(wanted.typed)
    if wanted.kind is IdentifierKind.SID:
        return f"No SIM in the account that I can read has the SID {typed}."
    if wanted.kind is IdentifierKind.ICCID:
        return f"No SIM has the ICCID {typed}, and none is called that."
    if wanted.kind is IdentifierKind.IMEI:
        return (
            f"No session seen so far has the IMEI {typed}, and no SIM is called that. KORE has no "
            "search by IMEI: I know those of SIMs that were looked up."
        )
    if digits := _digits(wanted):
        return f"{typed} has {len(digits)} digits; an ICCID has {MIN_ICCID} to {MAX_ICCID}."
    return f"No SIM is called {typed}."


def _odd(wanted: Identifier) -> str:
    """Say what is odd about what was typed, where it was meant as another kind."""
    if wanted.kind in {IdentifierKind.ICCID, IdentifierKind.IMEI}:
        fits = check_digit_fits(wanted.value)
        return "" if fits else "Its check digit does not fit, so a digit may be wrong."
    if wanted.kind is IdentifierKind.SID or _digits(wanted):
        return ""
    if _CUT_SHORT.fullmatch(wanted.value):
        return "It looks shortened: I need the whole SID or ICCID."
    like = _LIKE_A_SID.fullmatch(wanted.value)
    return " ".join(_wrong_with(like[1].upper(), like[2])) if like else ""


def _wrong_with(prefix: str, rest: str) -> Iterator[str]:
    odd = _NOT_HEX.findall(rest)
    if not odd and len(rest) != _HEX:
        yield f"As a SID it has {len(rest)} characters after {prefix}; a SID has {_HEX}."
    elif odd and len(rest) == _HEX:
        yield f"As a SID it has {quoted(odd[0])} in it; a SID has only 0-9 and a-f after {prefix}."


def _next_step(wanted: Identifier, candidates: Sequence[Candidate], listed: ListCoverage) -> str:
    if candidates:
        return f"Did you mean {_or(candidates)}?"
    if wanted.kind is IdentifierKind.NAME and _digits(wanted):
        return "Paste the whole number, or the SID (DE…), or the SIM's name."
    if wanted.kind is IdentifierKind.NAME and listed.complete:
        return "Nothing similar either: check the spelling, or paste the SIM's ICCID."
    if wanted.kind is IdentifierKind.NAME:
        return ""
    return "Check it, or paste another of the SIM's names: SID (DE…), ICCID or name."


def _searched(listed: ListCoverage) -> str:
    if listed.complete:
        return ""
    if listed.failed:
        return "The list of SIMs could not be read: friendly names and near misses may be missing."
    return (
        f"I am still reading the list of SIMs ({_number(listed.count)} so far): try again in a "
        "minute for friendly names and near misses."
    )


def _digits(wanted: Identifier) -> str | None:
    digits = digits_of(wanted.value) or ""
    return digits if len(digits) >= _FEWEST_DIGITS else None


def _or(candidates: Sequence[Candidate]) -> str:
    *most, last = map(quoted, _told_apart(candidates))
    return f"{', '.join(most)} or {last}" if most else last


def _told_apart(sims: Sequence[Candidate]) -> Iterator[str]:
    """Return their names; a name that several of them bear gets the end of the SID."""
    names = Counter(sim.full_name for sim in sims)
    for sim in sims:
        name = sim.full_name
        yield name if names[name] == 1 else f"{name} · …{sim.sid[-_SID_END:]}"


def _number(count: int) -> str:
    """Write a number with thin spaces between thousands."""
    return f"{count:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")
