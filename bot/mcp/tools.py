"""The tools: what an agent may ask about SIMs, fleets and rules. None of them changes anything."""

from datetime import timedelta
from typing import Literal

from pydantic import Field, field_validator

from bot.blocks.findings import explanation_lines, limit_text, rule_text
from bot.blocks.format import PLAIN
from bot.blocks.report import as_json
from bot.clock import parse_seconds
from bot.diagnosis.rule import AnyRule, all_rules
from bot.diagnosis.thresholds import Thresholds
from bot.errors import UserError
from bot.mcp.brief import History, history_of, of_incident, of_report, of_row, shared_causes
from bot.mcp.lookups import AgentLookups
from bot.mcp.outputs import (
    ExplainOutput,
    FleetOutput,
    HistoryOutput,
    IncidentsOutput,
    Json,
    ReportOutput,
    RuleFields,
    RulesOutput,
    ThresholdFields,
    TriageOutput,
)
from bot.mcp.tool import LONGEST, TEXT, Arguments, Paged, failed, tool
from bot.sessions.fleet import MOST_FRESH
from bot.sessions.fleet_query import LONGEST as LONGEST_SILENCE
from bot.sessions.fleet_query import MOST_TOP, FleetQuery
from bot.sessions.triage import Triage
from bot.sims.spotter import Spotted

A_SIM = "SID (DE…), ICCID, IMEI, name, acme/name of one account, or console URL"
DAYS = 30
MOST_DAYS = 400


class LookUpSim(Arguments):
    """One SIM."""

    sim: str = Field(min_length=1, max_length=LONGEST, description=A_SIM)
    fresh: bool = Field(default=False, description="ask KORE anew, past what was read just now")


@tool("Look up a SIM", ReportOutput)
async def look_up_sim(lookups: AgentLookups, asked: LookUpSim) -> Json:
    """Say what one SIM is doing: its state, the one cause of its trouble, the next step.

    Use it first when one SIM, device or IMEI is named.
    """
    report = await lookups.look_up(asked.sim, fresh=asked.fresh)
    return as_json(report.query if report.redacted else asked.sim, report)


class TriageSims(Paged):
    """Several SIMs, listed or in a text."""

    sims: list[str] = Field(default=[], max_length=MOST_FRESH, description=f"each a {A_SIM}")
    text: str = Field(
        default="", max_length=TEXT, description="or an alert, log or table that names them"
    )

    @field_validator("sims")
    @classmethod
    def _are_short(cls, sims: list[str]) -> list[str]:
        kept = [sim.strip() for sim in sims if sim.strip()]
        if any(len(sim) > LONGEST for sim in kept):
            msg = f"each has at most {LONGEST} characters; a text goes into `text`"
            raise ValueError(msg)
        return kept


class NothingNamed(UserError):
    """No SIM was named where some were asked for."""

    sentence = "That names no SIM. Give SIDs, ICCIDs, IMEIs or names in `sims`, or a text."


@tool("Triage several SIMs", TriageOutput)
async def triage_sims(lookups: AgentLookups, asked: TriageSims) -> Json:
    """Diagnose up to 200 SIMs at once: the worst first, and whether they share one outage.

    Use it for a list of SIMs, or paste an alert as `text`.
    """
    owner, pages = (lookups.caller.name, "triage_sims"), lookups.services.pages
    if asked.cursor:
        page = pages.next(owner, asked.cursor, asked.limit)
    else:
        made, problem = await _triaged(lookups, asked)
        page = pages.first(owner, (made, problem), made.reports, asked.limit)
    made, problem = page.about
    return TriageOutput(
        sims=[of_report(report) for report in page.rows],
        errors=[failed(row.error, row.query) for row in made.unread] if page.is_first else [],
        causes=shared_causes(made) if page.is_first else [],
        total=len(made.reports),
        troubled=len(made.troubled),
        unclear=made.unclear,
        cut=made.cut,
        problem=problem,
        next_cursor=page.next_cursor,
        redacted=lookups.caller.redaction,
    ).plain()


NAMES_UNREAD = "KORE's list of SIMs was not at hand, so names may be missing."


async def _triaged(lookups: AgentLookups, asked: TriageSims) -> tuple[Triage, str | None]:
    found = await lookups.spotted(asked.text) if asked.text else Spotted()
    texts = list(dict.fromkeys([*asked.sims, *found.named]))
    if not texts:
        raise NothingNamed(found.why_nothing)
    cut = found.cut + max(0, len(texts) - MOST_FRESH)
    said = filter(None, (None if found.is_listed else NAMES_UNREAD, found.cut_short))
    return await lookups.triage(texts[:MOST_FRESH], cut=cut), " ".join(said) or None


class FindSims(Paged):
    """A question about a fleet; what is given must all be so."""

    name: str | None = Field(None, max_length=LONGEST, description="a name, or a pattern: pump-*")
    state: Literal["offline", "online", "stale", "blocked"] | None = Field(
        None, description="offline: all that are silent, stale and never seen too"
    )
    network: str | None = Field(None, max_length=LONGEST, description="operator, or MCC-MNC")
    plan: str | None = Field(None, max_length=LONGEST, description="a rate plan's name or SID")
    silent_for: str | None = Field(
        None,
        max_length=40,
        description="in `state` for that long, or silent: 90min, 24h, 2d; 30d at most",
    )
    new: bool = Field(default=False, description="only those that are new")
    top: int | None = Field(
        None, ge=1, le=MOST_TOP, description="only that many: those with the most packets in 24 h"
    )

    def query(self) -> FleetQuery:
        """Return it as the bot understands it. Raises NothingAsked and BadSilence."""
        silent_for = _silence(self.silent_for) if self.silent_for else None
        query = FleetQuery(
            pattern=self.name or None,
            state=self.state or ("offline" if silent_for else None),
            network=self.network or None,
            plan=self.plan or None,
            silent_for=silent_for,
            is_new=self.new,
            top=self.top,
        )
        if query == FleetQuery():
            raise NothingAsked
        return query


class NothingAsked(UserError):
    """A question about a fleet without a condition."""

    sentence = "Say which SIMs: by name, state, network, plan, silent_for, new or top."


class BadSilence(UserError):
    """What was given is no length of time that KORE's sessions can tell."""

    sentence = "Give `silent_for` as a length of time up to 30 days, as in 90min, 24h or 2d."


def _silence(text: str) -> timedelta:
    seconds = parse_seconds(text)
    if seconds is None or not 0 < seconds <= LONGEST_SILENCE.total_seconds():
        raise BadSilence
    return timedelta(seconds=seconds)


@tool("Find SIMs of the fleet", FleetOutput)
async def find_sims(lookups: AgentLookups, asked: FindSims) -> Json:
    """List the SIMs that are offline, on a network or plan, long silent, new, busiest, or so named.

    Use it for questions about the fleet. Up to 200 SIMs are looked up now; a larger fleet is
    answered from its last scan, and `as_of` says when that was.
    """
    owner, pages = (lookups.caller.name, "find_sims"), lookups.services.pages
    if asked.cursor:
        page = pages.next(owner, asked.cursor, asked.limit)
    else:
        answer = await lookups.ask_fleet(asked.query())
        page = pages.first(owner, answer, answer.rows, asked.limit)
    about = page.about
    return FleetOutput(
        question=about.query.words,
        sims=[of_row(row) for row in page.rows],
        matched=about.matched,
        looked_at=about.looked_at,
        unread=about.unread,
        as_of=about.as_of,
        from_scan_of=about.digest,
        covers_only=about.only,
        new_since=about.since,
        problem=about.problem,
        next_cursor=page.next_cursor,
        redacted=about.redacted,
    ).plain()


class SimHistory(Paged):
    """One SIM and how far back."""

    sim: str = Field(min_length=1, max_length=LONGEST, description=A_SIM)
    days: int = Field(DAYS, ge=1, le=MOST_DAYS, description="KORE has 30; scans keep older days")


@tool("A SIM's history", HistoryOutput)
async def sim_history(lookups: AgentLookups, asked: SimHistory) -> Json:
    """List a SIM's data sessions, newest first, with its uptime; beyond 30 days one row a day.

    Use it to see when trouble began, or how a SIM usually behaves.
    """
    owner, pages = (lookups.caller.name, "sim_history"), lookups.services.pages
    if asked.cursor:
        page = pages.next(owner, asked.cursor, asked.limit)
    else:
        report = await lookups.look_up(asked.sim)
        found = await history_of(report, asked.days, lookups.services.archive)
        page = pages.first(owner, found, found.sessions or (), asked.limit)
    about: History = page.about
    return about.page(page).plain()


class ExplainVerdict(Arguments):
    """One SIM."""

    sim: str = Field(min_length=1, max_length=LONGEST, description=A_SIM)


@tool("Explain a verdict", ExplainOutput)
async def explain_verdict(lookups: AgentLookups, asked: ExplainVerdict) -> Json:
    """Give every finding with its evidence and thresholds, the SIM's rhythm, and near misses.

    Use it when somebody asks why, or doubts the verdict of look_up_sim.
    """
    report, limits = await lookups.look_up(asked.sim), lookups.services.thresholds
    spoke = {finding.rule for finding in report.findings}
    told = as_json(report.query if report.redacted else asked.sim, report)
    return ExplainOutput(
        query=told["query"],
        sid=report.sim.sid,
        name=report.sim.name,
        state=report.state,
        cause=told["cause"],
        findings=told["findings"],
        explanation=list(explanation_lines(report, limits, PLAIN)),
        thresholds=[
            each for rule in all_rules() if rule.name in spoke for each in _limits(rule, limits)
        ],
        as_of=report.as_of,
        stale=report.stale,
        problem=report.problem,
        redacted=report.redacted,
    ).plain()


class ListIncidents(Paged):
    """Which incidents."""

    days: int = Field(7, ge=1, le=MOST_DAYS, description="open at some time of the last days")
    open_only: bool = Field(default=False, description="those that are not resolved")


@tool("List incidents", IncidentsOutput)
async def list_incidents(lookups: AgentLookups, asked: ListIncidents) -> Json:
    """List the incidents that alerts have opened: cause, SIMs, who took it, whether it is over.

    Use it to see whether trouble is known already. None means that no alert opened one, not that
    all is well.
    """
    owner, pages = (lookups.caller.name, "list_incidents"), lookups.services.pages
    if asked.cursor:
        page = pages.next(owner, asked.cursor, asked.limit)
    else:
        found = await lookups.incidents(timedelta(days=0 if asked.open_only else asked.days))
        page = pages.first(owner, len(found), found, asked.limit)
    return IncidentsOutput(
        incidents=list(map(of_incident, page.rows)),
        total=page.about,
        next_cursor=page.next_cursor,
        redacted=lookups.caller.redaction,
    ).plain()


@tool("List the rules", RulesOutput)
async def list_rules(lookups: AgentLookups, asked: Paged) -> Json:
    """List what every SIM is checked against: each rule, when it speaks, and whose threshold it is.

    Use it to learn what a rule's name in an answer means.
    """
    owner, limits = (lookups.caller.name, "list_rules"), lookups.services.thresholds
    pages = lookups.services.pages
    rows = tuple(_rule(rule, limits) for rule in all_rules())
    first = pages.first(owner, len(rows), rows, asked.limit) if not asked.cursor else None
    page = first or pages.next(owner, asked.cursor or "", asked.limit)
    return RulesOutput(rules=page.rows, total=page.about, next_cursor=page.next_cursor).plain()


def _rule(rule: AnyRule, limits: Thresholds) -> RuleFields:
    words = rule_text(rule, limits)
    return RuleFields(
        rule=words.name,
        severity=words.severity,
        fires=words.fires,
        source=words.source,
        thresholds=_limits(rule, limits),
    )


def _limits(rule: AnyRule, limits: Thresholds) -> list[ThresholdFields]:
    return [
        ThresholdFields(
            name=name, value=limit_text(getattr(limits, name)), source=limits.source(name)
        )
        for name in rule.about.thresholds
    ]
