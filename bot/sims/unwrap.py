"""Takes off what Slack, keyboards and documents wrap around a pasted identifier. Pure."""

import re
import unicodedata
from dataclasses import dataclass

from bot.sims.errors import NotASim
from bot.sims.links import is_link, sims_in
from bot.sims.names import plain

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


@dataclass(frozen=True, slots=True)
class Unwrapped:
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
        before, outer = outer, unlinked(outer)
        if outer == before:
            break
    typed = bare(outer)
    _refuse_beyond(MAX_LINK if is_link(typed) else MAX_TEXT, outer)
    meant = bare(plain(typed))
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


def unlinked(text: str) -> str:
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


def bare(text: str) -> str:
    """Strip quotes, brackets in pairs and punctuation from both ends until nothing changes."""
    while True:
        before = text
        text = text.strip(_QUOTES).lstrip(_LEADING).rstrip(_TRAILING)
        if len(text) > 1 and _PAIRS.get(text[0]) == text[-1]:
            text = text[1:-1]
        if text == before:
            return text
