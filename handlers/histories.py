"""A SIM's history as a reply; a long one takes its time to draw, so it is drawn off the loop."""

import logging

from bot.blocks.history import history_screen
from bot.blocks.history_beyond import beyond_fault, beyond_screen
from bot.blocks.history_words import LONGEST
from bot.blocks.kit import Screen
from bot.blocks.ladder import Refused
from bot.digests.days import Day
from bot.errors import BadDays, BotError
from bot.services import Services
from bot.sessions.report import SessionReport
from handlers.reply import Reply

log = logging.getLogger(__name__)


async def history_reply(
    report: SessionReport, days: int, services: Services, *, replace: bool = False
) -> Reply:
    """Show the last `days` to the asker: sessions up to 30, beyond that what scans have kept.

    Raises BadDays where not so many are known, and then only StoreError.
    """
    if days > LONGEST:
        return await _beyond(report, days, services, replace=replace)

    async def draw(refused: Refused) -> Screen:
        known = await _known(report.sim.sid, services)
        return await services.off_loop.run(
            history_screen, report, days, known=known, refused=refused
        )

    return Reply(draw, replace=replace)


async def _beyond(report: SessionReport, days: int, services: Services, *, replace: bool) -> Reply:
    known = await services.archive.days(report.sim.sid)
    if fault := beyond_fault(report, known, days):
        raise BadDays(fault)
    return Reply(
        lambda refused: services.off_loop.run(beyond_screen, report, known, days, refused=refused),
        replace=replace,
    )


async def _known(sid: str, services: Services) -> dict[int, Day]:
    """Give the days that are kept; a store that is away is no reason not to answer."""
    try:
        return await services.archive.days(sid)
    except BotError:
        log.info("days-not-read", exc_info=True)
        return {}
