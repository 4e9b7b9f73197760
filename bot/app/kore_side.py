"""KORE's client, the list of SIMs, and what looks SIMs up, opened together."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass

from bot.app.bot import cancelled
from bot.clock import Clock
from bot.kore.client import KoreClient
from bot.kore.connect import open_kore
from bot.ops.metrics import Metrics
from bot.sessions.lookup import SessionLookup
from bot.settings import Settings
from bot.sims.directory import SimDirectory
from bot.sims.resolver import SimResolver


@dataclass(frozen=True, slots=True)
class KoreSide:
    """What asks KORE, and what knows its SIMs."""

    client: KoreClient
    directory: SimDirectory
    resolver: SimResolver
    sessions: SessionLookup


async def open_kore_side(
    settings: Settings, clock: Clock, metrics: Metrics, stack: AsyncExitStack
) -> KoreSide:
    """Open KORE's client and read the list of SIMs in the background."""
    kore = open_kore(settings.kore_config(), clock, observer=metrics)
    stack.push_async_callback(kore.aclose)
    directory = SimDirectory(kore, clock, refresh_every=settings.directory_refresh)
    reading = asyncio.create_task(directory.run(), name="sim-directory")
    stack.push_async_callback(cancelled, reading)
    resolver = SimResolver(kore, directory, clock)
    sessions = SessionLookup(
        kore, resolver, clock, settings.thresholds, rule_broke=metrics.rule_broke
    )
    return KoreSide(kore, directory, resolver, sessions)
