"""From what was read to a report: state, summary and findings. Pure but for the log."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bot.diagnosis.contrast import Member, Trait
from bot.diagnosis.engine import RuleBroke, count_nothing, diagnose, diagnose_together
from bot.diagnosis.evidence import Evidence, Freshness, since, state_of
from bot.diagnosis.rule import Case
from bot.diagnosis.rules.common_outage import member_of
from bot.diagnosis.thresholds import Thresholds
from bot.errors import BotError
from bot.kore.cache import Fetched
from bot.sessions.fetch import Allowance, Read
from bot.sessions.news_ages import NOTHING_LEARNT, NewsAges
from bot.sessions.report import SessionReport, summarise


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges by these thresholds; `rule_broke` is told the name of a rule that broke.

    `ages` says how old the news of a session that is alive may be, and learns it from what is
    judged.
    """

    thresholds: Thresholds
    rule_broke: RuleBroke = count_nothing
    ages: NewsAges = NOTHING_LEARNT

    def report(self, read: Read, allowance: Allowance, now: datetime) -> SessionReport:
        """Report on one SIM alone, as it stands now."""
        evidence = self.evidence(read, allowance, now)
        report = self.report_on(evidence, read, allowance)
        summary = None if evidence.sessions is None else summarise(evidence.sessions)
        return replace(report, summary=summary)

    def evidence(self, read: Read, allowance: Allowance, now: datetime) -> Evidence:
        """Return what the rules may look at; what it shows of other looks is learnt."""
        evidence = evidence_of(read, allowance, now, self.ages.line)
        if isinstance(read.sessions, Fetched):
            self.ages.see(evidence, read.sessions.as_of)
        return evidence

    def report_on(self, evidence: Evidence, read: Read, allowance: Allowance) -> SessionReport:
        """Return the same without the sums of the window, of evidence that was made of `read`."""
        state = state_of(evidence, self.thresholds)
        return SessionReport(
            query=read.query,
            sim=evidence.sim,
            state=state,
            since=since(state, evidence),
            sessions=evidence.sessions,
            summary=None,
            findings=diagnose(evidence, self.thresholds, self.rule_broke),
            as_of=min(part.as_of for part in read.parts),
            made_at=evidence.now,
            stale=any(part.stale for part in read.parts),
            why_stale=next((part.why_stale for part in read.parts if part.stale), ""),
            skipped_rows=sum(part.skipped_rows for part in read.parts),
            rate_plan=allowance.rate_plan,
            problem=read.problem,
            allowance_known=allowance.is_known(evidence.sim),
        )

    def together(
        self, answers: Iterable[SessionReport | BotError], peers: Iterable[Member] = ()
    ) -> list[SessionReport | BotError]:
        """Add to the reports what shows only over several SIMs; errors stay in their places.

        `peers` are others that they are compared with, of which nothing is told but counts.
        """
        every = list(answers)
        reports = [answer for answer in every if isinstance(answer, SessionReport)]
        cases = [case_of(report) for report in reports]
        cases += list(self._compared(cases, reports, peers))
        told = iter(diagnose_together(cases, self.thresholds, self.rule_broke))
        return [
            replace(answer, findings=next(told)) if isinstance(answer, SessionReport) else answer
            for answer in every
        ]

    def _compared(
        self, cases: Iterable[Case], reports: Iterable[SessionReport], peers: Iterable[Member]
    ) -> Iterator[Case]:
        """Return those peers that were lost when one that was asked for was, or not at all."""
        asked = [member_of(case) for case in cases]
        sids, span = {each.sid for each in asked}, self.thresholds.outage_within.total_seconds()
        lost = [each.lost_at for each in asked if each.lost_at is not None]
        plans = {
            report.sim.rate_plan_sid: each.traits.get(Trait.PLAN)
            for report, each in zip(reports, asked, strict=True)
        }
        for peer in peers if lost else ():
            at = peer.lost_at
            if peer.sid not in sids and (at is None or any(abs(at - t) <= span for t in lost)):
                yield Case(peer.sid, None, (), peer=_with_plan(peer, plans))


def _with_plan(peer: Member, names: Mapping[str | None, str | None]) -> Member:
    """Return a peer whose plan, known by its SID, is called as those that were asked for do."""
    name = names.get(peer.traits.get(Trait.PLAN))
    return replace(peer, traits={**peer.traits, Trait.PLAN: name}) if name else peer


def evidence_of(read: Read, allowance: Allowance, now: datetime, freshness: Freshness) -> Evidence:
    """Return what the rules may look at."""
    return Evidence(
        sim=read.sim.value,
        sessions=read.rows,
        now=now,
        rate_plan=allowance.rate_plan,
        usage=allowance.usage,
        skipped_rows=sum(part.skipped_rows for part in read.parts),
        freshness=freshness,
    )


def case_of(report: SessionReport) -> Case:
    """Return what the rules over several SIMs may look at."""
    sim, plan = report.sim, report.rate_plan
    known = (plan.unique_name or plan.friendly_name) if plan else None
    plan_name = known or sim.rate_plan_sid
    return Case(sim.sid, report.last_session, report.findings, plan_name, sim.name)
