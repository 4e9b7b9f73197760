"""Many SIMs at a glance: which are worst, what they share, and the answer about a fleet. Pure."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from heapq import heappush, heappushpop
from math import inf
from typing import Generic, TypeVar

from bot.diagnosis.evidence import Evidence, State, status_of
from bot.diagnosis.rule import Finding, Severity
from bot.errors import BotError
from bot.sessions.fleet_query import FleetQuery, SimFacts, facts_of, query_matcher
from bot.sessions.report import SessionReport, unsearched_sentence
from bot.sessions.snapshot import Snapshot, snapshot_of, traffic
from bot.sims.identifier import natural_key
from bot.struct import Struct, replace

OUTAGE = "common_outage"
GOOD_NEWS = "healthy"
GONE_FOR_GOOD = frozenset({"deactivated", "canceled", "deleted"})
_UNREAD = Severity.WARNING - 0.5  # somebody should look, but after what is known to be wrong
_WORST_FIRST = (
    State.OFFLINE,
    State.STALE,
    State.BLOCKED,
    State.NEVER_SEEN,
    State.UNKNOWN,
    State.NOT_ACTIVATED,
    State.ONLINE,
)


class Unread(Struct):
    """What named a SIM and could not be read, and why."""

    query: str
    error: BotError


Row = SessionReport | Unread


def missing_sentence(accounts: Iterable[str]) -> str | None:
    """Say that SIMs of these accounts are not among those of a pattern or question."""
    names = ", ".join(accounts)
    return (
        f"SIMs of {names} are missing: KORE's list of them has not been read yet."
        if names
        else None
    )


class StaleReports(Struct):
    """What KORE gave nothing newer of, and `why`: `sims` of the `of` that were read.

    The oldest of it was told at `as_of`, seen from `made_at`.
    """

    sims: int
    of: int
    why: str
    as_of: datetime
    made_at: datetime

    @property
    def is_all(self) -> bool:
        """Return whether nothing that was read is from now."""
        return self.sims == self.of


def old_of(reports: Sequence[SessionReport]) -> StaleReports | None:
    """Return how many of the reports are from before; None where all are from now."""
    stale = [report for report in reports if report.stale]
    if not stale:
        return None
    oldest = min(stale, key=lambda report: report.as_of)
    return StaleReports(len(stale), len(reports), oldest.why_stale, oldest.as_of, oldest.made_at)


class SharedOutage(Struct):
    """SIMs that fell silent together: how many `of` them and the well that share a trait.

    `trait` and `value` are "" where they share nothing. `others` are those without it that were
    looked at, None where that is unknown; `others_silent` of them fell silent too.
    """

    sims: int
    of: int
    trait: str
    value: str
    first: datetime
    last: datetime
    others: int | None = None
    others_silent: int = 0


class Owner(Struct):
    """A person (a Slack id) who takes care of SIMs, and since when; `sids` are in lower case."""

    person: str
    since: datetime
    sids: frozenset[str]


class SharedCause(Struct):
    """A cause, and the SIMs of which it is; `outage` where it is one."""

    finding: Finding
    reports: tuple[SessionReport, ...]
    outage: SharedOutage | None = None


class Triage(Struct):
    """The SIMs that a text named, worst first, each once.

    `waiting` are not read yet; `cut` are beyond the limit and not read at all; `missing` are the
    accounts whose list of SIMs is not read yet.
    """

    rows: tuple[Row, ...]
    waiting: int = 0
    cut: int = 0
    missing: tuple[str, ...] = ()

    @property
    def problem(self) -> str | None:
        """Which SIMs were not looked at, and why."""
        unsearched = {account for report in self.reports for account in report.unsearched}
        said = filter(None, (missing_sentence(self.missing), unsearched_sentence(unsearched)))
        return " ".join(said) or None

    @property
    def reports(self) -> tuple[SessionReport, ...]:
        """Those that were read."""
        return tuple(row for row in self.rows if isinstance(row, SessionReport))

    @property
    def unread(self) -> tuple[Unread, ...]:
        """Those that were not."""
        return tuple(row for row in self.rows if isinstance(row, Unread))

    @property
    def troubled(self) -> tuple[SessionReport, ...]:
        """Those whose cause is a warning or worse."""
        return tuple(filter(is_troubled, self.reports))

    @property
    def old(self) -> StaleReports | None:
        """What of it KORE gave nothing newer of; None where all is from now."""
        return old_of(self.reports)

    @property
    def unclear(self) -> int:
        """How many SIMs nothing sure can be said of: unread or in part, of unknown state, old."""
        doubtful = (
            r.stale or r.state is State.UNKNOWN or not r.allowance_known or bool(r.skipped_rows)
            for r in self.reports
        )
        return len(self.unread) + sum(doubtful)

    @property
    def causes(self) -> tuple[SharedCause, ...]:
        """What is wrong with those in trouble, outages first, then what most share."""
        groups: dict[object, list[SessionReport]] = {}
        for report in self.troubled:
            groups.setdefault(_outage_of(report) or _rule(report), []).append(report)
        found = [
            SharedCause(
                reports[0].cause, tuple(reports), key if isinstance(key, SharedOutage) else None
            )
            for key, reports in groups.items()
            if reports[0].cause
        ]
        return tuple(sorted(found, key=lambda each: (each.outage is None, -len(each.reports))))


def triage(
    texts: Sequence[str], answers: Sequence[SessionReport | BotError | None], *, cut: int = 0
) -> Triage:
    """Put the answers in order; None is not read yet. A SIM asked for twice is one row."""
    rows: dict[str, Row] = {}
    for text, answer in zip(texts, answers, strict=True):
        if isinstance(answer, SessionReport):
            rows.setdefault(answer.sim.sid, answer)
        elif answer is not None:
            rows.setdefault(text, Unread(text, answer))
    waiting = sum(answer is None for answer in answers)
    return Triage(tuple(sorted(rows.values(), key=_rank)), waiting, cut)


def gravity(report: SessionReport) -> int:
    """Return the severity of the cause as a number; without one 1 for a remark, 0 for good news."""
    if report.cause:
        return report.cause.severity
    return int(any(f.stands and f.rule != GOOD_NEWS for f in report.findings))


def is_troubled(report: SessionReport) -> bool:
    """Return whether somebody should look at a SIM."""
    return gravity(report) >= Severity.WARNING


def can_come_back(report: SessionReport) -> bool:
    """Return whether a SIM may be online again by itself or by a repair."""
    return status_of(report.sim) not in GONE_FOR_GOOD


def last_seen(report: SessionReport) -> datetime | None:
    """Return when the SIM was last heard of; None where that is unknown."""
    session = report.last_session
    return (session.end or session.last_updated) if session else None


def _rank(row: Row) -> tuple[float, int, tuple[tuple[int, int, str], ...]]:
    if isinstance(row, Unread):
        return -_UNREAD, 0, natural_key(row.query)
    return -float(gravity(row)), _WORST_FIRST.index(row.state), natural_key(row.sim.name)


def _rule(report: SessionReport) -> tuple[object, ...]:
    """Return what SIMs of one cause share: its rule, and of those not active their status."""
    cause = report.cause
    if cause is None:
        return ()
    return cause.rule, cause.evidence.get("status") if cause.rule == "sim_not_active" else None


def _outage_of(report: SessionReport) -> SharedOutage | None:
    cause = report.cause
    if cause is None or cause.rule != OUTAGE:
        return None
    match cause.evidence:
        case {"sims": int(sims), "first": datetime() as first, "last": datetime() as last}:
            known = cause.evidence
            return SharedOutage(
                sims=sims,
                of=sims + (_whole(known.get("well")) or 0),
                trait=str(known.get("trait") or ""),
                value=str(known.get("value") or ""),
                first=first,
                last=last,
                others=_whole(known.get("others")),
                others_silent=_whole(known.get("others_silent")) or 0,
            )
    return None


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) else None


def owner_of(owners: Sequence[Owner], sid: str) -> Owner | None:
    """Return who takes care of a SIM, or None."""
    return next((owner for owner in owners if sid.lower() in owner.sids), None)


def has_all(person: str, sids: Iterable[str], owners: Iterable[Owner]) -> bool:
    """Return whether a person takes care of all these SIMs."""
    mine = {sid for owner in owners if owner.person == person for sid in owner.sids}
    return all(sid.lower() in mine for sid in sids)


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
    permission, `missing` are the accounts whose list of SIMs is not read yet, or of which the scan
    has none, `old` what KORE gave nothing newer of.
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
    old: StaleReports | None = None

    @property
    def problem(self) -> str | None:
        """Which SIMs were not looked at, and why."""
        if self.digest is None or not self.missing:
            return missing_sentence(self.missing)
        return f"SIMs of {', '.join(self.missing)} are missing: that scan did not cover them."


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
        self._fits = query_matcher(query, now.timestamp())
        self._most = query.top or most
        self._kept: list[tuple[float, int, T, int | None]] = []

    def look_at(self, sim: SimFacts) -> bool:
        """Count a SIM that was looked at, if it is one of those that are meant."""
        is_meant = self._plans is None or sim.plan in self._plans
        self.looked_at += is_meant
        return is_meant

    def add(self, sim: SimFacts, source: T, gravity: float, packets: int | None = None) -> None:
        """Take a SIM in; its snapshot is made only where it is shown."""
        if not self.look_at(sim):
            return
        if not self._fits(sim) or (self._query.top and not packets):
            return
        self.matched += 1
        entry = (self._weight(sim, gravity, packets), -self.matched, source, packets)
        (heappush if len(self._kept) < self._most else heappushpop)(self._kept, entry)

    def add_unread(self, sim: SimFacts) -> None:
        """Count a SIM that could not be read, if it is one of those that are meant."""
        self.unread += self.look_at(sim)

    def rows(self, read: Callable[[T], Snapshot]) -> tuple[FleetRow, ...]:
        """Return the kept ones, what matters most first."""
        ordered = sorted(self._kept, key=lambda entry: entry[:2], reverse=True)
        return tuple(FleetRow(read(source), packets) for _, _, source, packets in ordered)

    def _weight(self, sim: SimFacts, gravity: float, packets: int | None) -> float:
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
        old=made.old,
    )


def _packets(report: SessionReport) -> int | None:
    return traffic(Evidence(report.sim, report.sessions, report.made_at))
