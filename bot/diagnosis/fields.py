"""What the text fields of a session mean; whatever cannot be read is None, which is unknown."""

import re
from datetime import timedelta
from functools import lru_cache
from typing import NamedTuple

from bot.kore.models import DataSession

HOME = frozenset({"USA", "PRI", "VIR"})
THREE_LETTERS = {"US": "USA", "PR": "PRI", "VI": "VIR"}
IMEI_WITHOUT_CHECK = 14
IMEI_DIGITS = 15
NOTHING_WORDS = frozenset({"", "null", "none", "unknown", "n/a"})
GENERATIONS = (
    (5, re.compile(r"\bNR|(?<![\d.])5G")),  # not 2.5G
    (4, re.compile(r"LTE|(?<![\d.])4G|CAT[-_ ]?M|\bNB")),
    (3, re.compile(r"UMTS|HSPA|WCDMA|(?<![\d.])3G")),
    (2, re.compile(r"GSM|GPRS|EDGE|(?<![\d.])2G")),
)


class Network(NamedTuple):
    """Who runs the radio: country code of three digits, and the operator's number in it."""

    mcc: str
    mnc: int


def network_of(session: DataSession) -> Network | None:
    """Return the network; an mnc of 26 and of 026 is one number."""
    return _network(session.operator_mcc, session.operator_mnc)


@lru_cache(maxsize=4096)
def _network(mcc: str | None, mnc: str | None) -> Network | None:
    country_code, number = _number(mcc), _number(mnc)
    if not country_code or number is None:
        return None
    return Network(f"{country_code:03}", number)


def _number(text: str | None) -> int | None:
    """Read one of the short numbers that name a network."""
    digits = (text or "").strip()
    return int(digits) if re.fullmatch("[0-9]{1,6}", digits) else None


def mcc(session: DataSession) -> int | None:
    """Return the country code of the network as a number."""
    return _number(session.operator_mcc)


def packets(session: DataSession) -> tuple[int, int] | None:
    """Return the packets up and down; None where either is unknown, for 0 would be a guess."""
    up, down = session.packets_uploaded, session.packets_downloaded
    return None if up is None or down is None or min(up, down) < 0 else (up, down)


def length(session: DataSession) -> timedelta | None:
    """Return how long a closed session lasted; None where it is open or ended before it began."""
    if session.start is None or session.end is None or session.end < session.start:
        return None
    return session.end - session.start


def network_name(session: DataSession) -> str:
    """Name the network for people: `Telcel (334-020)`, its numbers as received."""
    told = (session.operator_mcc and session.operator_mcc.zfill(3), session.operator_mnc)
    numbers = "-".join(number or "?" for number in told)
    name = known_text(session.operator_name)
    return f"{name} ({numbers})" if name else numbers


@lru_cache(maxsize=1024)
def known_text(text: str | None) -> str | None:
    """Return the text, or None where it only says that nothing is known."""
    stripped = (text or "").strip()
    return None if stripped.lower() in NOTHING_WORDS else stripped


@lru_cache(maxsize=4096)
def cell(text: str | None) -> str | None:
    """Return a cell id; one of nothing but zeros is no cell."""
    known = known_text(text)
    return known if known and known.strip("0-_.:/ ") else None


@lru_cache(maxsize=1024)
def country(text: str | None) -> str | None:
    """Return a country's three letters (`US` is `USA`); anything but 2 or 3 letters is unknown."""
    code = (text or "").strip().upper()
    if not (code.isascii() and code.isalpha() and len(code) in {2, 3}):
        return None
    return THREE_LETTERS.get(code, code)


@lru_cache(maxsize=1024)
def generation(radio_link: str | None) -> int | None:
    """Return the generation of a radio link, 2 to 5; the highest where several are named."""
    text = (radio_link or "").upper()
    return next((number for number, names in GENERATIONS if names.search(text)), None)


@lru_cache(maxsize=4096)
def device(imei: str | None) -> str | None:
    """Return the 14 digits that name the device, without check digit and software version.

    All zeros mean that the operator did not tell. An IMEI sent as a number lost a leading 0: 14
    digits that pass as an IMEI's 15 with that 0 are taken so.
    """
    digits = re.sub(r"\D", "", imei or "")
    if len(digits) == IMEI_WITHOUT_CHECK and _passes_luhn("0" + digits):
        digits = "0" + digits
    known = len(digits) >= IMEI_WITHOUT_CHECK and digits.strip("0")
    return digits[:IMEI_WITHOUT_CHECK] if known else None


def _passes_luhn(digits: str) -> bool:
    doubled = (int(d) * (1 + place % 2) for place, d in enumerate(reversed(digits)))
    return sum(value - 9 * (value > 9) for value in doubled) % 10 == 0  # noqa: PLR2004 -- Luhn's 9
