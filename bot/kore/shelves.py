"""What is kept of KORE's answers, each kind with its own life and size."""

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from bot.clock import Clock
from bot.kore.cache import Cache, Shelf
from bot.kore.models import DataSession, RatePlan, Sim, UsageRecord
from bot.kore.observer import Observer
from bot.kore.paging import DATA_SESSIONS, USAGE_RECORDS, Listing
from bot.kore.reading import M, T, read_one, read_rows

HOUR = 3600.0
MEGABYTE = 1 << 20
_SIMS = Shelf("sims", 60, 24 * HOUR, 32 * MEGABYTE)
_DATA_SESSIONS = Shelf("data_sessions", 30, 24 * HOUR, 128 * MEGABYTE)
_RATE_PLANS = Shelf("rate_plans", HOUR, 24 * HOUR, 4 * MEGABYTE)
_USAGE_RECORDS = Shelf("usage_records", 300, 24 * HOUR, 16 * MEGABYTE)


@dataclass(frozen=True, slots=True)
class Shelves:
    """How long and how much; sessions change by the minute, rate plans hardly ever."""

    sims: Shelf = _SIMS
    data_sessions: Shelf = _DATA_SESSIONS
    rate_plans: Shelf = _RATE_PLANS
    usage_records: Shelf = _USAGE_RECORDS


def nothing_kept(usual: Shelves) -> Shelves:
    """Give shelves without room, but for rate plans: a fleet has few."""
    each = (usual.sims, usual.data_sessions, usual.usage_records)
    sims, data_sessions, usage_records = (replace(shelf, max_bytes=0) for shelf in each)
    return Shelves(sims, data_sessions, usual.rate_plans, usage_records)


class Caches:
    """One cache a kind of answer."""

    def __init__(self, shelves: Shelves, clock: Clock, observer: Observer) -> None:
        make: Any = partial(Cache, clock=clock, observer=observer)
        self.sims: Cache[Sim] = make(shelves.sims, partial(_one, Sim))
        self.rate_plans: Cache[RatePlan] = make(shelves.rate_plans, partial(_one, RatePlan))
        self.data_sessions: Cache[tuple[DataSession, ...]] = make(
            shelves.data_sessions, lambda bodies: newest_first(_rows(DATA_SESSIONS, bodies))
        )
        self.usage_records: Cache[tuple[UsageRecord, ...]] = make(
            shelves.usage_records, partial(_rows, USAGE_RECORDS)
        )

    async def close(self) -> None:
        """Stop every fetch under way."""
        for cache in (self.sims, self.rate_plans, self.data_sessions, self.usage_records):
            await cache.close()


def newest_first(sessions: tuple[DataSession, ...]) -> tuple[DataSession, ...]:
    """Order by `start`, the newest first; those without one come last."""
    return tuple(sorted(sessions, key=_started, reverse=True))


def _started(session: DataSession) -> float:
    return session.start.timestamp() if session.start else float("-inf")


def _one(model: type[M], bodies: tuple[bytes, ...]) -> M:
    return read_one(model, bodies[0])


def _rows(listing: Listing[T], bodies: tuple[bytes, ...]) -> tuple[T, ...]:
    return tuple(row for body in bodies for row in read_rows(listing.page, body).rows)
