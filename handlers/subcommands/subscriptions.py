"""`alert [what] [name]` and `digest [what] [name]`: what a channel hears without asking."""

import difflib
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from bot.digests.subscription import Subscribed
from bot.digests.subscriptions import NoneOfName
from bot.errors import UserError
from bot.struct import Struct
from handlers.alerts import ALERTS, listen
from handlers.commands import COMMAND, subcommand
from handlers.digests import DIGESTS
from handlers.interactions import Operation, SubscriptionKind, open_form, permit
from handlers.payloads import Context
from handlers.replies import Reply

ALERT_USAGE = "alert [add|list|edit|pause|resume|remove|test|listen] [name]"
DIGEST_USAGE = "digest [add|list|edit|pause|resume|remove|now|preview] [name]"
_NEAR = 0.6
_A_BUTTON = "Slack lets me open a window only after a command or a button: press this one."

WordFunction = Callable[[Context, str], Awaitable[Reply]]


class SubscriptionCommands(Struct):
    """What can be typed of one kind; `a` is its noun with the article."""

    kind: SubscriptionKind
    a: str
    usage: str
    others: Mapping[str, WordFunction] = {}

    async def run(self, context: Context) -> Reply:
        """Do what the first word says; without one, list those of the channel."""
        what, _, name = context.request.text.strip().partition(" ")
        run = self.runs.get(what.lower() or "list")
        if run is None:
            raise UserError(self._unknown(what))
        return await run(context, name.strip())

    @property
    def runs(self) -> Mapping[str, WordFunction]:
        """What each word does."""
        operations = {**self.kind.operations, "remove": self._ask_to_remove}
        actions = {word: self._on(word, do) for word, do in operations.items()}
        return {"list": self._list, "add": self._add, "edit": self._edit, **actions, **self.others}

    def _on(self, word: str, operation: Operation) -> WordFunction:
        """Return what finds the one that is meant and does something with it."""

        async def run(context: Context, name: str) -> Reply:
            listing = self.kind.listing
            try:
                found = await self._named(context, name)
            except NoneOfName as error:
                action = listing.action(word)
                return Reply(listing.choice_screen(error.sentence, error.near, action))
            await permit(context, found, self.kind.refusal)
            return await operation(context, found)

        return run

    async def _named(self, context: Context, name: str) -> Any:  # noqa: ANN401 -- a digest or an alert
        request, services = context.request, context.services
        return await self.kind.stored_in(services).named(
            name, services.digests.team, request.channel, request.user
        )

    async def _ask_to_remove(self, _context: Context, found: Subscribed) -> Reply:
        return Reply(self.kind.listing.sure_screen(found))

    async def _list(self, context: Context, _name: str) -> Reply:
        return await self.kind.list_reply(context)

    async def _add(self, context: Context, _name: str) -> Reply:
        listing = self.kind.listing
        if not context.request.trigger:
            return Reply(listing.add_screen(_A_BUTTON))
        await open_form(context, self.kind)
        return Reply(listing.add_screen(""), quiet=True)

    async def _edit(self, context: Context, name: str) -> Reply:
        if not context.request.trigger:
            return await self._on("edit", self._with_button)(context, name)
        await open_form(context, self.kind, lambda: self._named(context, name))
        return Reply(self.kind.listing.add_screen(""), quiet=True)

    async def _with_button(self, _context: Context, found: Subscribed) -> Reply:
        listing = self.kind.listing
        return Reply(listing.choice_screen(_A_BUTTON, (found,), listing.action("edit")))

    def _unknown(self, what: str) -> str:
        near = difflib.get_close_matches(what.lower(), self.runs, 1, _NEAR)
        meant = f"Did you mean `{COMMAND} {self.kind.listing.noun} {near[0]}`?" if near else None
        return f"I cannot do that with {self.a}. {meant or f'Try `{COMMAND} {self.usage}`.'}"


ALERT = SubscriptionCommands(ALERTS, "an alert", ALERT_USAGE, {"listen": listen})
DIGEST = SubscriptionCommands(DIGESTS, "a digest", DIGEST_USAGE)


@subcommand(
    ALERT_USAGE,
    "tell a channel when SIMs go down, once; answer other apps' alerts",
    ("alert add",),
    brief="tell a channel when SIMs go down",
)
async def alert(context: Context) -> Reply:
    """Do what the first word says; without one, list the channel's alerts."""
    await context.authorize()
    return await ALERT.run(context)


@subcommand(
    DIGEST_USAGE,
    "post to a channel on a schedule what changed",
    ("digest add",),
    brief="tell a channel what changed",
)
async def digest(context: Context) -> Reply:
    """Do what the first word says; without one, list the channel's digests."""
    return await DIGEST.run(context)
