"""Page after page of a list, as an async stream.

Of `next_page_url` only the query is taken: path and host stay ours, so the token never leaves
KORE whatever host the answer names. A page seen before, or too many of them, is an error.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar
from urllib.parse import urlsplit

from bot.kore.errors import KoreBadAnswer
from bot.kore.exchange import Exchange
from bot.kore.models import (
    DataSession,
    DataSessionPage,
    Page,
    ScannedSessionPage,
    Sim,
    SimPage,
    UsageRecord,
    UsageRecordPage,
)
from bot.kore.reading import Rows, read_rows

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Listing(Generic[T]):
    """One kind of list: its name in metrics, what a page of it is, and how many are enough."""

    endpoint: str
    page: type[Page[T]]
    most_pages: int


SIMS: Listing[Sim] = Listing("sims", SimPage, 5000)
DATA_SESSIONS: Listing[DataSession] = Listing("data_sessions", DataSessionPage, 500)
SCANNED_SESSIONS: Listing[DataSession] = Listing("data_sessions", ScannedSessionPage, 500)
USAGE_RECORDS: Listing[UsageRecord] = Listing("usage_records", UsageRecordPage, 500)


async def pages(
    exchange: Exchange, listing: Listing[T], path: str, query: bytes
) -> AsyncIterator[Rows[T]]:
    """Give page after page. Raises KoreBadAnswer where they go in a circle or have no end."""
    read = partial(read_rows, listing.page)
    seen = {query}
    for _ in range(listing.most_pages):
        rows = await exchange.get(listing.endpoint, path, query, read)
        exchange.skipped(listing.endpoint, rows.skipped)
        yield rows
        if rows.next_page_url is None:
            return
        query = urlsplit(rows.next_page_url).query.encode()
        if query in seen:
            raise KoreBadAnswer("KORE's pages go round in a circle. Tell an admin.")
        seen.add(query)
    raise KoreBadAnswer(f"KORE's list has no end after {listing.most_pages} pages. Tell an admin.")
