"""Questions about a fleet, in the command and in mentions: a fresh look, or the last scan."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from bot.blocks.fleet import fleet_screen
from bot.diagnosis.evidence import Evidence
from bot.digests.scan import traffic
from bot.sessions.fleet_answer import FleetAnswer, FleetCollector
from bot.sessions.fleet_query import FleetQuery, Misread, facts_of, parse_fleet_query
from bot.sessions.report import SessionReport
from bot.sessions.snapshot import snapshot_of
from bot.sessions.triage import Triage
from bot.sims.spotter import Spotted
from handlers.context import Context
from handlers.lookups import ask_scan
from handlers.replies import Reply
from handlers.triage import read_all, triage_reply

NEW_FOR = timedelta(days=7)


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
        made, shown = await read_all(context, Spotted(meant.sids, len(meant.sids)))
        answer = fresh_answer(query, made, context.services.clock.now(), redaction)
        return replace(await _reply(context, answer, for_all=for_all), shown=shown)
    return await _reply(context, await ask_scan(context, query, meant), for_all=for_all)


async def _reply(context: Context, answer: FleetAnswer, *, for_all: bool) -> Reply:
    services = context.services
    draw = partial(fleet_screen, answer, services.clock.now(), for_all=for_all)
    return Reply(await services.executor.run(draw), in_channel=for_all)


def fresh_answer(
    query: FleetQuery, made: Triage, now: datetime, redacted: str | None
) -> FleetAnswer:
    """Return which of the SIMs that were read fit; all of them are meant."""
    collector = FleetCollector(replace(query, pattern=None, plan=None), now)
    since = now - NEW_FOR if query.is_new else None
    for place, report in enumerate(made.reports):
        facts, created = facts_of(snapshot_of(report)), report.sim.date_created
        if since and (created is None or created < since):
            collector.look_at(facts)
            continue
        packets = _packets(report) if query.top else None
        collector.add(facts, partial(snapshot_of, report), -place, packets)
    unread = len(made.unread)
    return FleetAnswer(
        query=query,
        rows=collector.rows(),
        matched=collector.matched,
        looked_at=collector.looked_at + unread,
        unread=unread,
        as_of=min((report.as_of for report in made.reports), default=now),
        since=since,
        redacted=redacted,
    )


def _packets(report: SessionReport) -> int | None:
    return traffic(Evidence(report.sim, report.sessions, report.made_at))
