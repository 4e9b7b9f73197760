"""Formatters: the same text for Slack's blocks, for a notification and for a terminal.

Every sentence of this bot is written once, in `bot.blocks.report_text`, over a `Formatter`:

    MRKDWN  Slack's blocks: times as date tokens in the reader's zone, data escaped, bold
    NOTICE  Slack's top-level `text`: the same, but times in UTC and nothing bold
    PLAIN   a terminal: UTC, no marks; control characters in data are taken out all the same
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Protocol
from urllib.parse import quote

from bot.blocks.kit import NAME_LIMIT, SENTENCE, clean, escape, escape_entities, is_plain, sentence
from bot.kore.models import CellLocation
from bot.sessions.redaction import REDACTED
from bot.sims.identifier import quoted, unquoted
from bot.sims.numbers import passes_luhn
from bot.struct import Struct, field

_ADDRESS = re.compile(r"(https://[^\s<>|]*[^\s<>|.,;:)])")
_SOURCE = 800


class Formatter(Protocol):
    """Turns pieces of a sentence into what one kind of reader can be shown."""

    def data(self, text: str, limit: int = NAME_LIMIT) -> str:
        """Show foreign text: harmless, on one line, at most `limit` characters of it."""

    def code(self, text: str) -> str:
        """Show something to copy: an id, a command."""

    def own(self, text: str) -> str:
        """Show words of our own that hold no data."""

    def sentence(self, text: str) -> str:
        """Show an error's sentence, in which back-ticks hold what was typed."""

    def linked(self, text: str) -> str:
        """Show words of our own in which addresses of web pages stand."""

    def strong(self, text: str) -> str:
        """Stress words that are already shown by one of the others."""

    def when(self, moment: datetime, now: datetime | None = None) -> str:
        """Show a moment, to the minute; of the last 24 hours before `now` the time alone."""


def utc(moment: datetime) -> datetime:
    """Return the moment in UTC; KORE's times without a zone are UTC."""
    if moment.tzinfo is UTC:
        return moment
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _is_recent(moment: datetime, now: datetime | None) -> bool:
    return now is not None and timedelta(0) <= between(moment, now) < timedelta(days=1)


def _minute(moment: datetime, now: datetime | None) -> str:
    return f"{utc(moment):{'%H:%M' if _is_recent(moment, now) else '%Y-%m-%d %H:%M'}} UTC"


def _link(address: str) -> str:
    return link_text(address, address.removeprefix("https://").partition("/")[0])


def link_text(address: str, label: str) -> str:
    """Return a link for Slack's blocks; "" where there is no address."""
    return f"<{escape_entities(address)}|{escape_entities(label)}>" if address else ""


class Mrkdwn:
    """For Slack's blocks."""

    def data(self, text: str, limit: int = NAME_LIMIT) -> str:
        """Escape foreign text; where it holds marks it stands in a code span, to be copied."""
        line = clean(text, limit)
        return escape_entities(line) if is_plain(line) else self.code(line)

    def code(self, text: str) -> str:
        """Show something to copy in a code span."""
        return escape_entities(quoted(clean(text), NAME_LIMIT))

    def own(self, text: str) -> str:
        """Escape the three characters that Slack reads as markup."""
        return escape_entities(text)

    def sentence(self, text: str) -> str:
        """Keep pairs of back-ticks, escape the rest."""
        return sentence(text)

    def linked(self, text: str) -> str:
        """Make links of the addresses, named after their hosts."""
        shown = [
            _link(part) if _ADDRESS.match(part) else escape_entities(part)
            for part in _ADDRESS.split(clean(text, _SOURCE))
        ]
        return "".join(shown)

    def strong(self, text: str) -> str:
        """Make bold."""
        return f"*{text}*"

    def when(self, moment: datetime, now: datetime | None = None) -> str:
        """Return a date token: the reader's own zone, with ISO 8601 in UTC where that fails."""
        at = utc(moment)
        iso = at.replace(tzinfo=None).isoformat(timespec="seconds")
        shown = "{time}" if _is_recent(moment, now) else "{time} {date_short_pretty}"
        return f"<!date^{int(at.timestamp())}^{shown}|{iso}Z>"


class Notification:
    """For the text of a notification, which Slack parses as mrkdwn too."""

    def data(self, text: str, limit: int = NAME_LIMIT) -> str:
        """Escape foreign text."""
        return escape(text, limit)

    def code(self, text: str) -> str:
        """Show something to copy, escaped and without marks."""
        return escape(text)

    def own(self, text: str) -> str:
        """Escape the three characters that Slack reads as markup."""
        return escape_entities(text)

    def sentence(self, text: str) -> str:
        """Escape all of it and leave out its back-ticks."""
        return escape(unquoted(text), SENTENCE)

    def linked(self, text: str) -> str:
        """Leave the addresses as they are."""
        return escape_entities(text)

    def strong(self, text: str) -> str:
        """Leave as it is: a notification knows no bold."""
        return text

    def when(self, moment: datetime, now: datetime | None = None) -> str:
        """Return the minute in UTC, since nobody's zone is known here."""
        return _minute(moment, now)


class Plain:
    """For a terminal."""

    def data(self, text: str, limit: int = NAME_LIMIT) -> str:
        """Take out what could steer a terminal."""
        return clean(text, limit)

    def code(self, text: str) -> str:
        """Show something to copy."""
        return clean(text)

    def own(self, text: str) -> str:
        """Leave as it is."""
        return text

    def sentence(self, text: str) -> str:
        """Take out what could steer a terminal."""
        return clean(text, SENTENCE)

    def linked(self, text: str) -> str:
        """Leave the addresses as they are: terminals find them."""
        return text

    def strong(self, text: str) -> str:
        """Leave as it is; the terminal's own colours are its drawer's business."""
        return text

    def when(self, moment: datetime, now: datetime | None = None) -> str:
        """Return the minute in UTC."""
        return _minute(moment, now)


MRKDWN = Mrkdwn()
NOTICE = Notification()
PLAIN = Plain()

THIN = "\u202f"  # thin, and no line may break there
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_HOURS = 24
_TO_THE_MINUTE = 10 * _HOUR
_MOST_HOURS = 240
_STEPS = (
    (2 * _DAY, _DAY, "d", _HOUR, "h"),
    (_HOUR, _HOUR, "h", _MINUTE, "min"),
    (_MINUTE, _MINUTE, "min", 1, "s"),
)


def grouped(number: float) -> str:
    """Return a number with its thousands set apart by thin spaces: `1 246`, `0.5`."""
    text = f"{number:,}" if isinstance(number, int) else f"{number:,.2f}".rstrip("0").rstrip(".")
    return text.replace(",", THIN)


def count(number: int, noun: str) -> str:
    """Return a number with its noun: `1 session`, `1 246 sessions`."""
    return f"{grouped(number)} {noun}{'' if number == 1 else 's'}"


def first_of(names: Sequence[str], most: int, every: int = 0) -> str:
    """Name the first of many and count the others, `a, b and 3 more`; `every`: of so many."""
    shown = names[:most]
    rest = max(every, len(names)) - len(shown)
    return f"{', '.join(shown)}{f' and {grouped(rest)} more' if rest > 0 else ''}"


def ordinal(number: int) -> str:
    """Write 1st, 2nd, 3rd, 4th, 11th, 21st."""
    ends = {1: "st", 2: "nd", 3: "rd"}
    is_teen = number % 100 // 10 == 1
    return f"{number}{'th' if is_teen else ends.get(number % 10, 'th')}"


def part_of(number: int, total: int) -> str:
    """Return how many of all: `2 of 3 SIMs`, `all 3 SIMs`, `both SIMs`, `the SIM`."""
    sims = count(total, "SIM")
    if number != total:
        return f"{grouped(number)} of {sims}"
    return {1: "the SIM", 2: "both SIMs"}.get(total, f"all {sims}")


def span(length: timedelta) -> str:
    """Return a length of time, rounded: `12 s`, `4 min`, `1 h 49 min`, `16 h`, `2 d`."""
    seconds = max(0, int(length.total_seconds()))
    if seconds < _MINUTE:
        return f"{seconds} s"
    if seconds < _TO_THE_MINUTE:
        return long_span(timedelta(minutes=seconds // _MINUTE))
    hours = (seconds + _HOUR // 2) // _HOUR
    return f"{hours} h" if hours < 2 * _HOURS else f"{grouped((hours + _HOURS // 2) // _HOURS)} d"


def long_span(length: timedelta) -> str:
    """Return a length of time in two units where the second tells something: `16 h 30 min`."""
    seconds = max(0, int(length.total_seconds()))
    for least, size, unit, less, lesser in _STEPS:
        if seconds >= least:
            rest = seconds % size // less
            whole = f"{grouped(seconds // size)} {unit}"
            return f"{whole} {rest} {lesser}" if rest else whole
    return f"{seconds} s"


def distinct_span(length: timedelta, other: timedelta | None) -> str:
    """Return a length of time, in units as fine as it takes to tell it from another: `70 h`."""
    ways = (span, _in_hours, long_span)
    apart = (way(length) for way in ways if other is not None and way(length) != way(other))
    return next(apart, span(length))


def _in_hours(length: timedelta) -> str:
    hours = int(length.total_seconds()) // _HOUR
    return f"{hours} h" if hours < _MOST_HOURS else long_span(length)


def between(start: datetime, end: datetime) -> timedelta:
    """Return the time from one moment to another, whichever zones they are in."""
    return utc(end) - utc(start)


def ago(moment: datetime, now: datetime) -> str:
    """Say how long ago a moment was; clocks that disagree a little make it `just now`."""
    length = between(moment, now)
    return f"{span(length)} ago" if length >= timedelta(seconds=1) else "just now"


def coordinates(location: CellLocation) -> str:
    """Return the tower's coordinates to 3 decimals, about 100 m."""
    return f"≈ {location.lat:.3f}, {location.lon:.3f}"


def map_link(location: CellLocation) -> str:
    """Return a page that shows the tower on OpenStreetMap."""
    lat, lon = f"{location.lat:.5f}", f"{location.lon:.5f}"
    return f"https://www.openstreetmap.org/?mlat={lat}&mlon={lon}#map=14/{lat}/{lon}"


def iccid_groups(iccid: str) -> str:
    """Return an ICCID in groups of four, as it is printed on the card."""
    if iccid == REDACTED:
        return iccid
    return " ".join(iccid[at : at + 4] for at in range(0, len(iccid), 4))


# Three letters, then the two that stand for the same country. XKX is in common use for Kosovo.
_CODES = """
ABWAW AFGAF AGOAO AIAAI ALAAX ALBAL ANDAD AREAE ARGAR ARMAM ASMAS ATAAQ ATFTF ATGAG AUSAU AUTAT
AZEAZ BDIBI BELBE BENBJ BESBQ BFABF BGDBD BGRBG BHRBH BHSBS BIHBA BLMBL BLRBY BLZBZ BMUBM BOLBO
BRABR BRBBB BRNBN BTNBT BVTBV BWABW CAFCF CANCA CCKCC CHECH CHLCL CHNCN CIVCI CMRCM CODCD COGCG
COKCK COLCO COMKM CPVCV CRICR CUBCU CUWCW CXRCX CYMKY CYPCY CZECZ DEUDE DJIDJ DMADM DNKDK DOMDO
DZADZ ECUEC EGYEG ERIER ESHEH ESPES ESTEE ETHET FINFI FJIFJ FLKFK FRAFR FROFO FSMFM GABGA GBRGB
GEOGE GGYGG GHAGH GIBGI GINGN GLPGP GMBGM GNBGW GNQGQ GRCGR GRDGD GRLGL GTMGT GUFGF GUMGU GUYGY
HKGHK HMDHM HNDHN HRVHR HTIHT HUNHU IDNID IMNIM INDIN IOTIO IRLIE IRNIR IRQIQ ISLIS ISRIL ITAIT
JAMJM JEYJE JORJO JPNJP KAZKZ KENKE KGZKG KHMKH KIRKI KNAKN KORKR KWTKW LAOLA LBNLB LBRLR LBYLY
LCALC LIELI LKALK LSOLS LTULT LUXLU LVALV MACMO MAFMF MARMA MCOMC MDAMD MDGMG MDVMV MEXMX MHLMH
MKDMK MLIML MLTMT MMRMM MNEME MNGMN MNPMP MOZMZ MRTMR MSRMS MTQMQ MUSMU MWIMW MYSMY MYTYT NAMNA
NCLNC NERNE NFKNF NGANG NICNI NIUNU NLDNL NORNO NPLNP NRUNR NZLNZ OMNOM PAKPK PANPA PCNPN PERPE
PHLPH PLWPW PNGPG POLPL PRIPR PRKKP PRTPT PRYPY PSEPS PYFPF QATQA REURE ROURO RUSRU RWARW SAUSA
SDNSD SENSN SGPSG SGSGS SHNSH SJMSJ SLBSB SLESL SLVSV SMRSM SOMSO SPMPM SRBRS SSDSS STPST SURSR
SVKSK SVNSI SWESE SWZSZ SXMSX SYCSC SYRSY TCATC TCDTD TGOTG THATH TJKTJ TKLTK TKMTM TLSTL TONTO
TTOTT TUNTN TURTR TUVTV TWNTW TZATZ UGAUG UKRUA UMIUM URYUY USAUS UZBUZ VATVA VCTVC VENVE VGBVG
VIRVI VNMVN VUTVU WLFWF WSMWS XKXXK YEMYE ZAFZA ZMBZM ZWEZW
"""
_TWO_OF_THREE = {code[:3]: code[3:] for code in _CODES.split()}
_TWO_LETTERS = frozenset(_TWO_OF_THREE.values())
_FIRST_FLAG_LETTER = 0x1F1E6 - ord("A")


def flag(country: str) -> str | None:
    """Return the flag of a code such as `USA` or `us`; None where the code is no country's."""
    code = country.strip().upper()
    two = code if code in _TWO_LETTERS else _TWO_OF_THREE.get(code)
    return two and "".join(chr(ord(letter) + _FIRST_FLAG_LETTER) for letter in two)


def flagged(country: str) -> str:
    """Return the code with its flag before it, `🇺🇸 USA`; without one where there is none."""
    found = flag(country)
    return f"{found} {country}" if found else country


_DIGITS = 15
_WITH_VERSION = 16


def imei_text(imei: str | None) -> str:
    """Return `01493100-012970-0`, or say in words what is wrong with it; None: not reported.

    15 digits are an IMEI whose last is a Luhn digit; 16 are an IMEISV, which has none (3GPP
    TS 23.003, 6.2). All zeros are what carriers send that do not know it.
    """
    if imei is None or not imei.strip("0 "):
        return "IMEI not reported"
    if imei == REDACTED:
        return REDACTED
    if not (imei.isascii() and imei.isdigit()):
        return f"{imei} (not an IMEI: it has more than digits)"
    shown = f"{imei[:8]}-{imei[8:14]}-{imei[14:]}"
    if len(imei) == _WITH_VERSION:
        return f"{shown} (IMEISV, has no check digit)"
    if len(imei) != _DIGITS:
        return f"{imei} (not an IMEI: {len(imei)} digits)"
    return shown if passes_luhn(imei) else f"{shown} (check digit wrong)"


class WebLinks(Struct):
    """Links that a team has set.

    `console` is an address with `{sid}`, `runbooks` one with `{rule}` or an address by rule.
    """

    console: str | None = None
    runbooks: str | Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def sim(self, sid: str) -> str | None:
        """Return the address of a SIM in KORE's console."""
        return self.console and self.console.replace("{sid}", quote(sid, safe=""))

    def runbook(self, rule: str | None) -> str | None:
        """Return the address of a rule's runbook."""
        if rule is None or not self.runbooks:
            return None
        if isinstance(self.runbooks, str):
            return self.runbooks.replace("{rule}", quote(rule, safe=""))
        return self.runbooks.get(rule)


NO_LINKS = WebLinks()
