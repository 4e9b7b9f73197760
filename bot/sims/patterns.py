"""Patterns of names, as `pump-*`: what counts as one, and which names fit. Pure."""

import re
from collections import Counter
from collections.abc import Callable
from fnmatch import translate
from functools import lru_cache

from bot.sims.names import key, plain

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
