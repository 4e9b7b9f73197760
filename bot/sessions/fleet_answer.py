"""The answer to a question about a fleet, put together SIM by SIM, fresh or from a scan. Pure."""

from collections.abc import Callable
from datetime import datetime, timedelta
from heapq import heappush, heappushpop
from math import inf
from typing import Generic, TypeVar

from bot.diagnosis.evidence import Evidence
from bot.sessions.fleet_query import Facts, FleetQuery, condition, facts_of
from bot.sessions.report import SessionReport
from bot.sessions.snapshot import Snapshot, snapshot_of, traffic
from bot.sessions.triage import Triage
from bot.struct import Struct, replace

SHOWN = 100
"""SIMs that an answer shows; all are counted."""
T = TypeVar("T")


class FleetRow(Struct):
    """One SIM that fits; `packets` are those of the last 24 h, None where they are unknown."""

    snapshot: Snapshot
    packets: int | None = None


class FleetAnswer(Struct):
    """The SIMs that fit, the first of them as rows, of those that were looked at.

    `unread` of the latter could not be read. `digest` is the name of the digest whose scan this is
    from, None for a fresh look; `only` says which SIMs it has where not all that are meant.
    `since` is when what is new was not there yet. `redacted` says what was left out for want of
    permission, `missing` are the accounts whose list of SIMs is not read yet.
    """

    query: FleetQuery
    rows: tuple[FleetRow, ...]
    matched: int
    looked_at: int
    unread: int
    as_of: datetime
    digest: str | None = None
    only: str | None = None
    since: datetime | None = None
    redacted: str | None = None
    missing: tuple[str, ...] = ()

    @property
    def problem(self) -> str | None:
        """Which SIMs were not looked at, and why."""
        names = ", ".join(self.missing)
        return (
            f"SIMs of {names} are missing: KORE's list of them is not read yet." if names else None
        )


class FleetCollector(Generic[T]):
    """Counts the SIMs that fit and keeps those that are shown: the worst, silent, busiest.

    It is told only of SIMs whose names fit; `T` is whatever a SIM's snapshot is made from.
    """

    def __init__(
        self,
        query: FleetQuery,
        now: datetime,
        plan_sid: str | None = None,
        *,
        most: int = SHOWN,
    ) -> None:
        self.matched = self.looked_at = self.unread = 0
        self._query = query
        self._plans = {plan_sid, query.plan} if query.plan else None
        self._fits = condition(query, now.timestamp())
        self._most = query.top or most
        self._kept: list[tuple[float, int, T, int | None]] = []

    def look_at(self, sim: Facts) -> bool:
        """Count a SIM that was looked at, if it is one of those that are meant."""
        is_meant = self._plans is None or sim.plan in self._plans
        self.looked_at += is_meant
        return is_meant

    def add(self, sim: Facts, source: T, gravity: float, packets: int | None = None) -> None:
        """Take a SIM in; its snapshot is made only where it is shown."""
        if not self.look_at(sim):
            return
        if not self._fits(sim) or (self._query.top and not packets):
            return
        self.matched += 1
        entry = (self._weight(sim, gravity, packets), -self.matched, source, packets)
        (heappush if len(self._kept) < self._most else heappushpop)(self._kept, entry)

    def add_unread(self, sim: Facts) -> None:
        """Count a SIM that could not be read, if it is one of those that are meant."""
        self.unread += self.look_at(sim)

    def rows(self, read: Callable[[T], Snapshot]) -> tuple[FleetRow, ...]:
        """Return the kept ones, what matters most first."""
        ordered = sorted(self._kept, key=lambda entry: entry[:2], reverse=True)
        return tuple(FleetRow(read(source), packets) for _, _, source, packets in ordered)

    def _weight(self, sim: Facts, gravity: float, packets: int | None) -> float:
        if self._query.top:
            return packets or 0
        if self._query.silent_for:
            return inf if sim.seen_at is None else -sim.seen_at
        return gravity


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
    collector = FleetCollector[SessionReport](replace(query, plan=None), now, most=most)
    failed = len(made.unread)
    since = now - NEW_FOR if query.is_new else None
    for place, report in enumerate(made.reports):
        snapshot = snapshot_of(report)
        if since and (report.sim.date_created is None or report.sim.date_created < since):
            collector.look_at(facts_of(snapshot))
            continue
        packets = _packets(report) if query.top else None
        collector.add(facts_of(snapshot), report, -place, packets)
    return FleetAnswer(
        query=query,
        rows=collector.rows(snapshot_of),
        matched=collector.matched,
        looked_at=collector.looked_at + failed,
        unread=failed + sum(report.sessions is None for report in made.reports),
        as_of=min((report.as_of for report in made.reports), default=now),
        since=since,
        redacted=redacted,
    )


def _packets(report: SessionReport) -> int | None:
    return traffic(Evidence(report.sim, report.sessions, report.made_at))
