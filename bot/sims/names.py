"""How a name is spelt so that two spellings of it can be compared. Pure."""

import re
import unicodedata

_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−﹣－"), "-")
_QUOTES = dict.fromkeys(map(ord, "‘’‚‛′"), "'") | dict.fromkeys(map(ord, "“”„‟″"), '"')
_PLAIN = _DASHES | _QUOTES
_SHOWN = 60


def plain(text: str) -> str:
    """Write full-width letters and digits, typographic dashes and quotes the plain way."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text.translate(_PLAIN)).translate(_PLAIN)
    return " ".join(text.split())


def key(name: str) -> str:
    """Return what two spellings of one name share: plain, without regard to case."""
    if name.isascii():
        return " ".join(name.lower().split())
    visible = "".join(c for c in plain(name) if unicodedata.category(c) != "Cf")
    return " ".join(visible.casefold().split())


def natural(name: str) -> tuple[tuple[int, int, str], ...]:
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
