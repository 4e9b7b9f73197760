"""SIMs of a scan that are in a common outage, which only all rows together tell.

The rows keep each SIM's own cause, so that scans stay comparable; who reads them asks here.
"""

import asyncio

from bot.diagnosis.contrast import Member, Outage, outages_of
from bot.diagnosis.rule import Severity, explained_rules, rule_order
from bot.diagnosis.rules.common_outage import NEXT_STEPS, outage_limits, title_of
from bot.diagnosis.thresholds import Thresholds
from bot.digests.scan import weight
from bot.sessions.peers import scanned_member
from bot.sessions.snapshot import FindingBrief, Snapshot
from bot.store.database import Database
from bot.store.digest_runs import Run
from bot.store.scans import ScanRow, ScanRows, ScanSums
from bot.struct import Struct, field, replace

OUTAGE = "common_outage"
GRAVITY = weight(OUTAGE, Severity.CRITICAL)
_SEVERITIES = {severity.word: -severity for severity in Severity}
_TOLD = '"outages":['
"""Stands in the JSON of a digest only where it names an outage: in a text quotes are escaped."""


class KnownOutages(Struct):
    """The outages of a scan, the greatest first, and those in one, by SID in that order.

    `gravities` are those of all that fell silent, by SID, as their rows have them.
    """

    outages: tuple[Outage, ...] = ()
    by_sid: dict[str, Outage] = field(default_factory=dict)
    gravities: dict[str, int] = field(default_factory=dict)

    def with_outage(self, sim: Snapshot) -> Snapshot:
        """Return a SIM with the outage that it is in as its cause, as a look-up has it."""
        outage = self.by_sid.get(sim.sid)
        if outage is None:
            return sim
        explained = explained_rules(OUTAGE)
        found = [each for each in sim.findings if each.rule not in {OUTAGE, *explained}]
        found.append(FindingBrief(OUTAGE, Severity.CRITICAL.word, title_of(outage)))
        found.sort(key=lambda each: (_SEVERITIES.get(each.severity, 0), rule_order(each.rule)))
        step = NEXT_STEPS[outage.trait] if found[0].rule == OUTAGE else sim.next_step
        return replace(sim, findings=tuple(found), next_step=step)

    def gravity(self, sid: str, own: int) -> int:
        """Return how grave a SIM is of which the row says so much."""
        return max(own, GRAVITY) if sid in self.by_sid else own

    def raised_count(self, least: int) -> int:
        """Count those that are so grave by their outage alone."""
        return sum(self.gravities[sid] < least <= GRAVITY for sid in self.by_sid)


NONE = KnownOutages()


class ScanOutages:
    """Finds them. Holds what is compared of each SIM, and the last answer."""

    def __init__(self, database: Database, limits: Thresholds) -> None:
        self._rows = ScanRows(database)
        self._sums = ScanSums(database)
        self._limits = limits
        self._kept: tuple[int, KnownOutages] | None = None

    async def find(self, run: int) -> KnownOutages:
        """Compare those that fell silent with the others, if there are enough. Raises StoreError.

        A SIM that could not be read is in none.
        """
        losses = 0
        async for _ in self._sums.lost(run):
            losses += 1
            if losses >= self._limits.outage_sims:
                return await self._compared(run)
        return NONE

    async def known(self, run: Run | None) -> KnownOutages:
        """Return those of a run whose digest named any. Raises StoreError."""
        if run is None or not run.has_rows or _TOLD not in (run.digest or ""):
            return NONE
        if self._kept is None or self._kept[0] != run.id:
            self._kept = run.id, await self.find(run.id)
        return self._kept[1]

    async def worst(
        self, run: int, outages: KnownOutages, least: int, most: int
    ) -> tuple[ScanRow, ...]:
        """Return SIMs of at least such gravity, the gravest first. Raises StoreError."""
        found = {row.sid: row for row in await self._sums.worst(run, least, most)}
        if outages.by_sid and least <= GRAVITY:
            found |= await self._rows.known(run, sorted(outages.by_sid)[:most])
        ranked = sorted(
            found.values(), key=lambda row: (-outages.gravity(row.sid, row.gravity), row.sid)
        )
        return tuple(ranked[:most])

    async def _compared(self, run: int) -> KnownOutages:
        members, gravities = list[Member](), dict[str, int]()
        async for page in self._rows.every(run):
            for row in page:
                if member := scanned_member(row):
                    members.append(member)
                    if member.lost_at is not None:
                        gravities[row.sid] = row.gravity
            await asyncio.sleep(0)
        outages = outages_of(members, outage_limits(self._limits))
        by_sid = {sid: outage for outage in outages for sid in outage.sids}
        return KnownOutages(tuple(outages), by_sid, gravities)
