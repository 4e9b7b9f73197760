"""`digest [what] [name]`: what a channel is told on a schedule: lists, makes, changes digests."""

import difflib
from collections.abc import Awaitable, Callable, Mapping

from bot.blocks import ids
from bot.blocks.digest_list import add_screen, choice_screen
from bot.digests.subscription import Subscription
from bot.digests.subscriptions import NoSuchDigest
from bot.errors import UserError
from bot.services import Services
from handlers import digests
from handlers.commands import COMMAND, subcommand
from handlers.digest_form import open_form
from handlers.digests import Deed, list_reply, permit
from handlers.payloads import Request
from handlers.replies import Reply

EXAMPLES = ("digest add", "digest now Pumps")
USAGE = "digest [add|list|edit|pause|resume|remove|now|preview] [name]"
_NEAR = 0.6
_A_BUTTON = "Slack lets me open a window only after a command or a button: press this one."

Run = Callable[[str, Request, Services], Awaitable[Reply]]


@subcommand(USAGE, "tell a channel on a schedule what changed", EXAMPLES)
async def digest(request: Request, services: Services) -> Reply:
    """Do what the first word says; without one, list the channel's digests."""
    what, _, name = request.text.strip().partition(" ")
    run = RUNS.get(what.lower() or "list")
    if run is None:
        raise UserError(_unknown(what))
    return await run(name.strip(), request, services)


async def _list(_name: str, request: Request, services: Services) -> Reply:
    return await list_reply(request, services)


async def _add(_name: str, request: Request, services: Services) -> Reply:
    if not request.trigger:
        return Reply(add_screen(_A_BUTTON))
    await open_form(request, services)
    return OPENED


async def _edit(name: str, request: Request, services: Services) -> Reply:
    if not request.trigger:
        return await _on(ids.DIGEST_EDIT, _with_button)(name, request, services)
    await open_form(request, services, lambda: _found(name, request, services))
    return OPENED


async def _with_button(one: Subscription, _request: Request, _services: Services) -> Reply:
    return Reply(choice_screen(_A_BUTTON, (one,), ids.DIGEST_EDIT))


def _on(action: str, deed: Deed) -> Run:
    """Return what finds the digest that is meant and does something with it."""

    async def run(name: str, request: Request, services: Services) -> Reply:
        try:
            one = await _found(name, request, services)
        except NoSuchDigest as error:
            return Reply(choice_screen(error.sentence, error.near, action))
        await permit(one, request, services)
        return await deed(one, request, services)

    return run


async def _found(name: str, request: Request, services: Services) -> Subscription:
    desk = services.digests
    return await desk.subscriptions.named(name, desk.team, request.channel, request.user)


def _unknown(what: str) -> str:
    near = difflib.get_close_matches(what.lower(), RUNS, 1, _NEAR)
    meant = f"Did you mean `{COMMAND} digest {near[0]}`?" if near else f"Try `{COMMAND} {USAGE}`."
    return f"I cannot do that with a digest. {meant}"


OPENED = Reply(add_screen(""), quiet=True)
RUNS: Mapping[str, Run] = {
    "list": _list,
    "add": _add,
    "edit": _edit,
    "pause": _on(ids.DIGEST_PAUSE, digests.pause),
    "resume": _on(ids.DIGEST_RESUME, digests.resume),
    "remove": _on(ids.DIGEST_REMOVE, digests.ask_to_remove),
    "now": _on(ids.DIGEST_NOW, digests.now),
    "preview": _on(ids.DIGEST_PREVIEW, digests.preview),
}
