"""A message's text as the lines that a person reads: Slack's markup off, nothing refused. Pure."""

import re
import unicodedata

from bot.sims.names import plain
from bot.sims.unwrap import MENTION, unlinked

LONGEST = 20_000
"""Characters that are read of one text: 200 lines of 100."""
_LINE = 4_000
_CHANNEL = re.compile(r"<#[^<>]*>")
_ROUNDS = 2
_FENCE = re.compile(r"```+")
_DECORATION = re.compile(r"^(?:\s*(?:>+|[-*•◦▪‣–—]|\d{1,3}[.)]|\[[ xX]?\]|[☐☑✅❌🔴🟠🟢])(?=\s))+")
_UNREADABLE = {"Cc", "Cs"}
_NO_WIDTH = "Cf"


def lines_of(text: str) -> list[str]:
    """Give the lines with something in them, without bullets, quote marks and code fences.

    Tabs become `;`, so that pasted columns stay apart; typographic quotes and dashes become plain.
    """
    text = MENTION.sub(" ", _CHANNEL.sub(" ", text[:LONGEST]))
    for _ in range(_ROUNDS):
        text = unlinked(text)
    found = (_line(line[:_LINE]) for line in _FENCE.sub("\n", text).splitlines())
    return [line for line in found if line]


def _line(line: str) -> str:
    if not (line.isascii() and line.isprintable()):
        line = plain("".join(map(_visible, line)))
    return _DECORATION.sub("", " ".join(line.split())).strip()


def _visible(char: str) -> str:
    if char == "\t":
        return "; "
    category = unicodedata.category(char)
    if category in _UNREADABLE:
        return " "
    return "" if category == _NO_WIDTH else char
