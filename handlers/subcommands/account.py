"""`account [name|any]`: which of several KORE accounts a name alone means in a channel."""

from bot.blocks.sim_text import account_screen
from bot.errors import UserError
from bot.sims.identifier import key, quoted
from handlers.commands import subcommand
from handlers.lookups import note_action
from handlers.payloads import Context
from handlers.replies import Reply

ANY = "any"


@subcommand("account [name|any]", "which KORE account a name means here, where there are several")
async def account(context: Context) -> Reply:
    """Show it, or choose it for all in the channel. Raises UserError and StoreError."""
    services, request = context.services, context.request
    seen, labels = (await context.visibility(for_all=False)).accounts, services.views.labels
    wanted = key(request.text)
    if not wanted or len(services.views.names) == 1:
        chosen = await services.defaults.of(request.team, request.channel)
        return Reply(
            account_screen(seen, chosen if chosen in seen else None, services.views.labels)
        )
    if wanted not in {*seen, ANY}:
        raise UserError(f"I know no account {quoted(request.text)} here.")
    chosen = None if wanted == ANY else wanted
    await services.defaults.choose(request.team, request.channel, chosen, request.user)
    note_action(context, "account")
    return Reply(account_screen(seen, chosen, labels))
