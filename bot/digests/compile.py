"""From the rows of a run to its digest: the database counts and sorts, pages are compared here."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import UTC, datetime

from bot.clock import Clock
from bot.diagnosis.thresholds import Thresholds
from bot.digests.differences import Differences, known
from bot.digests.digest import FAILED, Digest, Group, Known, Lost, Missed, Point, Some, Unread
from bot.digests.outage import Loss, Outage, outages
from bot.digests.rows import LEAST_GRAVE
from bot.digests.subscription import Subscription
from bot.sessions.snapshot import Snapshot
from bot.store.digest_runs import DigestRuns, Run
from bot.store.scan_rows import ScanRow, ScanRows
from bot.store.scan_sums import ScanSums

TREND = 14
"""Digests that the trend shows."""
MOST = 50
"""SIMs of one list that a digest names."""
AT_A_TIME = 25
"""SIMs compared before others have the loop."""


class Compiler:
    """Makes digests. Holds a page of rows and the digest's own lists, whatever the fleet's size."""

    def __init__(
        self, runs: DigestRuns, rows: ScanRows, sums: ScanSums, limits: Thresholds, clock: Clock
    ) -> None:
        self._runs = runs
        self._rows = rows
        self._sums = sums
        self._limits = limits
        self._clock = clock

    async def digest(
        self,
        run: Run,
        about: Subscription,
        *,
        missing: Sequence[str] = (),
        problem: str | None = None,
    ) -> Digest:
        """Compile the digest of a run that has asked all its SIMs. Raises StoreError.

        `missing` were named and are not there; `problem` says why none could even be listed.
        """
        before = await self._runs.before(run.subscription, run.due)
        counts = await self._sums.counts(run.id)
        due, now = moment(run.due), self._clock.now()
        return Digest(
            subscription=run.subscription,
            name=about.name,
            zone=about.zone,
            about=about.selection.words,
            due=due,
            made_at=now,
            counts=counts,
            since=moment(before.due) if before else None,
            next_due=about.next_due(max(due, now)),
            changes=await self._differences(before, run) if before else (),
            new=await self._only_in(run, before),
            gone=await self._only_in(before, run) if not problem else Some(),
            worst=await self._worst(run),
            talkers=_all_known(await self._sums.talkers(run.id, MOST)),
            outages=await self._outages(run, sum(counts.values()) - counts.get(FAILED, 0)),
            unread=await self._unread(run),
            missing=tuple(missing),
            missed=await self._missed(before, run),
            trend=await self._trend(run, counts),
            problem=problem,
        )

    async def _differences(self, before: Run, run: Run) -> tuple[Group, ...]:
        found = Differences(MOST)
        async for page in self._rows.changed(before.id, run.id):
            for at, pair in enumerate(page):
                found.add(pair)
                if at % AT_A_TIME == 0:
                    await asyncio.sleep(0)
        return found.groups()

    async def _only_in(self, run: Run | None, other: Run | None) -> Some:
        """Give the SIMs of one run that are not in the other; none without both."""
        if run is None or other is None:
            return Some()
        rows = await self._rows.only_in(run.id, other.id, MOST)
        count = await self._rows.count_only_in(run.id, other.id) if rows else 0
        return Some(count, _all_known(rows))

    async def _worst(self, run: Run) -> Some:
        rows = await self._sums.worst(run.id, LEAST_GRAVE, MOST)
        return Some(await self._sums.grave(run.id, LEAST_GRAVE), _all_known(rows))

    async def _outages(self, run: Run, looked_at: int) -> tuple[Lost, ...]:
        found = await outages(self._losses(run), looked_at, self._limits)
        return tuple([await self._lost(run, each) for each in found])

    async def _lost(self, run: Run, seen: Outage) -> Lost:
        """Name the network of an outage as one of its SIMs does."""
        rows = await self._sums.lost_on(run.id, seen.network, 1)
        operator = _all_known(rows)[0].operator if rows else None
        return Lost(seen.network, operator, seen.sims, moment(seen.first), moment(seen.last))

    async def _losses(self, run: Run) -> AsyncIterator[Loss]:
        async for network, at in self._sums.lost(run.id):
            yield Loss(network, at)

    async def _unread(self, run: Run) -> Unread:
        rows = await self._sums.failed(run.id, MOST)
        return Unread(await self._sums.faults(run.id), _all_known(rows)) if rows else Unread()

    async def _missed(self, before: Run | None, run: Run) -> tuple[Missed, ...]:
        """Give the due times since the digest before to which none came."""
        if before is None:
            return ()
        skipped = await self._runs.skipped_between(run.subscription, before.due, run.due)
        return tuple(Missed(moment(each.due), each.why or "") for each in skipped)

    async def _trend(self, run: Run, counts: Mapping[str, int]) -> tuple[Point, ...]:
        earlier = await self._runs.trend(run.subscription, run.due, TREND - 1)
        points = [Point(moment(each.due), each.counts) for each in earlier]
        return (*points, Point(moment(run.due), counts))


def moment(seconds: float) -> datetime:
    """Give a moment of the store's."""
    return datetime.fromtimestamp(seconds, UTC)


def _all_known(rows: Iterable[ScanRow]) -> tuple[Known, ...]:
    return tuple(known(Snapshot.from_json(row.row), row.traffic) for row in rows)
