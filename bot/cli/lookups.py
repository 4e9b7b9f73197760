"""Looking SIMs up without Slack: the services that `lookup` needs, and how far it has got."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

from bot.clock import Clock
from bot.kore.connect import open_kore
from bot.sessions.lookup import SessionLookup
from bot.sessions.report import SessionReport
from bot.settings import Settings
from bot.sims.directory import SimDirectory
from bot.sims.resolver import SimResolver

LIST_PATIENCE_SECONDS = 60.0  # nobody waits for an ack here: better a whole list than a guess


class CountedLookup(SessionLookup):
    """Tells of each SIM that is done, and keeps of its sessions only the newest.

    A terminal shows no more than that, and ten thousand SIMs' sessions would fill the memory.
    """

    on_done: Callable[[], None] = staticmethod(lambda: None)

    async def look_up(self, text: str, *, fresh: bool = False) -> SessionReport:
        """Report on the SIM that `text` names."""
        try:
            report = await super().look_up(text, fresh=fresh)
        finally:
            self.on_done()
        return replace(report, sessions=report.sessions and report.sessions[:1])


@asynccontextmanager
async def lookups(settings: Settings, clock: Clock) -> AsyncIterator[CountedLookup]:
    """Open the KORE client and all above it; the list of SIMs is read when a name needs it."""
    kore = open_kore(settings.kore_config(), clock)
    directory = SimDirectory(kore, clock, refresh_every=settings.directory_refresh)
    try:
        resolver = SimResolver(kore, directory, clock, patience=LIST_PATIENCE_SECONDS)
        yield CountedLookup(kore, resolver, clock, settings.thresholds)
    finally:
        await directory.aclose()
        await kore.aclose()
