"""Looking many SIMs up without Slack: the services that `lookup` needs, and how far it has got."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

from bot.clock import Clock
from bot.errors import BotError
from bot.kore.connect import open_kore
from bot.sessions.lookup import SessionLookup
from bot.sessions.report import SessionReport
from bot.sessions.verdict import Judge
from bot.settings import Settings
from bot.sims.directory import SimDirectory
from bot.sims.resolver import SimResolver

AT_ONCE = 20
LIST_PATIENCE_SECONDS = 60.0  # nobody waits for an ack here: better a whole list than a guess
log = logging.getLogger(__name__)

Answer = SessionReport | BotError


class Lookups:
    """Looks up any number of SIMs, some at once, and keeps little of each.

    Of a SIM's sessions only the newest stays: a terminal shows no more, and those of ten thousand
    SIMs would fill the memory.
    """

    def __init__(self, lookup: SessionLookup, judge: Judge) -> None:
        self._lookup = lookup
        self._judge = judge

    async def look_up(self, asked: Sequence[str], done: Callable[[], None]) -> list[Answer]:
        """Answer each, in the order asked; `done` is called after each. Never raises BotError."""
        answers: list[Answer] = [BotError()] * len(asked)
        waiting = iter(enumerate(asked))

        async def work() -> None:
            for place, text in waiting:
                answers[place] = await self._answer(text)
                done()

        async with asyncio.TaskGroup() as group:
            for _ in range(min(AT_ONCE, len(asked))):
                group.create_task(work())
        return self._judge.together(answers)

    async def _answer(self, text: str) -> Answer:
        try:
            report = await self._lookup.look_up(text)
        except BotError as error:
            return error
        except Exception:  # a fault of ours in one SIM must not cost the others their answer
            log.exception("look-up-broke")
            return BotError()
        return replace(report, sessions=report.sessions and report.sessions[:1])


@asynccontextmanager
async def lookups(settings: Settings, clock: Clock) -> AsyncIterator[Lookups]:
    """Open the KORE client and all above it; the list of SIMs is read when a name needs it."""
    kore = open_kore(settings.kore_config(), clock)
    directory = SimDirectory(kore, clock, refresh_every=settings.directory_refresh)
    try:
        resolver = SimResolver(kore, directory, clock, patience=LIST_PATIENCE_SECONDS)
        lookup = SessionLookup(kore, resolver, clock, settings.thresholds)
        yield Lookups(lookup, Judge(settings.thresholds))
    finally:
        await directory.aclose()
        await kore.aclose()
