"""`digest [what] [name]`: what a channel is told on a schedule: lists, makes, changes digests."""

import difflib
from collections.abc import Awaitable, Callable, Mapping

from bot.blocks import ids
from bot.blocks.digest_list import add_screen, choice_screen
from bot.digests.subscription import Subscription
from bot.digests.subscriptions import NoSuchDigest
from bot.errors import UserError
from handlers import digests as operations
from handlers.commands import COMMAND, subcommand
from handlers.digest_form import open_form
from handlers.digests import Operation, list_reply, permit
from handlers.payloads import Context
from handlers.replies import Reply

EXAMPLES = ("digest add",)
USAGE = "digest [add|list|edit|pause|resume|remove|now|preview] [name]"
_NEAR = 0.6
_A_BUTTON = "Slack lets me open a window only after a command or a button: press this one."

Run = Callable[[Context, str], Awaitable[Reply]]


@subcommand(USAGE, "post to a channel on a schedule what changed", EXAMPLES)
async def digest(context: Context) -> Reply:
    """Do what the first word says; without one, list the channel's digests."""
    what, _, name = context.request.text.strip().partition(" ")
    run = RUNS.get(what.lower() or "list")
    if run is None:
        raise UserError(_unknown(what))
    return await run(context, name.strip())


async def _list(context: Context, _name: str) -> Reply:
    return await list_reply(context)


async def _add(context: Context, _name: str) -> Reply:
    if not context.request.trigger:
        return Reply(add_screen(_A_BUTTON))
    await open_form(context)
    return OPENED


async def _edit(context: Context, name: str) -> Reply:
    if not context.request.trigger:
        return await _on(ids.DIGEST_EDIT, _with_button)(context, name)
    await open_form(context, lambda: _found(context, name))
    return OPENED


async def _with_button(_context: Context, subscription: Subscription) -> Reply:
    return Reply(choice_screen(_A_BUTTON, (subscription,), ids.DIGEST_EDIT))


def _on(action: str, operation: Operation) -> Run:
    """Return what finds the digest that is meant and does something with it."""

    async def run(context: Context, name: str) -> Reply:
        try:
            subscription = await _found(context, name)
        except NoSuchDigest as error:
            return Reply(choice_screen(error.sentence, error.near, action))
        await permit(context, subscription)
        return await operation(context, subscription)

    return run


async def _found(context: Context, name: str) -> Subscription:
    request, digests = context.request, context.services.digests
    return await digests.subscriptions.named(name, digests.team, request.channel, request.user)


def _unknown(what: str) -> str:
    near = difflib.get_close_matches(what.lower(), RUNS, 1, _NEAR)
    meant = f"Did you mean `{COMMAND} digest {near[0]}`?" if near else f"Try `{COMMAND} {USAGE}`."
    return f"I cannot do that with a digest. {meant}"


OPENED = Reply(add_screen(""), quiet=True)
RUNS: Mapping[str, Run] = {
    "list": _list,
    "add": _add,
    "edit": _edit,
    "pause": _on(ids.DIGEST_PAUSE, operations.pause),
    "resume": _on(ids.DIGEST_RESUME, operations.resume),
    "remove": _on(ids.DIGEST_REMOVE, operations.ask_to_remove),
    "now": _on(ids.DIGEST_NOW, operations.now),
    "preview": _on(ids.DIGEST_PREVIEW, operations.preview),
}
