"""What the fields of a session and of usage mean; whatever cannot be read is None: unknown.

The month over which KORE meters data is an estimate, for the API tells no activation day.
"""

import calendar
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from operator import attrgetter
from typing import NamedTuple

from iso3166 import countries_by_alpha2, countries_by_alpha3

from bot.kore.models import DataSession, Sim, UsageRecord, total

HOME = frozenset({"USA", "PRI", "VIR"})
NOTHING_WORDS = frozenset({"", "null", "none", "unknown", "n/a"})
GENERATIONS = (
    (5, re.compile(r"\bNR|\bNG[-_ ]?RAN|(?<![\d.])5G")),  # not 2.5G
    (4, re.compile(r"LTE|E[-_ ]?UTRAN?|EMTC|(?<![\d.])4G|CAT[-_ ]?(M|NB|\d)|\bNB")),
    (3, re.compile(r"UTRAN?|UMTS|HS[DU]?PA|WCDMA|TD[-_ ]?S?CDMA|CDMA2000|EV[-_ ]?DO|(?<![\d.])3G")),
    (2, re.compile(r"GERAN|GSM|GPRS|EDGE|1X|IS[-_ ]?95|(?<![\d.])2G")),
)


T_MOBILE = re.compile(r"T[-_ ]?MOBILE|METROPCS|SPRINT")
T_MOBILE_NUMBERS = frozenset(
    {
        *((310, mnc) for mnc in (26, 120, 160, 200, 210, 220, 230, 240, 250, 260, 270, 310, 490)),
        *((310, mnc) for mnc in (660, 800)),
        (311, 490),
        (312, 250),
        (312, 530),
    }
)
"""The numbers of T-Mobile USA, which KORE's plans call home."""
LOW_POWER = re.compile(r"CAT[-_ ]?(M|NB)|\bNB|LTE[-_ ]?M\b|EMTC|UTRAN-NB|IOT")


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


def networks_of(sessions: Iterable[DataSession]) -> list[Network | None]:
    """Return the network of each session.

    Of one operator's numbers in a country those that differ by zeros only are one, for an mnc of
    260 is also written 26 and 026.
    """
    sessions = tuple(sessions)
    countries, numbers = set(map(_mcc_of, sessions)), set(map(_mnc_of, sessions))
    if len(countries) == len(numbers) == 1:  # of nearly all
        return [_network(countries.pop(), numbers.pop())] * len(sessions)
    named = list(map(_told_of, sessions))
    read = {each: _network(each[0], each[1]) for each in set(named)}
    if len(set(read.values())) > 1:
        one = _merged(read)
        read = {each: network and one.get(network, network) for each, network in read.items()}
    return list(map(read.__getitem__, named))


_Told = tuple[str | None, str | None, str | None]
_mcc_of: Callable[[DataSession], str | None] = attrgetter("operator_mcc")
_mnc_of: Callable[[DataSession], str | None] = attrgetter("operator_mnc")
_told_of: Callable[[DataSession], _Told] = attrgetter(
    "operator_mcc", "operator_mnc", "operator_name"
)


def _merged(read: Mapping[_Told, Network | None]) -> dict[Network, Network]:
    """Return of networks of one name, whose numbers differ by zeros only, the same one for each."""
    same = defaultdict[tuple[str, str, str], set[Network]](set)
    for (_, mnc, name), network in read.items():
        if network and mnc and name:
            same[network.mcc, name.casefold(), mnc.strip("0 ")].add(network)
    return {each: max(group) for group in same.values() for each in group}


def is_home_network(session: DataSession) -> bool | None:
    """Return whether a network of the USA is the plans' home; None where that is unknown."""
    name, code, network = known_text(session.operator_name), mcc(session), network_of(session)
    if name and T_MOBILE.search(name.upper()):
        return True
    if network is None:
        return None if name is None else False
    return (code, network.mnc) in T_MOBILE_NUMBERS


@lru_cache(maxsize=4096)
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


def is_low_power(radio_link: str | None) -> bool:
    """Return whether devices on this radio link may sleep for days with a session open."""
    return bool(LOW_POWER.search((radio_link or "").upper()))


def network_name(session: DataSession) -> str:
    """Name the network for people: `Telcel (334-020)`, its numbers as received."""
    digits = (session.operator_mcc and session.operator_mcc.zfill(3), session.operator_mnc)
    numbers = "-".join(number or "?" for number in digits)
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
    """Return a country's three letters (`US` is `USA`); a code that nobody has is unknown."""
    code = (text or "").strip().upper()
    known = countries_by_alpha2.get(code) or countries_by_alpha3.get(code)
    return known.alpha3 if known else None


@lru_cache(maxsize=1024)
def generation(radio_link: str | None) -> int | None:
    """Return the generation of a radio link, 2 to 5; the highest where several are named."""
    text = (radio_link or "").upper()
    return next((number for number, names in GENERATIONS if names.search(text)), None)


WITHOUT_A_DAY = timedelta(days=30)


class UsageKind(StrEnum):
    """What a plan limits apart; the values are said to people."""

    HOME = "at home"
    NATIONAL = "in national roaming"
    INTERNATIONAL = "in international roaming"
    ALL = "in all"


def month_start(sim: Sim, now: datetime) -> datetime:
    """Return the start of the running month, UTC: 00:00 of the day of the month of `date_created`.

    A month too short for that day begins on its last one. Where the day is unknown: 30 days ago,
    to the minute, so that what was fetched for it can be asked for again.
    """
    if sim.date_created is None:
        return (now - WITHOUT_A_DAY).replace(second=0, microsecond=0)
    day = sim.date_created.astimezone(UTC).day
    today = now.astimezone(UTC)
    this = _begin(today.year, today.month, day)
    if this <= today:
        return this
    before = today.replace(day=1) - timedelta(days=1)
    return _begin(before.year, before.month, day)


def used_bytes(
    usage: tuple[UsageRecord, ...], start: datetime, kind: UsageKind = UsageKind.HOME
) -> int | None:
    """Sum up what was used since `start`; None where no record tells.

    Records that ended before are left out, should KORE give more than was asked for.
    """
    since = (r for r in usage if not (r.period and r.period.end and r.period.end <= start))
    return total(map(_BYTES[kind], since))


_BYTES: dict[UsageKind, Callable[[UsageRecord], int | None]] = {
    UsageKind.HOME: attrgetter("home_bytes"),
    UsageKind.NATIONAL: attrgetter("national_bytes"),
    UsageKind.INTERNATIONAL: attrgetter("international_bytes"),
    UsageKind.ALL: attrgetter("total_bytes"),
}


def _begin(year: int, month: int, day: int) -> datetime:
    last = calendar.monthrange(year, month)[1]
    return datetime(year, month, min(day, last), tzinfo=UTC)
