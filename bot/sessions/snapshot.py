"""A report in brief: what is kept of a SIM to compare it with later, as a value and as JSON."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from pydantic_core import PydanticSerializationError, from_json, to_json

from bot.diagnosis.evidence import Evidence, State, status_of
from bot.diagnosis.fields import cell, country, generation, known_text
from bot.diagnosis.rhythm import DAY
from bot.diagnosis.rule import explained_rules
from bot.diagnosis.rules.common_outage import SILENT as SILENT_RULES
from bot.kore.models import DataSession
from bot.sessions.report import SessionReport
from bot.sims.numbers import device_of
from bot.struct import Struct, asdict


class FindingBrief(NamedTuple):
    """One finding: the rule's name, the severity's word, and the title."""

    rule: str
    severity: str
    title: str


class Snapshot(Struct):
    """One SIM as it stood at `as_of`; None and "" are unknown. Times are UTC.

    `seen_at` is when the newest session was last heard of; `network` is MCC-MNC as received;
    `packets_*` are those of the newest session. `unjudged` names the rules that could not speak
    because what they look at was not there in time. `stale` is an answer from before, not KORE's;
    `plan` is the SID of the rate plan; `rests` says that it sleeps between its usual contacts;
    `next_step` is what to do about the cause, and `cause_since` since when that is so, where KORE
    tells it. `account` is that of ours which has the SIM, where we
    have several. `place` is the tower's latitude and longitude: scans keep it of lost SIMs, and
    `in_device`, since when it is in its device, where that is longer than its session lasts.
    """

    sid: str
    name: str
    as_of: datetime
    state: State = State.UNKNOWN
    iccid: str | None = None
    status: str | None = None
    since: datetime | None = None
    seen_at: datetime | None = None
    operator: str | None = None
    network: str | None = None
    country: str | None = None
    radio: str | None = None
    imei14: str | None = None
    cell_id: str | None = None
    packets_up: int | None = None
    packets_down: int | None = None
    findings: tuple[FindingBrief, ...] = ()
    unjudged: tuple[str, ...] = ()
    stale: bool = False
    plan: str | None = None
    rests: bool = False
    next_step: str | None = None
    cause_since: datetime | None = None
    account: str | None = None
    place: tuple[float, float] | None = None
    in_device: datetime | None = None

    @property
    def full_name(self) -> str:
        """Its name as it can be typed: `acme/pump-7` where there are several accounts."""
        return f"{self.account}/{self.name}" if self.account else self.name

    def has(self, rule: str) -> bool:
        """Return whether a finding of this rule stands."""
        return any(found.rule == rule for found in self.findings)

    def to_json(self) -> str:
        """Return compact ASCII; what is unknown or empty is left out, times are epoch seconds."""
        fields = asdict(self).items()
        # reading gives what is left out back by itself; 0 packets are known and stay
        known = {
            name: value.timestamp() if isinstance(value, datetime) else value
            for name, value in fields
            if value is not None and value is not False and value != ()
        }
        return compact_json(known)

    @classmethod
    def from_json(cls, text: str) -> "Snapshot":
        """Read what some version wrote: fields it did not know are unknown, others are ignored.

        Raises ValueError where the text is no JSON object or names no SIM.
        """
        payload = json.loads(text)
        if isinstance(payload, dict) and isinstance(payload.get("sid"), str):
            return _read(payload)
        raise ValueError("no snapshot of a SIM")


_TEXTS = (
    "iccid", "status", "operator", "network", "country", "radio", "imei14", "cell_id", "plan",
    "next_step",
    "account",
)  # fmt: skip
_LONG_AGO = datetime.fromtimestamp(0, UTC)


def compact_json(value: Any) -> str:  # noqa: ANN401 -- any JSON
    """Return compact ASCII, in a tenth of the time that `json` takes."""
    try:
        return to_json(value, ensure_ascii=True).decode()
    except PydanticSerializationError:  # half a surrogate pair
        return json.dumps(value, separators=(",", ":"))


def packed_snapshot(text: str) -> Mapping[str, Any]:
    """Read no more than the JSON of a snapshot, which this bot stored."""
    try:
        fields: Mapping[str, Any] = from_json(text)
    except ValueError:  # half a surrogate pair
        fields = json.loads(text)
    return fields


def snapshot_of(report: SessionReport) -> Snapshot:
    """Return what is worth keeping of a report."""
    session = report.last_session or DataSession()
    return Snapshot(
        sid=report.sim.sid,
        name=report.sim.name,
        as_of=report.as_of,
        state=report.state,
        iccid=known_text(report.sim.iccid),
        status=status_of(report.sim) or None,
        since=report.since,
        seen_at=session.last_updated if session.end is None else session.end,
        operator=known_text(session.operator_name),
        network=_network(session),
        country=country(session.operator_country),
        radio=known_text(session.radio_link),
        imei14=device_of(session.imei),
        cell_id=cell(session.cell_id),
        packets_up=session.packets_uploaded,
        packets_down=session.packets_downloaded,
        findings=tuple(
            FindingBrief(f.rule, f.severity.word, f.title) for f in report.findings if f.stands
        ),
        unjudged=report.unjudged,
        stale=report.stale,
        plan=known_text(report.sim.rate_plan_sid),
        rests=report.rest is not None,
        next_step=_next_step(report),
        cause_since=_cause_since(report),
        account=report.sim.account,
    )


def _next_step(report: SessionReport) -> str | None:
    """Return what to do, its moments in UTC; None where it holds any other evidence."""
    if not (report.cause and report.cause.next_step):
        return None
    step = report.cause.next_step
    for name, value in report.cause.evidence.items():
        if isinstance(value, datetime):
            step = step.replace(f"{{{name}}}", f"{value:%Y-%m-%d %H:%M} UTC")
    return None if "{" in step else step


def _cause_since(report: SessionReport) -> datetime | None:
    """Return since when the cause is so, as it knows itself; a countdown is not from its status."""
    if report.cause is None or report.cause.rule == "cancel_countdown":
        return None
    told = report.cause.evidence
    since = told.get("since", told.get("first"))
    return since if isinstance(since, datetime) else None


def _network(session: DataSession) -> str | None:
    mcc, mnc = known_text(session.operator_mcc), known_text(session.operator_mnc)
    return f"{mcc:0>3}-{mnc}" if mcc and mnc else None


def _read(payload: Mapping[str, Any]) -> Snapshot:
    return Snapshot(
        sid=payload["sid"],
        name=_text(payload.get("name")) or payload["sid"],
        as_of=_moment(payload.get("as_of")) or _LONG_AGO,
        state=_state(payload.get("state")),
        since=_moment(payload.get("since")),
        seen_at=_moment(payload.get("seen_at")),
        in_device=_moment(payload.get("in_device")),
        cause_since=_moment(payload.get("cause_since")),
        packets_up=_whole(payload.get("packets_up")),
        packets_down=_whole(payload.get("packets_down")),
        findings=_findings(payload.get("findings")),
        place=_pair(payload.get("place")),
        unjudged=tuple(name for name in _list(payload.get("unjudged")) if isinstance(name, str)),
        stale=payload.get("stale") is True,
        rests=payload.get("rests") is True,
        **{name: _text(payload.get(name)) for name in _TEXTS},
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _pair(value: object) -> tuple[float, float] | None:
    numbers = [each for each in _list(value) if isinstance(each, int | float)]
    return (numbers[0], numbers[1]) if len(numbers) == 2 else None  # noqa: PLR2004


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _state(value: object) -> State:
    """Read a state; one that this version does not know is unknown."""
    known = isinstance(value, str) and value in State.__members__.values()
    return State(str(value)) if known else State.UNKNOWN


def _moment(value: object) -> datetime | None:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _findings(value: object) -> tuple[FindingBrief, ...]:
    rows = [row for row in _list(value) if isinstance(row, list)]
    whole = [row for row in rows if len(row) >= len(FindingBrief._fields)]
    return tuple(FindingBrief(*map(str, row[: len(FindingBrief._fields)])) for row in whole)


IMPLIED_BY_STATE = frozenset({"sim_not_active", "ready_will_bill", "healthy"})


def gravest(findings: Iterable[FindingBrief]) -> FindingBrief | None:
    """Return the first finding that says more than the state; they come gravest first."""
    return next((found for found in findings if found.rule not in IMPLIED_BY_STATE), None)


SILENT = frozenset({State.STALE, State.OFFLINE, State.NEVER_SEEN})
# `healthy` says what the state says already; an outage shows only where SIMs are asked for together
SAID_OTHERWISE = frozenset({"healthy", "common_outage"})


class ChangeKind(StrEnum):
    """What can change; of the first three at most one at a time."""

    WENT_SILENT = "went_silent"
    CAME_BACK = "came_back"
    STATE_CHANGED = "state_changed"
    STATUS_CHANGED = "status_changed"
    NEW_COUNTRY = "new_country"
    NEW_OPERATOR = "new_operator"
    NEW_IMEI = "new_imei"
    NEW_RADIO = "new_radio"
    NEW_FINDING = "new_finding"
    FINDING_GONE = "finding_gone"


class Change(Struct):
    """One change, with what people read of before and after; None where there was, or is, none.

    `finding` is what came or went, where the kind is NEW_FINDING or FINDING_GONE.
    """

    kind: ChangeKind
    before: str | None
    after: str | None
    finding: FindingBrief | None = None


def changes(before: Snapshot, after: Snapshot) -> tuple[Change, ...]:
    """Return what changed, in the order of ChangeKind; nothing where either is a stale answer."""
    if before.stale or after.stale:
        return ()
    return (
        *_of_state(before, after),
        *_of_field(ChangeKind.STATUS_CHANGED, before.status, after.status),
        *_of_field(ChangeKind.NEW_COUNTRY, before.country, after.country),
        *_of_network(before, after),
        *_of_field(ChangeKind.NEW_IMEI, before.imei14, after.imei14),
        *_of_field(ChangeKind.NEW_RADIO, before.radio, after.radio, read=generation),
        *_of_findings(before, after),
    )


def _of_state(before: Snapshot, after: Snapshot) -> Iterator[Change]:
    if State.UNKNOWN in {before.state, after.state} or before.state is after.state:
        return
    kind = ChangeKind.STATE_CHANGED
    if before.state is State.ONLINE and after.state in SILENT:
        kind = ChangeKind.WENT_SILENT
    elif before.state in SILENT and after.state is State.ONLINE:
        kind = ChangeKind.CAME_BACK
    yield Change(kind, before.state, after.state)


def _of_field(
    kind: ChangeKind,
    before: str | None,
    after: str | None,
    *,
    read: Callable[[str], object] = str.strip,
) -> Iterator[Change]:
    """Compare what both are read as; what cannot be read is unknown."""
    if not before or not after:
        return
    was, now = read(before), read(after)
    if was is not None and now is not None and was != now:
        yield Change(kind, before, after)


def _of_network(before: Snapshot, after: Snapshot) -> Iterator[Change]:
    """Compare by the numbers, which are one network's whatever it is called that day."""
    changed = _of_field(ChangeKind.NEW_OPERATOR, before.network, after.network, read=_number)
    for change in changed:
        yield Change(change.kind, _called(before), _called(after))


def _number(network: str) -> tuple[int, int] | None:
    mcc, _, mnc = network.partition("-")
    return (int(mcc), int(mnc)) if mcc.isdecimal() and mnc.isdecimal() else None


def _called(snapshot: Snapshot) -> str | None:
    return snapshot.operator or snapshot.network


def _of_findings(before: Snapshot, after: Snapshot) -> Iterator[Change]:
    """Compare by rule; without sessions on either side the rules had nothing to look at.

    What stood under an outage is not new where it stands alone now, nor gone the other way round;
    of a SIM that is back only its silence did.
    """
    if State.UNKNOWN in {before.state, after.state}:
        return
    unsure = SAID_OTHERWISE.union(before.unjudged, after.unjudged)
    if before.has("common_outage") is not after.has("common_outage"):
        is_back = after.state is State.ONLINE
        unsure |= SILENT_RULES if is_back else explained_rules("common_outage")
    was, now = _by_rule(before.findings, unsure), _by_rule(after.findings, unsure)
    for rule in [rule for rule in now if rule not in was]:
        yield Change(ChangeKind.NEW_FINDING, None, now[rule].title, now[rule])
    for rule in [rule for rule in was if rule not in now]:
        yield Change(ChangeKind.FINDING_GONE, was[rule].title, None, was[rule])


def _by_rule(findings: Iterable[FindingBrief], unsure: Iterable[str]) -> dict[str, FindingBrief]:
    """Return the gravest of each rule, in the order of the answer."""
    skipped, kept = frozenset(unsure), dict[str, FindingBrief]()
    for found in findings:
        if found.rule not in skipped:
            kept.setdefault(found.rule, found)
    return kept


def traffic(evidence: Evidence) -> int | None:
    """Return the packets of the last 24 h, each session's spread evenly; None: none is known."""
    since, total = evidence.now.timestamp() - DAY, None
    for row in [row for row in evidence.rows if row.sign >= since]:
        if row.up is not None or row.down is not None:
            part = 1.0 if row.start >= since else (row.sign - since) / (row.sign - row.start)
            total = (total or 0.0) + part * ((row.up or 0) + (row.down or 0))
    return None if total is None else round(total)
