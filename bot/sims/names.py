"""How a name is spelt so that two of them can be compared, and patterns as `pump-*`. Pure."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from fnmatch import translate
from functools import lru_cache

_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−﹣－"), "-")
_QUOTES = dict.fromkeys(map(ord, "‘’‚‛′"), "'") | dict.fromkeys(map(ord, "“”„‟″"), '"')
_PLAIN = _DASHES | _QUOTES
_SHOWN = 60


def plain(text: str) -> str:
    """Write full-width letters and digits, typographic dashes and quotes the plain way."""
    return " ".join(plain_letters(text).split())


def plain_letters(text: str) -> str:
    """Return the same with every blank and break of lines where it was."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFKC", text.translate(_PLAIN)).translate(_PLAIN)


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


_STARS = dict.fromkeys(map(ord, "∗⁎⁕✱✲✳✻✽＊﹡٭※"), "*")
_WILD = re.compile(r"\*|\?(?=.)|\[[^\[\]]+\]")
_LEAST = 2


def plain_pattern(text: str) -> str:
    """Write a pattern the plain way: every look-alike of an asterisk is one."""
    return plain(text.translate(_STARS))


def is_pattern(word: str) -> bool:
    """Return whether a word has `*`, `?` within it, or `[abc]`; a question ends with `?` too."""
    return _WILD.search(plain_pattern(word)) is not None


@lru_cache(maxsize=64)
def matcher(pattern: str) -> Callable[[str], object]:
    """Return what tells whether a name, as `bot.sims.names.key` has it, fits a pattern."""
    return re.compile(translate(key(plain_pattern(pattern)))).match


_COMMON = re.compile(r"(.*[^\W\d_][-_. ]?)\d+")


def common_pattern(names: tuple[str, ...]) -> str | None:
    """Return the pattern that most names fit, two at least: `pump-*` for pump-7 and pump-8."""
    heads = [match[1] for name in names if (match := _COMMON.fullmatch(name))]
    often = Counter(heads).most_common(1)
    return f"{often[0][0]}*" if often and often[0][1] >= _LEAST else None
