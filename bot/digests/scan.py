"""Scans SIMs, one request to KORE each, and judges them by the same rules as a look-up.

A scan does without the sums of the window, which no row needs, and without the usage of the
metering month, which would be a second request a SIM, but for the few that may be near a limit:
bot/digests/enrichment.py. A common outage is found in the rows, by the rule of
bot/diagnosis/rules/common_outage.py over what they kept of each SIM.
"""

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import NamedTuple

from pydantic_core import from_json

from bot.clock import Clock
from bot.diagnosis.evidence import Evidence, State
from bot.diagnosis.fields import generation, month_start, networks_of
from bot.diagnosis.rhythm import KNOWN_GAPS
from bot.diagnosis.rule import ORDER, Finding, Severity, rule_order
from bot.diagnosis.rules.common_outage import lost_at
from bot.digests.days import (
    Day,
    PackedMonths,
    contacts_of,
    day_number,
    days_of,
    first_open_day,
    merged_months,
)
from bot.digests.enrichment import ScanUsage, with_lost_place, with_places
from bot.errors import BotError, Restarting, without_traceback
from bot.kore.cache import Fetched
from bot.kore.client import KoreClient
from bot.kore.errors import KoreError
from bot.kore.models import DataSession, RatePlan, Sim
from bot.ops.tasks import WorkerThread
from bot.sessions.fetch import Allowance, Sessions, SimData, own_rows
from bot.sessions.lookup import Judge
from bot.sessions.report import SessionReport, in_device_since
from bot.sessions.snapshot import IMPLIED_BY_STATE, Snapshot, compact_json, snapshot_of, traffic
from bot.store.scans import FAILED, ScanRow
from bot.struct import Struct, replace

SEVERITY_STEP = 100
"""Between the gravities of two severities; within one, the order of the rules decides."""
MIN_GRAVITY = Severity.WARNING * SEVERITY_STEP
BATCH = 8
"""SIMs judged in one go, in which each takes half as long as by itself."""
LARGE_BATCH_BYTES = 1 << 19
"""Bytes of answers from which on a batch is judged in a worker thread."""
log = logging.getLogger(__name__)
OPEN_STATES = frozenset({State.ONLINE, State.STALE})
_WITH_NEWS = frozenset(state.value for state in OPEN_STATES)
RECENTLY = timedelta(days=1)
_NEWS = timedelta(days=2)
_MARK_BYTES = 7  # fits a signed number of 8 bytes


def scan_row(report: SessionReport, evidence: Evidence) -> ScanRow:
    """Return the row of a SIM whose sessions could be read, of the report on that evidence."""
    snapshot = _with_device(snapshot_of(report), report)
    lost_on, lost_at = loss_of(report.last_session, report.findings)
    return ScanRow(
        sid=snapshot.sid,
        state=snapshot.state.value,
        gravity=gravity(report.findings, report.made_at),
        mark=fingerprint(snapshot),
        row=snapshot.to_json(),
        traffic=traffic(evidence),
        lost_on=lost_on,
        lost_at=lost_at,
    )


def _with_device(snapshot: Snapshot, report: SessionReport) -> Snapshot:
    """Return it with the time since when it is in its device, of the last day: for twins."""
    if not (snapshot.imei14 and snapshot.state in OPEN_STATES and report.sessions):
        return snapshot
    back_to = report.made_at - RECENTLY
    since = in_device_since(report.last_session, report.sessions, back_to)
    return replace(snapshot, in_device=since) if since != snapshot.since else snapshot


def failed_row(sim: Sim, now: datetime, fault: str, before: ScanRow | None) -> ScanRow:
    """Return the row of a SIM that could not be read, with what was known of it before."""
    snapshot = Snapshot(sid=sim.sid, name=sim.name, as_of=now, account=sim.account)
    return ScanRow(
        sid=sim.sid,
        state=FAILED,
        gravity=0,
        mark=before.mark if before else fingerprint(snapshot),
        row=before.row if before else snapshot.to_json(),
        fault=fault,
    )


def gravity(findings: Iterable[Finding], now: datetime) -> int:
    """Order SIMs by their gravest finding; what the state says by itself counts while it is news.

    A SIM that was blocked long ago was so on purpose.
    """
    counted = (
        each
        for each in findings
        if each.stands and (each.rule not in IMPLIED_BY_STATE or _is_news(each, now))
    )
    return max((weight(found.rule, found.severity) for found in counted), default=0)


def _is_news(finding: Finding, now: datetime) -> bool:
    since = finding.evidence.get("since")
    is_grave = finding.severity is Severity.CRITICAL
    return is_grave and isinstance(since, datetime) and now - since <= _NEWS


def weight(rule: str, severity: Severity) -> int:
    """Return the gravity of a SIM of which this is the gravest finding."""
    return severity * SEVERITY_STEP + len(ORDER) - rule_order(rule)[0]


def fingerprint(snapshot: Snapshot) -> int:
    """Return a number that differs where `changes` could find a change between two snapshots."""
    compared = (
        snapshot.state is not State.UNKNOWN and snapshot.state.value,
        snapshot.status,
        snapshot.country,
        snapshot.network,
        snapshot.imei14,
        generation(snapshot.radio),
        *sorted(found.rule for found in snapshot.findings),
        *snapshot.unjudged,
    )
    packed = compact_json(compared)
    return int.from_bytes(blake2b(packed.encode(), digest_size=_MARK_BYTES).digest())


Plans = dict[str, RatePlan | None]


class ScanFailure(Struct):
    """A SIM that could not be read, and why."""

    sim: Sim
    error: BotError


@dataclass(slots=True)
class ScanResult:
    """The result of scanning some SIMs; `months` are the changed ones, by SID."""

    rows: list[ScanRow] = field(default_factory=list)
    months: dict[str, dict[int, bytes]] = field(default_factory=dict)
    failures: list[ScanFailure] = field(default_factory=list)


class _Response(NamedTuple):
    """KORE's answer about a SIM, unread."""

    sim: Sim
    page: bytes
    as_of: datetime


class Scanner:
    """Scans; `kore` is a client in the background, `at_once` is how many SIMs it asks at a time."""

    def __init__(
        self,
        kore: KoreClient,
        judge: Judge,
        clock: Clock,
        executor: WorkerThread,
        *,
        at_once: int = 20,
    ) -> None:
        self._kore = kore
        self._judge = judge
        self._clock = clock
        self._executor = executor
        self._at_once = at_once

    async def scan(
        self,
        sims: Sequence[Sim],
        known: Mapping[str, PackedMonths],
        before: Iterable[ScanRow] = (),
        *,
        asks_usage: bool = True,
    ) -> ScanResult:
        """Ask for each SIM; `known` are its months so far, by SID.

        `before` are the rows of the last scan: what they keep of a SIM's usage goes on, and with
        `asks_usage` it is asked for where that can matter. What KORE does not give is a failure,
        never an error. Raises Restarting at the bot's end.
        """
        self._kore.note(sims)
        plans = await self._plans(sims)
        spending = ScanUsage(plans, before, self._judge.thresholds.data_limit_percent)
        scan = _Scan(self._kore, self._judge, known, plans, spending)
        asked = spending.due_sids(sims, self._clock.now()) if asks_usage else ()
        begins, waiting = iter(asked), iter(sims)

        async def work() -> None:
            for sim in begins:
                await scan.ask_usage(sim, self._clock.now())
            for sim in waiting:
                if await scan.ask(sim, self._clock.now()) >= BATCH:
                    await self._evaluate(scan)

        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(min(self._at_once, len(sims))):
                    group.create_task(work())
        except ExceptionGroup as group:
            if group.subgroup(Restarting) is None:
                raise
            raise Restarting from group
        await self._evaluate(scan)
        return scan.result

    def recall(self, rows: Iterable[ScanRow]) -> None:
        """Remember open sessions as the last scan saw them, whichever process made it."""
        for row in rows:
            fields = from_json(row.row) if row.state in _WITH_NEWS and not row.fault else {}
            start, updated = fields.get("since"), fields.get("seen_at")
            if start and updated:
                self._judge.ages.recall(row.sid, start, updated, fields["as_of"])

    async def _evaluate(self, scan: "_Scan") -> None:
        """Judge the waiting answers; a large batch in the worker thread."""
        answers, now = scan.take(), self._clock.now()
        if sum(len(answer.page) for answer in answers) >= LARGE_BATCH_BYTES:
            partial = await self._executor.run(scan.judge, answers, now)
        else:
            partial = scan.judge(answers, now)
        for sim in partial:
            await scan.ask_whole(sim, self._clock.now())

    async def _plans(self, sims: Sequence[Sim]) -> Plans:
        """Read each rate plan once; one that cannot be read is unknown."""
        plans: Plans = {}
        for sid in sorted({sim.rate_plan_sid for sim in sims if sim.rate_plan_sid}):
            try:
                plans[sid] = (await self._kore.rate_plan(sid)).value
            except KoreError:
                plans[sid] = None
        return plans


class _Scan:
    """One scan under way: the answers to be judged, and the result so far."""

    def __init__(
        self,
        kore: KoreClient,
        judge: Judge,
        known: Mapping[str, PackedMonths],
        plans: Plans,
        spending: ScanUsage,
    ) -> None:
        self.result = ScanResult()
        self._kore = kore
        self._judge = judge
        self._known = known
        self._plans = plans
        self._spending = spending
        self._waiting: list[_Response] = []

    async def ask_usage(self, sim: Sim, now: datetime) -> None:
        """Ask what a SIM used; where KORE does not say, it stays as it was."""
        start = month_start(sim, now)
        try:
            records = await self._kore.usage_records(sim.sid, start=start, granularity="all")
        except KoreError:
            self._spending.record_failure(sim, now)
        else:
            self._spending.record(sim, records.value, now)

    async def ask(self, sim: Sim, now: datetime) -> int:
        """Ask for a SIM; return how many answers wait to be judged."""
        try:
            page = await self._kore.scanned_page(sim.sid)
        except KoreError as error:
            self._fail(sim, error)
        else:
            self._waiting.append(_Response(sim, page, now))
        return len(self._waiting)

    def take(self) -> list[_Response]:
        """Return the waiting answers and forget them."""
        answers, self._waiting = self._waiting, []
        return answers

    def judge(self, answers: Sequence[_Response], now: datetime) -> list[Sim]:
        """Judge answers; return the SIMs whose answer is incomplete or unreadable."""
        partial: list[Sim] = []
        for answer in answers:
            rows = self._kore.read_scanned(answer.page, answer.sim.sid)
            if rows is None:
                partial.append(answer.sim)
            else:
                in_full = with_places(rows.rows, answer.page, now, self._judge.thresholds)
                read = Fetched(in_full, answer.as_of, skipped_rows=rows.skipped)
                self._judge_one(answer.sim, read, now, answer.page)
        return partial

    async def ask_whole(self, sim: Sim, now: datetime) -> None:
        """Ask for all pages of a SIM, and judge it."""
        try:
            sessions = await self._kore.data_sessions(sim.sid)
        except KoreError as error:
            self._fail(sim, error)
        else:
            self._judge_one(sim, sessions, now)

    def _judge_one(
        self, sim: Sim, sessions: Sessions, now: datetime, page: bytes | None = None
    ) -> None:
        own = own_rows(sessions, sim.sid, sim.account)
        read = SimData(sim.sid, Fetched(sim, sessions.as_of), own, None)
        if read.rows is None:
            self._fail(sim, KoreError(read.problem))
            return
        kept = self._known.get(sim.sid, {})
        try:
            earlier = contacts_of(kept) if kept and len(read.rows) <= KNOWN_GAPS else ()
            plan = self._plans.get(sim.rate_plan_sid or "")
            allowance = Allowance(plan, self._spending.usage(sim, now), earlier or None)
            row, months = evaluate(self._judge, read, allowance, kept, now)
        except Exception:  # a fault of ours in one SIM must not cost the others their row
            log.exception("scan-broke", extra={"sid": sim.sid})
            self._fail(sim, BotError())
        else:
            row = with_lost_place(row, page) if page and row.lost_at else row
            self.result.rows.append(self._spending.with_usage(row))
            self.result.months[sim.sid] = months

    def _fail(self, sim: Sim, error: BotError) -> None:
        self.result.failures.append(ScanFailure(sim, without_traceback(error)))


def evaluate(
    judge: Judge, read: SimData, allowance: Allowance, months: PackedMonths, now: datetime
) -> tuple[ScanRow, dict[int, bytes]]:
    """Judge one SIM; return its row and those of its months that changed."""
    evidence = judge.evidence(read, allowance, now)
    report = judge.report_on(evidence, read, allowance)
    row = scan_row(report, evidence)
    if report.skipped_rows:  # a day of which rows are missing is not known
        return row, {}
    today, made = day_number(now), read.sim.value.date_created
    days = days_of(evidence, first_open_day(months, today, day_number(made) if made else None))
    days[today] = with_status(days[today], report)
    return row, merged_months(months, days, today)


def with_status(day: Day, report: SessionReport) -> Day:
    """Return the day with the SIM's present state."""
    worst = max((found.severity for found in report.findings if found.stands), default=None)
    return Day(*day[:-2], report.state, worst)


def loss_of(
    session: DataSession | None, findings: Iterable[Finding]
) -> tuple[str | None, float | None]:
    """Return where and when a SIM fell silent; None twice where it did not, or is at rest."""
    moment = lost_at(findings)
    network = networks_of((session,))[0] if session and moment is not None else None
    return (f"{network.mcc}-{network.mnc:02}" if network else None), moment
