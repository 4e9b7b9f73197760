"""Long answers in pages: what was found is kept for a while, so that no page is read anew."""

import secrets
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cachetools import TTLCache

from bot.clock import Clock
from bot.errors import UserError

KEPT_SECONDS = 300.0
MOST_KEPT = 20
"""Answers of one tool to one caller; the oldest goes first."""


class PageGone(UserError):
    """The cursor is of an answer that is no longer kept, or of somebody else's."""

    sentence = "That page is no longer kept. Ask again without the cursor."


@dataclass(frozen=True, slots=True)
class Page:
    """A part of the rows, what was said of all of them, and the cursor of the next part."""

    about: Any
    rows: Sequence[Any]
    next_cursor: str | None
    is_first: bool = False


@dataclass(frozen=True, slots=True)
class _Kept:
    about: Any
    rows: Sequence[Any]


class Pages:
    """Keeps answers in memory, each for who asked by which tool alone."""

    def __init__(self, clock: Clock) -> None:
        self._kept: defaultdict[tuple[str, str], TTLCache[str, _Kept]] = defaultdict(
            lambda: TTLCache(MOST_KEPT, KEPT_SECONDS, timer=clock.monotonic)
        )

    def first(self, owner: tuple[str, str], about: object, rows: Sequence[Any], size: int) -> Page:
        """Return the first page of an answer; the rest is kept where there is any."""
        if len(rows) <= size:
            return Page(about, rows, None, is_first=True)
        name = secrets.token_urlsafe(12)
        self._kept[owner][name] = _Kept(about, rows)
        return Page(about, rows[:size], f"{name}.{size}", is_first=True)

    def next(self, owner: tuple[str, str], cursor: str, size: int) -> Page:
        """Return the page that a cursor names. Raises PageGone."""
        name, _, place = cursor.partition(".")
        kept = self._kept[owner].get(name)
        if kept is None or not (place.isascii() and place.isdigit()):
            raise PageGone
        if int(place) >= len(kept.rows):
            raise PageGone
        end = int(place) + size
        more = f"{name}.{end}" if end < len(kept.rows) else None
        return Page(kept.about, kept.rows[int(place) : end], more)
