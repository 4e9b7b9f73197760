"""The Home tab: drawn when it is opened, when something of its person's changes, and each minute.

Slack does not tell when somebody leaves it, so it counts as open for ten minutes.
"""

import logging
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TypeVar

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.alerts.incident import redacted_incident
from bot.blocks.home import Health, Home, home_view, no_access_view
from bot.blocks.kit import View
from bot.errors import BotError, NotAllowed
from bot.ops.metrics import DependencyStatus
from bot.services import Actor, HomeTabs, Request, Services
from bot.watches.transitions import redacted_watch
from handlers.commands import help_entries
from handlers.payloads import Body, Context, Listener, part, text_in

log = logging.getLogger(__name__)

TRIES = 3
T = TypeVar("T")


async def show_home(context: Context) -> None:
    """Draw somebody's Home tab and publish it. Raises SlackError."""
    for _ in range(TRIES):
        view = await draw_home(context)
        if await context.services.home_tabs.publish(context.request.user, view):
            return


async def draw_home(context: Context) -> View:
    """Draw it for who may see it, else say why not."""
    try:
        visibility = await context.visibility(for_all=False)
    except NotAllowed as error:
        return no_access_view(error.sentence)
    services, user, redaction = context.services, context.request.user, visibility.redaction
    accounts = visibility.accounts
    watches = await _or_none(services.watches.of(user, accounts))
    digests = await _or_none(services.digests.of_person(user))
    running = await _or_none(services.digests.percents()) if digests else None
    alerts = await _or_none(services.alerts.of_person(user))
    incidents = await _or_none(services.alerts.open_of(alerts, accounts)) if alerts else None
    home = Home(
        watches=tuple(map(redacted_watch, watches)) if watches and redaction else watches,
        digests=digests,
        running=running or {},
        health=_health(services.dependencies, services.store.trouble, accounts),
        entries=help_entries((await context.view_of(visibility)).fleet.examples()),
        now=services.clock.now(),
        redacted=redaction,
        alerts=alerts,
        incidents=tuple(map(redacted_incident, incidents or ())) if redaction else incidents or (),
    )
    return home_view(home)


def _health(
    dependencies: DependencyStatus, trouble: BotError | None, accounts: frozenset[str]
) -> Health:
    kore = dependencies.kore(accounts)
    return Health(kore, dependencies.slack, trouble.sentence if trouble else None)


async def _or_none(reading: Awaitable[T]) -> T | None:
    """Return None where the store cannot be read: the rest of the tab still says something."""
    try:
        return await reading
    except BotError as error:
        log.warning("home-without", extra={"why": error.kind})
        return None


OPENED = "app_home_opened"


def register_home(app: AsyncApp, services: Services) -> None:
    """Attach the listener."""
    app.event(OPENED)(on_opened(services))


def on_opened(services: Services) -> Listener:
    """Return the listener; the Messages tab is none of its business."""

    async def listener(ack: AsyncAck, body: Body, actor: Actor | None) -> None:
        await ack()
        event = part(body, "event")
        if event.get("tab") == "home":
            context = Context(actor, request_of_event(body), services)
            known_hash = text_in(part(event, "view"), "hash") or None
            redraw = partial(show_later, context)
            services.home_tabs.opened(context.request.user, redraw, known_hash)
            redraw()

    return listener


def request_of_event(body: Body) -> Request:
    """Return the request of somebody who looks at their Home tab."""
    user = text_in(part(body, "event"), "user")
    return Request(team=text_in(body, "team_id"), user=user, channel="", text="")


def show_later(context: Context) -> None:
    """Show it in a task of its own."""
    context.services.tasks.start(show_logged(context), name="home")


async def show_logged(context: Context) -> None:
    """Show it; what goes wrong is logged, for there is nobody else to tell."""
    with _logged():
        await show_home(context)


async def show_refusal(user: str, error: NotAllowed, home_tabs: HomeTabs) -> None:
    """Say on somebody's tab why there is nothing to see."""
    with _logged():
        await home_tabs.publish(user, no_access_view(error.sentence))


@contextmanager
def _logged() -> Iterator[None]:
    try:
        yield
    except BotError as error:
        log.warning("home-not-shown", extra={"why": error.kind})
