"""The window with one session's details: opened from a history, then paged through.

A click's trigger lives for three seconds, so the window is opened first and filled afterwards.
What goes wrong is said in the window once it is open, before that where the click was.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any, Protocol

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.blocks import ids
from bot.blocks.session_view import session_view
from bot.blocks.views import loading_view, notice_view
from bot.errors import BotError, OldButton
from bot.services import Services
from handlers.answering import PATIENCE_SECONDS, attempt
from handlers.asking import look_up
from handlers.buttons import action_in, read, value_of
from handlers.reply import Reply, screen_of, send
from handlers.request import Request, from_click, part

log = logging.getLogger(__name__)

TITLE = "Session details"

Body = Mapping[str, Any]
Choose = Callable[[Body], ids.Details]
Listener = Callable[[AsyncAck, Body], Awaitable[None]]


def register_modals(app: AsyncApp, services: Services) -> None:
    """Attach a listener to the button that opens the window and to what can be chosen in it."""
    for action, choose in CHOICES.items():
        app.action(ids.pattern(action))(on_choice(action, choose, services))


def on_choice(name: str, choose: Choose, services: Services) -> Listener:
    """Give the listener that acknowledges and then shows the session that was chosen."""

    async def listener(ack: AsyncAck, body: Body) -> None:
        await ack()
        details = SessionDetails(from_click(body), part(body, "view").get("id"), services)
        work = attempt(name, lambda: details.show(choose(body)), details.tell, services)
        services.tasks.start(work, name=name)

    return listener


def of_button(body: Body) -> ids.Details:
    """Read the session that a button names. Raises OldButton."""
    return read(ids.Details, value_of(body))


def of_select(body: Body) -> ids.Details:
    """Read the session that was chosen in the window. Raises OldButton."""
    option = part(action_in(body), "selected_option")
    metadata = part(body, "view").get("private_metadata")
    try:
        return ids.chosen(str(metadata), str(option.get("value")))
    except ValueError as error:
        raise OldButton from error


class Window(Protocol):
    """A window that is open."""

    async def show(self, view: Mapping[str, Any]) -> None:
        """Draw it anew."""


class SessionDetails:
    """The window of one person; `view` is its id where the click was in it."""

    def __init__(self, request: Request, view: str | None, services: Services) -> None:
        self._request = request
        self._services = services
        self._window: Window | None = services.windows.opened(view) if view else None

    async def show(self, chosen: ids.Details) -> None:
        """Show a session, in a new window if need be. Raises what the look-up or Slack raises."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            place = chosen.channel or self._request.channel
            chosen = chosen.model_copy(update={"channel": place or None})
            window = await self._opened(chosen)
            request = replace(self._request, channel=place)
            report = await look_up(request, chosen.sid, self._services, for_all=False)
            view = await self._services.off_loop.run(session_view, report, chosen)
        await window.show(view)

    async def tell(self, reply: Reply) -> None:
        """Say what went wrong, in the window if there is one."""
        if self._window is None:
            await send(reply, self._request, self._services)
            return
        try:
            await self._window.show(notice_view(TITLE, await screen_of(reply)))
        except BotError:
            log.exception("not-delivered")

    async def _opened(self, chosen: ids.Details) -> Window:
        if self._window is None:
            view = loading_view(TITLE, chosen.to_value())
            self._window = await self._services.windows.open(self._request.trigger, view)
        return self._window


CHOICES: Mapping[str, Choose] = {
    ids.DETAILS: of_button,
    ids.TURN_PAGE: of_button,
    ids.CHOOSE_SESSION: of_select,
}
