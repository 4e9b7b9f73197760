"""The Home tab: drawn when it is opened, after whatever its person does, and once a minute.

Slack does not tell when somebody leaves it, so it counts as open for ten minutes.
"""

import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import copy_context
from functools import partial
from typing import Any, TypeVar

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.blocks.help import HelpEntry
from bot.blocks.home import Health, Home, home_view, shut_view
from bot.blocks.kit import View
from bot.errors import BotError, NotAllowed
from bot.services import Services
from bot.watches.transitions import redacted_watch
from bot.watches.watch import Watch
from handlers.commands import all_subcommands
from handlers.lookups import withheld
from handlers.payloads import Request, part, text_in

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
    return None if watches is None else tuple(map(redacted_watch, watches))


def _health(services: Services) -> Health:
    trouble = services.store.trouble
    standing = services.standing
    return Health(standing.kore, standing.slack, trouble.sentence if trouble else None)


async def _or_none(asked: Awaitable[T]) -> T | None:
    """Return None where the store cannot be read: the rest of the tab still says something."""
    try:
        return await asked
    except BotError as error:
        log.warning("home-without", extra={"why": error.kind})
        return None


OPENED = "app_home_opened"

Listener = Callable[[AsyncAck, Mapping[str, Any]], Awaitable[None]]


def register_home(app: AsyncApp, services: Services) -> None:
    """Attach the listener."""
    app.event(OPENED)(on_opened(services))


def on_opened(services: Services) -> Listener:
    """Return the listener; the Messages tab is none of its business."""

    async def listener(ack: AsyncAck, body: Mapping[str, Any]) -> None:
        await ack()
        event = part(body, "event")
        if event.get("tab") == "home":
            request = of_event(body)
            services.homes.opened(
                request.user,
                # who acts goes along, for whom it is drawn anew later
                partial(copy_context().run, show_later, request, services),
                text_in(part(event, "view"), "hash") or None,
            )
            show_later(request, services)

    return listener


def of_event(body: Mapping[str, Any]) -> Request:
    """Return the request of somebody who looks at their Home tab."""
    user = text_in(part(body, "event"), "user")
    return Request(team=text_in(body, "team_id"), user=user, channel="", text="")


def show_later(request: Request, services: Services) -> None:
    """Show it in a task of its own."""
    services.tasks.start(shown(request, services), name="home")


async def shown(request: Request, services: Services) -> None:
    """Show it; what goes wrong is logged, for there is nobody else to tell."""
    with _logged():
        await show_home(request, services)


async def shut(request: Request, error: NotAllowed, services: Services) -> None:
    """Say on the tab why there is nothing to see."""
    with _logged():
        await shut_home(request, error, services)


@contextmanager
def _logged() -> Iterator[None]:
    try:
        yield
    except BotError as error:
        log.warning("home-not-shown", extra={"why": error.kind})
