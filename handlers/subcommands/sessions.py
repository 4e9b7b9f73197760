"""`<sim>`, `history <sim> [days]`, `handover` and `account`: what is asked of SIMs."""

from bot.blocks.sim_text import account_screen
from bot.errors import BadDays, NotASim, SimAmbiguous, SimNotFound, UserError
from bot.sessions.report import SessionReport
from bot.sims.identifier import key, quoted
from handlers.commands import answer_text, subcommand, which_sim
from handlers.handover import handed_over, thread_of
from handlers.history import history_reply, readings
from handlers.lookups import look_up, note_action
from handlers.payloads import Context
from handlers.replies import Reply

EXAMPLES = ("{sim}", "{sims}")


@subcommand("<sim>", "what the SIM is doing and what is wrong; of several, one table", EXAMPLES)
async def sessions(context: Context) -> Reply:
    """Look up the SIM, or the SIMs, that the text names. Raises what the look-up raises."""
    return await answer_text(context)


HISTORY_EXAMPLES = ("history {sim} 7", "history {sim} 30")
HISTORY_USAGE = "history <sim> [days]"


@subcommand(
    HISTORY_USAGE,
    "its sessions of the last 30 days as charts, table and files; older days by the month",
    HISTORY_EXAMPLES,
)
async def history(context: Context) -> Reply:
    """Look the SIM up and show its sessions. Raises BadDays and what the look-up raises."""
    services = context.services
    if not context.request.text.strip():
        raise NotASim(which_sim(HISTORY_USAGE, HISTORY_EXAMPLES[0], await context.examples()))
    report, days = await _look_up(context)
    return await history_reply(report, days, services.archive, services.executor)


async def _look_up(context: Context) -> tuple[SessionReport, int]:
    """Take the first way to read the text that names a SIM. Raises what is wrong with the best."""
    errors: list[UserError] = []
    for way in readings(context.request.text):
        try:
            report = await look_up(context, way.sim)
        except UserError as error:
            errors.append(_with_days(error, way.days))
            continue
        if way.fault:
            raise BadDays(way.fault)
        return report, way.days
    raise next((error for error in errors if getattr(error, "candidates", ())), errors[0])


def _with_days(error: UserError, days: int) -> UserError:
    if isinstance(error, SimNotFound | SimAmbiguous):
        error.days = days
    return error


@subcommand("handover <link to a thread>", "the SIMs looked up in a thread, then and now")
async def handover(context: Context) -> Reply:
    """Hand the thread over. Raises NoThread, and what the look-ups raise."""
    return await handed_over(context.asking(thread_of(context.request)))


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
