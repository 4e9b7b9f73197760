"""What a person types, as a kind of identifier. Pure: it asks nobody and knows no SIM."""

import re
from dataclasses import dataclass, field
from enum import StrEnum

from bot.sims.errors import NotASim, SuperSim
from bot.sims.links import is_link, sids_in, sims_in
from bot.sims.names import quoted
from bot.sims.numbers import SUPER_SIM_ICCIDS, digits_of, is_iccid, is_imei
from bot.sims.unwrap import Unwrapped, unwrap

_LABEL = re.compile(r"(?i)(?:iccid|imei|imeisv|sim|tel)\b[\s:=#]*")
_OTHER_SID = re.compile(r"(?i)(AC|DC|HF|WN|WP)[0-9a-f]{32}")
_OTHERS = {
    "AC": "an account",
    "DC": "a Command",
    "HF": "a fleet of Super SIMs",
    "WN": "a data session",
    "WP": "a rate plan",
}
_HEAD = 5


class Kind(StrEnum):
    """The kinds of identifier that a SIM has."""

    SID = "sid"
    ICCID = "iccid"
    IMEI = "imei"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Identifier:
    """One identifier with its kind made out.

    `value` is what KORE is asked for: `DE` and 32 hex digits, the bare digits, or the name.
    `typed` is what the asker reads back; `spellings` are the names it may be, likeliest first.
    """

    kind: Kind
    value: str
    typed: str = field(compare=False)
    spellings: tuple[str, ...] = field(default=(), compare=False)


def identify(text: str) -> Identifier:
    """Make out what is meant, whatever is wrapped around it.

    Raises NotASim where it cannot name a SIM, and SuperSim for a Super SIM's SID or ICCID.
    """
    read = unwrap(text)
    if is_link(read.text):
        return identify(_only(sims_in(read.text)))
    if sids := sids_in(read.text):
        return _sid(_only(sids))
    return _number(read) or _name(read)


def _only(sims: tuple[str, ...]) -> str:
    if not sims:
        raise NotASim(
            "There is no SIM in that link. Open the SIM's own page and paste its link, or paste "
            "its SID (DE…), ICCID, IMEI or name."
        )
    if len(sims) > 1:
        raise NotASim(f"That names {len(sims)} SIMs. Ask for one at a time.")
    return sims[0]


def _sid(sid: str) -> Identifier:
    if sid.startswith("HS"):
        raise _super_sim(quoted(sid, _HEAD))
    return Identifier(Kind.SID, sid, sid)


def _number(read: Unwrapped) -> Identifier | None:
    digits = digits_of(_LABEL.sub("", read.text, count=1)) or ""
    if digits.startswith(SUPER_SIM_ICCIDS) and is_iccid(digits):
        raise _super_sim(quoted(read.typed))
    kind = Kind.ICCID if is_iccid(digits) else Kind.IMEI if is_imei(digits) else None
    return (
        None
        if kind is None
        else Identifier(kind, digits, read.typed, _spellings(digits, read.text))
    )


def _name(read: Unwrapped) -> Identifier:
    if other := _OTHER_SID.fullmatch(read.text):
        what = _OTHERS[other[1].upper()]
        raise NotASim(f"{quoted(read.typed, _HEAD)} is the SID of {what}; a SIM's begins with DE.")
    spellings = _spellings(read.text, read.typed, read.outer)
    return Identifier(Kind.NAME, read.text, read.typed, spellings)


def _spellings(*names: str) -> tuple[str, ...]:
    """Give the names that differ, but never `.` or `..`: in a URL they mean something else."""
    return tuple(name for name in dict.fromkeys(names) if name not in {".", ".."})


def _super_sim(quoted_name: str) -> SuperSim:
    return SuperSim(
        f"{quoted_name} is a Super SIM. KORE keeps no data sessions for Super SIMs, so there is "
        "nothing to show here."
    )
