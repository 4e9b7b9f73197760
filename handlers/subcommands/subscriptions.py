"""`alert [what] [name]` and `digest [what] [name]`: what a channel hears without asking."""

import difflib
from collections.abc import Awaitable, Callable, Mapping
from typing import Generic, TypeVar

from bot.alerts.alert import Alert
from bot.blocks import ids
from bot.blocks.alert_setup import ALERT
from bot.blocks.digest_setup import DIGEST
from bot.blocks.subscriptions import Listing
from bot.digests.subscription import Subscription
from bot.digests.subscriptions import NamedRepository, NoneOfName
from bot.errors import UserError
from bot.services import Services
from bot.struct import Struct
from handlers import alert_form, alerts, digest_form, digests
from handlers.commands import COMMAND, subcommand
from handlers.interactions import permit
from handlers.payloads import Context
from handlers.replies import Reply

ALERT_USAGE = "alert [add|list|edit|pause|resume|remove|test|listen] [name]"
DIGEST_USAGE = "digest [add|list|edit|pause|resume|remove|now|preview] [name]"
_NEAR = 0.6
_A_BUTTON = "Slack lets me open a window only after a command or a button: press this one."

Run = Callable[[Context, str], Awaitable[Reply]]
One = TypeVar("One", Alert, Subscription)


class Kind(Struct, Generic[One]):
    """What tells alerts and digests apart here.

    `a` is the noun with its article; `actions` has by word what is done with one, and its button.
    """

    a: str
    usage: str
    listing: Listing
    list_reply: Callable[[Context], Awaitable[Reply]]
    stored_in: Callable[[Services], NamedRepository[One]]
    open_form: Callable[..., Awaitable[None]]
    refusal: str | None
    actions: Mapping[str, tuple[str, Callable[[Context, One], Awaitable[Reply]]]]
    others: Mapping[str, Run] = {}

    async def run(self, context: Context) -> Reply:
        """Do what the first word says; without one, list those of the channel."""
        what, _, name = context.request.text.strip().partition(" ")
        run = self.runs.get(what.lower() or "list")
        if run is None:
            raise UserError(self._unknown(what))
        return await run(context, name.strip())

    @property
    def runs(self) -> Mapping[str, Run]:
        """What each word does."""
        actions = {word: self._on(*action) for word, action in self.actions.items()}
        always = {"list": self._list, "add": self._add, "edit": self._edit}
        return {**always, **actions, **self.others}

    def _on(self, action: str, operation: Callable[[Context, One], Awaitable[Reply]]) -> Run:
        """Return what finds the one that is meant and does something with it."""

        async def run(context: Context, name: str) -> Reply:
            try:
                found = await self._named(context, name)
            except NoneOfName as error:
                return Reply(self.listing.choice_screen(error.sentence, error.near, action))
            await permit(context, found, self.refusal)
            return await operation(context, found)

        return run

    async def _named(self, context: Context, name: str) -> One:
        request, services = context.request, context.services
        return await self.stored_in(services).named(
            name, services.digests.team, request.channel, request.user
        )

    async def _list(self, context: Context, _name: str) -> Reply:
        return await self.list_reply(context)

    async def _add(self, context: Context, _name: str) -> Reply:
        if not context.request.trigger:
            return Reply(self.listing.add_screen(_A_BUTTON))
        await self.open_form(context)
        return Reply(self.listing.add_screen(""), quiet=True)

    async def _edit(self, context: Context, name: str) -> Reply:
        if not context.request.trigger:
            return await self._on(f"{self.listing.noun}_edit", self._with_button)(context, name)
        await self.open_form(context, lambda: self._named(context, name))
        return Reply(self.listing.add_screen(""), quiet=True)

    async def _with_button(self, _context: Context, found: One) -> Reply:
        edit = f"{self.listing.noun}_edit"
        return Reply(self.listing.choice_screen(_A_BUTTON, (found,), edit))

    def _unknown(self, what: str) -> str:
        near = difflib.get_close_matches(what.lower(), self.runs, 1, _NEAR)
        meant = f"Did you mean `{COMMAND} {self.listing.noun} {near[0]}`?" if near else None
        return f"I cannot do that with {self.a}. {meant or f'Try `{COMMAND} {self.usage}`.'}"


ALERTS = Kind(
    "an alert",
    ALERT_USAGE,
    ALERT,
    alerts.list_reply,
    alerts.stored_in,
    alert_form.open_form,
    alert_form.NOT_THEIRS,
    {
        "pause": (ids.ALERT_PAUSE, alerts.pause),
        "resume": (ids.ALERT_RESUME, alerts.resume),
        "remove": (ids.ALERT_REMOVE, alerts.ask_to_remove),
        "test": (ids.ALERT_TEST, alerts.test),
    },
    {"listen": alerts.listen},
)
DIGESTS = Kind(
    "a digest",
    DIGEST_USAGE,
    DIGEST,
    digests.list_reply,
    digests.stored_in,
    digest_form.open_form,
    None,
    {
        "pause": (ids.DIGEST_PAUSE, digests.pause),
        "resume": (ids.DIGEST_RESUME, digests.resume),
        "remove": (ids.DIGEST_REMOVE, digests.ask_to_remove),
        "now": (ids.DIGEST_NOW, digests.now),
        "preview": (ids.DIGEST_PREVIEW, digests.preview),
    },
)


@subcommand(
    ALERT_USAGE, "tell a channel when SIMs go down, once; answer other apps' alerts", ("alert add",)
)
async def alert(context: Context) -> Reply:
    """Do what the first word says; without one, list the channel's alerts."""
    await context.authorize()
    return await ALERTS.run(context)


@subcommand(DIGEST_USAGE, "post to a channel on a schedule what changed", ("digest add",))
async def digest(context: Context) -> Reply:
    """Do what the first word says; without one, list the channel's digests."""
    return await DIGESTS.run(context)
