"""Looks SIMs up: what a person typed goes in, a report with the rules' verdict comes out."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime

from bot.clock import Clock
from bot.diagnosis.anomalies import rest_of
from bot.diagnosis.evidence import Evidence, Freshness, State, since, state_of
from bot.diagnosis.rule import (
    Finding,
    RuleBroke,
    cause_of,
    diagnose,
    diagnose_together,
    ignore_broken,
)
from bot.diagnosis.rules.common_outage import lost_at, outage_limits
from bot.diagnosis.thresholds import Thresholds
from bot.errors import BotError, SimNotFound, TookTooLong, without_traceback
from bot.kore.cache import Fetched
from bot.kore.client import KoreClient
from bot.sessions.fetch import (
    Allowance,
    AllowanceReader,
    NoAllowances,
    SimData,
    SimReader,
    TaskScope,
    task_scope,
)
from bot.sessions.neighbours import Peer, compared_with, with_neighbours
from bot.sessions.news_ages import NOTHING_LEARNT, NewsAges
from bot.sessions.peers import Peers
from bot.sessions.report import SessionReport, case_of, in_device_since, summarise
from bot.sessions.triage import GOOD_NEWS
from bot.sims.resolver import SimResolver
from bot.struct import Struct, replace


class Judge(Struct):
    """Judges by these thresholds; `rule_broke` is called with the name of a rule that broke.

    `ages` says how old the news of a session that is alive may be, and learns it from what is
    judged.
    """

    thresholds: Thresholds
    rule_broke: RuleBroke = ignore_broken
    ages: NewsAges = NOTHING_LEARNT

    def report(self, read: SimData, allowance: Allowance, now: datetime) -> SessionReport:
        """Report on one SIM alone, as it stands now."""
        evidence = self.evidence(read, allowance, now)
        return self.report_on(evidence, read, allowance, sums=True)

    def evidence(self, read: SimData, allowance: Allowance, now: datetime) -> Evidence:
        """Return what the rules may look at; what it shows of other looks is learnt."""
        evidence = evidence_of(read, allowance, now, self.ages.line)
        if isinstance(read.sessions, Fetched):
            self.ages.observe(evidence, read.sessions.as_of)
        return evidence

    def report_on(
        self, evidence: Evidence, read: SimData, allowance: Allowance, *, sums: bool = False
    ) -> SessionReport:
        """Return the same of evidence that was made of `read`; without the `sums` of the window."""
        state, sessions = state_of(evidence, self.thresholds), evidence.sessions
        parts = read.parts
        stale = [part for part in parts if part.stale]
        findings = diagnose(evidence, self.thresholds, self.rule_broke)
        if stale:  # that all was well is no news of now
            findings = tuple(each for each in findings if each.rule != GOOD_NEWS)
        may_rest = state in {State.OFFLINE, State.STALE} and cause_of(findings) is None
        return SessionReport(
            query=read.query,
            sim=evidence.sim,
            state=state,
            since=since(state, evidence),
            sessions=sessions,
            summary=summarise(sessions) if sums and sessions is not None else None,
            findings=findings,
            as_of=min([part.as_of for part in parts]),
            made_at=evidence.now,
            stale=bool(stale),
            why_stale=stale[0].why_stale if stale else "",
            skipped_rows=evidence.skipped_rows,
            rate_plan=allowance.rate_plan,
            problem=read.problem,
            allowance_known=allowance.is_known(evidence.sim),
            in_device_since=in_device_since(evidence.current, sessions)
            if sums and sessions
            else None,
            rest=rest_of(evidence, self.thresholds) if may_rest else None,
            unsearched=read.sim.unsearched,
        )

    def together(
        self, answers: Iterable[SessionReport | BotError], known: Mapping[str, Peer] | None = None
    ) -> list[SessionReport | BotError]:
        """Add to the reports what shows only over several SIMs; errors stay in their places.

        `known` are others that they are compared with, of which nothing is told but counts.
        """
        every = list(answers)
        reports = [answer for answer in every if isinstance(answer, SessionReport)]
        cases = [case_of(report) for report in reports]
        others = compared_with(reports, known or {}, outage_limits(self.thresholds))
        findings = iter(diagnose_together(cases, self.thresholds, self.rule_broke, others))
        return [
            _with_findings(answer, next(findings)) if isinstance(answer, SessionReport) else answer
            for answer in every
        ]


def _with_findings(report: SessionReport, findings: tuple[Finding, ...]) -> SessionReport:
    return report if findings == report.findings else replace(report, findings=findings)


def evidence_of(
    read: SimData, allowance: Allowance, now: datetime, freshness: Freshness
) -> Evidence:
    """Return what the rules may look at."""
    return Evidence(
        sim=read.sim.value,
        sessions=read.rows,
        now=now,
        rate_plan=allowance.rate_plan,
        usage=allowance.usage,
        skipped_rows=sum(part.skipped_rows for part in read.parts),
        freshness=freshness,
        earlier=allowance.earlier,
    )


AT_ONCE = 20
log = logging.getLogger(__name__)

Answer = SessionReport | BotError
OnAnswer = Callable[[int, Answer], None]


def ignore_answer(_place: int, _answer: Answer) -> None:
    """Do nothing with an answer that may still become fuller."""


class LookupBatch:
    """One asking for several SIMs.

    While SIMs are still being read there is no hurry for the plans and usages of others: queued
    behind so many requests of our own they would come too late one by one. `on_answer` is given
    each answer as soon as its SIM is read, with its place; what is judged in the end may say more.
    """

    def __init__(
        self,
        sims: SimReader,
        allowances: AllowanceReader,
        task_scope: TaskScope,
        judge: Callable[[SimData, Allowance], SessionReport],
        on_answer: OnAnswer = ignore_answer,
    ) -> None:
        self._sims = sims
        self._allowances = allowances
        self._judge = judge
        self._on_answer = on_answer
        self._tasks = task_scope
        self._answers: list[Answer] = []
        self._unfinished: dict[int, tuple[SimData, asyncio.Task[None]]] = {}

    async def answer(
        self,
        texts: Sequence[str],
        *,
        fresh: bool,
        done: Callable[[], None],
        within: float | None = None,
        each_within: float | None = None,
    ) -> list[Answer]:
        """Return each its answer, in the order asked. Never raises BotError.

        What is not read `within` so many seconds in all, or `each_within`, is TookTooLong.
        """
        self._answers = [TookTooLong()] * len(texts)
        waiting = iter(enumerate(texts))

        async def work() -> None:
            for place, text in waiting:
                with suppress(TimeoutError):
                    async with asyncio.timeout(each_within):
                        await self._read(place, text, fresh=fresh)
                done()

        with suppress(TimeoutError):
            async with asyncio.timeout(within), asyncio.TaskGroup() as group:
                for _ in range(min(AT_ONCE, len(texts))):
                    group.create_task(work())
        await self._finish_all()
        return self._answers

    async def _read(self, place: int, text: str, *, fresh: bool) -> None:
        """Read one; judging it goes on behind while the next one is read."""
        try:
            read = await self._sims.read(text, self._tasks, fresh=fresh)
        except BotError as error:
            self._answers[place] = without_traceback(error)
            self._on_answer(place, error)
        except Exception:  # a fault of ours in one SIM must not cost the others their answer
            log.exception("look-up-broke")
            self._answers[place] = BotError()
        else:
            finishing = self._tasks.begin(self._finish(place, read))
            self._unfinished[place] = (read, finishing)
            self._tell(place, read)

    async def _finish(self, place: int, read: SimData) -> None:
        self._judge_one(place, read, await self._allowances.whole(read.pending))

    async def _finish_all(self) -> None:
        """Wait for what is still under way, as long as for one; then judge what is there."""
        tasks = {task for _, task in self._unfinished.values()}
        if tasks:
            await asyncio.wait(tasks, timeout=self._allowances.patience)
        for place, (read, task) in list(self._unfinished.items()):
            task.cancel()
            self._judge_one(place, read, self._allowances.so_far(read.pending))
            await asyncio.sleep(0)  # whoever else waits for the loop gets it between two SIMs

    def _tell(self, place: int, read: SimData) -> None:
        """Judge by what is there already, for whoever wants to see the first results early."""
        if self._on_answer is not ignore_answer:
            with suppress(Exception):  # it is judged again, and logged, when all of it is there
                self._on_answer(place, self._judge(read, self._allowances.so_far(read.pending)))

    def _judge_one(self, place: int, read: SimData, allowance: Allowance) -> None:
        self._unfinished.pop(place, None)
        try:
            self._answers[place] = self._judge(read, allowance)
        except Exception:  # as above
            log.exception("report-broke")
            self._answers[place] = BotError()


def ignore_done() -> None:
    """Do nothing when a SIM is done."""


class SessionLookup:
    """Answers what a SIM is doing. `rule_broke` is called with the name of a rule that broke.

    `peers` gives those that a SIM of an account may be compared with. One that is `sparing` asks
    for the plan and usage of one SIM only where it fell silent, which they may explain.
    """

    def __init__(  # noqa: PLR0913 -- collaborators, each once
        self,
        kore: KoreClient,
        resolver: SimResolver,
        clock: Clock,
        thresholds: Thresholds,
        *,
        allowances: AllowanceReader | None = None,
        rule_broke: RuleBroke = ignore_broken,
        ages: NewsAges = NOTHING_LEARNT,
        peers: Callable[[str | None], Peers] | None = None,
        sparing: bool = False,
    ) -> None:
        self._allowances = allowances or AllowanceReader(kore, clock)
        early = NoAllowances(kore, clock) if sparing else self._allowances
        self._sims = SimReader(kore, resolver, early)
        self._is_sparing = sparing
        self._clock = clock
        self._peers = peers
        self._judge = Judge(thresholds, rule_broke, ages)

    async def look_up(
        self, text: str, *, fresh: bool = False, patience: float | None = None
    ) -> SessionReport:
        """Report on the SIM that `text` names; `fresh` asks KORE past what is kept.

        Plan and usage are waited for during `patience` seconds, by default for a moment only.

        Raises the errors of `identify` and of the resolver, and KoreError where the SIM itself
        cannot be read. Sessions that cannot be read make a report that says so.
        """
        async with task_scope() as under_way:
            read = await self._sims.read(text, under_way, fresh=fresh)
            allowance = await self._allowances.in_time(read.pending, patience)
            report = self._judge.report(read, allowance, self._clock.now())
            if self._is_sparing and lost_at(report.findings) is not None:
                pending = self._allowances.begin(report.sim, under_way, fresh=False)
                allowance = await self._allowances.in_time(pending, patience)
                report = self._judge.report(read, allowance, self._clock.now())
        if self._peers is None:
            return report
        (compared,) = await self._among(self._peers(report.sim.account), [report], patience)
        return compared if isinstance(compared, SessionReport) else report

    async def _among(
        self, peers: Peers, answers: Sequence[Answer], patience: float | None = None
    ) -> list[Answer]:
        """Compare what was asked for with others, and say how the neighbours of silent SIMs are."""
        reports = [answer for answer in answers if isinstance(answer, SessionReport)]
        known = await peers.around(reports, outage_limits(self._judge.thresholds), patience)
        is_alone = len(answers) == 1 and known.keys() <= {each.sim.sid for each in reports}
        if is_alone and self._judge.thresholds.outage_sims > 1 and not peers.is_looking:
            return list(answers)
        compared = self._judge.together(answers, known)
        within = self._judge.thresholds.outage_within
        return with_neighbours(compared, known, within, is_whole=not peers.is_looking)

    async def look_up_many(  # noqa: PLR0913 -- one way to ask for many
        self,
        texts: Sequence[str],
        *,
        fresh: bool = False,
        newest_only: bool = False,
        within: float | None = None,
        each_within: float | None = None,
        done: Callable[[], None] = ignore_done,
        on_answer: OnAnswer = ignore_answer,
    ) -> list[SessionReport | BotError]:
        """Report on each, in the order asked, and on what several of them have in common.

        What fails stands as its error in its place and keeps nothing from the others. With
        `newest_only` each report keeps its newest session only, so that thousands fit into memory.
        What is not read `within` so many seconds in all, or `each_within`, is TookTooLong. An IMEI
        that was found in sessions of another of these SIMs is that SIM. `done` is called after
        each, `on_answer` with the place and the answer of each as soon as it is read: before it is
        known what they have in common.
        """

        def judge(read: SimData, allowance: Allowance) -> SessionReport:
            report = self._judge.report(read, allowance, self._clock.now())
            last = report.last_session
            return replace(report, sessions=(last,)) if last and newest_only else report

        async with task_scope(sims=len(texts)) as under_way:
            batch = LookupBatch(self._sims, self._allowances, under_way, judge, on_answer)
            answers = await batch.answer(
                texts, fresh=fresh, done=done, within=within, each_within=each_within
            )
            again = LookupBatch(self._sims, self._allowances, under_way, judge)
            await self._answer_again(texts, answers, again)
        reports = [answer for answer in answers if isinstance(answer, SessionReport)]
        if self._peers is None or not reports:
            return self._judge.together(answers)
        account = reports[0].sim.account if len(reports) == 1 else None
        peers = self._peers(account)
        return await self._among(peers, answers, peers.for_many)

    async def _answer_again(
        self, texts: Sequence[str], answers: list[Answer], batch: LookupBatch
    ) -> None:
        """Answer on IMEIs anew that were found in the sessions of another SIM meanwhile."""
        missing = (n for n, answer in enumerate(answers) if isinstance(answer, SimNotFound))
        known = [n for n in missing if self._sims.knows(texts[n])]
        found = await batch.answer([texts[n] for n in known], fresh=False, done=ignore_done)
        for place, answer in zip(known, found, strict=True):
            answers[place] = answer
