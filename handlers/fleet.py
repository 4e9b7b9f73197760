"""Questions about a fleet, in the command and in mentions: a fresh look, or the last scan."""

from dataclasses import replace
from functools import partial

from bot.blocks.fleet import fleet_screen, reading_screen
from bot.digests.fresh_look import fresh_answer
from bot.sessions.fleet_answer import FleetAnswer
from bot.sessions.fleet_query import FleetQuery, Misread, parse_fleet_query
from bot.sims.spotter import Spotted
from handlers.context import Context
from handlers.lookups import ask_scan
from handlers.replies import Reply
from handlers.triage import read_all, triage_reply


async def fleet_question(context: Context, text: str) -> FleetQuery | Misread | None:
    """Read a question about a fleet; a SIM that is called exactly so is meant first."""
    asked = parse_fleet_query(text)
    if asked is None or await context.services.fleet.is_a_name(text):
        return None
    return asked


async def fleet_reply(context: Context, query: FleetQuery) -> Reply:
    """Answer it: by a fresh look at few SIMs, of many from the last scan. Raises what those do."""
    redaction = await context.redaction()
    meant = await context.services.fleet.meant(query, redacts=redaction is not None)
    if meant.sids and query.is_only_a_name:
        return await triage_reply(context, Spotted(meant.sids, len(meant.sids)))
    for_all = context.request.aloud
    if meant.sids:
        spotted = Spotted(meant.sids, len(meant.sids))
        made, shown = await read_all(context, spotted, partial(reading_screen, query.words))
        now = context.services.clock.now()
        answer = fresh_answer(query, made, now, redacted=redaction)
        return replace(await _reply(context, answer, for_all=for_all), shown=shown)
    return await _reply(context, await ask_scan(context, query, meant), for_all=for_all)


async def _reply(context: Context, answer: FleetAnswer, *, for_all: bool) -> Reply:
    services = context.services
    draw = partial(fleet_screen, answer, services.clock.now(), for_all=for_all)
    return Reply(await services.executor.run(draw), in_channel=for_all)
