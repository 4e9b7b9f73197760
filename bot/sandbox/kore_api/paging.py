"""Cuts a list into pages the way the API does: PageSize, Page, PageToken and `meta`.

A token is only good as it was given: it holds `%2F`, `%2B` and `%3D`, so a client that decodes or
quotes it once more is told 33103. It also holds the moment of the first page, so that a list
does not move under whoever reads on.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zlib import crc32

from bot.sandbox.kore_api.answers import Refusal, Row
from bot.sandbox.kore_api.question import Question

DEFAULT_SIZE = 50
LARGEST_SIZE = 1000
_OURS = frozenset({"PageSize", "Page", "PageToken"})
_TOKEN = re.compile(r"PA%2F([0-9a-f]+)%2B([0-9a-f]+)%2B([0-9a-f]{8})%3D%3D")
Cut = Callable[[datetime, int, int], tuple[Sequence[Row], bool]]


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page begins, and the moment for which the list is shown."""

    at: datetime
    offset: int
    size: int
    page: int


def cursor_of(question: Question) -> Cursor:
    """Read the paging parameters. Raises Refusal with 33101 or 33103."""
    size = _number(question, "PageSize", DEFAULT_SIZE, 1, LARGEST_SIZE)
    page = _number(question, "Page", 0, 0, 10**9)
    token = question.raw.get("PageToken")
    if token is None:
        return Cursor(question.now, 0, size, page)
    found = _TOKEN.fullmatch(token)
    if not found or found[3] != _check(question.raw_path, found[1], found[2]):
        raise Refusal(400, 33103, "Paging information in the request is invalid")
    at = datetime.fromtimestamp(int(found[1], 16), tz=UTC)
    return Cursor(at, int(found[2], 16), size, page)


def page_of(question: Question, key: str, cut: Cut) -> Row:
    """Give one page: `cut(now, first, last)` gives the rows and whether there are more."""
    cursor = cursor_of(question)
    rows, more = cut(cursor.at, cursor.offset, cursor.offset + cursor.size)
    return {"meta": _meta(question, cursor, key, more=more), key: rows}


def usage_page_of(question: Question, key: str, cut: Cut) -> Row:
    """Give one page of usage, whose `meta` KORE specifies otherwise: no null, and two keys more."""
    page = page_of(question, key, cut)
    told = {name: value for name, value in page["meta"].items() if value is not None}
    page["meta"] = told | {"list_key": key, "direct_token": "PageToken" in question.raw}
    return page


def _meta(question: Question, cursor: Cursor, key: str, *, more: bool) -> Row:
    size, page, offset = cursor.size, cursor.page, cursor.offset

    def at(number: int, start: int) -> str:
        token = {"PageToken": _token(question.raw_path, cursor.at, start)} if start > 0 else {}
        return question.url(drop=_OURS, PageSize=size, Page=number, **token)

    return {
        "page": page,
        "page_size": size,
        "first_page_url": at(0, 0),
        "previous_page_url": at(max(page - 1, 0), max(offset - size, 0)) if offset else None,
        "url": at(page, offset),
        "next_page_url": at(page + 1, offset + size) if more else None,
        "key": key,
    }


def _number(question: Question, name: str, default: int, least: int, most: int) -> int:
    text = question.params.get(name)
    if text is None:
        return default
    if not re.fullmatch(r"-?\d{1,9}", text, re.ASCII) or not least <= int(text) <= most:
        raise Refusal(400, 33101, f"Invalid parameter value: {name}")
    return int(text)


def _token(path: str, at: datetime, offset: int) -> str:
    moment, start = f"{int(at.timestamp()):x}", f"{offset:x}"
    return f"PA%2F{moment}%2B{start}%2B{_check(path, moment, start)}%3D%3D"


def _check(path: str, moment: str, start: str) -> str:
    return f"{crc32(f'{path} {moment} {start}'.encode()):08x}"
