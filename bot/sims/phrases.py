"""The words of prose that may be a SIM's name, one, two or three of them. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_ADDRESS = re.compile(r"\S+@\S+|\S+://\S+")
_WORD = re.compile(r"""[^\s,;|=(){}\[\]"'`<>:?!*~]+""")
_MOST_WORDS = 3
_LEAST = 3
_LEAST_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Phrase:
    """Some words as they were written, and where they stand."""

    text: str
    at: int
    end: int
    words: int


def phrases_in(line: str, offset: int = 0) -> Iterator[Phrase]:
    """Give each phrase of a line, by its place, of one place the longest first.

    Words are parted by blanks and punctuation; a phrase never goes over punctuation. What is too
    short to be told from a count or from a word of prose is left out.
    """
    line = _ADDRESS.sub(lambda address: " ; ".ljust(len(address[0])), line)
    words = list(_WORD.finditer(line))
    for first in range(len(words)):
        for count in range(_MOST_WORDS, 0, -1):
            phrase = _phrase(line, words[first : first + count], count, offset)
            if phrase:
                yield phrase


def _phrase(line: str, words: list[re.Match[str]], count: int, offset: int) -> Phrase | None:
    if len(words) < count:
        return None
    start, end = words[0].start(), words[-1].end()
    text = line[start:end].strip("._-/…")
    in_one = line[start:end].count(" ") == count - 1
    return Phrase(text, offset + start, offset + end, count) if in_one and _is_name(text) else None


def _is_name(text: str) -> bool:
    if any(map(str.isalpha, text)):
        return len(text) >= _LEAST
    return sum(map(str.isdigit, text)) >= _LEAST_DIGITS
