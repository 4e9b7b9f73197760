"""The answer to a question about a fleet from SIMs that were just looked up. Pure."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from bot.diagnosis.evidence import Evidence
from bot.digests.scan import traffic
from bot.sessions.fleet_answer import SHOWN, FleetAnswer, FleetCollector
from bot.sessions.fleet_query import FleetQuery, facts_of
from bot.sessions.report import SessionReport
from bot.sessions.snapshot import snapshot_of
from bot.sessions.triage import Triage

NEW_FOR = timedelta(days=7)
"""KORE has had a new SIM for less than that; a scan says more, for it knows the one before."""


def fresh_answer(
    query: FleetQuery,
    made: Triage,
    now: datetime,
    *,
    redacted: str | None = None,
    most: int = SHOWN,
) -> FleetAnswer:
    """Return which of the SIMs that were read fit, the worst first as they come.

    All of them are meant by name and plan.
    """
    collector = FleetCollector(replace(query, pattern=None, plan=None), now, most=most)
    unread = len(made.unread)
    since = now - NEW_FOR if query.is_new else None
    for place, report in enumerate(made.reports):
        snapshot = snapshot_of(report)
        if since and (report.sim.date_created is None or report.sim.date_created < since):
            collector.look_at(facts_of(snapshot))
            continue
        packets = _packets(report) if query.top else None
        collector.add(facts_of(snapshot), partial(snapshot_of, report), -place, packets)
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
