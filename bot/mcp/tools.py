"""The tools: what an agent may ask about SIMs, fleets and rules. None of them changes anything.

To add one: a function from typed arguments to an answer, under `@tool`. Its name is the function's,
what an agent is told is its docstring, its schemas are those of its models.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any, Literal, TypeVar, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from bot.blocks.findings import explanation_lines
from bot.blocks.format import PLAIN
from bot.blocks.report import as_json
from bot.blocks.sim_text import old_line
from bot.clock import parse_seconds
from bot.diagnosis.rule import all_rules
from bot.errors import UserError
from bot.mcp.brief import (
    History,
    failed,
    history_of,
    of_cause,
    of_incident,
    of_report,
    of_row,
    of_rule,
    thresholds_of,
)
from bot.mcp.lookups import AgentLookups, ResultPage
from bot.mcp.outputs import (
    ExplainOutput,
    FleetOutput,
    HistoryOutput,
    IncidentsOutput,
    Json,
    ReportOutput,
    RulesOutput,
    TriageOutput,
    either,
)
from bot.sessions.fleet import MOST_FRESH
from bot.sessions.fleet_query import LONGEST as LONGEST_SILENCE
from bot.sessions.fleet_query import MOST_TOP, FleetQuery
from bot.sessions.triage import Triage
from bot.sims.spotter import Spotted
from bot.struct import Struct

PAGE = 50
LONGEST = 500
MOST_FAULTS = 5
LONGEST_FIELD = 60
TEXT = 20_000
"""Characters of a pasted text."""


class BadArguments(UserError):
    """A tool was called with arguments that are not of its schema."""

    sentence = "Those arguments do not fit this tool. See its input schema."


class Arguments(BaseModel):
    """Base of all: frozen, and nothing but what the schema names, of the type that it names."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, str_strip_whitespace=True)


class Paged(Arguments):
    """What tools with long answers take."""

    limit: int = Field(PAGE, ge=1, le=200, description="rows on a page")
    cursor: str | None = Field(
        None,
        max_length=LONGEST,
        description="next_cursor of the page before; repeat the other arguments",
    )


A = TypeVar("A", bound=Arguments)
ToolFunction = Callable[[AgentLookups, A], Awaitable[Json]]


class Tool(Struct):
    """One tool; `run` is given what `arguments` made of what was sent."""

    name: str
    title: str
    about: str
    arguments: type[Arguments]
    input_schema: Json
    output_schema: Json
    run: Callable[[AgentLookups, Any], Awaitable[Json]]

    def read(self, sent: Json) -> Arguments:
        """Return typed arguments. Raises BadArguments, which does not repeat what was sent."""
        try:
            return self.arguments.model_validate(sent)
        except ValidationError as error:
            faults = error.errors(include_input=False, include_url=False, include_context=False)
            raise BadArguments("; ".join(map(_fault, faults[:MOST_FAULTS]))) from None


TOOLS: dict[str, Tool] = {}


def tool(title: str, output: type[BaseModel]) -> Callable[[ToolFunction[A]], ToolFunction[A]]:
    """Make a function a tool."""

    def register(run: ToolFunction[A]) -> ToolFunction[A]:
        about = " ".join((run.__doc__ or "").split())
        arguments = get_type_hints(run)["asked"]
        schemas = arguments.model_json_schema(), either(output)
        TOOLS[run.__name__] = Tool(run.__name__, title, about, arguments, *schemas, run)
        return run

    return register


def _fault(fault: Any) -> str:  # noqa: ANN401 -- pydantic's
    where = ".".join(map(str, fault["loc"]))[:LONGEST_FIELD] or "arguments"
    return f"{where}: {fault['msg'].removeprefix('Value error, ')}"


def _page(
    lookups: AgentLookups, asked: Paged, first: tuple[Any, Sequence[Any]] | None
) -> ResultPage:
    """Return the page that is asked for; the `first` of what is said of all rows, and the rows."""
    owner, pages = (lookups.caller.name, type(asked).__name__), lookups.services.pages
    if first is None:
        return pages.next(owner, asked.cursor or "", asked.limit)
    return pages.first(owner, *first, asked.limit)


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
            raise ValueError(f"each has at most {LONGEST} characters; put a text into `text`")
        return kept


class NothingNamed(UserError):
    """No SIM was named where some were asked for."""

    sentence = "That names no SIM. Give SIDs, ICCIDs, IMEIs or names in `sims`, or a text."


@tool("Triage several SIMs", TriageOutput)
async def triage_sims(lookups: AgentLookups, asked: TriageSims) -> Json:
    """Diagnose up to 200 SIMs at once: the worst first, and whether they share one outage.

    Use it for a list of SIMs, or paste an alert as `text`.
    """
    found = None if asked.cursor else await _triaged(lookups, asked)
    page = _page(lookups, asked, found and (found, found[0].reports))
    made, problem = page.about
    return TriageOutput.of(
        made,
        page,
        sims=[of_report(report) for report in page.rows],
        errors=[failed(row.error, row.query) for row in made.unread] if page.is_first else [],
        causes=list(map(of_cause, made.causes)) if page.is_first else [],
        total=len(made.reports),
        troubled=len(made.troubled),
        stale=made.old.sims if made.old else 0,
        problem=_said(old_line(made.old, PLAIN), made.problem, problem),
        redacted=lookups.caller.redaction,
    ).plain()


NAMES_UNREAD = "KORE's list of SIMs was not at hand, so names may be missing."


async def _triaged(lookups: AgentLookups, asked: TriageSims) -> tuple[Triage, str | None]:
    found = await lookups.spotted(asked.text) if asked.text else Spotted()
    texts = list(dict.fromkeys([*asked.sims, *found.named]))
    if not texts:
        raise NothingNamed(found.why_nothing)
    cut = found.cut + max(0, len(texts) - MOST_FRESH)
    said = _said(None if found.is_listed else NAMES_UNREAD, found.cut_short)
    return await lookups.triage(texts[:MOST_FRESH], cut=cut), said


def _said(*sentences: str | None) -> str | None:
    return " ".join(filter(None, sentences)) or None


class FindSims(Paged):
    """A question about a fleet; what is given must all be so."""

    name: str | None = Field(None, max_length=LONGEST, description="a name, or a pattern: pump-*")
    state: Literal["offline", "online", "stale", "blocked"] | None = Field(
        None,
        description="offline: all that should be online and are not; stale: open with no update",
    )
    network: str | None = Field(None, max_length=LONGEST, description="operator, or MCC-MNC")
    plan: str | None = Field(None, max_length=LONGEST, description="a rate plan's name or SID")
    silent_for: str | None = Field(
        None,
        max_length=40,
        description="in `state`, or offline, for that long: 90min, 24h, 2d; 30d at most",
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
    found = None if asked.cursor else await lookups.ask_fleet(asked.query())
    page = _page(lookups, asked, None if found is None else (found, found.rows))
    about = page.about
    return FleetOutput.of(
        about,
        page,
        question=about.query.words,
        sims=[of_row(row) for row in page.rows],
        from_scan_of=about.digest,
        covers_only=about.only,
        new_since=about.since,
        stale=about.old.sims if about.old else 0,
        problem=_said(old_line(about.old, PLAIN), about.problem),
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
    first = None
    if not asked.cursor:
        report = await lookups.look_up(asked.sim)
        found = await history_of(report, asked.days, lookups.services.archive)
        first = found, found.sessions or ()
    page = _page(lookups, asked, first)
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
    fields = as_json(report.query if report.redacted else asked.sim, report)
    return ExplainOutput.of(
        report,
        report.sim,
        query=fields["query"],
        cause=fields["cause"],
        findings=fields["findings"],
        explanation=list(explanation_lines(report, limits, PLAIN)),
        thresholds=[
            each
            for rule in all_rules()
            if rule.name in spoke
            for each in thresholds_of(rule, limits)
        ],
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
    days = 0 if asked.open_only else asked.days
    found = None if asked.cursor else await lookups.incidents(timedelta(days=days))
    page = _page(lookups, asked, None if found is None else (len(found), found))
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
    rows = tuple(of_rule(rule, lookups.services.thresholds) for rule in all_rules())
    page = _page(lookups, asked, None if asked.cursor else (len(rows), rows))
    return RulesOutput(rules=page.rows, total=page.about, next_cursor=page.next_cursor).plain()
