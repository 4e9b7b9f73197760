"""KORE's client, the list of SIMs, and what looks SIMs up, opened together."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass

from bot.app.bot import cancelled
from bot.clock import Clock
from bot.kore.behind import LEFT_FREE
from bot.kore.client import KoreClient
from bot.kore.connect import open_kore
from bot.ops.metrics import Metrics
from bot.sessions.lookup import SessionLookup
from bot.settings import Settings
from bot.sims.directory import SimDirectory
from bot.sims.resolver import SimResolver
from bot.store.buckets import SharedRate
from bot.store.database import Database


@dataclass(frozen=True, slots=True)
class KoreSide:
    """What asks KORE, and what knows its SIMs."""

    client: KoreClient
    directory: SimDirectory
    resolver: SimResolver
    sessions: SessionLookup


async def open_kore_side(
    settings: Settings, clock: Clock, metrics: Metrics, stack: AsyncExitStack, store: Database
) -> KoreSide:
    """Open KORE's client and read the list of SIMs in the background."""
    pace = shared_pace(settings, clock, store)
    kore = open_kore(settings.kore_config(), clock, observer=metrics, pace=pace)
    stack.push_async_callback(kore.aclose)
    directory = SimDirectory(kore, clock, refresh_every=settings.directory_refresh)
    reading = asyncio.create_task(directory.run(), name="sim-directory")
    stack.push_async_callback(cancelled, reading)
    resolver = SimResolver(kore, directory, clock)
    sessions = SessionLookup(
        kore, resolver, clock, settings.thresholds, rule_broke=metrics.rule_broke
    )
    return KoreSide(kore, directory, resolver, sessions)


def shared_pace(settings: Settings, clock: Clock, store: Database) -> SharedRate | None:
    """Give the pace of scans and watches over all processes on one store; None for one alone."""
    allowed, alone = settings.kore_per_second, not (store.is_postgres or settings.workers)
    if allowed is None or alone:
        return None
    account = f"kore {settings.kore_client_id or 'token'}"
    return SharedRate(store, clock, account, allowed * (1 - LEFT_FREE))
