"""What a person types or links to, as a kind of identifier, and how names are spelt. Pure.

It asks nobody and knows no SIM. Names are spelt so that two can be compared; a pattern is one
as `pump-*`.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fnmatch import translate
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from bot.errors import NotASim, SuperSim
from bot.sims.numbers import SUPER_SIM_ICCIDS, digits_of, is_eid, is_iccid, is_imei, whole_imei
from bot.struct import Struct

_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−﹣－"), "-")
_PLAIN_QUOTES = dict.fromkeys(map(ord, "‘’‚‛′"), "'") | dict.fromkeys(map(ord, "“”„‟″"), '"')
_PLAIN = _DASHES | _PLAIN_QUOTES
_NOT_PLAIN = re.compile(f"[{''.join(map(chr, _PLAIN))}]")
_SHOWN = 60


def blanked(match: re.Match[str]) -> str:
    """Return as many blanks as something is long, so that what follows stays where it is."""
    return " " * len(match[0])


def plain(text: str) -> str:
    """Write full-width letters and digits, typographic dashes and quotes the plain way."""
    return " ".join(plain_letters(text).split())


def plain_letters(text: str) -> str:
    """Return the same with every blank and break of lines where it was."""
    if text.isascii():
        return text
    for _ in range(2):
        text = unicodedata.normalize("NFKC", _NOT_PLAIN.sub(lambda c: _PLAIN[ord(c[0])], text))
    return text


def name_key(name: str) -> str:
    """Return what two spellings of one name share: plain, without regard to case."""
    if name.isascii():
        return " ".join(name.lower().split())
    visible = plain(name)
    if not visible.isprintable():
        visible = "".join(c for c in visible if unicodedata.category(c) != "Cf")
    return " ".join(visible.casefold().split())


def account_in(text: str, accounts: Iterable[str]) -> tuple[str, str] | None:
    """Read `acme/pump-7` as an account and what is named in it; None where it is none of these."""
    account, slash, rest = text.partition("/")
    named = next((name for name in accounts if name_key(name) == name_key(account)), None)
    return (named, rest.strip()) if slash and named and rest.strip() else None


def natural_key(name: str) -> tuple[tuple[int, int, str], ...]:
    """Return a sort key that puts pump-7 before pump-17."""
    parts = re.findall(r"[0-9]+|[^0-9]+", name.casefold())
    return tuple((0, int(p), "") if p[0] in "0123456789" else (1, 0, p) for p in parts)


def quoted(text: str, shown: int = _SHOWN) -> str:
    """Set foreign text in back-ticks for a sentence, cut to `shown` characters."""
    text = text.replace("`", "ˋ")
    return f"`{text if len(text) <= shown else text[: shown - 1] + '…'}`"


def unquoted(sentence: str) -> str:
    """Return a sentence without its back-ticks, for where they would be shown as they are."""
    return sentence.replace("`", "")


_STARS = dict.fromkeys(map(ord, "∗⁎⁕✱✲✳✻✽＊﹡٭※"), "*")
_WILD = re.compile(r"\*|\?(?=.)|\[[^\[\]]+\]")
_LEAST = 2


def plain_pattern(text: str) -> str:
    """Write a pattern the plain way: every look-alike of an asterisk is one."""
    return plain(text.translate(_STARS))


def is_pattern(word: str) -> bool:
    """Return whether a word has `*`, `?` within it, or `[abc]`; a question ends with `?` too.

    A link has a `?` as well, and is none.
    """
    return _WILD.search(plain_pattern(word)) is not None and LINK.match(word.lstrip("<")) is None


@lru_cache(maxsize=64)
def matcher(pattern: str) -> Callable[[str], object]:
    """Return what tells whether a name, as `name_key` has it, fits a pattern."""
    return re.compile(translate(name_key(plain_pattern(pattern)))).match


_COMMON = re.compile(r"(.*[^\W\d_][-_. ]?)\d+")


def common_pattern(names: tuple[str, ...]) -> str | None:
    """Return the pattern that most names fit, two at least: `pump-*` for pump-7 and pump-8."""
    heads = [match[1] for name in names if (match := _COMMON.fullmatch(name))]
    often = Counter(heads).most_common(1)
    return f"{often[0][0]}*" if often and often[0][1] >= _LEAST else None


SID = re.compile(r"(?i)(?<![0-9a-f])(?:DE|HS)[0-9a-f]{32}(?![0-9a-f])")
_ONE_SID = re.compile(r"(?i)DE[0-9a-f]{32}")
LINK = re.compile(r"(?i)(?:https?://|(?<![\w.-])(?:[\w-]+\.)*(?:korewireless|twilio)\.com/)\S+")
_NAMED = re.compile(r"(?i)/sims/([^/?#]+)")
_APIS = ("api.korewireless.com", "wireless.twilio.com")
_TIMES_QUOTED = 3


def is_sid(text: str) -> bool:
    """Return whether all of the text is one SID, as nearly all who ask paste it."""
    return _ONE_SID.fullmatch(text) is not None


def is_link(text: str) -> bool:
    """Return whether all of the text is one web address."""
    return LINK.fullmatch(text) is not None


def sids_in(text: str) -> tuple[str, ...]:
    """Return each SID of a SIM or Super SIM that stands in the text, spelt DE… or HS….

    However often the text was percent-encoded.
    """
    found = (SID.findall(reading) for reading in _readings(text))
    return _distinct(next(filter(None, found), []))


def sims_in(link: str) -> tuple[str, ...]:
    """Return the SIDs in a link, else the SIM that it names.

    A SID right after `/Sims/` is the one meant, whatever others stand in the query. A name is read
    from `/Sims/<name>` on the API's own hosts only.
    """
    for reading in _readings(link):
        named = _NAMED.search(reading)
        if sids := (named and SID.findall(named[1])) or SID.findall(reading):
            return _distinct(sids)
    name = _name_in(link)
    return (name,) if name else ()


def _readings(text: str) -> Iterator[str]:
    yield text
    for _ in range(_TIMES_QUOTED):
        if "%" not in text:
            return
        text = unquote(text)
        yield text


def _distinct(sids: list[str]) -> tuple[str, ...]:
    return tuple({sid.lower(): sid[:2].upper() + sid[2:] for sid in reversed(sids)}.values())[::-1]


def _name_in(link: str) -> str | None:
    if not _NAMED.search(link):
        return None
    try:
        parts = urlsplit(link if "://" in link else "//" + link)
        host = (parts.hostname or "").lower()
    except ValueError:
        return None
    if not any(host == api or host.endswith("." + api) for api in _APIS):
        return None
    named = _NAMED.search(parts.path)
    return unquote(named[1]) if named else None


MAX_TEXT = 200
MAX_LINK = 2_000
_MAX_RAW = 2 * MAX_LINK
_ROUNDS = 4
MENTION = re.compile(r"<[@!][^<>]*>")
_SLACK_LINK = re.compile(r"<([^<>|]+)(?:\|([^<>]*))?>")
_QUOTES = " `\"'“”„‟‘’‚‛«»‹›′″"
_LEADING = ",;"
_TRAILING = ",;:.!?…、。，"
_PAIRS = {"(": ")", "[": "]", "{": "}", "<": ">", "*": "*", "_": "_", "~": "~"}
_BLANKS = {"Zs", "Zl", "Zp"}
_LINE_BREAKS = "\t\n\v\f\r\x85"
_MISSING = "\N{REPLACEMENT CHARACTER}"


class Unwrapped(Struct):
    """`text` is what is meant, plainly written; `typed` as it was written; `outer` with quotes."""

    text: str
    typed: str
    outer: str


def unwrap(text: str) -> Unwrapped:
    """Take Slack's links and entities, invisible characters, quotes and punctuation off.

    Raises NotASim where nothing is left, where it is too long, or where it cannot be read.
    """
    _refuse_beyond(_MAX_RAW, text)
    outer = MENTION.sub(" ", _visible(text))
    for _ in range(_ROUNDS):
        before, outer = outer, strip_links(outer)
        if outer == before:
            break
    typed = strip_punctuation(outer)
    _refuse_beyond(MAX_LINK if is_link(typed) else MAX_TEXT, outer)
    meant = strip_punctuation(plain(typed))
    if not meant:
        raise NotASim
    _refuse_beyond(MAX_LINK if is_link(meant) else MAX_TEXT, meant)
    return Unwrapped(meant, typed, outer)


def _refuse_beyond(most: int, text: str) -> None:
    if len(text) > most:
        raise NotASim(
            f"That goes on for {len(text)} characters; no SIM's name is that long. Paste one SID "
            "(DE…), ICCID, IMEI or name."
        )


def _visible(text: str) -> str:
    """Turn every kind of space into a blank, drop what has no width, refuse control characters."""
    if text.isascii() and text.isprintable():
        return text.strip()
    return " ".join("".join(map(_seen, text)).split())


def _seen(char: str) -> str:
    category = unicodedata.category(char)
    if category in _BLANKS or char in _LINE_BREAKS:
        return " "
    if category in {"Cc", "Cs"} or char == _MISSING:
        raise NotASim("Some of those characters cannot be read. Type the SIM's name or number.")
    return "" if category == "Cf" else char


def strip_links(text: str) -> str:
    """Replace Slack's `<…>` by what was typed, then its three entities."""
    if "<" in text:
        text = _SLACK_LINK.sub(_meant_by, text)
    if "&" in text:
        text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return text.strip()


def _meant_by(link: re.Match[str]) -> str:
    target, label = link[1], (link[2] or "").strip()
    scheme, _, rest = target.partition(":")
    if scheme.lower() in {"tel", "mailto", "sms"}:
        return label or rest
    if scheme.lower() in {"http", "https"} and (not label or sims_in(target)):
        return target
    return label or link[0]


def strip_punctuation(text: str) -> str:
    """Strip quotes, brackets in pairs and punctuation from both ends until nothing changes."""
    text = text.strip(" ")
    while not (text[:1].isalnum() and text[-1:].isalnum()):
        before = text
        text = text.strip(_QUOTES).lstrip(_LEADING).rstrip(_TRAILING)
        if len(text) > 1 and _PAIRS.get(text[0]) == text[-1]:
            text = text[1:-1]
        if text == before:
            break
    return text


_LABEL = re.compile(r"(?i)(?:iccid|imei|imeisv|eid|sim|tel)\b[\s:=#]*")
_OTHER_SID = re.compile(r"(?i)(AC|DC|HF|WN|WP)[0-9a-f]{32}")
OTHER_SIDS = {
    "AC": "an account",
    "DC": "a Command",
    "HF": "a fleet of Super SIMs",
    "WN": "a data session",
    "WP": "a rate plan",
}
"""What else has a SID, by how that begins."""
_HEAD = 5


class IdentifierKind(StrEnum):
    """The kinds of identifier that a SIM has."""

    SID = "sid"
    ICCID = "iccid"
    IMEI = "imei"
    EID = "eid"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Identifier:
    """One identifier with its kind made out.

    `value` is what KORE is asked for: `DE` and 32 hex digits, the bare digits, or the name.
    `typed` is what the asker reads back; `spellings` are the names it may be, likeliest first.
    `before` is what stands before a SID and a slash.
    """

    kind: IdentifierKind
    value: str
    typed: str = field(compare=False)
    spellings: tuple[str, ...] = field(default=(), compare=False)
    before: str = field(default="", compare=False)


_BEFORE_A_SID = re.compile(r"(?i)([a-z0-9-]{1,20})/[a-z0-9]{34}")


def identify(text: str) -> Identifier:
    """Make out what is meant, whatever is wrapped around it.

    Raises NotASim where it cannot name a SIM, and SuperSim for a Super SIM's SID or ICCID.
    """
    read = unwrap(text)
    if is_link(read.text):
        return identify(_only(sims_in(read.text)))
    if sids := sids_in(read.text):
        found, before = _sid(_only(sids)), _BEFORE_A_SID.fullmatch(read.text)
        if before:
            found = replace(found, typed=f"{before[1]}/{found.value}", before=before[1])
        return found
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
    return Identifier(IdentifierKind.SID, sid, sid)


_LENGTHS = {
    IdentifierKind.ICCID: is_iccid,
    IdentifierKind.IMEI: is_imei,
    IdentifierKind.EID: is_eid,
}


def _number(read: Unwrapped) -> Identifier | None:
    digits = digits_of(_LABEL.sub("", read.text, count=1)) or ""
    if digits.startswith(SUPER_SIM_ICCIDS) and is_iccid(digits):
        raise _super_sim(quoted(read.typed))
    kind = next((kind for kind, fits in _LENGTHS.items() if fits(digits)), None)
    if whole := whole_imei(digits):
        return Identifier(IdentifierKind.IMEI, whole, read.typed, _spellings(read.text, digits))
    if kind is None:
        return None
    return Identifier(kind, digits, read.typed, _spellings(digits, read.text))


def _name(read: Unwrapped) -> Identifier:
    if other := _OTHER_SID.fullmatch(read.text):
        what = OTHER_SIDS[other[1].upper()]
        raise NotASim(f"{quoted(read.typed, _HEAD)} is the SID of {what}; a SIM's begins with DE.")
    spellings = _spellings(read.text, read.typed, read.outer)
    return Identifier(IdentifierKind.NAME, read.text, read.typed, spellings)


def _spellings(*names: str) -> tuple[str, ...]:
    """Return the names that differ, but never `.` or `..`: in a URL they mean something else."""
    return tuple(name for name in dict.fromkeys(names) if name not in {".", ".."})


def _super_sim(quoted_name: str) -> SuperSim:
    return SuperSim(
        f"{quoted_name} is a Super SIM. KORE keeps no data sessions for Super SIMs, so there is "
        "nothing to show here."
    )
