"""Page after page of a list, as an async stream.

Of `next_page_url` only the query is taken: path and host stay ours, so the token never leaves
KORE whatever host the answer names. A page seen before, or too much of them, is an error.
"""

import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from operator import attrgetter
from typing import Any, ClassVar, Generic, TypeVar, cast
from urllib.parse import urlsplit

from pydantic import AliasPath, BaseModel, Field, ValidationError

from bot.kore.errors import KoreBadAnswer
from bot.kore.models import (
    DataSession,
    KoreModel,
    SessionRow,
    Sim,
    UnclearEnd,
    UsageRecord,
)
from bot.kore.requester import NotJson, Requester
from bot.kore.scanned import read_usual
from bot.struct import Struct

M = TypeVar("M", bound=BaseModel)
T = TypeVar("T")


class Page(KoreModel, Generic[T]):
    """One page of a list; `key` names the list in the answer, `row` is what it lists.

    A row in which `needed` is unknown is of no use; "" needs nothing. A page that cannot be read
    so is read as `in_full`, where there is one.
    """

    key: ClassVar[str]
    row: ClassVar[type[BaseModel]]
    needed: ClassVar[str] = ""
    in_full: ClassVar["type[Page[Any]] | None"] = None
    rows: tuple[T, ...]
    next_page_url: str | None = Field(
        default=None, validation_alias=AliasPath("meta", "next_page_url")
    )


class UnclearSessionPage(Page[DataSession]):
    """`GET /v1/Sims/{sid}/DataSessions`."""

    key = "data_sessions"
    row = UnclearEnd  # which takes whatever a row may be
    needed = "start"
    rows: tuple[SessionRow, ...] = Field(validation_alias="data_sessions")


class DataSessionPage(UnclearSessionPage):
    """The same, as nearly all are: without an `end` that cannot be read."""

    in_full = UnclearSessionPage
    rows: tuple[DataSession, ...] = Field(validation_alias="data_sessions")


class SimPage(Page[Sim]):
    """`GET /v1/Sims`."""

    key = "sims"
    row = Sim
    rows: tuple[Sim, ...] = Field(validation_alias="sims")


class UsageRecordPage(Page[UsageRecord]):
    """`GET /v1/Sims/{sid}/UsageRecords`."""

    key = "usage_records"
    row = UsageRecord
    rows: tuple[UsageRecord, ...] = Field(validation_alias="usage_records")


class PageRows(Struct, Generic[T]):
    """One page of a list: its rows, how many were left out, where the next page is.

    `body` is what to keep for reading it again: without the rows that were left out, of the first
    of which `faults` say why.
    """

    rows: tuple[T, ...]
    skipped: int
    next_page_url: str | None
    body: bytes
    faults: tuple[str, ...] = ()


def read_rows(page: type[Page[T]], body: bytes) -> PageRows[T]:
    """Read a page. Raises NotJson where it is not a page at all."""
    try:
        read = page.model_validate_json(body)
    except ValidationError:
        return read_rows(page.in_full, body) if page.in_full else _row_by_row(page, body)
    if page.needed and not all(map(attrgetter(page.needed), read.rows)):
        return _row_by_row(page, body)
    return PageRows(read.rows, 0, read.next_page_url, body)


def read_scanned(body: bytes) -> PageRows[DataSession]:
    """Read a page of sessions as a scan does. Raises NotJson where it is not a page at all."""
    page = read_usual(body)
    if page is None:
        return read_rows(DataSessionPage, body)
    sessions = cast("tuple[DataSession, ...]", page.data_sessions)
    return PageRows(sessions, 0, page.meta.next_page_url, body)


def read_one(model: type[M], body: bytes) -> M:
    """Read a single resource. Raises NotJson where it cannot be read."""
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        raise NotJson(_faults(error)) from error


def _row_by_row(page: type[Page[T]], body: bytes) -> PageRows[T]:
    plain = _json(body)
    listed = plain.get(page.key) if isinstance(plain, dict) else None
    if not isinstance(listed, list):
        raise NotJson(f"no list of {page.key}")
    meta = plain.get("meta")
    url = (meta.get("next_page_url") if isinstance(meta, dict) else None) or None
    if not isinstance(url, str | None):
        raise NotJson("next_page_url is no address")  # taken for the last page it would hide rows
    faults = [_row_faults(page, each) for each in listed]
    good = [each for each, why in zip(listed, faults, strict=True) if not why]
    bad = [f"{number}: {why}" for number, why in enumerate(faults) if why]
    kept = json.dumps({page.key: good}).encode()
    rows = page.model_validate_json(kept).rows
    return PageRows(rows, len(bad), url, kept, tuple(bad[:_MOST_LOGGED]))


def _row_faults(page: type[Page[T]], row: Any) -> str:  # noqa: ANN401 -- any JSON
    """Say why a row is of no use; "" where it is."""
    try:
        read = page.row.model_validate_json(json.dumps(row))
    except ValidationError as error:
        return _faults(error)
    lacks = page.needed and getattr(read, page.needed) is None
    return f"{page.needed}: unknown" if lacks else ""


def _faults(error: ValidationError) -> str:
    faults = error.errors(include_url=False, include_input=False, include_context=False)
    return "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['type']}" for fault in faults)


def _json(body: bytes) -> Any:  # noqa: ANN401 -- any JSON
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise NotJson(str(error)) from error


class ListKind(Struct, Generic[T]):
    """One kind of list: its name in metrics, what a page of it is, and how much is enough."""

    endpoint: str
    page: type[Page[T]]
    most_pages: int = 60
    most_bytes: int = 24 << 20


SIMS: ListKind[Sim] = ListKind(
    "sims", SimPage, 5000, 4 << 30
)  # read page by page, never all at once
DATA_SESSIONS: ListKind[DataSession] = ListKind("data_sessions", DataSessionPage)
USAGE_RECORDS: ListKind[UsageRecord] = ListKind("usage_records", UsageRecordPage)
_MOST_LOGGED = 5
PAGES_A_QUESTION, PAGES_A_SIM = 60, 30
BYTES_A_QUESTION, BYTES_A_SIM = 24 << 20, 4 << 20


@dataclass(slots=True)
class _Budget:
    """How much of its SIMs' lists one question may still read, all together."""

    pages: int
    size: int

    def spend(self, size: int) -> None:
        self.pages -= 1
        self.size -= size
        if self.pages < 0 or self.size < 0:
            raise KoreBadAnswer("KORE sends more than one question may read. Ask for fewer SIMs.")


_BUDGET: ContextVar[_Budget | None] = ContextVar("question_budget", default=None)


@contextmanager
def question_budget(sims: int) -> Iterator[None]:
    """Limit what a question about so many SIMs reads, in this task and those that it begins."""
    pages, size = PAGES_A_SIM * sims, BYTES_A_SIM * sims
    token = _BUDGET.set(_Budget(PAGES_A_QUESTION + pages, BYTES_A_QUESTION + size))
    try:
        yield
    finally:
        _BUDGET.reset(token)


_QUERY = re.compile(r"[!-~]{1,4000}")


async def pages(
    requester: Requester, listing: ListKind[T], path: str, query: bytes
) -> AsyncIterator[PageRows[T]]:
    """Return page after page. Raises KoreBadAnswer where they go in a circle or have no end."""
    read = partial(read_rows, listing.page)
    budget = None if listing is SIMS else _BUDGET.get()  # the fleet is no one question's
    seen, total = {query}, 0
    for _ in range(listing.most_pages):
        rows = await requester.get(listing.endpoint, path, query, read)
        requester.skipped(listing.endpoint, rows.skipped, rows.faults)
        if budget:
            budget.spend(len(rows.body))
        yield rows
        if rows.next_page_url is None:
            return
        query, total = _query_of(rows.next_page_url), total + len(rows.body)
        if query in seen:
            raise KoreBadAnswer("KORE's pages go round in a circle. Tell an admin.")
        if total > listing.most_bytes:
            break
        seen.add(query)
    raise KoreBadAnswer(
        f"KORE's list has no end after {len(seen)} pages, {total >> 20} MB. Tell an admin."
    )


def _query_of(url: str) -> bytes:
    """Return the query of a page's address. Raises KoreBadAnswer for one that cannot be sent."""
    try:
        query = urlsplit(url).query
    except ValueError:
        query = ""
    if not _QUERY.fullmatch(query):
        raise KoreBadAnswer("KORE's next page has an address that cannot be asked. Tell an admin.")
    return query.encode()
