"""Takes what hides, reorders or steers out of the text that other programs get; names stay values.

What comes from KORE is data. A name may hold control characters, direction marks, or letters that
nobody sees and a model reads all the same; none of those reaches an agent or a webhook's receiver.
"""

import re
from collections.abc import Callable
from typing import Any

from pydantic_core import PydanticSerializationError, to_json

# Soft hyphen, fillers, direction marks and overrides, invisible operators, variation selectors
# but the two that emoji need, private plane tags. Joiners stay: some scripts and emoji need them.
_HIDDEN = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb\U00013430-\U00013455"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
# a row of joiners and emoji selectors joins nothing: it can spell out a text in bits
_BITS = "[\u200c\u200d\ufe0e\ufe0f]{3,}"
_UNSEEN = re.compile(f"[{_HIDDEN}]|{_BITS}")
_BREAKS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_LONE = re.compile("[\ud800-\udfff]")
_IN_JSON = re.compile(rf"[\x7f-\x9f\u2028\u2029{_HIDDEN}]|{_BITS}|\\[ubfnrt]")
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]+")
Mask = Callable[[str], str]


def harmless(text: str) -> str:
    """Return the text on one line, without what cannot be seen."""
    if text.isascii() and text.isprintable():
        return text
    return _LONE.sub("�", _BREAKS.sub(" ", _UNSEEN.sub("", text))).strip()


def harmless_lines(text: str) -> str:
    """Return a pasted text the same way, with its line ends and tabs."""
    return _LONE.sub("�", _CONTROLS.sub(" ", _UNSEEN.sub("", text.replace("\r\n", "\n"))))


def harmless_json(value: Any, mask: Mask | None = None) -> tuple[Any, str]:  # noqa: ANN401 -- any JSON
    """Return a JSON value with every text in it harmless and masked, and as compact JSON.

    Nearly always there is nothing to take out: one search through the JSON tells.
    """
    if mask:
        value = _mended(value, lambda text: mask(harmless(text)))
    try:
        text = to_json(value).decode()
    except PydanticSerializationError:  # half a surrogate pair
        text = None
    if text is not None and (_is_plain(text) or _IN_JSON.search(text) is None):
        return value, text
    mended = _mended(value, harmless)
    return mended, to_json(mended).decode()


def _is_plain(text: str) -> bool:
    """Return whether a look shows that nothing hides in it, a hundred times as fast as a search."""
    return text.isascii() and "\\" not in text and "\x7f" not in text


def _mended(value: Any, mend: Mask) -> Any:  # noqa: ANN401 -- any JSON
    if isinstance(value, str):
        return mend(value)
    if isinstance(value, dict):
        return {mend(name): _mended(each, mend) for name, each in value.items()}
    return [_mended(each, mend) for each in value] if isinstance(value, list) else value
