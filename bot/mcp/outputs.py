"""What the tools answer with, as models: their JSON Schemas are what an agent is told beforehand.

A report has the fields of `simsessions lookup --json`, which bot/blocks/report.py writes: it
is sent as it is, and the tests hold it against the schema. Unknown is null, never 0.
"""

from datetime import datetime
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from bot.diagnosis.evidence import State

Json = dict[str, Any]
CURSOR = "give it back as `cursor` for the next page; null: this was the last"


class Output(BaseModel):
    """Base of all: frozen. A client takes fields that a later version adds, too."""

    model_config = ConfigDict(frozen=True)

    @classmethod
    def of(cls, *sources: object, **more: Any) -> Self:  # noqa: ANN401 -- of any field
        """Return it with `more`, and with what one of `sources` has under a field's own name."""
        for each in sources:
            open_yet = cls.model_fields.keys() - more.keys()
            more |= {name: getattr(each, name) for name in open_yet if hasattr(each, name)}
        return cls(**more)

    def plain(self) -> Json:
        """Return it as what json.dumps takes."""
        return self.model_dump(mode="json")


UNSEARCHED = "accounts that could not be searched, and may have a SIM of that name, too"


class SimFields(Output):
    """A SIM, as KORE has it."""

    sid: str
    unique_name: str | None
    friendly_name: str | None
    account_sid: str | None
    account: str | None = Field(description="whose it is, of several accounts")
    account_label: str | None = Field(description="what people call that account")
    status: str | None
    rate_plan_sid: str | None
    iccid: str | None
    eid: str | None
    reset_status: str | None
    ip_address: str | None
    date_created: datetime | None
    date_updated: datetime | None


class Place(Output):
    """Where the cell tower is thought to stand, in degrees; never the device's own place."""

    lat: float
    lon: float


class SessionFields(Output):
    """One data session; `packets_*` count packets, not bytes. Without `end` it is open."""

    sid: str | None
    sim_sid: str | None
    account_sid: str | None
    radio_link: str | None
    operator_mcc: str | None
    operator_mnc: str | None
    operator_country: str | None
    operator_name: str | None
    cell_id: str | None
    cell_location_estimate: Place | None
    packets_uploaded: int | None
    packets_downloaded: int | None
    last_updated: datetime | None
    start: datetime | None
    end: datetime | None
    imei: str | None


class SummaryFields(Output):
    """The last 30 days in one line."""

    sessions: int
    networks: int
    cells: int
    packets_uploaded: int | None
    packets_downloaded: int | None
    first_start: datetime | None
    sessions_without_packets: int = Field(
        description="sessions whose packets KORE does not report: unknown, not zero"
    )
    empty_sessions: int = Field(
        description="ended sessions that are known to have sent and received no packet"
    )


class FindingFields(Output):
    """What a rule found, how it knows, and what to do next."""

    rule: str
    severity: str = Field(description="info, warning or critical")
    when: str = Field(description="now, or over")
    explained_by: str | None = Field(description="the rule of the finding that explains this one")
    title: str
    evidence: dict[str, JsonValue] = Field(description="what it was judged by, by name")
    next_step: str | None = Field(description="what a person should do")
    source: str = Field(description="whose threshold it is")


class NeighbourFields(Output):
    """How others are that share the cell or network of a SIM that fell silent."""

    trait: str
    online: int
    silent: int
    silent_since: datetime | None
    as_of: datetime
    together: int = Field(description="others that fell silent when it did")


class ReportOutput(BaseModel):
    """The report on one SIM, with the verdict."""

    query: str = Field(description="what was asked for")
    sim: SimFields
    state: State
    last_session: SessionFields | None
    summary: SummaryFields | None
    cause: str | None = Field(description="the rule of the finding that explains most")
    findings: list[FindingFields] = Field(description="the cause first")
    unjudged: list[str] = Field(description="rules that could not speak yet: plan and usage")
    skipped_rows: int
    as_of: datetime
    stale: bool = Field(description="KORE does not answer: this is from before")
    neighbours: NeighbourFields | None = None
    problem: str | None = Field(default=None, description="what could not be read, and why")
    unsearched: list[str] = Field(default=[], description=UNSEARCHED)
    redacted: str | None = Field(default=None, description="what was taken out, and why")


class ErrorFields(Output):
    """Why there is no answer, in the sentence that people get."""

    kind: str
    message: str
    candidates: list["CandidateFields"] = Field(default=[], description="SIMs that may be meant")
    ref: str = Field(default="", description="what stands in the log beside it")


class CandidateFields(Output):
    """A SIM that may be the one meant: ask again with its SID."""

    sid: str
    name: str
    iccid: str | None
    status: str | None
    account: str | None = Field(description="whose it is, of several accounts")


class Failed(Output):
    """What stands in the place of an answer."""

    query: str | None = None
    error: ErrorFields


class BriefSim(Output):
    """A SIM among many; `look_up_sim` with its SID tells the rest."""

    sid: str
    name: str
    account: str | None = Field(description="whose it is, of several accounts")
    state: State
    since: datetime | None = Field(description="since when it is in that state")
    last_seen: datetime | None
    severity: str | None = Field(description="of the cause; null: none was found")
    cause: str | None = Field(description="the rule's name")
    title: str | None = Field(description="the cause in words")
    next_step: str | None = None
    operator: str | None
    country: str | None
    radio: str | None
    packets_24h: int | None = Field(default=None, description="where the busiest were asked for")
    unjudged: list[str] = Field(description="rules that could not speak yet: plan and usage")
    stale: bool


class SharedCauseFields(Output):
    """A cause that several SIMs share; an outage first."""

    rule: str
    severity: str
    title: str
    next_step: str | None
    is_outage: bool
    sims: int
    sids: list[str] = Field(description="the first of them")


class TriageOutput(Output):
    """The SIMs of a text or list, the worst first."""

    sims: list[BriefSim]
    errors: list[Failed] = Field(description="what was named and has no answer; on the first page")
    causes: list[SharedCauseFields] = Field(description="what is wrong with those in trouble")
    total: int = Field(description="SIMs that were read")
    troubled: int = Field(description="of these, those whose cause is a warning or worse")
    unclear: int = Field(description="SIMs of which nothing sure can be said, read or not")
    stale: int = Field(description="SIMs shown as last read, as KORE gave nothing newer")
    cut: int = Field(description="SIMs beyond the limit, which were not read")
    problem: str | None = Field(description="what could not be read or refreshed, and why")
    next_cursor: str | None = Field(description=CURSOR)
    redacted: str | None = None


class FleetOutput(Output):
    """The SIMs that fit a question; all are counted, the first of them listed."""

    question: str
    sims: list[BriefSim]
    matched: int = Field(description="SIMs that fit, whether listed or not")
    looked_at: int = Field(description="SIMs that were asked about")
    unread: int = Field(description="of those, how many could not be read: they may fit, too")
    stale: int = Field(description="of those, SIMs shown as last read, as KORE gave nothing newer")
    as_of: datetime
    from_scan_of: str | None = Field(description="the digest whose scan this is; null: fresh")
    covers_only: str | None = Field(
        description="which SIMs that scan has; null: all that are meant"
    )
    new_since: datetime | None = Field(description="when the scan before it was made")
    problem: str | None = Field(description="which SIMs were not read or not refreshed, and why")
    next_cursor: str | None = Field(description=CURSOR)
    redacted: str | None = None


class DayFields(Output):
    """One day (UTC) of a SIM, as scans have kept it."""

    date: str
    sessions: int
    minutes_connected: int
    packets_uploaded: int | None
    packets_downloaded: int | None
    networks: int
    state: State | None


class HistoryOutput(Output):
    """A SIM's sessions, newest first, and its days from before KORE's 30."""

    query: str
    sid: str
    name: str
    days: int
    state: State
    sessions: list[SessionFields] | None = Field(description="null: they could not be read")
    total: int | None = Field(description="sessions in the window, on all pages")
    uptime_percent: float | None = Field(description="at least that where rows are unreadable")
    longest_gap: str | None = Field(description="ISO 8601 duration; null: unknown")
    older_days: list[DayFields] = Field(description="beyond 30 days, newest first; on page one")
    as_of: datetime
    stale: bool = Field(description="KORE does not answer: this is from before")
    problem: str | None = Field(description="what could not be read, and why")
    next_cursor: str | None = Field(description=CURSOR)
    unsearched: list[str] = Field(default=[], description=UNSEARCHED)
    redacted: str | None = None


class ThresholdFields(Output):
    """Where a rule draws its line, and who says so."""

    name: str
    value: str
    source: str


class ExplainOutput(Output):
    """Every finding with its evidence, what was assumed, and the rules that came close."""

    query: str
    sid: str
    name: str
    state: State
    cause: str | None
    findings: list[FindingFields]
    explanation: list[str] = Field(description="rhythm, which rules spoke, which came close")
    thresholds: list[ThresholdFields] = Field(description="of the rules that spoke")
    as_of: datetime
    stale: bool = Field(description="KORE does not answer: this is from before")
    problem: str | None = Field(description="what could not be read, and why")
    unsearched: list[str] = Field(default=[], description=UNSEARCHED)
    redacted: str | None = None


class RuleFields(Output):
    """One rule: when it speaks, and whose line it is."""

    rule: str
    severity: str
    fires: str
    source: str
    thresholds: list[ThresholdFields]


class RulesOutput(Output):
    """The rules, in the order of the answer."""

    rules: list[RuleFields]
    total: int
    next_cursor: str | None = Field(description=CURSOR)


class IncidentSim(Output):
    """A SIM of an incident; `back_at` null: it is still down."""

    sid: str
    name: str
    since: datetime
    back_at: datetime | None


class IncidentFields(Output):
    """What an alert opened: its cause, how it stands, and its SIMs."""

    id: str
    channel: str = Field(description="where Slack shows it")
    account: str | None = Field(description="whose SIMs, of several accounts")
    state: str = Field(description="open, taken, snoozed or resolved")
    severity: str = Field(description="the worst that it was")
    rule: str
    title: str
    shared: str | None = Field(description="what its SIMs have in common")
    next_step: str | None
    since: datetime = Field(description="when its first SIM went down")
    opened_at: datetime
    taken_by: str | None = Field(description="a person's id in Slack")
    resolved_at: datetime | None
    reopened: int = Field(description="times it came back")
    down: int = Field(description="SIMs that are down now")
    sims: list[IncidentSim] = Field(description="the first of them")
    total: int = Field(description="SIMs that it ever had")


class IncidentsOutput(Output):
    """The incidents of all alerts, newest first."""

    incidents: list[IncidentFields]
    total: int
    next_cursor: str | None = Field(description=CURSOR)
    redacted: str | None = None


def either(output: type[BaseModel]) -> Json:
    """Return the schema of an answer, or of the error that stands in its place."""
    shapes = [each.model_json_schema(mode="serialization") for each in (output, Failed)]
    named: Json = {}
    for shape in shapes:
        named |= shape.pop("$defs", {})
    return {"type": "object", "anyOf": shapes, "$defs": named}
