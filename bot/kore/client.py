"""KORE's Programmable Wireless API: one method an endpoint, typed in and out.

The walk of a question: cache, single flight, limits, token, retries, paging, models.
"""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from functools import partial
from urllib.parse import quote, urlencode

from bot.kore.cache import Answer
from bot.kore.errors import KoreNotFound
from bot.kore.exchange import Exchange, NotJson
from bot.kore.fetched import Fetched
from bot.kore.models import DataSession, RatePlan, Sim, UsageRecord
from bot.kore.paging import (
    DATA_SESSIONS,
    SCANNED_SESSIONS,
    SIMS,
    USAGE_RECORDS,
    Listing,
    pages,
)
from bot.kore.reading import M, Rows, T, read_one, read_rows
from bot.kore.shelves import Caches, newest_first

PAGE_SIZE = 1000
ALL = b"PageSize=1000"
OpenBehind = Callable[[int], "KoreClient"]


class KoreClient:
    """Reads; never writes. Every method raises KoreErrors only, whose sentence people may read."""

    def __init__(
        self, exchange: Exchange, caches: Caches, behind: OpenBehind | None = None
    ) -> None:
        self._exchange = exchange
        self._caches = caches
        self._behind = behind

    def in_background(self, *, at_once: int = 20) -> "KoreClient":
        """Open a client of the same account for what nobody waits for, at most so many at once.

        Its requests start only when nobody else wants to ask, wait long for that, and go past what
        is kept but for rate plans. Close it when done. Raises ValueError on such a client.
        """
        if self._behind is None:
            raise ValueError("a client in the background has none behind it")
        return self._behind(at_once)

    async def sim(self, name: str, *, fresh: bool = False) -> Fetched[Sim]:
        """Fetch a SIM by SID or unique name. Raises KoreNotFound. `GET /v1/Sims/{name}`."""
        fetch = partial(self._one, "sim", _path("Sims", name), Sim)
        found = await self._caches.sims.get(name, fetch, fresh=fresh)
        self._caches.sims.alias(name, found.value.sid)
        return found

    async def data_sessions(
        self, sid: str, *, fresh: bool = False
    ) -> Fetched[tuple[DataSession, ...]]:
        """Fetch the sessions of a SIM (by SID only), newest start first, rows as they came.

        KORE keeps at most 30 days and documents no order. `GET /v1/Sims/{sid}/DataSessions`.
        """
        fetch = partial(self._sessions, _path("Sims", sid, "DataSessions"))
        return await self._caches.data_sessions.get(sid, fetch, fresh=fresh)

    async def scanned_sessions(self, sid: str) -> Fetched[tuple[DataSession, ...]]:
        """Fetch what a verdict needs of a SIM's sessions, in any order; for a fleet's scan.

        For a client in the background: what is read here is no answer for people, so nothing of it
        may be kept. `GET /v1/Sims/{sid}/DataSessions`.
        """
        fetch = partial(self._rows, SCANNED_SESSIONS, _path("Sims", sid, "DataSessions"), ALL)
        return await self._caches.data_sessions.get(f"scan {sid}", fetch)

    async def scanned_page(self, sid: str) -> bytes:
        """Fetch the first page of a SIM's sessions as it came, for `read_scanned`; nothing is kept.

        Whoever reads several, one right after the other, reads each in half the time.
        """
        path = _path("Sims", sid, "DataSessions")
        return await self._exchange.get(SCANNED_SESSIONS.endpoint, path, ALL, bytes)

    def read_scanned(self, page: bytes) -> Rows[DataSession] | None:
        """Read what `scanned_page` gave; None where it is not all, or cannot be read.

        Then `scanned_sessions` asks for the whole, and again where that may help.
        """
        try:
            rows = read_rows(SCANNED_SESSIONS.page, page)
        except NotJson:
            return None
        if rows.next_page_url is not None:
            return None
        self._exchange.skipped(SCANNED_SESSIONS.endpoint, rows.skipped)
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
        *,
        status: str | None = None,
        iccid: str | None = None,
        rate_plan: str | None = None,
        eid: str | None = None,
        sim_registration_code: str | None = None,
    ) -> AsyncIterator[Sim]:
        """Stream the SIMs that fit all filters, page by page, never cached. `GET /v1/Sims`.

        `rate_plan` is a SID or unique name; `eid` is deprecated by KORE.
        """
        query = _query(
            Status=status,
            Iccid=iccid,
            RatePlan=rate_plan,
            EId=eid,
            SimRegistrationCode=sim_registration_code,
        )
        async for page in pages(self._exchange, SIMS, _path("Sims"), query):
            for sim in page.rows:
                yield sim

    async def aclose(self) -> None:
        """Stop what is under way and close the connections."""
        await self._caches.close()
        await self._exchange.aclose()

    async def _one(self, endpoint: str, path: str, model: type[M]) -> Answer[M]:
        def read(body: bytes) -> Answer[M]:
            return Answer(read_one(model, body), (body,))

        return await self._exchange.get(endpoint, path, b"", read)

    async def _sessions(self, path: str) -> Answer[tuple[DataSession, ...]]:
        found = await self._rows(DATA_SESSIONS, path, ALL)
        return Answer(newest_first(found.value), found.bodies, found.skipped)

    async def _rows(self, listing: Listing[T], path: str, query: bytes) -> Answer[tuple[T, ...]]:
        every = [page async for page in pages(self._exchange, listing, path, query)]
        rows = tuple(row for page in every for row in page.rows)
        return Answer(rows, tuple(page.body for page in every), sum(p.skipped for p in every))


def _path(*parts: str) -> str:
    """Join the parts below `/v1`; nothing in a part can reach another path."""
    if any(part.strip(".") == "" for part in parts):
        raise KoreNotFound
    return "/".join(("/v1", *(quote(part, safe="") for part in parts)))


def _query(**filters: str | None) -> bytes:
    given = {name: value for name, value in filters.items() if value is not None}
    return urlencode(given | {"PageSize": PAGE_SIZE}).encode()


def _stamp(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None
