"""Compiles a run's rows into its digest: the database counts and sorts, pages are compared here."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from heapq import heappush, heappushpop
from operator import attrgetter

from bot.clock import Clock
from bot.diagnosis.contrast import Outage, Trait
from bot.diagnosis.rule import Severity
from bot.diagnosis.thresholds import Thresholds
from bot.digests.digest import (
    ChangeGroup,
    Digest,
    MissedRun,
    NetworkOutage,
    SimChange,
    SimSample,
    SimSummary,
    TrendPoint,
    UnreadableSims,
)
from bot.digests.outages import NONE, KnownOutages, ScanOutages
from bot.digests.scan import MIN_GRAVITY
from bot.digests.subscription import Subscription
from bot.sessions.redaction import REDACTED, redacted_change, redacted_snapshot
from bot.sessions.snapshot import IMPLIED_BY_STATE, Change, ChangeKind, Snapshot, changes, gravest
from bot.store.database import Database
from bot.store.digest_runs import DigestRuns, Run
from bot.store.scans import RowPair, ScanRow, ScanRows, ScanSums
from bot.struct import Struct

TREND_LENGTH = 14
"""Digests that the trend shows."""
NOT_RUNNING = "I was not running at that time."
MAX_NAMED = 50
"""SIMs of one list that a digest names."""
BATCH = 25
"""SIMs compared before others have the loop."""
REPORTED_KINDS = (
    ChangeKind.WENT_SILENT,
    ChangeKind.CAME_BACK,
    ChangeKind.NEW_COUNTRY,
    ChangeKind.NEW_IMEI,
    ChangeKind.NEW_FINDING,
    ChangeKind.FINDING_GONE,
    ChangeKind.STATUS_CHANGED,
)
"""The changes that a digest reports, in this order; the rest is a fleet's everyday life."""
_GRAVITY = {severity.word: severity.value for severity in Severity}


@dataclass(slots=True)
class _WorstChanges:
    """The changes of one kind: all are counted, the gravest kept."""

    count: int = 0
    kept: list[tuple[int, int, SimChange]] = field(default_factory=list)

    def add(self, changed: SimChange, weight: int, most: int) -> None:
        """Count a change and keep it if it is grave enough; of two as grave the earlier stays."""
        self.count += 1
        entry = (weight, -self.count, changed)
        (heappush if len(self.kept) < most else heappushpop)(self.kept, entry)

    def first(self) -> tuple[SimChange, ...]:
        """Return the kept ones, the gravest first."""
        return tuple(changed for *_, changed in sorted(self.kept, reverse=True))


class ChangeCollector:
    """Collects changes by kind: at most `most` SIMs of each, without their numbers if `redacts`.

    `before` and `after` are the outages then and now.
    """

    def __init__(
        self,
        most: int,
        before: KnownOutages = NONE,
        after: KnownOutages = NONE,
        *,
        redacts: bool = False,
    ) -> None:
        self._most = most
        self._before = before
        self._after = after
        self._redacts = redacts
        self._by_kind: defaultdict[ChangeKind, _WorstChanges] = defaultdict(_WorstChanges)

    def add(self, pair: RowPair) -> None:
        """Compare a SIM with how it was. A snapshot that cannot be read is no change."""
        try:
            before = self._before.with_outage(Snapshot.from_json(pair.before))
            after = self._after.with_outage(Snapshot.from_json(pair.after))
        except ValueError:
            return
        weight = max((_GRAVITY.get(found.severity, 0) for found in after.findings), default=0)
        for change in changes(before, after):
            if is_reported(change):
                self._by_kind[change.kind].add(self._changed(change, after), weight, self._most)

    def _changed(self, change: Change, after: Snapshot) -> SimChange:
        shown = redacted_change(change) if self._redacts else change
        return SimChange(sim_summary(after, redacts=self._redacts), shown.before, shown.after)

    def groups(self) -> tuple[ChangeGroup, ...]:
        """Return what was collected, kind by kind."""
        found = [(kind, self._by_kind[kind]) for kind in REPORTED_KINDS if kind in self._by_kind]
        return tuple(
            ChangeGroup(kind, gathered.count, gathered.first()) for kind, gathered in found
        )


def is_reported(change: Change) -> bool:
    """Return whether a digest reports a change: of findings, only what is amiss."""
    if change.finding is None:
        return change.kind in REPORTED_KINDS
    is_amiss = change.finding.severity != Severity.INFO.word
    return is_amiss and change.finding.rule not in IMPLIED_BY_STATE


def sim_summary(
    snapshot: Snapshot, packets: int | None = None, *, redacts: bool = False
) -> SimSummary:
    """Return what a list says of a SIM, without the numbers of card and device if `redacts`."""
    snapshot = redacted_snapshot(snapshot) if redacts else snapshot
    worst = gravest(snapshot.findings)
    return SimSummary(
        sid=snapshot.sid,
        name=snapshot.full_name,
        state=snapshot.state,
        seen_at=snapshot.seen_at,
        operator=snapshot.operator or snapshot.network,
        what=worst.title if worst else None,
        severity=worst.severity if worst else None,
        packets=packets,
        status=snapshot.status,
    )


class RunNotes(Struct):
    """What is known of a run besides its rows; see the fields of the digest.

    `skipped_since`: no run was started from that due time on, in epoch seconds.
    """

    skipped_since: float | None = None
    missing: tuple[str, ...] = ()
    problem: str | None = None
    redacted: str | None = None
    unreachable: tuple[str, ...] = ()


class Compiler:
    """Makes digests. Holds a page of rows and the digest's own lists, whatever the fleet's size."""

    def __init__(self, database: Database, limits: Thresholds, clock: Clock) -> None:
        self._runs = DigestRuns(database)
        self._rows = ScanRows(database)
        self._sums = ScanSums(database)
        self._outages = ScanOutages(database, limits)
        self._clock = clock

    async def digest(self, run: Run, about: Subscription, notes: RunNotes) -> Digest:
        """Compile the digest of a run that has asked all its SIMs. Raises StoreError.

        It is compared with the last run of `about`, whose own the run need not be.
        """
        before = await self._runs.before(about.id, run.due, run.accounts)
        counts = await self._sums.counts(run.id)
        due, now, redacts = moment(run.due), self._clock.now(), notes.redacted is not None
        then, outages = await self._outages.known(before), await self._outages.find(run.id)
        changed = ChangeCollector(MAX_NAMED, then, outages, redacts=redacts)
        return Digest(
            subscription=about.id,
            name=about.name,
            zone=about.zone,
            about=_about(about, run),
            due=due,
            made_at=now,
            counts=counts,
            since=moment(before.due) if before else None,
            next_due=about.next_due(max(due, now)),
            changes=await self._differences(before, run, changed),
            new=await self._only_in(run, before, outages, redacts=redacts),
            gone=await self._only_in(before, run, then, redacts=redacts)
            if not notes.problem
            else SimSample(),
            worst=await self._worst(run, outages, redacts=redacts),
            talkers=sim_summaries(
                await self._sums.talkers(run.id, MAX_NAMED), outages, redacts=redacts
            ),
            outages=tuple(_outage(each, redacts=redacts) for each in outages.outages),
            unread=await self._unread(run, redacts=redacts),
            missing=notes.missing,
            unreachable=notes.unreachable,
            missed=await self._missed(run, about, before, notes.skipped_since),
            trend=await self._trend(run, about, counts),
            problem=notes.problem,
            redacted=notes.redacted,
        )

    async def _worst(self, run: Run, outages: KnownOutages, *, redacts: bool) -> SimSample:
        rows = await self._outages.worst(run.id, outages, MIN_GRAVITY, MAX_NAMED)
        grave = await self._sums.grave(run.id, MIN_GRAVITY) + outages.raised_count(MIN_GRAVITY)
        return SimSample(grave, sim_summaries(rows, outages, redacts=redacts))

    async def _differences(
        self, before: Run | None, run: Run, found: ChangeCollector
    ) -> tuple[ChangeGroup, ...]:
        if before is None:
            return ()
        async for page in self._rows.changed(before.id, run.id):
            for at, pair in enumerate(page):
                found.add(pair)
                if at % BATCH == 0:
                    await asyncio.sleep(0)
        return found.groups()

    async def _only_in(
        self, run: Run | None, other: Run | None, outages: KnownOutages, *, redacts: bool
    ) -> SimSample:
        """Return the SIMs of one run that are not in the other; none without both."""
        if run is None or other is None:
            return SimSample()
        rows = await self._rows.only_in(run.id, other.id, MAX_NAMED)
        count = await self._rows.count_only_in(run.id, other.id) if rows else 0
        return SimSample(count, sim_summaries(rows, outages, redacts=redacts))

    async def _unread(self, run: Run, *, redacts: bool) -> UnreadableSims:
        rows = await self._sums.failed(run.id, MAX_NAMED)
        if not rows:
            return UnreadableSims()
        faults = await self._sums.faults(run.id)
        return UnreadableSims(faults, sim_summaries(rows, redacts=redacts))

    async def _missed(
        self, run: Run, about: Subscription, before: Run | None, skipped_since: float | None
    ) -> tuple[MissedRun, ...]:
        """Return the due times since the digest before to which none came."""
        since = before.due if before else run.started
        untold = await self._runs.unreported_between(about.id, since, run.due)
        begun = [MissedRun(moment(each.due), each.why or "") for each in untold]
        never = _never_begun(about, skipped_since, run.due) if skipped_since else ()
        return tuple(
            sorted({each.due: each for each in (*never, *begun)}.values(), key=attrgetter("due"))
        )

    async def _trend(
        self, run: Run, about: Subscription, counts: Mapping[str, int]
    ) -> tuple[TrendPoint, ...]:
        earlier = await self._runs.trend(about.id, run.due, TREND_LENGTH - 1, run.accounts)
        points = [TrendPoint(moment(each.due), each.counts) for each in earlier]
        return (*points, TrendPoint(moment(run.due), counts))


def _never_begun(about: Subscription, since: float, due: float) -> Iterator[MissedRun]:
    """Return the due times from the one that was skipped first on, at most as many as are named."""
    at = about.next_due(moment(since - 1))
    for _ in range(MAX_NAMED):
        if at is None or at.timestamp() >= due:
            return
        yield MissedRun(at, NOT_RUNNING)
        at = about.next_due(at)


def _about(about: Subscription, run: Run) -> str:
    """Say which SIMs it is about, and of which accounts where those have names."""
    names = ", ".join(sorted(run.shown - {""}))
    return f"{about.selection.words} of {names}" if names else about.selection.words


def moment(seconds: float) -> datetime:
    """Return the time of the store's epoch seconds."""
    return datetime.fromtimestamp(seconds, UTC)


def sim_summaries(
    rows: Iterable[ScanRow], outages: KnownOutages = NONE, *, redacts: bool
) -> tuple[SimSummary, ...]:
    """Return what a list says of rows, without the numbers of card and device if `redacts`."""
    return tuple(
        sim_summary(outages.with_outage(Snapshot.from_json(row.row)), row.traffic, redacts=redacts)
        for row in rows
    )


def _outage(found: Outage, *, redacts: bool) -> NetworkOutage:
    """Return what a digest tells of an outage, without cell and device if `redacts`."""
    is_hidden = redacts and found.trait in {Trait.CELL, Trait.MODEL}
    return NetworkOutage(
        network=REDACTED if is_hidden else found.value or "",
        operator=None,
        sims=found.silent,
        first=moment(found.first),
        last=moment(found.last),
        trait=found.trait,
        of=found.members,
        others=found.others,
        others_silent=found.others_silent,
    )
