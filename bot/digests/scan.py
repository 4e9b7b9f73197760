"""Asks KORE about some SIMs, one request each, and judges them by the same rules as a look-up.

What a scan leaves out: the usage of the metering month, which would be a second request a SIM, and
the sums of the window, which no row needs. So `data_limit` stays unjudged.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.clock import Clock
from bot.digests.days import Day, day_number, days_of
from bot.digests.months import Packed, learnt, to_learn_from
from bot.digests.rows import scan_row
from bot.errors import BotError
from bot.kore.client import KoreClient
from bot.kore.errors import KoreError
from bot.kore.fetched import Fetched
from bot.kore.models import RatePlan, Sim
from bot.ops.off_loop import OffLoop
from bot.sessions.allowance import Allowance
from bot.sessions.reading import Read, Sessions
from bot.sessions.report import SessionReport
from bot.sessions.verdict import Judge, evidence_of
from bot.store.scan_rows import ScanRow

LONG = 400
"""Sessions from which on a SIM is judged beside the loop."""
log = logging.getLogger(__name__)

Plans = dict[str, RatePlan | None]


@dataclass(frozen=True, slots=True)
class Failure:
    """A SIM that could not be read, and why."""

    sim: Sim
    error: BotError


@dataclass(slots=True)
class Scanned:
    """What came of some SIMs. `months` are those that changed, by SID."""

    rows: list[ScanRow] = field(default_factory=list)
    months: dict[str, dict[int, bytes]] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)


class Scanner:
    """Scans; `kore` is a client in the background, `at_once` is how many SIMs it asks at a time."""

    def __init__(
        self, kore: KoreClient, judge: Judge, clock: Clock, off_loop: OffLoop, *, at_once: int = 20
    ) -> None:
        self._kore = kore
        self._judge = judge
        self._clock = clock
        self._off_loop = off_loop
        self._at_once = at_once

    async def scan(self, sims: Sequence[Sim], known: Mapping[str, Packed]) -> Scanned:
        """Ask for each SIM; `known` are its months so far, by SID. Never raises KoreError."""
        scanned, waiting = Scanned(), iter(sims)
        plans = await self._plans(sims)

        async def work() -> None:
            for sim in waiting:
                await self._one(sim, known.get(sim.sid, {}), plans, scanned)

        async with asyncio.TaskGroup() as group:
            for _ in range(min(self._at_once, len(sims))):
                group.create_task(work())
        return scanned

    async def _plans(self, sims: Sequence[Sim]) -> Plans:
        """Read each rate plan once; one that cannot be read is unknown."""
        plans: Plans = {}
        for sid in sorted({sim.rate_plan_sid for sim in sims if sim.rate_plan_sid}):
            try:
                plans[sid] = (await self._kore.rate_plan(sid)).value
            except KoreError:
                plans[sid] = None
        return plans

    async def _one(self, sim: Sim, months: Packed, plans: Plans, scanned: Scanned) -> None:
        try:
            sessions = await self._kore.scanned_sessions(sim.sid)
            await self._judged(sim, sessions, months, plans, scanned)
        except KoreError as error:
            scanned.failures.append(Failure(sim, error))
        except Exception:  # a fault of ours in one SIM must not cost the others their row
            log.exception("scan-broke", extra={"sid": sim.sid})
            scanned.failures.append(Failure(sim, BotError()))

    async def _judged(
        self, sim: Sim, sessions: Sessions, months: Packed, plans: Plans, scanned: Scanned
    ) -> None:
        now = self._clock.now()
        read = Read(sim.sid, Fetched(sim, sessions.as_of), sessions, None)
        if read.rows is None:
            raise KoreError(read.problem)
        plan = plans.get(sim.rate_plan_sid or "")
        work = (self._judge, read, Allowance(plan), months, now)
        long = len(sessions.value) >= LONG
        row, changed = await self._off_loop.run(judged, *work) if long else judged(*work)
        scanned.rows.append(row)
        scanned.months[sim.sid] = changed


def judged(
    judge: Judge, read: Read, allowance: Allowance, months: Packed, now: datetime
) -> tuple[ScanRow, dict[int, bytes]]:
    """Judge one SIM; give its row and those of its months that changed."""
    evidence = evidence_of(read, allowance, now)
    report = judge.report_on(evidence, read, allowance)
    row = scan_row(report, evidence)
    if report.skipped_rows:  # a day of which rows are missing is not known
        return row, {}
    today, made = day_number(now), read.sim.value.date_created
    days = days_of(evidence, to_learn_from(months, today, day_number(made) if made else None))
    days[today] = seen(days[today], report)
    return row, learnt(months, days, today)


def seen(day: Day, report: SessionReport) -> Day:
    """Add to a day how the SIM is now."""
    worst = max((found.severity for found in report.findings), default=None)
    return replace(day, state=report.state, worst=worst)
