"""The Home tab: drawn when it is opened, after whatever its person does, and once a minute.

Slack does not tell when somebody leaves it, so it counts as open for ten minutes.
"""

import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import copy_context
from functools import partial
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.errors import BotError, NotAllowed
from bot.services import Services
from handlers.home_tab import show_home, shut_home
from handlers.request import Request, part

log = logging.getLogger(__name__)

OPENED = "app_home_opened"

Listener = Callable[[AsyncAck, Mapping[str, Any]], Awaitable[None]]


def register_home(app: AsyncApp, services: Services) -> None:
    """Attach the listener."""
    app.event(OPENED)(on_opened(services))


def on_opened(services: Services) -> Listener:
    """Give the listener; the Messages tab is none of its business."""

    async def listener(ack: AsyncAck, body: Mapping[str, Any]) -> None:
        await ack()
        event = part(body, "event")
        if event.get("tab") == "home":
            request = of_event(body)
            known_hash = part(event, "view").get("hash")
            services.homes.opened(
                request.user,
                # who acts goes along, for whom it is drawn anew later
                partial(copy_context().run, show_later, request, services),
                known_hash if isinstance(known_hash, str) else None,
            )
            show_later(request, services)

    return listener


def of_event(body: Mapping[str, Any]) -> Request:
    """Give the request of somebody who looks at their Home tab."""
    user, team = part(body, "event").get("user"), body.get("team_id")
    return Request(team=str(team or ""), user=str(user or ""), channel="", text="")


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
