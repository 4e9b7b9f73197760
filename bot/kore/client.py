"""KORE's Programmable Wireless API: one method an endpoint, typed in and out.

A request goes through cache, single flight, limits, token, retries, paging and models.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from functools import partial
from itertools import pairwise
from typing import Any
from urllib.parse import quote, urlencode

from bot.clock import Clock
from bot.kore.cache import Cache, CachePolicy, Fetched, FetchResult, KoreObserver
from bot.kore.errors import KoreNotFound, KoreUnavailable
from bot.kore.models import DataSession, RatePlan, SessionRows, Sim, UsageRecord
from bot.kore.pages import (
    DATA_SESSIONS,
    SIMS,
    USAGE_RECORDS,
    ListKind,
    M,
    PageRows,
    T,
    pages,
    read_one,
    read_rows,
    read_scanned,
)
from bot.kore.requester import Requester
from bot.struct import Struct, replace

HOUR = 3600.0
MEGABYTE = 1 << 20
_SIMS = CachePolicy("sims", 60, 24 * HOUR, 32 * MEGABYTE)
_DATA_SESSIONS = CachePolicy("data_sessions", 30, 24 * HOUR, 128 * MEGABYTE)
_RATE_PLANS = CachePolicy("rate_plans", HOUR, 24 * HOUR, 4 * MEGABYTE)
_USAGE_RECORDS = CachePolicy("usage_records", 300, 24 * HOUR, 16 * MEGABYTE)


class CachePolicies(Struct):
    """How long and how much; sessions change by the minute, rate plans hardly ever."""

    sims: CachePolicy = _SIMS
    data_sessions: CachePolicy = _DATA_SESSIONS
    rate_plans: CachePolicy = _RATE_PLANS
    usage_records: CachePolicy = _USAGE_RECORDS


def only_rate_plans(usual: CachePolicies) -> CachePolicies:
    """Return policies that cache rate plans only: a fleet has few of them."""
    each = (usual.sims, usual.data_sessions, usual.usage_records)
    sims, data_sessions, usage_records = (replace(policy, max_bytes=0) for policy in each)
    return CachePolicies(sims, data_sessions, usual.rate_plans, usage_records)


class Caches:
    """One cache a kind of answer."""

    def __init__(self, policies: CachePolicies, clock: Clock, observer: KoreObserver) -> None:
        make: Any = partial(Cache, clock=clock, observer=observer)
        self.sims: Cache[Sim] = make(policies.sims, partial(_one, Sim))
        self.rate_plans: Cache[RatePlan] = make(policies.rate_plans, partial(_one, RatePlan))
        self.data_sessions: Cache[tuple[DataSession, ...]] = make(
            policies.data_sessions, lambda bodies: _session_rows(_rows(DATA_SESSIONS, bodies))
        )
        self.usage_records: Cache[tuple[UsageRecord, ...]] = make(
            policies.usage_records, partial(_rows, USAGE_RECORDS)
        )

    async def close(self) -> None:
        """Stop every fetch under way."""
        for cache in (self.sims, self.rate_plans, self.data_sessions, self.usage_records):
            await cache.close()


def _session_rows(sessions: tuple[DataSession, ...]) -> SessionRows:
    return SessionRows(newest_first(without_fields_set(sessions)))


_GIVEN: set[str] = set()


def without_fields_set(sessions: tuple[DataSession, ...]) -> tuple[DataSession, ...]:
    """Return them without pydantic's notes of which fields were given: half of what they weigh."""
    for session in sessions:
        for each in filter(None, (session, session.cell_location_estimate)):
            object.__setattr__(each, "__pydantic_fields_set__", _GIVEN)
    return sessions


def newest_first(sessions: tuple[DataSession, ...]) -> tuple[DataSession, ...]:
    """Order by `start`, the newest first, as they mostly come; those without one are last."""
    starts = [session.start for session in sessions]
    if all(later and earlier and later >= earlier for later, earlier in pairwise(starts)):
        return sessions
    return tuple(sorted(sessions, key=_started, reverse=True))


def _started(session: DataSession) -> float:
    return session.start.timestamp() if session.start else float("-inf")


def _one(model: type[M], bodies: tuple[bytes, ...]) -> M:
    return read_one(model, bodies[0])


def _rows(listing: ListKind[T], bodies: tuple[bytes, ...]) -> tuple[T, ...]:
    return tuple(row for body in bodies for row in read_rows(listing.page, body).rows)


PAGE_SIZE = 1000
FIRST_PAGE = b"PageSize=1000"
LONG_LIST = 2 << 20
"""Bytes; of 24 MB, the most that is read, a list takes 64 MB as it is read."""
LONG_AT_ONCE = 2


def ignore_skipped(_rows: int) -> None:
    """Do nothing with the number of rows that could not be read."""


OpenBackground = Callable[[int], "KoreClient"]


class KoreClient:
    """Reads; never writes. Every method raises KoreErrors only, whose sentence people may read."""

    def __init__(
        self, requester: Requester, caches: Caches, open_background: OpenBackground | None = None
    ) -> None:
        self._requester = requester
        self._caches = caches
        self._open_background = open_background
        self._long_lists = asyncio.Semaphore(LONG_AT_ONCE)

    def in_background(self, *, at_once: int = 20) -> "KoreClient":
        """Open a client of the same account for what nobody waits for, at most so many at once.

        Its requests start only when nobody else wants to ask, wait long for that, and go past the
        cache but for rate plans. Close it when done. Raises ValueError on such a client.
        """
        if self._open_background is None:
            raise ValueError("a background client opens no other")
        return self._open_background(at_once)

    def parts(self) -> "Mapping[str, KoreClient]":
        """Return the client of each account by its name; here it is this one alone, without a name.

        bot/kore/accounts.py has the client of several accounts.
        """
        return {"": self}

    def only(self, accounts: frozenset[str]) -> "KoreClient":  # noqa: ARG002 -- there is one only
        """Return the client that can reach none but these accounts."""
        return self

    def note(self, sims: Iterable[Sim]) -> None:
        """Remember which accounts have these SIMs, read from elsewhere than this client."""

    def account_of(self, sid: str) -> str | None:  # noqa: ARG002 -- there is one only
        """Return the name of the account that is known to have a SIM; None where none is."""
        return None

    @property
    def is_down(self) -> bool:
        """Return whether KORE as a whole is taken to be down, rather than one SIM of it."""
        return self._requester.is_down

    @property
    def silent_for(self) -> float:
        """The seconds since when KORE has not answered; 0 where it answered the last request."""
        return self._requester.silent_for

    async def sim(self, name: str, *, fresh: bool = False) -> Fetched[Sim]:
        """Fetch a SIM by SID or unique name. Raises KoreNotFound. `GET /v1/Sims/{name}`."""
        fetch = partial(self._one, "sim", _path("Sims", name), Sim)
        found = await self._caches.sims.get(name, fetch, fresh=fresh)
        self._caches.sims.alias(name, found.value.sid)
        return found

    async def data_sessions(
        self, sid: str, *, fresh: bool = False
    ) -> Fetched[tuple[DataSession, ...]]:
        """Fetch the sessions of a SIM (by SID only), newest start first, rows as received.

        KORE keeps at most 30 days and documents no order. `GET /v1/Sims/{sid}/DataSessions`.
        """
        fetch = partial(self._sessions, _path("Sims", sid, "DataSessions"))
        return await self._caches.data_sessions.get(sid, fetch, fresh=fresh)

    async def scanned_page(self, sid: str) -> bytes:
        """Fetch the first page of a SIM's sessions for `read_scanned`, past the cache.

        Reading several pages one right after the other halves the time for each.
        """
        path = _path("Sims", sid, "DataSessions")
        return await self._requester.get(DATA_SESSIONS.endpoint, path, FIRST_PAGE, bytes)

    def read_scanned(self, page: bytes, sid: str) -> PageRows[DataSession] | None:  # noqa: ARG002 -- there is one account
        """Read a page of `scanned_page`, of that SIM; None where it is not all, or cannot be read.

        Then `data_sessions` fetches all pages, and retries.
        """
        try:
            rows = read_scanned(page)
        except Exception:  # noqa: BLE001 -- a foreign body may break any reader in a way of its own
            return None
        if rows.next_page_url is not None:
            return None
        self._requester.skipped(DATA_SESSIONS.endpoint, rows.skipped, rows.faults)
        return rows

    async def usage_records(
        self,
        sid: str,
        *,
        start: datetime | None = None,
        end: datetime | None = None,
        granularity: str | None = None,
        fresh: bool = False,
    ) -> Fetched[tuple[UsageRecord, ...]]:
        """Fetch what a SIM used, in bytes. `GET /v1/Sims/{sid}/UsageRecords`.

        `granularity` is all, daily or hourly. KORE's defaults: one record of the month before
        `end`, which is now.
        """
        query = _query(Start=_stamp(start), End=_stamp(end), Granularity=granularity)
        path = _path("Sims", sid, "UsageRecords")
        fetch = partial(self._rows, USAGE_RECORDS, path, query)
        return await self._caches.usage_records.get(f"{sid}?{query!r}", fetch, fresh=fresh)

    async def rate_plan(self, sid: str, *, fresh: bool = False) -> Fetched[RatePlan]:
        """Fetch a rate plan by SID. Raises KoreNotFound. `GET /v1/RatePlans/{sid}`."""
        fetch = partial(self._one, "rate_plan", _path("RatePlans", sid), RatePlan)
        return await self._caches.rate_plans.get(sid, fetch, fresh=fresh)

    async def sims(
        self,
        on_skipped: Callable[[int], None] = ignore_skipped,
        /,
        *,
        status: str | None = None,
        iccid: str | None = None,
        rate_plan: str | None = None,
    ) -> AsyncIterator[Sim]:
        """Stream the SIMs that fit all filters, page by page, never cached. `GET /v1/Sims`.

        `rate_plan` is a SID or unique name. `on_skipped` is told how many rows of a page could not
        be read.
        """
        query = _query(Status=status, Iccid=iccid, RatePlan=rate_plan)
        async for page in pages(self._requester, SIMS, _path("Sims"), query):
            on_skipped(page.skipped)
            for sim in page.rows:
                yield sim

    async def aclose(self) -> None:
        """Stop what is under way and close the connections."""
        await self._caches.close()
        await self._requester.aclose()

    async def _one(self, endpoint: str, path: str, model: type[M]) -> FetchResult[M]:
        def read(body: bytes) -> FetchResult[M]:
            return FetchResult(read_one(model, body), (body,))

        return await self._requester.get(endpoint, path, b"", read)

    async def _sessions(self, path: str) -> FetchResult[tuple[DataSession, ...]]:
        found = await self._rows(DATA_SESSIONS, path, FIRST_PAGE)
        return FetchResult(_session_rows(found.value), found.bodies, found.skipped)

    async def _rows(
        self, listing: ListKind[T], path: str, query: bytes
    ) -> FetchResult[tuple[T, ...]]:
        try:
            async with asyncio.timeout(self._requester.seconds_for_a_list):
                read = await self._pages(listing, path, query)
        except TimeoutError as error:
            raise KoreUnavailable(
                "KORE takes too long to list all of it. Try again in a minute."
            ) from error
        rows = tuple(row for page in read for row in page.rows)
        return FetchResult(rows, tuple(page.body for page in read), sum(p.skipped for p in read))

    async def _pages(self, listing: ListKind[T], path: str, query: bytes) -> list[PageRows[T]]:
        """Read all pages. Of long lists a few at once are read further: each fills the memory."""
        read, size = list[PageRows[T]](), 0
        async with AsyncExitStack() as stack:
            async for page in pages(self._requester, listing, path, query):
                read.append(page)
                before, size = size, size + len(page.body)
                if before <= LONG_LIST < size:
                    await stack.enter_async_context(self._long_lists)
        return read


def _path(*parts: str) -> str:
    """Join the parts below `/v1`; nothing in a part can reach another path."""
    return "/v1/" + "/".join(map(_quoted, parts))


def _quoted(part: str) -> str:
    if part.isalnum() and part.isascii():
        return part
    if not part.strip("."):
        raise KoreNotFound
    return quote(part, safe="")


def _query(**filters: str | None) -> bytes:
    given = {name: value for name, value in filters.items() if value is not None}
    return urlencode(given | {"PageSize": PAGE_SIZE}).encode()


def _stamp(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None
