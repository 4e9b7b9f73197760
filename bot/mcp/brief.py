"""What agents get of a SIM among many, of an outage, an incident, a history, a rule, an error."""

from datetime import timedelta

from pydantic_core import to_jsonable_python

from bot.alerts.incident import Incident
from bot.blocks.findings import limit_text, rule_text
from bot.blocks.history import LONGEST, older_days_fault
from bot.blocks.report import fill_plainly
from bot.diagnosis.evidence import State
from bot.diagnosis.fields import country, known_text
from bot.diagnosis.rule import Finding, Rule, Severity
from bot.diagnosis.thresholds import Thresholds
from bot.digests.archive import Archive
from bot.digests.days import Day, date_of, day_number
from bot.errors import BadDays, BotError, SimAmbiguous, SimNotFound
from bot.kore.models import DataSession
from bot.mcp.lookups import ResultPage
from bot.mcp.outputs import (
    BriefSim,
    CandidateFields,
    DayFields,
    ErrorFields,
    Failed,
    HistoryOutput,
    IncidentFields,
    IncidentSim,
    RuleFields,
    SharedCauseFields,
    ThresholdFields,
)
from bot.ops.logging import request_id
from bot.sessions.fleet import NoneMeant
from bot.sessions.report import SessionReport, uptime_of
from bot.sessions.snapshot import FindingBrief, Snapshot
from bot.sessions.triage import FleetRow, SharedCause, last_seen
from bot.struct import Struct

_CAUSES = frozenset({Severity.WARNING.word, Severity.CRITICAL.word})
_NAMED = 20
"""SIDs that are listed of a cause; all are counted."""


def of_report(report: SessionReport) -> BriefSim:
    """Return a SIM that was looked up."""
    cause, session = report.cause, report.last_session or DataSession()
    return BriefSim.of(
        report,
        report.sim,
        last_seen=last_seen(report),
        severity=cause and cause.severity.word,
        cause=cause and cause.rule,
        title=cause and _title(cause),
        next_step=cause and _next_step(cause),
        operator=known_text(session.operator_name),
        country=country(session.operator_country),
        radio=known_text(session.radio_link),
    )


def of_row(row: FleetRow) -> BriefSim:
    """Return a SIM that fits a question, as it was looked up or scanned."""
    snapshot, cause = row.snapshot, _cause(row.snapshot)
    return BriefSim.of(
        snapshot,
        last_seen=None if snapshot.state is State.NEVER_SEEN else snapshot.seen_at,
        severity=cause and cause.severity,
        cause=cause and cause.rule,
        title=cause and cause.title,
        packets_24h=row.packets,
    )


def _cause(snapshot: Snapshot) -> FindingBrief | None:
    """Return what the next step is about, else what somebody should look at first."""
    if snapshot.next_step:
        return next(iter(snapshot.findings), None)
    return next((found for found in snapshot.findings if found.severity in _CAUSES), None)


def of_cause(shared: SharedCause) -> SharedCauseFields:
    """Return what is wrong with some of those in trouble."""
    finding = shared.finding
    return SharedCauseFields.of(
        finding,
        severity=finding.severity.word,
        title=_title(finding),
        next_step=_next_step(finding),
        is_outage=shared.outage is not None,
        sims=len(shared.reports),
        sids=[report.sim.sid for report in shared.reports[:_NAMED]],
    )


def of_incident(incident: Incident) -> IncidentFields:
    """Return an incident, with the first of its SIMs."""
    return IncidentFields.of(
        incident,
        account=incident.account or None,
        state=incident.state.value,
        severity=incident.worst.word,
        shared=f"{incident.trait}: {incident.value}" if incident.trait else None,
        since=incident.first_at,
        down=len(incident.down),
        sims=list(map(IncidentSim.of, incident.members[:_NAMED])),
        total=len(incident.members),
    )


def _title(finding: Finding) -> str:
    return fill_plainly(finding.title, finding)


def _next_step(finding: Finding) -> str | None:
    return finding.next_step and fill_plainly(finding.next_step, finding)


class History(Struct):
    """The sessions of a window, newest first, None where they could not be read; and older days."""

    report: SessionReport
    days: int
    sessions: tuple[DataSession, ...] | None
    older: tuple[DayFields, ...]

    def page(self, page: ResultPage) -> HistoryOutput:
        """Return one page of it."""
        report, window = self.report, timedelta(days=min(self.days, LONGEST))
        uptime, known = uptime_of(report, window), self.sessions is not None
        return HistoryOutput.of(
            report,
            page,
            report.sim,
            days=self.days,
            sessions=to_jsonable_python([each.model_dump() for each in page.rows])
            if known
            else None,
            total=len(self.sessions or ()) if known else None,
            uptime_percent=round(100 * uptime.share, 1) if uptime else None,
            longest_gap=uptime and to_jsonable_python(uptime.longest_gap),
            older_days=list(self.older) if page.is_first else [],
        )


async def history_of(report: SessionReport, days: int, archive: Archive) -> History:
    """Return the last `days`. Raises BadDays where not so many are known, and then StoreError."""
    first = report.made_at - timedelta(days=days)
    sessions = report.sessions and tuple(
        each
        for each in report.sessions
        if each.end is None or each.end >= first or (each.start and each.start >= first)
    )
    older = await _older(report, days, archive) if days > LONGEST else ()
    return History(report, days, sessions, older)


async def _older(report: SessionReport, days: int, archive: Archive) -> tuple[DayFields, ...]:
    known = await archive.days(report.sim.sid)
    if fault := older_days_fault(report.made_at, known, days, "this SIM"):
        raise BadDays(fault)
    today = day_number(report.made_at)
    wanted = range(today - LONGEST, today - days, -1)
    return tuple(_day(number, known[number]) for number in wanted if number in known)


def _day(number: int, day: Day) -> DayFields:
    return DayFields.of(
        day,
        date=date_of(number).isoformat(),
        minutes_connected=day.minutes,
        packets_uploaded=day.up,
        packets_downloaded=day.down,
    )


def of_rule(rule: Rule, limits: Thresholds) -> RuleFields:
    """Return a rule with its thresholds, as they are set for this bot."""
    words = rule_text(rule, limits)
    return RuleFields.of(words, rule=words.name, thresholds=thresholds_of(rule, limits))


def thresholds_of(rule: Rule, limits: Thresholds) -> list[ThresholdFields]:
    """Return the thresholds of a rule, each with its source."""
    return [
        ThresholdFields(
            name=name, value=limit_text(getattr(limits, name)), source=limits.sources[name]
        )
        for name in rule.about.thresholds
    ]


def failed(error: BotError, query: str | None = None) -> Failed:
    """Return an error as agents get it: its kind, its sentence, and what may be meant instead."""
    near = error.candidates if isinstance(error, SimNotFound | SimAmbiguous | NoneMeant) else ()
    fields = ErrorFields.of(
        error,
        message=error.nameless or error.sentence,
        candidates=list(map(CandidateFields.of, near)),
        ref=request_id(),
    )
    return Failed(query=query, error=fields)
