"""Looking SIMs up without Slack: opens the services that `lookup` needs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.clock import Clock
from bot.kore.connect import open_kore
from bot.sessions.fleet_list import FleetList
from bot.sessions.lookup import SessionLookup
from bot.settings import Settings
from bot.sims.directory import SimDirectory
from bot.sims.resolver import SimResolver

LIST_PATIENCE_SECONDS = 60.0  # nobody waits for an ack here: better a whole list than a guess


@asynccontextmanager
async def open_lookups(settings: Settings, clock: Clock) -> AsyncIterator[SessionLookup]:
    """Open the KORE client and all above it; the list of SIMs is read when a name needs it."""
    async with open_fleet(settings, clock) as (lookups, _):
        yield lookups


@asynccontextmanager
async def open_fleet(
    settings: Settings, clock: Clock
) -> AsyncIterator[tuple[SessionLookup, FleetList]]:
    """Open the same, and what finds the SIMs that a question about a fleet means."""
    kore = open_kore(settings.kore_config(), clock)
    directory = SimDirectory(kore, clock, refresh_every=settings.directory_refresh)
    try:
        resolver = SimResolver(kore, directory, clock, patience=LIST_PATIENCE_SECONDS)
        fleet = FleetList(kore, directory, patience=LIST_PATIENCE_SECONDS)
        yield SessionLookup(kore, resolver, clock, settings.thresholds), fleet
    finally:
        await directory.aclose()
        await kore.aclose()
