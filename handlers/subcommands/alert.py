"""`alert [what] [name]`: what a channel hears of trouble unasked: its SIMs', and other apps'."""

import difflib
from collections.abc import Awaitable, Callable, Mapping

from bot.alerts.alert import Alert
from bot.alerts.repository import NoSuchAlert
from bot.blocks import ids
from bot.blocks.alert_list import add_screen, choice_screen
from bot.errors import UserError
from handlers import alerts as operations
from handlers.alert_form import open_form
from handlers.alerts import Operation, list_reply, permit
from handlers.commands import COMMAND, subcommand
from handlers.listening import listen
from handlers.payloads import Context
from handlers.replies import Reply

EXAMPLES = ("alert add",)
USAGE = "alert [add|list|edit|pause|resume|remove|test|listen] [name]"
_NEAR = 0.6
_A_BUTTON = "Slack lets me open a window only after a command or a button: press this one."

Run = Callable[[Context, str], Awaitable[Reply]]


@subcommand(USAGE, "tell a channel when SIMs go down, once; answer other apps' alerts", EXAMPLES)
async def alert(context: Context) -> Reply:
    """Do what the first word says; without one, list the channel's alerts."""
    await context.authorize()
    what, _, rest = context.request.text.strip().partition(" ")
    run = RUNS.get(what.lower() or "list")
    if run is None:
        raise UserError(_unknown(what))
    return await run(context, rest.strip())


async def _list(context: Context, _name: str) -> Reply:
    return await list_reply(context)


async def _add(context: Context, _name: str) -> Reply:
    if not context.request.trigger:
        return Reply(add_screen(_A_BUTTON))
    await open_form(context)
    return OPENED


async def _edit(context: Context, name: str) -> Reply:
    if not context.request.trigger:
        return await _on(ids.ALERT_EDIT, _with_button)(context, name)
    await open_form(context, lambda: _found(context, name))
    return OPENED


async def _with_button(_context: Context, found: Alert) -> Reply:
    return Reply(choice_screen(_A_BUTTON, (found,), ids.ALERT_EDIT))


def _on(action: str, operation: Operation) -> Run:
    """Return what finds the alert that is meant and does something with it."""

    async def run(context: Context, name: str) -> Reply:
        try:
            found = await _found(context, name)
        except NoSuchAlert as error:
            return Reply(choice_screen(error.sentence, error.near, action))
        await permit(context, found)
        return await operation(context, found)

    return run


async def _found(context: Context, name: str) -> Alert:
    request, alerts = context.request, context.services.alerts
    return await alerts.alerts.named(name, alerts.team, request.channel, request.user)


def _unknown(what: str) -> str:
    near = difflib.get_close_matches(what.lower(), RUNS, 1, _NEAR)
    meant = f"Did you mean `{COMMAND} alert {near[0]}`?" if near else f"Try `{COMMAND} {USAGE}`."
    return f"I cannot do that with an alert. {meant}"


OPENED = Reply(add_screen(""), quiet=True)
RUNS: Mapping[str, Run] = {
    "list": _list,
    "add": _add,
    "edit": _edit,
    "pause": _on(ids.ALERT_PAUSE, operations.pause),
    "resume": _on(ids.ALERT_RESUME, operations.resume),
    "remove": _on(ids.ALERT_REMOVE, operations.ask_to_remove),
    "test": _on(ids.ALERT_TEST, operations.test),
    "listen": listen,
}
