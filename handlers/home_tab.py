"""What stands on somebody's Home tab, and drawing it anew while they may look at it."""

import logging
from collections.abc import Awaitable
from typing import TypeVar

from bot.blocks.help import HelpEntry
from bot.blocks.home import Health, Home, home_view, shut_view
from bot.blocks.kit import View
from bot.errors import BotError, NotAllowed
from bot.services import Services
from bot.watches.hiding import hidden_watch
from bot.watches.watch import Watch
from handlers.asking import withheld
from handlers.request import Request
from handlers.subcommand import all_subcommands

log = logging.getLogger(__name__)

TRIES = 3
T = TypeVar("T")


async def show_home(request: Request, services: Services) -> None:
    """Draw somebody's Home tab and publish it. Raises SlackError."""
    for _ in range(TRIES):
        if await services.homes.publish(request.user, await draw_home(request, services)):
            return


async def shut_home(request: Request, error: NotAllowed, services: Services) -> None:
    """Say on the Home tab why there is nothing to see. Raises SlackError."""
    await services.homes.publish(request.user, shut_view(error.sentence))


async def draw_home(request: Request, services: Services) -> View:
    """Draw it for who may see it, else say why not."""
    try:
        left_out = await withheld(request, services, for_all=False)
    except NotAllowed as error:
        return shut_view(error.sentence)
    desk, now = services.digests, services.clock.now()
    watches = await _or_none(services.watches.of(request.user))
    digests = await _or_none(desk.of_person(request.user))
    running = await _or_none(desk.percents()) if digests else None
    home = Home(
        watches=_hidden(watches) if left_out else watches,
        digests=digests,
        running=running or {},
        health=_health(services),
        entries=[HelpEntry(s.usage, s.says, s.examples) for s in all_subcommands().values()],
        now=now,
        left_out=left_out,
    )
    return home_view(home)


def _hidden(watches: tuple[Watch, ...] | None) -> tuple[Watch, ...] | None:
    return None if watches is None else tuple(map(hidden_watch, watches))


def _health(services: Services) -> Health:
    trouble = services.store.trouble
    standing = services.standing
    return Health(standing.kore, standing.slack, trouble.sentence if trouble else None)


async def _or_none(asked: Awaitable[T]) -> T | None:
    """Give None where the store cannot be read: the rest of the tab still says something."""
    try:
        return await asked
    except BotError as error:
        log.warning("home-without", extra={"why": error.kind})
        return None
